"""What others than the organisation and the Region read hides every count of one to four, from whoever subtracts (D8).

As for the platforms, two attackers who do not know how rows and classes were chosen: one computes with an exact linear
programme how large a hidden count may be, the other looks for every count that follows from what is told.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bilans.gathering import UNSHARED
from bilans.hiding import REGION, Told, Unit, told, too_small
from core.small_counts import LEAST
from tests.psad.test_figures_hiding import Cell, Row, follows, largest

CLASSES = ("x", "y", "z", UNSHARED[0])
Goal = tuple[frozenset[str], frozenset[str]]  # units, classes


def cell(unit: Unit, category: str) -> int:
    if category == UNSHARED[0]:
        return unit.total - sum(unit.parts.values())
    return unit.parts.get(("b", category), 0)


def sum_of(units: Iterable[Unit], goal: Goal) -> int:
    return sum(cell(unit, category) for unit in units if str(unit.key) in goal[0] for category in goal[1])


def goals(units: list[Unit]) -> list[Goal]:
    """Every sum that a page may show, and each cell of it."""
    everybody = frozenset(str(unit.key) for unit in units)
    groups = {unit.group: frozenset(str(one.key) for one in units if one.group == unit.group) for unit in units}
    comers = frozenset(str(unit.key) for unit in units if not unit.stays)
    sets = [everybody, *groups.values(), *(frozenset([key]) for key in everybody), comers, everybody - comers]
    sets += [keys & comers for keys in groups.values()] + [keys - comers for keys in groups.values()]
    rows = [(keys, frozenset(CLASSES)) for keys in sets if keys]
    return rows + [(keys, frozenset([category])) for keys in sets if keys for category in CLASSES]


def read(units: list[Unit], shown: Told) -> list[tuple[Goal, int]]:
    """What all the pages of a year tell together."""
    whole = frozenset(CLASSES)
    everybody = frozenset(str(unit.key) for unit in units)
    stays = frozenset(str(unit.key) for unit in units if unit.stays)
    lines: list[Goal] = [(frozenset([str(unit.key)]), whole) for unit in units if shown.unit(unit.key)]
    for group in ("", *sorted({unit.group for unit in units})):
        among = frozenset(str(unit.key) for unit in units if group in ("", unit.group))
        if shown.group(group):
            lines.append((among, whole))
        if shown.moves(group):
            lines.append((among & stays, whole))
        lines += [(among, frozenset([one])) for one in CLASSES if shown.cell(group, "b", one)]
    assert everybody
    return [(goal, sum_of(units, goal)) for goal in lines if goal[0]]


def known(units: list[Unit], shown: Told) -> list[Row]:
    return [
        ({(key, category): Fraction(1) for key in goal[0] for category in goal[1]}, Fraction(total))
        for goal, total in read(units, shown)
    ]


def cells_of(goal: Goal) -> set[Cell]:
    return set(itertools.product(goal[0], goal[1]))


counts = st.sampled_from([0, 0, 1, 2, 3, 4, 5, 6, 8, 12, 30])


@st.composite
def years(draw: st.DrawFn) -> list[Unit]:
    """Up to six organisations in up to three networks, some of which did not answer the year before."""
    units = []
    for key, group in enumerate(draw(st.lists(st.sampled_from(["m", "n", "o"]), min_size=1, max_size=6))):
        parts = {("b", category): draw(counts) for category in CLASSES[:3]}
        total = sum(parts.values()) + draw(counts)
        if total:
            units.append(Unit(key, group, total, parts, stays=draw(st.booleans())))
    return units


SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


@SLOW
@given(years())
def test_D8_what_is_told_is_nobody_or_five(units: list[Unit]) -> None:
    shown = told(units, ["b"])
    if units:
        assert [total for _, total in read(units, shown) if 0 < total < LEAST] == []


@SLOW
@given(years())
def test_D8_no_hidden_count_may_be_told_to_be_under_five(units: list[Unit]) -> None:
    if not units:
        return
    lines, cells = known(units, told(units, ["b"])), cells_of(goals(units)[0])
    for goal in goals(units):
        if 0 < sum_of(units, goal) < LEAST:
            bound = largest(cells_of(goal), lines, sorted(cells))
            assert bound is None or bound >= LEAST, goal


@SLOW
@given(years())
def test_D8_no_hidden_count_follows_from_what_is_told(units: list[Unit]) -> None:
    """Every set of organisations, in every class: what follows from the pages is nobody, or five and more."""
    if not units:
        return
    lines, cells = known(units, told(units, ["b"])), sorted(cells_of(goals(units)[0]))
    for size in range(1, len(units) + 1):
        for group in itertools.combinations([str(unit.key) for unit in units], size):
            for chosen in [CLASSES, *([one] for one in CLASSES)]:
                goal = (frozenset(group), frozenset(chosen))
                if 0 < sum_of(units, goal) < LEAST:
                    assert not follows(cells_of(goal), lines, cells), goal


def test_D8_a_class_alone_takes_the_next_smallest_with_it() -> None:
    assert too_small({"a": 3, "b": 40, "c": 12, "d": 0}) == {"a", "c"}
    assert too_small({"a": 1, "b": 1, "c": 12, "d": 90}) == {"a", "b", "c"}
    assert too_small({"a": 3, "b": 4, "c": 12}) == {"a", "b"}
    assert too_small({"a": 5, "b": 0}) == set()


def test_D8_a_network_hidden_takes_another_with_it() -> None:
    units = [Unit(1, "m", 3), Unit(2, "n", 40), Unit(3, "o", 12), Unit(4, "p", 9)]
    shown = told(units)
    assert {level for level in ("m", "n", "o", "p") if shown.group(level)} == {"n"}
    assert shown.rows >= {REGION}
    alone = told(units[:3])  # « n » told, « o » would subtract its own 12 and find the 3 of « m »
    assert {level for level in ("m", "n", "o") if alone.group(level)} == set()


def test_D8_who_answers_for_the_first_time_is_not_found_in_the_change() -> None:
    units = [Unit(1, "m", 30), Unit(2, "m", 3, stays=False), Unit(3, "m", 12), Unit(4, "m", 9)]
    assert not told(units).moves("")
    assert told([Unit(1, "m", 30), Unit(2, "m", 8, stays=False), Unit(3, "m", 12)]).moves("")
