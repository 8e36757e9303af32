"""One way to save a page of a bilan, by its button or by its small script; what was typed always comes back (S4).

A page sends its fields by name (`bilans/fields.py`) and the traces of what it showed (`lu`, JSON): enough to know what
its person changed, and what a colleague changed meanwhile.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.template.loader import render_to_string

from bilans import numbers
from bilans.fields import Content, Field, field_of, name_of, trace
from bilans.lines import Control, Line
from bilans.models import Indicator
from bilans.services import writing
from bilans.services.writing import BOTH, Saved, Unwritable
from bilans.sheet import Sheet, traces
from bilans.typed import number, shown
from bilans.views.desk import Desk, as_json, clock

_MOST_TRACES = 200_000  # characters


@dataclass
class Attempt:
    """What came of saving a page: `typed` (as sent, by field), `errors` by field, `saved` (none: nothing was)."""

    typed: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    saved: Saved | None = None
    refused: str = ""
    by: str = ""

    @property
    def whole(self) -> bool:
        """All that was typed is saved."""
        return self.saved is not None and not self.errors and not self.saved.held

    @property
    def status(self) -> int:
        if self.saved is None or self.saved.held:
            return 409
        return 400 if self.errors else 200


def attempt(desk: Desk, controls: list[Control], lines: list[Line]) -> Attempt:
    """Save what the page sent of `controls`, its fields; others are left alone."""
    done = Attempt(_sent(desk, controls) | _taken(desk, lines))
    indicators = {line.key: line.indicator for line in lines}
    changes = _changes(done, indicators)
    try:
        done.saved = writing.save(
            desk.bilan, user=desk.user, changes=changes, version=desk.bilan.version, at=desk.at, seen=_read(desk)
        )
    except Unwritable as error:
        done.refused = " ".join(error.messages)
        return done
    done.errors |= done.saved.refused
    if done.saved.held:
        others = [line for line in desk.writers() if not line["me"]]
        done.by = others[0]["name"] if others else "Une personne de votre équipe"
    return done


def _sent(desk: Desk, controls: list[Control]) -> dict[str, str]:
    """What was typed in the fields of the page. A box that is not ticked is not sent: the page says which ones it
    has, by the field beside it."""
    post = desk.request.POST
    sent = {}
    for control in controls:
        beside = control.name.removesuffix(":nd")
        if control.name in post:
            sent[control.name] = post[control.name]
        elif beside != control.name and beside in post:
            sent[control.name] = ""
    return sent


def _taken(desk: Desk, lines: list[Line]) -> dict[str, str]:
    """The portal's figure, for the indicator whose button « Reprendre » was pressed."""
    wanted = desk.request.POST.get("reprendre", "")
    return {
        name: text
        for line in lines
        if line.amount_control.name == wanted and line.proposed is not None
        for name, text in ((wanted, line.typed_proposed), (line.unavailable_control.name, ""))
    }


def _changes(done: Attempt, indicators: dict[str, Indicator]) -> dict[str, Content]:
    changes: dict[str, Content] = {}
    for name, text in done.typed.items():
        found = field_of(name)
        if found is None:  # of the page's own fields, never
            continue
        try:
            changes[name] = _content(found, text, indicators)
        except ValidationError as error:
            done.errors[name] = error.messages[0]
    for name in [name for name in changes if name.endswith(":nd") and name.removesuffix(":nd") in done.errors]:
        if changes.pop(name):
            done.errors[name] = BOTH
    return changes


def _content(found: Field, text: str, indicators: dict[str, Indicator]) -> Content:
    if found.what == "amount":
        return number(text, indicators[found.indicator])
    return text == "1" if found.what == "unavailable" else text


def _read(desk: Desk) -> dict[str, str]:
    """The traces of what the page showed; none when they cannot be read, and then nothing is overwritten."""
    try:
        said = json.loads(desk.request.POST.get("lu", "{}")[:_MOST_TRACES])
    except (ValueError, RecursionError):
        said = {}
    return {str(name): str(mark) for name, mark in said.items()} if isinstance(said, dict) else {}


def overlay(sheet: Sheet, done: Attempt) -> None:
    """Put back on the page what was typed and is not saved, what is wrong with it, what a colleague wrote there."""
    held = done.saved.held if done.saved else {}
    for name, control in sheet.controls.items():
        kept = done.saved is None or name in done.errors or name in held
        if kept and name in done.typed:
            control.shown = done.typed[name]
        control.error = done.errors.get(name, "")
    lines = {name_of(line.indicator): line for line in sheet.lines}
    for name, theirs in held.items():
        control = sheet.controls[name]
        control.theirs, control.theirs_typed = _said(name, theirs, lines)
    # A value and « non disponible » are told together: what is typed of the one stays with the other.
    for name in done.errors:
        if name.endswith(":nd") and (beside := name.removesuffix(":nd")) in done.typed:
            sheet.controls[beside].shown = done.typed[beside]


def _said(name: str, theirs: Content, lines: dict[str, Line]) -> tuple[str, str]:
    """What a colleague wrote, as one reads it, as the field would hold it."""
    found = field_of(name)
    line = lines.get(f"v:{found.indicator}") if found else None
    if found is not None and found.what == "amount" and line is not None:
        amount = theirs if not isinstance(theirs, bool | str) else None
        return numbers.of(line.indicator, amount), shown(amount, line.indicator)
    if isinstance(theirs, bool):
        return ("non disponible", "1") if theirs else ("un chiffre est attendu", "")
    return str(theirs or "(vide)"), str(theirs or "")


def answer_script(desk: Desk, sheet: Sheet, done: Attempt, lines: list[Line]) -> HttpResponse:
    """What the script reads: what is said, errors by field, the traces to send next time (`lu`, for the fields that are
    saved), the notes of each indicator that was sent, both texts of a field that is held."""
    if done.saved is None:
        return as_json(409, state="refused", message=done.refused)
    held = done.saved.held
    sent = [sheet.controls[name] for name in done.typed]
    touched = [line for line in lines if any(control.name in done.typed for control in line.controls)]
    notes = {line.key: render_to_string("bilans/writing/_notes.html", {"line": line}) for line in touched}
    conflict = [
        {"name": name, "theirs": sheet.controls[name].theirs, "typed": sheet.controls[name].theirs_typed,
         "mark": trace(sheet.controls[name].content)} for name in held
    ]  # fmt: skip
    state = "conflict" if held else "wrong" if done.errors else "saved"
    return as_json(
        409 if held else 200, state=state, at=clock(desk.at), errors=done.errors, by=done.by, notes=notes,
        lu={control.name: trace(control.content) for control in sent if _kept(control, done)}, conflict=conflict,
        answered=sheet.answered, asked=sheet.asked,
    )  # fmt: skip


def _kept(control: Control, done: Attempt) -> bool:
    held = done.saved.held if done.saved else {}
    return control.name not in done.errors and control.name not in held


def marks(controls: list[Control]) -> str:
    """The traces of what a page shows, for its hidden field. Of a field that a colleague wrote too, theirs: both are
    shown, and saving again is a choice."""
    return json.dumps(traces(controls), separators=(",", ":"))
