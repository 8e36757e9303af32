"""Which figures of people may be read by whoever is neither the organisation itself nor the Region's staff (D8, S2).

Of each indicator that counts people, one to four persons are too few to be told, and so is what would let them be
found. Nothing is rounded or invented: a number is told whole or not at all (« n.c. »).

- **Totals** (region, network or territory, organisation) go by `core/small_counts.py`: a row is told when it holds five
  or more and what the rows told leave of one another does too. Those who answer this year and not the year before are a
  row as well, inside each network: the figure « of those that answered both years » is given when that row is told, so
  that subtracting it from the total finds nobody.
- **Classes of the region** (the figure of a territory is one of them): a class under five is hidden, and the next
  smallest with it until the hidden ones hold five together and are two at least.
- **Classes of a network**: those that the region hides are hidden there too, as one; a network's classes are told all
  or none, by the same rule as totals.
- **What one organisation declares of one territory** is read by itself and the Region alone.
- **Means**: the value of an organisation whose weight is hidden is hidden.
- **Flows of a PSAD** are those that it has published (`psad/statistics/figures.py`): hidden there, hidden here.

**Attacker held**: who reads every page, file and document of one campaign at one moment, all territories and networks
together, and does not know how the rows were chosen; also who subtracts the year before as this campaign tells it.
One organisation inside knows its own counts besides: what a total or a class of the region, or what the networks told
leave of it, holds beyond them is nobody or five.
**Not held**: organisations that put their counts together; one of them before the classes of its network, which the
Region and its officers alone read; who notes the totals day after day while bilans come in (a year under way is for the
Region and its officers alone); who knows all but one of the persons; who puts together the publications of three years
running, of which each is hidden by itself.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from bilans import kinds
from bilans.adding import counts_people
from bilans.consolidation import Cell, Figure, Part
from bilans.gathering import TOTAL, UNSHARED, Class, Ground, Scope, Subject, Year
from bilans.models import Adding, Indicator
from core.small_counts import LEAST, Node, publishable

REGION: Node = ("region", "")


@dataclass(frozen=True)
class Unit:
    """One subject's count: its total, and what it shares out by breakdown and class."""

    key: Hashable
    group: str
    total: int
    parts: Mapping[tuple[str, str], int] = field(default_factory=dict)
    stays: bool = True  # answers in the other year too


@dataclass(frozen=True)
class Told:
    """What may be told of an indicator: rows, the classes hidden of each breakdown, the rows whose classes are told."""

    rows: frozenset[Node]
    hidden: Mapping[str, frozenset[str]]
    shared: Mapping[str, frozenset[str]]
    groups: Mapping[str, bool]  # whether all those of the group who are not in the other year are told as one

    def unit(self, key: Hashable) -> bool:
        return ("subject", str(key)) in self.rows

    def group(self, group: str) -> bool:
        return (("group", group) if group else REGION) in self.rows

    def moves(self, group: str) -> bool:
        """Whether the figure of those that stay may be told, over a group or over the region."""
        return self.group(group) and (self.groups.get(group, True) if group else all(self.groups.values()))

    def cell(self, group: str, breakdown: str, category: str) -> bool:
        if not self.group(group) or category in self.hidden.get(breakdown, frozenset()):
            return False
        return not group or group in self.shared.get(breakdown, frozenset())


def told(units: Sequence[Unit], breakdowns: Sequence[str] = ()) -> Told:
    """What may be told of the counts of `units`, all levels together."""
    paths = {str(unit.key): _path(unit) for unit in units}
    rows = _rows(units, paths) if units else set()
    hidden, shared = {}, {}
    for breakdown in breakdowns:
        groups = {group: _classes(units, breakdown, group) for group in sorted({unit.group for unit in units})}
        region = _added(groups.values())
        hidden[breakdown] = frozenset(too_small(region, _by_unit(units, breakdown)) if REGION in rows else region)
        shared[breakdown] = frozenset(_whole_rows(groups, region, hidden[breakdown], rows))
    same = {unit.group: [one for one in units if one.stays and one.group == unit.group] for unit in units}
    new = {
        unit.group: ("new", unit.group) in rows and not _betrays(one.total for one in same[unit.group])
        for unit in units
        if not unit.stays
    }
    return Told(frozenset(rows), hidden, shared, new)


def _betrays(counts: Iterable[int]) -> bool:
    """Whether one of those who make a sum, knowing their own count, would find one to four people among the others."""
    among = list(counts)
    return any(0 < sum(among) - count < LEAST for count in among)


def _rows(units: Sequence[Unit], paths: Mapping[str, tuple[Node, ...]]) -> set[Node]:
    """The totals that are told: none under five, nor what they leave of one another, even for one of those inside."""
    among: dict[Node, list[int]] = {}
    for unit in units:
        for node in paths[str(unit.key)]:
            among.setdefault(node, []).append(unit.total)
    allowed = {node for node, counts in among.items() if not _betrays(counts)}
    while True:
        rows = publishable(paths, {str(unit.key): {"": unit.total} for unit in units}, [""], allowed)
        rest = [unit.total for unit in units if ("group", unit.group) not in rows]
        if REGION not in rows or not _betrays(rest):
            return rows
        groups = [node for node in rows if node[0] == "group"]
        allowed.remove(min(groups, key=lambda node: (sum(among[node]), node)) if groups else REGION)


def _by_unit(units: Sequence[Unit], breakdown: str) -> list[dict[str, int]]:
    """The classes of each one, with what its total holds beyond them."""
    return [_classes([unit], breakdown, unit.group) for unit in units]


def _path(unit: Unit) -> tuple[Node, ...]:
    side = "same" if unit.stays else "new"
    return (("subject", str(unit.key)), (side, unit.group), ("group", unit.group), REGION)


def _classes(units: Sequence[Unit], breakdown: str, group: str) -> dict[str, int]:
    """The classes of a group, with what its totals hold beyond them."""
    cells: dict[str, int] = {}
    among = [unit for unit in units if unit.group == group]
    for unit in among:
        for (of, category), count in unit.parts.items():
            if of == breakdown:
                cells[category] = cells.get(category, 0) + count
    cells[UNSHARED[0]] = max(0, sum(unit.total for unit in among) - sum(cells.values()))
    return cells


def _added(rows: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for row in rows:
        for category, count in row.items():
            total[category] = total.get(category, 0) + count
    return total


def too_small(cells: Mapping[str, int], own: Sequence[Mapping[str, int]] = ()) -> set[str]:
    """The classes to hide of a row whose total is told: those of one to four, then the next smallest, until what is
    hidden holds five and two classes at least. `own`, the classes of each one inside: what the others hold of a class,
    or of all those hidden, is looked at as well."""

    def betrayed(categories: Iterable[str]) -> bool:
        return _betrays(sum(one.get(category, 0) for category in categories) for one in own)

    hidden = {
        category for category, count in cells.items() if 0 < count < LEAST or (count and betrayed([category]))
    }  # fmt: skip
    left = sorted((count, category) for category, count in cells.items() if count and category not in hidden)
    while hidden and left and (
        len(hidden) < 2 or sum(cells[one] for one in hidden) < LEAST or betrayed(sorted(hidden))
    ):  # fmt: skip
        hidden.add(left.pop(0)[1])
    return hidden


def _whole_rows(
    groups: Mapping[str, Mapping[str, int]], region: Mapping[str, int], hidden: frozenset[str], rows: set[Node]
) -> set[str]:
    """The groups whose classes are told, those hidden of the region put together."""
    if REGION not in rows:
        return set()
    kept = [category for category, count in region.items() if count and category not in hidden]
    columns = [*kept, *(["hidden"] if hidden else [])]
    merged = {
        group: {category: cells.get(category, 0) for category in kept}
        | {"hidden": sum(cells.get(category, 0) for category in hidden)}
        for group, cells in groups.items()
    }
    paths = {group: (("group", group), REGION) for group in groups}
    return {key for level, key in publishable(paths, merged, columns, rows) if level == "group"}


# --- Over figures


def hide(figures: Mapping[str, Figure], ground: Ground, scope: Scope) -> dict[str, Figure]:
    """`figures` as others than the organisation itself and the Region's staff read them."""
    return {key: _hidden(figure, ground, scope) for key, figure in figures.items()}


def _hidden(figure: Figure, ground: Ground, scope: Scope) -> Figure:
    indicator = figure.indicator
    if kinds.get(indicator.filled_by).settled and indicator.source:
        return figure  # published already, small counts hidden
    if indicator.adding == Adding.MEAN:
        weight = ground.by_key.get(indicator.weight)
        return figure if weight is None or not counts_people(weight) else _mean(figure, ground, scope, weight)
    if not counts_people(indicator):
        return figure
    if indicator.adding != Adding.SUM:
        return _alone(figure)
    now, before = pattern(ground, indicator, ground.now), pattern(ground, indicator, ground.before)
    if scope.declared:
        return _declared(figure, scope.declared, now, before)
    return _summed(figure, ground, scope, now, before)


def pattern(ground: Ground, indicator: Indicator, year: Year) -> Told:
    """What may be told of a year of an indicator, whatever the page that asks."""
    other = ground.before if year is ground.now else ground.now
    answering = {one.key for one in other.subjects if _total(other, one, indicator) is not None}
    units = [
        Unit(one.key, one.group, int(total), _parts(year, one, indicator), one.key in answering)
        for one in year.subjects
        if (total := _total(year, one, indicator))  # a zero is nobody: it is told, and hides nothing
    ]
    return told(units, indicator.breakdowns)


def _total(year: Year, subject: Subject, indicator: Indicator) -> Decimal | None:
    said = year.answer(subject, indicator).get(TOTAL)
    return said.amount if said else None


def _parts(year: Year, subject: Subject, indicator: Indicator) -> dict[tuple[str, str], int]:
    answer = year.answer(subject, indicator)
    return {key: int(said.amount) for key, said in answer.items() if key != TOTAL and said.amount is not None}


def _summed(figure: Figure, ground: Ground, scope: Scope, now: Told, before: Told) -> Figure:
    group = scope.group
    shown = now.group(group) or not figure.amount
    keys = {one.bilan: one.key for one in ground.now.subjects}
    return replace(
        figure,
        amount=figure.amount if shown else None,
        hidden=not shown,
        breakdowns={
            breakdown: tuple(
                _cell(cell, not figure.amount or now.cell(group, breakdown, cell.category)) for cell in cells
            )
            for breakdown, cells in figure.breakdowns.items()
        },
        parts=tuple(_untold(part, not part.amount or now.unit(keys[part.bilan])) for part in figure.parts),
        previous=figure.previous if before.group(group) or not figure.previous else None,
        comparable=figure.comparable if now.moves(group) and before.moves(group) else None,
    )


def _declared(figure: Figure, declared: Class, now: Told, before: Told) -> Figure:
    """A territory: the class of the region, and nothing of who makes it."""
    shown = now.cell("", *declared) or not figure.amount
    return replace(
        figure,
        amount=figure.amount if shown else None,
        hidden=not shown,
        parts=tuple(_untold(part, False) for part in figure.parts),
        previous=figure.previous if before.cell("", *declared) or not figure.previous else None,
        comparable=None,
    )


def _mean(figure: Figure, ground: Ground, scope: Scope, weight: Indicator) -> Figure:
    now, before = pattern(ground, weight, ground.now), pattern(ground, weight, ground.before)
    keys = {one.bilan: one.key for one in ground.now.subjects}
    shown = now.group(scope.group) or figure.amount is None
    parts = tuple(
        replace(_untold(part, now.unit(keys[part.bilan])), weight=part.weight if now.unit(keys[part.bilan]) else None)
        for part in figure.parts
    )
    return replace(
        figure, amount=figure.amount if shown else None, hidden=not shown, parts=parts,
        previous=figure.previous if before.group(scope.group) else None,
        comparable=figure.comparable if now.moves(scope.group) and before.moves(scope.group) else None,
    )  # fmt: skip


def _alone(figure: Figure) -> Figure:
    """A count that is not a sum: it leaves nothing to subtract but its own classes."""
    small = figure.amount is not None and 0 < figure.amount < LEAST
    return replace(
        figure,
        amount=None if small else figure.amount,
        hidden=small or figure.hidden,
        breakdowns={
            breakdown: tuple(
                _cell(cell, not small and cell.category not in lost)
                for lost in [too_small({one.category: int(one.amount or 0) for one in cells})]
                for cell in cells
            )
            for breakdown, cells in figure.breakdowns.items()
        },
        parts=tuple(_untold(part, part.amount is None or not 0 < part.amount < LEAST) for part in figure.parts),
        previous=None if figure.previous is not None and 0 < figure.previous < LEAST else figure.previous,
        comparable=None
        if figure.comparable and any(0 < amount < LEAST for amount in figure.comparable)
        else figure.comparable,
    )


def _cell(cell: Cell, shown: bool) -> Cell:
    return cell if shown or cell.amount is None else replace(cell, amount=None, hidden=True)


def _untold(part: Part, shown: bool) -> Part:
    return part if shown or part.state != "answered" else replace(part, state="hidden", amount=None)
