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


@rules.predicate
def wrote_at_the_desk(user: Any, subject: Any) -> bool:
    """Wrote it as an officer or for the Region, and still serves there."""
    event = event_of(subject)
    key = getattr(user, "journal_key", "")
    return event is not None and bool(key) and event.author_key == key and bool(may_enter_desk(user))


@rules.predicate
def is_out_of_drafts(_: Any, subject: Any) -> bool:
    """Was handed in: a draft is its team's alone, and so is a stranger's proposal that nobody confirmed (A5, S2)."""
    event = event_of(subject)
    return event is not None and event.state != Event.State.DRAFT


@rules.predicate
def runs_it_alone(user: Any, subject: Any) -> bool:
    """Wrote at the desk an event that no organisation of the portal runs: they answer for it."""
    event = event_of(subject)
    return event is not None and event.organisation_id is None and bool(wrote_at_the_desk(user, event))


# Publish, refuse, withdraw, merge.
may_moderate = runs_region | serves_agency_of
# Write the event and its sessions, say what became of them.
may_edit = works_for_organiser | wrote_at_the_desk | (may_moderate & is_out_of_drafts)
# Read the names of who registered, add and take away: the form promises them to the organiser alone (S2). Officers and
# the Region read how many come; of an event that the Region's own organisation runs, the members of that one.
may_read_registrations = works_for_organiser | runs_it_alone
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
