"""What the values of many bilans make together, said with what is missing and never invented (B1, B3; issue 8).

The shapes that everything which reads figures shares: documents, dashboards, public pages, files.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from bilans.models import Indicator

State = Literal["answered", "unavailable", "missing", "hidden"]


@dataclass(frozen=True)
class Part:
    """What one subject brings to a consolidated figure. `weight` is set for a weighted mean."""

    bilan: int
    public_id: str
    name: str
    kind: str
    state: State
    amount: Decimal | None = None
    weight: Decimal | None = None
    accepted: bool = False


@dataclass(frozen=True)
class Cell:
    """One class of a breakdown: `amount` none when nobody said it, or (`hidden`) when it is too small to be told."""

    category: str
    label: str
    amount: Decimal | None
    hidden: bool = False


@dataclass(frozen=True)
class Figure:
    """A consolidated figure: its value, how many answered of how many expected, and who did not.

    `amount` none: nobody answered, or what is there does not add up (`indicator.adding` « none », several subjects).
    `previous` is the same figure a year before; `comparable` holds only the subjects that answered in both years, so
    that a change is never that of the list of who answers: (before, now).
    """

    indicator: Indicator
    amount: Decimal | None
    hidden: bool = False
    answered: int = 0
    expected: int = 0
    missing: tuple[str, ...] = ()
    unavailable: tuple[str, ...] = ()
    breakdowns: dict[str, tuple[Cell, ...]] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    previous: Decimal | None = None
    comparable: tuple[Decimal, Decimal] | None = None

    @property
    def complete(self) -> bool:
        """Whether everybody who was asked answered."""
        return self.answered == self.expected
