"""An indicator in a bilan as its people read and fill it: its fields, its breakdowns, last year beside (B2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from bilans import numbers
from bilans.comparing import flagged
from bilans.fields import Content, anchor, name_of
from bilans.models import Adding, Breakdown, Campaign, Indicator, Unit, Value
from bilans.typed import shown

State = Literal["answered", "unavailable", "hidden", "missing"]


@dataclass
class Control:
    """A field as a page shows it: what it holds, and after a writing what is wrong, or what somebody else wrote."""

    name: str
    content: Content
    shown: str
    error: str = ""
    theirs: str | None = None  # said as people read it
    theirs_typed: str = ""  # as the control would hold it

    @property
    def id(self) -> str:
        return anchor(self.name)

    @property
    def checked(self) -> bool:
        return self.shown == "1"


@dataclass
class Cell:
    """One class of a breakdown."""

    label: str
    control: Control
    amount: Decimal | None
    hidden: bool = False
    before: str = ""


@dataclass
class Table:
    """A breakdown: its classes, and how their sum stands beside the total."""

    line: Line
    breakdown: str
    cells: list[Cell]

    @property
    def title(self) -> str:
        return f"Par {Breakdown(self.breakdown).label.lower()}"

    @property
    def id(self) -> str:
        return f"{anchor(name_of(self.line.indicator))}--{self.breakdown}"

    @property
    def filled(self) -> int:
        return sum(cell.amount is not None for cell in self.cells)

    @property
    def sum(self) -> Decimal:
        return sum((cell.amount for cell in self.cells if cell.amount is not None), Decimal(0))

    @property
    def said(self) -> str:
        return numbers.number(self.sum, self.line.indicator.decimals) if self.filled else ""

    @property
    def difference(self) -> Decimal | None:
        """What the classes hold beyond the total (less than it, when negative); none when they agree, or are empty.

        Of a distinct count by territory the sum may pass the total: the same person came in two places.
        """
        if not self.filled or any(cell.hidden for cell in self.cells) or self.line.locked:
            return None
        gap = self.sum - (self.line.amount or Decimal(0))
        places = self.breakdown in (Breakdown.AGENCY, Breakdown.BASIN)
        if not gap or (gap > 0 and places and self.line.indicator.adding == Adding.DISTINCT):
            return None
        return gap

    @property
    def warning(self) -> str:
        """What does not add up, with the difference named; empty when all is well."""
        if (gap := self.difference) is None:
            return ""
        decimals = self.line.indicator.decimals
        total = self.line.amount
        by = self.title.lower()
        if total is None:
            return f"{self.title}, vous comptez {self.said}, mais le total n’est pas renseigné."
        whole, rest = numbers.number(total, decimals), numbers.number(abs(gap), decimals)
        words = f"{rest} de trop" if gap > 0 else f"il manque {rest}"
        return f"Le total est {whole}, et la ventilation {by} fait {self.said}\u00a0: {words}."


@dataclass
class Line:
    """An indicator in a bilan."""

    campaign: Campaign
    indicator: Indicator
    value: Value | None
    before: Decimal | None
    amount_control: Control = field(init=False)
    unavailable_control: Control = field(init=False)
    comment_control: Control = field(init=False)
    tables: list[Table] = field(default_factory=list)

    def __post_init__(self) -> None:
        value, indicator = self.value, self.indicator
        amount = value.amount if value else None
        absent, words = bool(value and value.unavailable), value.comment if value else ""
        self.amount_control = Control(name_of(indicator), amount, shown(amount, indicator))
        self.unavailable_control = Control(name_of(indicator, tail="nd"), absent, "1" if absent else "")
        self.comment_control = Control(name_of(indicator, tail="mot"), words, words)

    @property
    def key(self) -> str:
        return self.indicator.key

    @property
    def unit(self) -> str:
        """What stands after the field; a bare number needs no word."""
        return "" if self.indicator.unit == Unit.COUNT else str(self.indicator.get_unit_display())

    @property
    def amount(self) -> Decimal | None:
        return self.value.amount if self.value else None

    @property
    def state(self) -> State:
        if self.value is None:
            return "missing"
        if self.value.hidden:
            return "hidden"
        if self.value.unavailable:
            return "unavailable"
        return "missing" if self.value.amount is None else "answered"

    @property
    def locked(self) -> bool:
        """What the portal works out and nobody corrects; what is too small to be told."""
        return (self.indicator.computed and not self.indicator.correctable) or self.state == "hidden"

    @property
    def answered(self) -> bool:
        return self.state != "missing"

    @property
    def said(self) -> str:
        """The value as it is read: « 1 234 personnes », « n.c. », « non disponible », « non renseigné »."""
        words = {"hidden": numbers.HIDDEN, "unavailable": numbers.UNAVAILABLE, "missing": numbers.MISSING}
        return words.get(self.state) or numbers.of(self.indicator, self.amount)

    @property
    def said_before(self) -> str:
        return "" if self.before is None else numbers.of(self.indicator, self.before)

    @property
    def flagged(self) -> bool:
        return flagged(self.amount, self.before, self.campaign)

    @property
    def change(self) -> str:
        """« + 34 % par rapport à 2024 »; empty when there is nothing to compare."""
        year = self.campaign.year - 1
        moved = numbers.change(self.amount, self.before, self.indicator.unit, self.indicator.decimals, year=year)
        return str(moved["said"]) if moved else ""

    @property
    def proposed(self) -> Decimal | None:
        return self.value.proposed if self.value else None

    @property
    def said_proposed(self) -> str:
        return "" if self.proposed is None else numbers.of(self.indicator, self.proposed)

    @property
    def typed_proposed(self) -> str:
        return shown(self.proposed, self.indicator)

    @property
    def corrected(self) -> bool:
        """Whether its people gave another value than the portal's."""
        return self.proposed is not None and self.amount is not None and self.amount != self.proposed

    @property
    def asks_word(self) -> bool:
        """Whether a comment is expected, and not given."""
        return (self.flagged or self.corrected) and not self.comment_control.content

    @property
    def controls(self) -> list[Control]:
        cells = [cell.control for table in self.tables for cell in table.cells]
        return [self.amount_control, self.unavailable_control, self.comment_control, *cells]
