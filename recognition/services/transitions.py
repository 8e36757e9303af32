"""The states of a dossier: from which each is reached, and the one place that writes them (habit 4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError

from core.journal import Actor, record
from recognition.models import Candidature
from recognition.services.acts import note

State = Candidature.State
MOVED_ON = "Ce dossier a changé d’état entre-temps\u00a0: rechargez la page."

# From each state, where a dossier may go.
NEXT: dict[str, frozenset[str]] = {
    State.DRAFT: frozenset({State.DEPOSITED, State.WITHDRAWN, State.DROPPED}),
    State.DEPOSITED: frozenset({State.INCOMPLETE, State.COMPLETE, State.WITHDRAWN, State.DROPPED}),
    State.INCOMPLETE: frozenset({State.DEPOSITED, State.WITHDRAWN, State.DROPPED}),
    State.COMPLETE: frozenset({State.INCOMPLETE, State.READY, State.WITHDRAWN, State.DROPPED}),
    State.READY: frozenset({State.COMPLETE, State.GRANTED, State.REFUSED, State.WITHDRAWN}),
    # Only by a decision that follows the first (R13).
    State.GRANTED: frozenset({State.REFUSED}),
    State.REFUSED: frozenset({State.GRANTED}),
    State.WITHDRAWN: frozenset(),
    State.DROPPED: frozenset(),
}


def locked(candidature: Candidature, states: Collection[str]) -> Candidature:
    """The dossier as it stands, its row held. Raises `ValidationError` when it is in none of `states` (any more)."""
    # Held first, read after: a join would miss the row whose campaign changes while one waits for it.
    Candidature.objects.select_for_update().only("pk").get(pk=candidature.pk)
    held = Candidature.objects.select_related("organisation", "campaign", "charter").get(pk=candidature.pk)
    if held.state not in states:
        raise ValidationError(MOVED_ON)
    return held


def move(
    held: Candidature,
    state: str,
    *,
    kind: str,
    text: str,
    at: dt.datetime,
    actor: Actor | None,
    shown: bool = True,
    key: str | None = None,
    **values: Any,
) -> Candidature:
    """Put a `locked` dossier in `state` with these columns, on its timeline and in the journal.

    Raises `ValidationError` for a step that `NEXT` does not know.
    """
    before = held.state
    if state not in NEXT[before]:
        raise ValidationError(MOVED_ON)
    held.state = state
    for name, value in values.items():
        setattr(held, name, value)
    held.save(update_fields=["state", *values])
    note(kind=kind, text=text, at=at, actor=actor, candidature=held, shown=shown, key=key)
    record(verb=f"candidature.{state}", target=held, actor=actor, changes={"state": [before, str(state)]})
    return held
