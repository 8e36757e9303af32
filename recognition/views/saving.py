"""One way to save a part of the dossier, by the button of the page or by its small script (R3).

A form saves what it can keep; what it cannot is said beside its field. A conflict shows both texts and writes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse

from core.reference import Access, Channel, Service, Status
from recognition.contents import said as in_words
from recognition.forms import PartForm
from recognition.services.saving import Conflict, Saved, Seen
from recognition.views.access import Desk, as_json, clock, who
from territories.models import Commune, SiteKind

_LABELS = {str(item.value): str(item.label) for choices in (Service, Channel, Status, Access) for item in choices}


@dataclass
class Attempt:
    """What came of saving a form: `conflict` lines `{label, theirs, mine}`, `brought` fields, what is refused."""

    form: PartForm
    typed: dict[str, Any]
    saved: Saved | None = None
    met: Conflict | None = None
    refused: list[str] = field(default_factory=list)
    brought: list[str] = field(default_factory=list)

    @property
    def conflict(self) -> list[dict[str, str]]:
        if self.met is None:
            return []
        fields = self.form.fields
        return [
            {
                "name": self.form.add_prefix(name),
                "label": str(fields[name].label) if name in fields else _OTHER_LABELS.get(name, name),
                "theirs": plain(name, self.met.theirs[name]),
                "mine": plain(name, self.met.mine[name]),
            }
            for name in self.met.theirs
            if name not in {"lat", "lon"} or "commune" not in self.met.theirs
        ]

    @property
    def by(self) -> str:
        return who(self.met.saved_by) if self.met else ""

    @property
    def when(self) -> str:
        return clock(self.met.saved_at) if self.met else ""


_OTHER_LABELS = {"hours": "Horaires", "lat": "Point sur la carte", "lon": "Point sur la carte"}


def plain(name: str, value: Any) -> str:
    """A value of a conflict as a person reads it."""
    if isinstance(value, Commune | SiteKind):
        return str(value)
    if isinstance(value, list):
        return ", ".join(_LABELS.get(str(item), str(item)) for item in value) or "(rien)"
    return in_words(name, {}, value) or "(vide)"


def attempt(form: PartForm, save: Callable[[dict[str, Any]], Saved], *, also: dict[str, Any] | None = None) -> Attempt:
    """Save what `form` (bound) can keep, and `also`; `save` takes the values."""
    form.is_valid()  # fields that cannot be kept have their errors; the others are saved all the same
    done = Attempt(form, form.typed | (also or {}))
    while not _saved(done, save):  # one value is refused: the others are saved
        pass
    return done


def _saved(done: Attempt, save: Callable[[dict[str, Any]], Saved]) -> bool:
    """Whether the try is over; a value that is refused beside its field leaves `typed`, and another try is worth it."""
    try:
        done.saved = save(done.typed)
        done.brought = list(done.saved.brought)
    except Conflict as met:
        done.met = met
    except ValidationError as error:
        refused = _by_field(error)
        for name, errors in refused.items():
            done.form.add_error(name if name in done.form.fields else None, errors)
        if set(refused) <= set(done.typed):
            done.typed = {name: value for name, value in done.typed.items() if name not in refused}
            return False
        done.refused = [message for messages in refused.values() for message in messages]
    return True


def _by_field(error: ValidationError) -> dict[str, list[str]]:
    return dict(error.message_dict) if hasattr(error, "error_dict") else {"__all__": list(error.messages)}


def answer_script(desk: Desk, done: Attempt, wrong: dict[str, list[str]] | None = None) -> HttpResponse:
    """What the script reads: `state` saved|wrong|conflict|refused, the version now read, errors by field."""
    errors = {
        done.form.add_prefix(name): [str(text) for text in texts]
        for name, texts in done.form.errors.items()
        if name != "__all__"
    } | (wrong or {})
    if done.met is not None:
        return as_json(409, state="conflict", by=done.by, at=done.when, conflict=done.conflict)
    if done.saved is None:
        return as_json(422, state="refused", message=" ".join(done.refused), errors=errors)
    labels = {done.form.add_prefix(name): str(item.label) for name, item in done.form.fields.items()}
    said = {name: " ".join(texts) for name, texts in errors.items()}
    return as_json(
        state="wrong" if errors else "saved", at=clock(desk.at), errors=said, labels=labels, brought=done.brought,
        **now_read(done),
    )  # fmt: skip


def now_read(done: Attempt) -> dict[str, Any]:
    """The version and the digests to send next time: those of what the page shows, which is what was typed.

    Where a colleague's words stand (a conflict, or fields the person had left), no version is the one they read: the
    digests tell, field by field. What both changed is theirs as read: saving again then keeps what is typed.
    """
    old = done.form.seen.digests if done.form.seen else {}
    theirs = done.met.theirs if done.met else {}
    part = done.saved.part if done.saved else None
    written = Seen.of(done.typed).digests if part is not None else {}
    digests = {**old, **written, **Seen.of(theirs).digests}
    return {
        "version": part.version if part is not None and not done.brought else 0,
        "seen": json.dumps(digests, separators=(",", ":")),
    }


def tell(desk: Desk, done: Attempt) -> None:
    """After the button: that it is saved, and not deposited."""
    left = " Il n’est pas encore déposé." if desk.dossier.state == "draft" else ""
    messages.success(desk.request, f"C’est enregistré.{left}")
    if done.brought:
        messages.info(
            desk.request,
            "Une personne de votre équipe écrivait en même temps\u00a0: ses mots sont gardés avec les vôtres.",
        )


def show_mine(done: Attempt) -> None:
    """The page keeps what the person typed: after a conflict, saving again replaces the words they have seen."""
    if done.met is None and done.saved is None:
        return
    data: Any = done.form.data.copy()  # type: ignore[attr-defined]
    for name, value in now_read(done).items():
        data[done.form.add_prefix(name)] = str(value)
    done.form.data = data
