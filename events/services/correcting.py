"""What an organiser writes again of an event, whoever else writes it meanwhile (A5, S4).

At once for those nobody reads; else, once the event is public, aside (`services.revising`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.db import transaction

from core.journal import Actor
from core.merging import three_way
from events.models import Event
from events.services import revising
from events.services.states import locked
from events.services.writing import EDITABLE, EDITED, edit_event

_SALT = "events.event-seen"


class StaleEventError(Exception):
    """Somebody wrote other values in the same fields: `asked`; `saved` is what the event says now, `brought` the
    fields that the person had left as they were and that changed."""

    def __init__(self, saved: dict[str, Any], asked: Collection[str], brought: Collection[str]) -> None:
        super().__init__("the event changed in between")
        self.saved, self.asked, self.brought = saved, list(asked), list(brought)


@dataclass(frozen=True)
class Outcome:
    """What happened: `changed` anything at all; it `waits` for a reader; somebody else had written too (`merged`)."""

    changed: bool
    waits: bool = False
    merged: bool = False


def seen_by(event: Event, *, at_once: bool) -> dict[str, Any]:
    """What a form shows to write again: the live text, or what its authors last proposed."""
    return revising.live(event) if at_once or not reads(event) else revising.as_proposed(event)


def version_of(seen: Mapping[str, Any]) -> str:
    """What a form carries of the text it was opened with, signed."""
    return signing.dumps(dict(seen), salt=_SALT, compress=True)


def unsealed(version: str) -> dict[str, Any] | None:
    """The text that `version_of` was given; None when nobody signed it."""
    try:
        said: dict[str, Any] = signing.loads(version, salt=_SALT)
    except signing.BadSignature:
        return None
    return said


def reads(event: Event) -> bool:
    """Whether a change of its words is read before it is public, for those who do not publish at once."""
    return event.state == Event.State.PUBLISHED


@transaction.atomic
def correct(*, event: Event, values: Mapping[str, Any], version: str, actor: Actor | None, at_once: bool) -> Outcome:
    """Write `values` (fields of `EDITED`), field by field over what is saved now.

    What the person left as they saw it keeps what somebody else wrote meanwhile. Raises `StaleEventError` for the
    fields that both changed, `ValidationError` by field.
    """
    if unknown := set(values) - set(EDITED):
        raise KeyError(f"not the organiser's: {sorted(unknown)}")
    held = locked(event, EDITABLE)
    saved = seen_by(held, at_once=at_once)
    mine = {name: revising.plain(value) for name, value in values.items()}
    merged = three_way(unsealed(version) or {}, saved, mine)
    if merged.conflicts:
        raise StaleEventError(saved, merged.conflicts, merged.brought)
    written = {name: value for name, value in merged.values.items() if saved[name] != value}
    if reads(held) and not at_once:
        before = revising.waiting(held)
        after = revising.propose_edit(event=held, values=written, actor=actor) if written else before
        return Outcome(changed=after != before, waits=after is not None, merged=bool(merged.brought))
    changes = edit_event(event=held, values=written, actor=actor)
    return Outcome(changed=bool(changes), merged=bool(merged.brought))
