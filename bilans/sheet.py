"""A bilan as its people read and fill it: its themes, their indicators, last year's values, what is answered (B2).

Read with a fixed number of queries; nothing here writes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.text import slugify

from bilans.breakdowns import classes
from bilans.comparing import Key, last_year
from bilans.fields import name_of, trace
from bilans.lines import Cell, Control, Line, Table
from bilans.models import Bilan, Indicator
from bilans.typed import shown

# Words of the addresses beside a theme's own.
_TAKEN = frozenset({"questions", "relire", "deposer", "reprendre", "documents"})


@dataclass
class Part:
    """A theme: a page of the form."""

    slug: str
    title: str
    lines: list[Line] = field(default_factory=list)

    @property
    def answered(self) -> int:
        return sum(line.answered for line in self.lines)

    @property
    def asked(self) -> int:
        return len(self.lines)

    @property
    def whole(self) -> bool:
        return self.answered == self.asked


@dataclass
class Question:
    """One of the three of article 5, or the commentary: a text of the bilan."""

    column: str
    title: str
    hint: str
    control: Control

    @property
    def required(self) -> bool:
        return self.column != "commentary"

    @property
    def answered(self) -> bool:
        return bool(self.control.content)


@dataclass
class Sheet:
    """The whole bilan, read once."""

    bilan: Bilan
    parts: list[Part] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        return [line for part in self.parts for line in part.lines]

    @property
    def answered(self) -> int:
        return sum(part.answered for part in self.parts)

    @property
    def asked(self) -> int:
        return sum(part.asked for part in self.parts)

    @cached_property
    def controls(self) -> dict[str, Control]:
        """Every field of the bilan, by name."""
        found = [control for line in self.lines for control in line.controls]
        return {control.name: control for control in [*found, *(one.control for one in self.questions)]}

    def part(self, slug: str) -> Part | None:
        return next((part for part in self.parts if part.slug == slug), None)


COMMENTARY = ("commentary", "Commentaire d’ensemble", "Ce qu’il faut savoir pour lire vos chiffres.")


def sheet_of(bilan: Bilan) -> Sheet:
    """`bilan` as it stands, with last year's values. Six queries at most, whatever the bilan holds."""
    sheet = Sheet(bilan)
    indicators = list(Indicator.objects.of_year(bilan.campaign.year).filter(filled_by=bilan.kind))
    values = {(row.indicator_id, row.breakdown, row.category): row for row in bilan.values.all()}
    before = last_year(bilan)
    used = sorted({breakdown for indicator in indicators for breakdown in indicator.breakdowns})
    known = {breakdown: classes(breakdown) for breakdown in used}
    for indicator in indicators:
        part = _part_of(sheet, indicator.theme)
        line = Line(bilan.campaign, indicator, values.get((indicator.pk, "", "")), before.get((indicator.pk, "", "")))
        line.tables = [
            Table(line, breakdown, _cells(line, breakdown, known[breakdown], values, before))
            for breakdown in indicator.breakdowns
        ]
        part.lines.append(line)
    for column, title, hint in (*Bilan.QUESTIONS, COMMENTARY):
        text = str(getattr(bilan, column))
        sheet.questions.append(Question(column, title, hint, Control(f"t:{column}", text, text)))
    return sheet


def _part_of(sheet: Sheet, theme: str) -> Part:
    for part in sheet.parts:
        if part.title == theme:
            return part
    slug = slugify(theme) or "theme"
    while slug in _TAKEN or sheet.part(slug):
        slug = f"{slug}-{len(sheet.parts) + 1}"
    sheet.parts.append(Part(slug, theme))
    return sheet.parts[-1]


def _cells(
    line: Line, breakdown: str, known: list[tuple[str, str]], values: dict[Key, Any], before: dict[Key, Decimal]
) -> list[Cell]:
    indicator, cells = line.indicator, []
    for category, label in known:
        row = values.get((indicator.pk, breakdown, category))
        past = before.get((indicator.pk, breakdown, category))
        amount = row.amount if row else None
        control = Control(name_of(indicator, breakdown, category), amount, shown(amount, indicator))
        hidden = bool(row and row.hidden)
        cells.append(Cell(label, control, amount, hidden, shown(past, indicator)))
    return cells


def traces(controls: list[Control]) -> dict[str, str]:
    """What a page shows of each field, for who saves from it; what is empty is left out."""
    found = {control.name: trace(control.content) for control in controls}
    return {name: said for name, said in found.items() if said}
