"""What the people of a bilan do: write in it, several at once, hand it in, take it back (B2).

A field is saved on its own. Whoever saves says what they had read of it (`seen`): a field that somebody else wrote
meanwhile is held, never overwritten, and the others are saved.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from bilans import checking, rules
from bilans.breakdowns import classes
from bilans.fields import Content, Field, field_of, name_of, tidy, trace
from bilans.models import Act, Bilan, Indicator, Value, Writer
from bilans.services import telling
from bilans.services.noting import note_bilan
from bilans.sheet import sheet_of
from bilans.typed import refuse
from core.journal import record

MOST_WORDS = 20_000  # characters of a text
MOST_COMMENT = 2_000
NOT_OURS = "Ce champ n’est pas de ce bilan."
FROM_PORTAL = "Ce chiffre vient du portail\u00a0: il ne se corrige pas ici."
BOTH = "Donnez un chiffre, ou dites qu’il n’est pas disponible\u00a0: pas les deux."


class Unwritable(ValidationError):  # noqa: N818
    """Nobody writes in this bilan now, or not this person; says why, in French."""


class AlreadySubmitted(ValidationError):  # noqa: N818
    """It was handed in before: two clicks, two people."""


class Incomplete(ValidationError):  # noqa: N818
    """What is missing before it may be handed in: `gaps` (`bilans/checking.py`)."""

    def __init__(self, gaps: list[checking.Gap]) -> None:
        super().__init__([gap.message for gap in gaps])
        self.gaps = gaps


@dataclass
class Saved:
    """What came of a writing: names of the fields written, what of others holds some (`theirs`), what is refused."""

    bilan: Bilan
    written: set[str] = field(default_factory=set)
    held: dict[str, Content] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)


@transaction.atomic
def save(
    bilan: Bilan, *, user: User, changes: Mapping[str, Content], version: int, at: dt.datetime,
    seen: Mapping[str, str] | None = None,
) -> Saved:  # fmt: skip
    """Write `changes` (fields by name, `bilans/fields.py`) in the bilan, and keep that `user` wrote in it.

    `version` is that of the bilan when it was read; `seen`, the `trace` of each field then, tells two writers of
    different fields apart and is believed rather than the version. What cannot be kept is in `Saved`, and the rest is
    saved. Raises `Unwritable`.
    """
    held = _locked(bilan)
    if not rules.may_write(user, held):
        raise Unwritable(checking.why_unwritable(held) or "Vous n’écrivez pas dans ce bilan.", code="unwritable")
    saved = _Writing(held, changes, version, seen, at).done()
    if saved.written:
        held.version += 1
        held.saved_at = at
        held.first_saved_at = held.first_saved_at or at
        held.save()
        Writer.objects.update_or_create(bilan=held, user=user, defaults={"last_at": at})
    return saved


class _Writing:
    """One save at work: each field against what is there, then the rows."""

    def __init__(
        self, bilan: Bilan, changes: Mapping[str, Content], version: int, seen: Mapping[str, str] | None,
        at: dt.datetime,
    ) -> None:  # fmt: skip
        self.bilan, self.changes, self.seen, self.at = bilan, changes, seen, at
        self.stale = version != bilan.version
        asked = Indicator.objects.of_year(bilan.campaign.year).filter(filled_by=bilan.kind)
        self.indicators = {indicator.key: indicator for indicator in asked}
        self.rows = {(row.indicator_id, row.breakdown, row.category): row for row in bilan.values.all()}
        self.classes: dict[str, set[str]] = {}
        self.touched: dict[int, Value] = {}
        self.saved = Saved(bilan)

    def done(self) -> Saved:
        wanted: dict[str, tuple[Field, Content]] = {}
        for name, typed in self.changes.items():
            found = field_of(name)
            if found is None or (why := self._why_not(found, typed)) == NOT_OURS:
                self.saved.refused[name] = NOT_OURS
                continue
            content = tidy(typed) if isinstance(typed, str) else typed
            there = self._there(found)
            if self._left(name, content) or trace(there) == trace(content):
                continue
            if why:
                self.saved.refused[name] = why
            elif self._written_meanwhile(name, there):
                self.saved.held[name] = there
            else:
                wanted[name] = (found, content)
        self._settle_unavailable(wanted)
        for found, content in wanted.values():
            self._put(found, content)
        self.saved.written |= set(wanted)
        self._store()
        return self.saved

    def _why_not(self, found: Field, content: Content) -> str:
        """Why `content` cannot be kept there; empty when it can."""
        if found.what == "text":
            return self._too_long(content, MOST_WORDS)
        indicator = self.indicators.get(found.indicator)
        if indicator is None or not self._is_class(indicator, found):
            return NOT_OURS
        if found.what == "comment":
            return self._too_long(content, MOST_COMMENT)
        row = self.rows.get((indicator.pk, "", ""))
        if (indicator.computed and not indicator.correctable) or (row is not None and row.hidden):
            return FROM_PORTAL
        if isinstance(content, Decimal):
            try:
                refuse(content, indicator)
            except ValidationError as error:
                return error.messages[0]
        return ""

    def _is_class(self, indicator: Indicator, found: Field) -> bool:
        if not found.breakdown:
            return True
        if found.breakdown not in indicator.breakdowns:
            return False
        if found.breakdown not in self.classes:
            self.classes[found.breakdown] = {key for key, _ in classes(found.breakdown)}
        return found.category in self.classes[found.breakdown]

    @staticmethod
    def _too_long(content: Content, most: int) -> str:
        text = str(content or "")
        if "\x00" in text:
            return "Ce texte contient un caractère qui ne se garde pas."
        if len(text) > most:
            said = f"{most:,}".replace(",", "\u202f")
            return f"Ce texte est trop long\u00a0: {said} caractères au plus."
        return ""

    def _there(self, found: Field) -> Content:
        if found.what == "text":
            return str(getattr(self.bilan, found.indicator))
        row = self._row(found)
        if row is None:
            return "" if found.what == "comment" else None
        return getattr(row, found.what)  # type: ignore[no-any-return]

    def _row(self, found: Field) -> Value | None:
        key = (self.indicators[found.indicator].pk, found.breakdown, found.category)
        return self.rows.get(key)

    def _left(self, name: str, content: Content) -> bool:
        """Whether the person left the field as they had read it: others' words stay."""
        return self.seen is not None and self.seen.get(name, "") == trace(content)

    def _written_meanwhile(self, name: str, there: Content) -> bool:
        return self.stale if self.seen is None else self.seen.get(name, "") != trace(there)

    def _settle_unavailable(self, wanted: dict[str, tuple[Field, Content]]) -> None:
        """A value or « non disponible »: the last of the two to be said is kept; both at once are neither."""
        for key, indicator in self.indicators.items():
            amount, absent = name_of(indicator), name_of(indicator, tail="nd")
            ticked = absent in wanted and wanted[absent][1] is True
            typed = amount in wanted and wanted[amount][1] is not None
            if ticked and (typed or amount in self.saved.held or amount in self.saved.refused):
                self.saved.refused[absent] = BOTH
                del wanted[absent]
                wanted.pop(amount, None)
            elif ticked and self._there(Field(amount, "amount", key)) is not None:
                wanted[amount] = (Field(amount, "amount", key), None)
            elif typed and absent not in wanted and self._there(Field(absent, "unavailable", key)):
                wanted[absent] = (Field(absent, "unavailable", key), False)

    def _put(self, found: Field, content: Content) -> None:
        if found.what == "text":
            setattr(self.bilan, found.indicator, content)
            return
        row = self._row(found)
        if row is None:
            indicator = self.indicators[found.indicator]
            row = Value(bilan=self.bilan, indicator=indicator, breakdown=found.breakdown, category=found.category)
            self.rows[indicator.pk, found.breakdown, found.category] = row
        setattr(row, found.what, content if found.what != "unavailable" else bool(content))
        self.touched[id(row)] = row

    def _store(self) -> None:
        rows = list(self.touched.values())
        for row in rows:
            row.written_at = self.at
        Value.objects.bulk_create([row for row in rows if row.pk is None])
        Value.objects.bulk_update(
            [row for row in rows if row.pk is not None], ["amount", "unavailable", "comment", "written_at"]
        )


@transaction.atomic
def submit(bilan: Bilan, *, user: User, at: dt.datetime) -> Bilan:
    """Hand the bilan in: it changes no more, and its figures count. Journaled, kept among its acts.

    Raises `AlreadySubmitted`, `Unwritable`, `Incomplete` (with what is missing).
    """
    held = _locked(bilan)
    if held.state in Bilan.COUNTED:
        raise AlreadySubmitted("Ce bilan est déjà déposé.", code="submitted")
    if not rules.may_write(user, held):
        raise Unwritable(checking.why_unwritable(held) or "Vous ne déposez pas ce bilan.", code="unwritable")
    if gaps := checking.gaps(sheet_of(held)):
        raise Incomplete(gaps)
    before, held.state, held.submitted_at = held.state, Bilan.State.SUBMITTED, at
    held.version += 1
    held.save()
    note_bilan(held, Act.Done.SUBMITTED, at=at, actor=user)
    changes = {"state": [before, held.state]}
    record(verb="bilan.submit", target=held, actor=user, key=str(held.public_id), changes=changes)
    telling.tell_submitted(held)
    return held


@transaction.atomic
def take_back(bilan: Bilan, *, user: User, at: dt.datetime) -> Bilan:
    """Open again, by its own people, a bilan that they handed in and that the Region has not decided of.

    Raises `Unwritable`.
    """
    held = _locked(bilan)
    if why := checking.why_not_taken_back(held):
        raise Unwritable(why, code="state")
    if not rules.speaks_for(user, held):
        raise Unwritable("Vous ne reprenez pas ce bilan.", code="unwritable")
    asked_again = bool(held.return_reason.strip())
    before, held.state = held.state, Bilan.State.RETURNED if asked_again else Bilan.State.DRAFT
    held.submitted_at = None
    held.version += 1
    held.save()
    note_bilan(held, Act.Done.TAKEN_BACK, at=at, actor=user)
    changes = {"state": [before, held.state]}
    record(verb="bilan.take_back", target=held, actor=user, key=str(held.public_id), changes=changes)
    return held


def _locked(bilan: Bilan) -> Bilan:
    rows = Bilan.objects.select_related("campaign").select_for_update(of=("self",))
    return rows.get(pk=bilan.pk)
