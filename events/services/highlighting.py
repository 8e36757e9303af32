"""The events around which coordinators keep the calendar free (G6)."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from core.journal import Actor, record
from events.derived import refresh_event
from events.models import Event
from events.services.states import locked


@transaction.atomic
def set_flagship(*, event: Event, flagship: bool, actor: Actor | None) -> Event:
    """Say whether `event` is one of the high points of the year; written only when it changes."""
    held = locked(event, Event.State.values)
    if held.flagship != flagship:
        held.flagship, held.updated_at = flagship, timezone.now()
        held.save(update_fields=["flagship", "updated_at"])
        record(verb="event.flagship", target=held, actor=actor, changes={"flagship": [not flagship, flagship]})
        refresh_event(held)
    return held
