"""Who may what in the agenda (A5)."""

from __future__ import annotations

from typing import Any

import rules

from accounts.rules import runs_region
from events.models import Event, Session, Trust
from members.models import Organisation
from members.rules import is_member_of
from territories.rules import is_any_officer, is_officer


def event_of(subject: Any) -> Event | None:
    """The event of `subject`: itself, or that of its session or of anything that has one."""
    if isinstance(subject, Event):
        return subject
    if isinstance(subject, Session):
        return subject.event
    found = getattr(subject, "event", None) or getattr(getattr(subject, "session", None), "event", None)
    return found if isinstance(found, Event) else None


@rules.predicate
def works_for_organiser(user: Any, subject: Any) -> bool:
    """Belongs to the team of the organisation that runs the event."""
    event = event_of(subject)
    organisation = event.organisation if event else None
    belongs = organisation is not None and organisation.status in Organisation.BELONGING
    return belongs and bool(is_member_of(user, organisation))


@rules.predicate
def serves_agency_of(user: Any, subject: Any) -> bool:
    """Is an officer of the agency that reads this event."""
    event = event_of(subject)
    return event is not None and event.agency_id is not None and bool(is_officer(user, event))


# Publish, refuse, withdraw, merge.
may_moderate = runs_region | serves_agency_of
# Write the event and its sessions, say what became of them, read who registered.
may_edit = works_for_organiser | may_moderate
# Enters the agenda's desk in the admin.
may_enter_desk = runs_region | is_any_officer


def is_trusted(organisation: Organisation | None) -> bool:
    """Whether the events of `organisation` are public at once, without being read before (A5)."""
    return (
        organisation is not None
        and organisation.status in Organisation.BELONGING
        and Trust.objects.filter(organisation=organisation, ended_at=None).exists()
    )


def publishes_at_once(user: Any, event: Event) -> bool:
    """Whether what `user` writes of `event` needs nobody's reading."""
    return bool(may_moderate(user, event)) or (
        bool(works_for_organiser(user, event)) and is_trusted(event.organisation)
    )
