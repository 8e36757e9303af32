"""Another wording of a published event, by those whose words are read before they are public (A5).

The live text stays as it is until an officer accepts; what becomes of a date (cancelled, moved…) never waits here.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.fields.files import FieldFile
from django.utils import timezone

from core.journal import Actor, record
from events import field_words
from events.models import Event, Revision
from events.services.states import locked
from events.services.telling import tell_author
from events.services.writing import EDITED, edit_event, partners_of, said

State = Revision.State
DECIDED = "Cette modification a déjà reçu une réponse\u00a0: rechargez la page."


def waiting(event: Event) -> Revision | None:
    """The revision of `event` that waits, if any: there is one at most."""
    return Revision.objects.filter(event=event, state=State.WAITING).first()


def live(event: Event) -> dict[str, Any]:
    """What the event says now, as a revision holds it: the fields of `EDITED`, as JSON."""
    return {name: partners_of(event) if name == "partners" else plain(getattr(event, name)) for name in EDITED}


def as_proposed(event: Event) -> dict[str, Any]:
    """What its authors last wrote: the live text, and over it the revision that waits."""
    held = waiting(event)
    return live(event) | (held.values if held else {})


def plain(value: Any) -> Any:
    """A value of a field of `EDITED` as JSON holds it: a file by its name, choices in order."""
    if isinstance(value, FieldFile):
        return value.name or ""
    return sorted(value) if isinstance(value, (list, tuple)) else value


@transaction.atomic
def propose_edit(*, event: Event, values: Mapping[str, Any], actor: Actor | None) -> Revision | None:
    """Keep aside what `values` (fields of `EDITED`, all or some) say otherwise than the published event.

    One revision waits at a time: this one takes the place of the one before, and of its other fields when `values`
    does not say them. None, and nothing waits any more, when all is as it is published. An image is the name of a
    file in the storage (`events.pictures`). Raises `ValidationError` by field, or when the event is not published.
    """
    held = locked(event, (Event.State.PUBLISHED,))
    now, former = live(held), _locked_waiting(held)
    wanted = (former.values if former else {}) | {name: plain(value) for name, value in values.items()}
    changed = {name: value for name, value in wanted.items() if now[name] != value}
    _check(held, changed)
    if former is not None:
        if former.values == changed:
            return former
        _decide(former, State.REPLACED, actor)
    if not changed:
        return None
    made = Revision.objects.create(
        event=held, values=changed, before={name: now[name] for name in changed},
        author_key=actor.journal_key if actor else "", author_label=actor.journal_label if actor else "",
    )  # fmt: skip
    record(verb="event.revise", target=held, actor=actor, changes=_journal(made))
    return made


@transaction.atomic
def accept(revision: Revision, actor: Actor | None) -> dict[str, list[Any]]:
    """Write the revision on the event; its author is told. Returns what changed, as `edit_event`.

    Raises `ValidationError` when it was decided meanwhile, when the event is not edited any more, or when the event
    has so changed that the two do not go together.
    """
    held = _locked(revision)
    _decide(held, State.ACCEPTED, actor)
    changes = edit_event(event=held.event, values=held.values, actor=actor)
    record(verb="event.revision_accept", target=held.event, actor=actor)
    tell_author(held.event, "event_revision_accepted", author_key=held.author_key)
    revision.refresh_from_db()
    return changes


@transaction.atomic
def refuse(revision: Revision, reason: str, actor: Actor | None) -> Revision:
    """Leave the event as it is; `reason` goes to the author. Raises `ValidationError` without one, or when decided."""
    if not reason.strip():
        raise ValidationError("Dites pourquoi cette modification est refusée.", code="required")
    held = _locked(revision)
    _decide(held, State.REFUSED, actor, reason=reason.strip())
    record(verb="event.revision_refuse", target=held.event, actor=actor)
    tell_author(held.event, "event_revision_refused", reason=held.reason, author_key=held.author_key)
    revision.refresh_from_db()
    return held


def diff(revision: Revision) -> list[tuple[str, str, str]]:
    """`(label, before, after)` of each field, in words and in the order of the form.

    « Before » is what is published now while the revision waits, what its author had read once it is decided.
    """
    now = live(revision.event) if revision.state == State.WAITING else revision.before
    return [
        (field_words.label(name), field_words.words(name, now.get(name)), field_words.words(name, value))
        for name in EDITED
        if name in revision.values and (value := revision.values[name]) != now.get(name)
    ]


def _locked(revision: Revision) -> Revision:
    """The revision as it stands, its event held first, as every door does."""
    locked(revision.event, Event.State.values)
    held = Revision.objects.select_for_update(of=("self",)).select_related("event__organisation").get(pk=revision.pk)
    if held.state != State.WAITING:
        raise ValidationError(DECIDED)
    return held


def _locked_waiting(event: Event) -> Revision | None:
    return Revision.objects.select_for_update().filter(event=event, state=State.WAITING).first()


def _decide(revision: Revision, state: str, actor: Actor | None, *, reason: str = "") -> None:
    revision.state, revision.reason = state, reason
    revision.decided_at, revision.decided_label = timezone.now(), actor.journal_label if actor else ""
    revision.save(update_fields=["state", "reason", "decided_at", "decided_label"])


def _check(event: Event, values: Mapping[str, Any]) -> None:
    """What could not be published is not kept aside either."""
    tried = copy(event)
    for name, value in values.items():
        if name != "partners":  # another table
            setattr(tried, name, value)
    tried.clean_fields(exclude=["image"])
    tried.validate_constraints()


def _journal(revision: Revision) -> dict[str, list[Any]]:
    return said({name: [revision.before[name], value] for name, value in revision.values.items()})
