"""How an event becomes public and stops being so: one door a state, each from its own source states (A5, habit 4)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from core.journal import Actor, record
from core.links import absolute
from events.derived import refresh_event
from events.models import Event, Session
from events.services.telling import account_of
from events.services.telling_registered import tell_withdrawn
from events.services.telling_together import one_at_a_time, tell_decision

State = Event.State
MOVED_ON = "Cet évènement a changé d’état entre-temps\u00a0: rechargez la page."
NO_SESSION = "Donnez au moins une date avant de publier."


@transaction.atomic
def submit(*, event: Event, actor: Actor | None, at_once: bool) -> Event:
    """Hand in a draft (or a refused event, corrected): public `at_once` for those nobody reads, else proposed.

    Raises `ValidationError` for another state, or an event without a date.
    """
    held = locked(event, (State.DRAFT, State.REFUSED))
    if not at_once:
        _must_have_a_date(held)
        author = held.author_key if account_of(held.author_key) or actor is None else actor.journal_key
        return _to(
            held, State.PROPOSED, actor, "event.propose", proposed_at=timezone.now(), state_reason="", author_key=author
        )
    return _publish(held, actor)


@transaction.atomic
def publish(*, event: Event, actor: Actor | None) -> Event:
    """Put in the agenda what was proposed, or bring back what was withdrawn; its author is told.

    Raises `ValidationError` for another state, or an event without a date.
    """
    held = locked(event, (State.DRAFT, State.PROPOSED, State.WITHDRAWN))
    proposed = held.state == State.PROPOSED
    one_at_a_time(held)
    _publish(held, actor)
    if proposed:
        tell_decision(held, "event_published")
    return held


@transaction.atomic
def refuse(*, event: Event, reason: str, actor: Actor | None, to_complete: bool = False) -> Event:
    """Refuse what was proposed: `reason` goes to its author, who may correct it and hand it in again.

    `to_complete`: the letter invites to do so; otherwise it says that the event does not enter the agenda.
    """
    held = locked(event, (State.PROPOSED,))
    one_at_a_time(held)
    _to(held, State.REFUSED, actor, "event.refuse", state_reason=reason)
    agency_url = absolute(held.agency.get_absolute_url()) if held.agency else ""
    tell_decision(held, "event_refused", reason=reason, to_complete=to_complete, agency_url=agency_url)
    return held


@transaction.atomic
def withdraw(*, event: Event, reason: str, actor: Actor | None) -> Event:
    """Take a published event out of the lists; its page says so, its feeds say it is cancelled for a while (A8)."""
    held = locked(event, (State.PUBLISHED,))
    raise_sequence(held)
    _to(held, State.WITHDRAWN, actor, "event.withdraw", withdrawn_at=timezone.now(), state_reason=reason)
    tell_withdrawn(held)
    return held


def locked(event: Event, states: Collection[str]) -> Event:
    """`event` as it stands, its row held. Raises `ValidationError` when it is in none of `states` (any more)."""
    held = Event.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=event.pk)
    if held.state not in states:
        raise ValidationError(MOVED_ON)
    return held


def raise_sequence(event: Event) -> None:
    """What calendars keep of the event's sessions changed (A8)."""
    Session.objects.filter(event=event).update(sequence=F("sequence") + 1, changed_at=timezone.now())


def _must_have_a_date(event: Event) -> None:
    if not event.date_note and not Session.objects.filter(event=event).exists():
        raise ValidationError(NO_SESSION)


def _publish(held: Event, actor: Actor | None) -> Event:
    _must_have_a_date(held)
    again = held.state == State.WITHDRAWN
    if again:
        raise_sequence(held)
    published = held.published_at if again else None
    return _to(
        held, State.PUBLISHED, actor, "event.publish", published_at=published or timezone.now(), withdrawn_at=None,
        state_reason="",
    )  # fmt: skip


def _to(held: Event, state: str, actor: Actor | None, verb: str, **values: Any) -> Event:
    before, held.state = held.state, state
    for name, value in values.items():
        setattr(held, name, value)
    held.updated_at = timezone.now()
    held.save(update_fields=["state", "updated_at", *values])
    record(verb=verb, target=held, actor=actor, changes={"state": [before, str(state)]})
    refresh_event(held)
    return held
