"""The functions that the portal works indicators out with, by name (B1, B2).

Each room says its own figures of a year in `<room>/yearly.py`, which knows nothing of bilans; this module names them
and gives each the subject of a bilan. A function answers for one subject; `Computed.amount` none means that the portal
does not know (never zero).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from bilans.models import Bilan


@dataclass(frozen=True)
class Computed:
    """A figure that the portal works out: its total, and parts by `(breakdown, category)` when it knows them.

    `hidden`: it exists and is not told, being too small (D8).
    """

    amount: Decimal | None
    parts: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
    hidden: bool = False


Source = Callable[[Bilan], Computed]
SOURCES: dict[str, Source] = {}


def compute(name: str, bilan: Bilan) -> Computed:
    """What the portal knows of one indicator for the subject of `bilan`. Raises `KeyError` for an unknown name."""
    return SOURCES[name](bilan)
