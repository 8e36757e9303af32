"""Ways out for who writes: take a proposal back, give up what was never public, follow an agenda no more (A5, A6)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from core.journal import Actor, record
from events.derived import refresh_event
from events.models import Event, Source
from events.services.importing import BusyError, alone
from events.services.importing_feed import Feed
from events.services.states import locked

State = Event.State
UNREAD = (State.DRAFT, State.REFUSED)
WAS_PUBLIC = "Cet évènement a été public\u00a0: sa page reste."
# In `Event.source_values`: an event of a followed agenda, kept out of sight, or the next reading would bring it again.
GIVEN_UP = "given_up"


@transaction.atomic
def take_back(*, event: Event, actor: Actor) -> Event:
    """What was proposed is a draft again: nobody reads it any more. Raises `ValidationError` when it was decided."""
    held = locked(event, (State.PROPOSED,))
    held.state, held.proposed_at, held.updated_at = State.DRAFT, None, timezone.now()
    held.save(update_fields=["state", "proposed_at", "updated_at"])
    record(verb="event.take_back", target=held, actor=actor, changes={"state": [str(State.PROPOSED), str(State.DRAFT)]})
    refresh_event(held)
    return held


@transaction.atomic
def discard(*, event: Event, actor: Actor) -> None:
    """Delete a draft or a refused event that nobody ever read in the agenda.

    One that a followed agenda gives is kept out of sight instead. Raises `ValidationError` for any other.
    """
    held = locked(event, UNREAD)
    if held.published_at is not None:
        raise ValidationError(WAS_PUBLIC)
    record(verb="event.delete", target=held, actor=actor, changes={"title": [held.title, None]})
    if held.source_id is None:
        key = held.pk
        held.delete()
        refresh_event(key)
        return
    held.state, held.updated_at = State.REFUSED, timezone.now()
    held.source_values = held.source_values | {GIVEN_UP: True}
    held.save(update_fields=["state", "source_values", "updated_at"])
    refresh_event(held)


def may_discard(event: Event) -> bool:
    return event.state in UNREAD and event.published_at is None and GIVEN_UP not in event.source_values


def in_sight(rows: QuerySet[Event]) -> QuerySet[Event]:
    """Without what was given up (`discard`)."""
    return rows.exclude(Q(source__isnull=False) & Q(source_values__has_key=GIVEN_UP))


@transaction.atomic
def unfollow(*, source: Source, actor: Actor) -> int:
    """Forget a source and its readings; its events stay as they are, written by hand from then on: how many.

    Raises `ValidationError` while it is being read.
    """
    held = Source.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=source.pk)
    values: dict[str, Any] = {"source": None, "source_uid": "", "source_digest": "", "source_values": {}}
    try:
        with alone(Feed.of_source(held)):
            Event.objects.filter(source=held, source_values__has_key=GIVEN_UP).delete()
            kept = Event.objects.filter(source=held).update(**values)
            record(verb="source.remove", target=held, actor=actor, changes={"name": [held.name, None]})
            held.delete()
    except BusyError as error:
        raise ValidationError(str(error)) from error
    return kept
