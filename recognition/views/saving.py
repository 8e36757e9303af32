"""One way to save a part of the dossier, by the button of the page or by its small script (R3).

A form saves what it can keep; what it cannot is said beside its field. Where a colleague wrote other words in the same
field, that field alone is held, both texts are shown there, and the rest is saved.
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
from recognition.forms.parts import PartForm
from recognition.models import CandidateSite
from recognition.services.saving import Conflict, Saved, Seen
from recognition.views.access import Desk, as_json, clock, who
from territories.models import Commune, SiteKind
from territories.points import figures

# One place in three values: where one of them is held, the others wait with it.
_PLACE = {"commune", "lat", "lon"}
_LABELS = {str(item.value): str(item.label) for choices in (Service, Channel, Status, Access) for item in choices}


@dataclass
class Attempt:
    """What came of saving a form: `conflict` lines (fields held), `brought` fields, what is refused."""

    form: PartForm
    typed: dict[str, Any]
    saved: Saved | None = None
    met: Conflict | None = None
    refused: list[str] = field(default_factory=list)
    brought: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """All that was typed is saved."""
        return self.saved is not None and self.met is None and not self.form.errors

    @property
    def conflict(self) -> list[dict[str, Any]]:
        """A line a field held: `name` of its control, `label`, both texts, where to mend it, and for the script
        `seen` (digests that say their words were read) and `raw` (what to put in which control to take them)."""
        return [self._line(name) for name in self._held()] if self.met else []

    def _held(self) -> list[str]:
        names = list(self.met.theirs) if self.met else []
        if "commune" in names:
            return [name for name in names if name not in {"lat", "lon"}]
        return [name for name in names if name != "lon"]  # one point in two figures

    def _line(self, name: str) -> dict[str, Any]:
        met, shown = self.met, _CONTROLS.get(name, name)
        assert met is not None  # noqa: S101 - asked by `conflict`
        fields = self.form.fields
        return {
            "name": self.form.add_prefix(shown),
            "label": str(fields[shown].label) if shown in fields else _OTHER_LABELS[shown],
            "theirs": plain(name, met.theirs[name], met.theirs),
            "mine": plain(name, met.mine[name], met.mine),
            "anchor": str(self.form[shown].auto_id) if shown in fields else _OTHER_ANCHORS[shown],
            "seen": Seen.of({key: met.theirs[key] for key in _with(name) if key in met.theirs}).digests,
            "raw": {self.form.add_prefix(key): value for key, value in _raw(name, met.theirs).items()},
        }

    @property
    def by(self) -> str:
        return who(self.met.saved_by) if self.met else ""

    @property
    def when(self) -> str:
        return clock(self.met.saved_at) if self.met else ""


_CONTROLS = {"lat": "point", "lon": "point"}
_OTHER_LABELS = {"hours": "Horaires"}
_OTHER_ANCHORS = {"hours": "id_h-1-0-start"}


def _with(name: str) -> set[str]:
    return _PLACE if name in _PLACE else {name}


def _raw(name: str, theirs: dict[str, Any]) -> dict[str, Any]:
    """What the controls of the field say when they say `theirs`; nothing for the week, which is a grid."""
    if name == "hours":
        return {}
    if name in _PLACE:
        point = theirs.get("lat"), theirs.get("lon")
        said = {"point": figures(*point) if None not in point else ""}  # type: ignore[arg-type]
        town = theirs.get("commune")
        if name != "commune":
            return said
        return said | {"commune": f"{town.name} ({town.department_id})" if town else ""}
    value = theirs[name]
    return {name: str(value.pk) if isinstance(value, SiteKind) else "" if value is None else value}


def plain(name: str, value: Any, whole: dict[str, Any]) -> str:
    """A value of a conflict as a person reads it."""
    if name == "lat":
        lon = whole.get("lon")
        return "(vide)" if value is None or lon is None else figures(value, lon)
    if isinstance(value, Commune | SiteKind):
        return str(value)
    if isinstance(value, list):
        return ", ".join(_LABELS.get(str(item), str(item)) for item in value) or "(rien)"
    return in_words(name, {}, value) or "(vide)"


def attempt(form: PartForm, save: Callable[[dict[str, Any]], Saved], *, also: dict[str, Any] | None = None) -> Attempt:
    """Save what `form` (bound) can keep, and `also`; `save` takes the values."""
    form.is_valid()  # fields that cannot be kept have their errors; the others are saved all the same
    done = Attempt(form, form.typed | (also or {}))
    while not _saved(done, save):  # one value is refused, or held: the others are saved
        pass
    return done


def _saved(done: Attempt, save: Callable[[dict[str, Any]], Saved]) -> bool:
    """Whether the try is over; a value refused beside its field, or held, leaves `typed`: another try is worth it."""
    try:
        done.saved = save(done.typed)
        done.brought = list(done.saved.brought)
    except Conflict as met:
        _hold(done, met)
        return False
    except ValidationError as error:
        refused = _by_field(error)
        for name, errors in refused.items():
            done.form.add_error(name if name in done.form.fields else None, errors)
        if set(refused) <= set(done.typed):
            done.typed = {name: value for name, value in done.typed.items() if name not in refused}
            return False
        done.refused = [message for messages in refused.values() for message in messages]
    return True


def _hold(done: Attempt, met: Conflict) -> None:
    """Leave out of the save what a colleague wrote too; what else was typed is worth saving."""
    theirs, mine = (done.met.theirs, done.met.mine) if done.met else ({}, {})
    done.met = Conflict(met.part, {**theirs, **met.theirs}, {**mine, **met.mine})
    held = set(met.theirs) | (_PLACE if _PLACE & set(met.theirs) else set())
    done.typed = {name: value for name, value in done.typed.items() if name not in held}


def _by_field(error: ValidationError) -> dict[str, list[str]]:
    return dict(error.message_dict) if hasattr(error, "error_dict") else {"__all__": list(error.messages)}


def answer_script(
    desk: Desk, done: Attempt, *, wrong: dict[str, list[str]] | None = None, labels: dict[str, str] | None = None
) -> HttpResponse:
    """What the script reads: `state` saved|wrong|conflict|refused, the version now read, errors by field, what lacks.

    `wrong` and `labels`: the errors and the names of fields that are beside the form.
    """
    form = done.form
    errors = {form.add_prefix(name): _texts(texts) for name, texts in form.errors.items() if name != "__all__"}
    errors |= wrong or {}
    if done.saved is None:
        return as_json(422, state="refused", message=" ".join(done.refused), errors=errors)
    named = {form.add_prefix(name): str(item.label) for name, item in form.fields.items()} | (labels or {})
    return as_json(
        409 if done.met else 200,
        state="conflict" if done.met else "wrong" if errors else "saved",
        at=clock(desk.at), errors={name: " ".join(texts) for name, texts in errors.items()},
        labels={name: named.get(name, "") for name in errors}, brought=done.brought,
        by=done.by, when=done.when, conflict=done.conflict, lacks=desk.lacks(), left=_left(desk, done.saved.part),
        **now_read(done),
    )  # fmt: skip


def _texts(texts: Any) -> list[str]:
    return [str(text) for text in texts]


def _left(desk: Desk, part: Any) -> list[list[str]]:
    """What a site still lacks, for its page: sentences and where to mend them."""
    if not isinstance(part, CandidateSite):
        return []
    return [[gap.message, gap.url] for gap in desk.missing if gap.site is not None and gap.site.pk == part.pk]


def now_read(done: Attempt, *, both: bool = False) -> dict[str, Any]:
    """The version and the digests to send next time: those of what the page shows, which is what was typed.

    Where a colleague's words stand (fields held, or that the person had left), no version is the one they read: the
    digests tell, field by field. `both`: the page shows the two texts of what is held, so that saving again is a choice
    of what is typed; without, the field is held until its person says which one stays.
    """
    old = done.form.seen.digests if done.form.seen else {}
    part = done.saved.part if done.saved else None
    written = Seen.of(done.typed).digests if part is not None else {}
    digests = {**old, **written, **(Seen.of(done.met.theirs).digests if done.met and both else {})}
    return {
        "version": part.version if part is not None and not done.brought and not done.met else 0,
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
    for name, value in now_read(done, both=True).items():
        data[done.form.add_prefix(name)] = str(value)
    done.form.data = data
