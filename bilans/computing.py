"""What a source of `bilans/sources.py` answers, and how the rooms are asked once for everybody (B1, B2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils import timezone

from bilans.models import Bilan, Kind


@dataclass(frozen=True)
class Computed:
    """A figure that the portal works out: its total, and parts by `(breakdown, category)` when it knows them.

    `hidden`: it exists and is not told, being too small (D8).
    """

    amount: Decimal | None
    parts: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
    hidden: bool = False


Source = Callable[[Bilan], Computed]
UNKNOWN = Computed(None)

_memory: ContextVar[dict[Any, Any] | None] = ContextVar("bilans_sources", default=None)


@contextmanager
def remembered() -> Iterator[None]:
    """Inside, each room is asked once for a year; what it said is forgotten on the way out."""
    if _memory.get() is not None:
        yield
        return
    token = _memory.set({})
    try:
        yield
    finally:
        _memory.reset(token)


def once(function: Callable[..., Any], *arguments: Any) -> Any:
    memory = _memory.get()
    if memory is None:
        return function(*arguments)
    key = (function, *arguments)
    if key not in memory:
        memory[key] = function(*arguments)
    return memory[key]


def _grouped(facts: Callable[..., Iterable[Any]], *arguments: Any) -> dict[tuple[str, Any], list[Any]]:
    """Facts by the subjects whose they are: each names its organisation and its agencies."""
    found: dict[tuple[str, Any], list[Any]] = defaultdict(list)
    for fact in facts(*arguments):
        found[Kind.REGION, None].append(fact)
        found[Kind.ORGANISATION, fact.organisation].append(fact)
        for agency in fact.agencies:
            found[Kind.TERRITORY, agency].append(fact)
    return found


def facts_of(bilan: Bilan, facts: Callable[..., Iterable[Any]], *arguments: Any) -> list[Any] | None:
    """The facts of the subject; none for a subject that such facts do not know."""
    subjects = {Kind.REGION: None, Kind.ORGANISATION: bilan.organisation_id, Kind.TERRITORY: bilan.agency_id}
    if bilan.kind not in subjects:
        return None
    grouped = once(_grouped, facts, *arguments)
    return list(grouped.get((bilan.kind, subjects[Kind(bilan.kind)]), []))


def still_known(bilan: Bilan) -> bool:
    """Whether what stands today may be said of the year: until the end of the next one, nothing older is kept."""
    return bilan.campaign.year <= timezone.localdate().year <= bilan.campaign.year + 1


def number(count: float) -> Decimal:
    return Decimal(str(count)).quantize(Decimal("0.01"), ROUND_HALF_UP)
