"""What a bilan itself says: its indicators of the year, its values and their classes, its comments (B1, B2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from bilans.adding import counts_people
from bilans.breakdowns import classes
from bilans.comparing import Key, flagged, last_year
from bilans.consolidation import Cell, Figure
from bilans.contents.shapes import Json, figure, state_of
from bilans.hiding import too_small
from bilans.models import Bilan, Indicator, Value
from core.small_counts import LEAST


@dataclass(frozen=True)
class Own:
    """The figures of one bilan in the order of its form, and the words written beside them."""

    bilan: Bilan
    figures: dict[str, Figure]
    comments: dict[str, str] = field(default_factory=dict)

    def shown(self, keys: Iterable[str] | None = None) -> list[Json]:
        """As FIGUREs: all of them, or those of `keys`, in the order of the form."""
        wanted = None if keys is None else set(keys)
        return [
            figure(found, self.bilan.campaign, comment=self.comments.get(key, ""))
            for key, found in self.figures.items()
            if wanted is None or key in wanted
        ]

    @property
    def blank(self) -> list[str]:
        """The indicators that nobody answered: their labels."""
        return [found.indicator.label for found in self.figures.values() if state_of(found) == "missing"]

    @property
    def unavailable(self) -> list[str]:
        return [found.indicator.label for found in self.figures.values() if state_of(found) == "unavailable"]

    @property
    def explained(self) -> list[Figure]:
        """The figures that moved much since the year before, or that a comment goes with."""
        campaign = self.bilan.campaign
        return [
            found
            for key, found in self.figures.items()
            if self.comments.get(key)
            or (found.comparable and not found.hidden and flagged(found.comparable[1], found.comparable[0], campaign))
        ]


def own(bilan: Bilan, *, public: bool = False) -> Own:
    """What `bilan` says, whole. `public`: without the indicators that are not to be published."""
    asked = Indicator.objects.of_year(bilan.campaign.year).filter(filled_by=bilan.kind)
    indicators = list(asked.filter(public=True) if public else asked)
    values: dict[Key, Value] = {
        (value.indicator_id, value.breakdown, value.category): value for value in Value.objects.filter(bilan=bilan)
    }
    before = last_year(bilan)
    shared = sorted({breakdown for one in indicators for breakdown in one.breakdowns})
    known = {breakdown: classes(breakdown) for breakdown in shared}
    figures, comments = {}, {}
    for indicator in indicators:
        total = values.get((indicator.pk, "", ""))
        figures[indicator.key] = _figure(bilan, indicator, values, before, known)
        if total and total.comment.strip():
            comments[indicator.key] = total.comment.strip()
    return Own(bilan, figures, comments)


def _figure(
    bilan: Bilan, indicator: Indicator, values: dict[Key, Value], before: dict[Key, Decimal],
    known: dict[str, list[tuple[str, str]]],
) -> Figure:  # fmt: skip
    total = values.get((indicator.pk, "", ""))
    amount = total.amount if total else None
    previous = before.get((indicator.pk, "", ""))
    told = total is not None and (amount is not None or total.hidden)
    refused = total is not None and total.unavailable
    breakdowns = {}
    for breakdown in indicator.breakdowns:
        cells = tuple(_cell(values.get((indicator.pk, breakdown, key)), key, label) for key, label in known[breakdown])
        if any(cell.amount is not None or cell.hidden for cell in cells):
            breakdowns[breakdown] = cells
    return Figure(
        indicator, amount, hidden=bool(total and total.hidden), answered=int(told), expected=1,
        missing=() if told or refused else (bilan.name,), unavailable=(bilan.name,) if refused else (),
        breakdowns=breakdowns, previous=previous,
        comparable=None if amount is None or previous is None else (previous, amount),
    )  # fmt: skip


def _cell(value: Value | None, key: str, label: str) -> Cell:
    return Cell(key, label, value.amount if value else None, hidden=bool(value and value.hidden))


def themes(figures: Iterable[Figure]) -> dict[str, list[Figure]]:
    """Figures by theme, in their order."""
    found: dict[str, list[Figure]] = defaultdict(list)
    for one in figures:
        found[one.indicator.theme].append(one)
    return dict(found)


def headlines(figures: Iterable[Figure], most: int = 6) -> list[Figure]:
    """The key figures, by rank."""
    ranked = [found for found in figures if found.indicator.headline]
    return sorted(ranked, key=lambda found: (found.indicator.headline or 0, found.indicator.key))[:most]


def told(found: Own, consolidated: Mapping[str, Figure]) -> Own:
    """`found` as others may read it: its consolidated figures where it counts, its small classes closed elsewhere (D8).

    What a document of a territory hides is what the figures of the year hide, so that nothing is found between the two.
    """
    if found.bilan.state in Bilan.COUNTED:
        figures = {
            key: replace(one, hidden=True, amount=None, breakdowns={}, previous=None, comparable=None)
            if (other := consolidated.get(key)) is not None and other.hidden
            else replace(
                one, breakdowns=other.breakdowns or one.breakdowns if other else one.breakdowns,
                previous=other.previous if other and counts_people(one.indicator) else one.previous,
                comparable=other.comparable if other and counts_people(one.indicator) else one.comparable,
            )
            for key, one in found.figures.items()
        }  # fmt: skip
    else:
        figures = {key: _closed(one) for key, one in found.figures.items()}
    return replace(found, figures=figures)


def _closed(one: Figure) -> Figure:
    """A figure that counts people without its classes, nor its total, under five."""
    if not counts_people(one.indicator):
        return one
    small = one.amount is not None and 0 < one.amount < LEAST
    before = one.previous is not None and 0 < one.previous < LEAST
    one = replace(one, previous=None, comparable=None) if before else one
    if small:
        return replace(one, hidden=True, amount=None, breakdowns={}, previous=None, comparable=None)
    return replace(one, breakdowns={key: _closed_cells(cells) for key, cells in one.breakdowns.items()})


def _closed_cells(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    counts = {cell.category: int(cell.amount) for cell in cells if cell.amount is not None}
    small = too_small(counts)
    return tuple(
        replace(cell, amount=None, hidden=True) if cell.hidden or cell.category in small else cell for cell in cells
    )
