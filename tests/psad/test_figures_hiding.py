"""What is published of a table hides every count under five, from whoever subtracts and reasons (D8, issue 6).

Two attackers, neither of whom knows how the rows were chosen: one computes, with an exact linear programme, how large a
hidden cell may be; one takes every combination of platforms and asks whether its count follows from what is published.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.small_counts import LEAST, Node, path, publishable, sums

Cell = tuple[str, str]  # a platform, a class
Row = tuple[dict[Cell, Fraction], Fraction]  # what the cells add up to


# --- The programme: how large may a sum of cells be?


def largest(goal: set[Cell], known: Sequence[Row], cells: Sequence[Cell]) -> Fraction | None:
    """The maximum of a sum of non-negative cells under what is known; none when nothing bounds it.

    Simplex in two phases, in fractions, with Bland's rule: exact, and it ends."""
    places = {cell: number for number, cell in enumerate(cells)}
    width = len(cells) + len(known)
    table = []
    for number, (coefficients, total) in enumerate(known):
        line = [Fraction(0)] * (width + 1)
        for cell, factor in coefficients.items():
            line[places[cell]] = factor
        line[len(cells) + number], line[-1] = Fraction(1), total
        table.append(line)
    basis = list(range(len(cells), width))
    first = [Fraction(0)] * len(cells) + [Fraction(-1)] * len(known)
    assert _climb(table, basis, first, width) == 0, "what is published contradicts itself"
    for number, variable in enumerate(basis):  # artificial ones that stayed, at zero
        if variable >= len(cells):
            entering = next((c for c in range(len(cells)) if table[number][c]), None)
            if entering is not None:
                _pivot(table, basis, number, entering)
    for line in table:
        line[len(cells) : width] = [Fraction(0)] * len(known)
    return _climb(table, basis, [Fraction(cell in goal) for cell in cells] + [Fraction(0)] * len(known), len(cells))


def _climb(table: list[list[Fraction]], basis: list[int], gains: list[Fraction], width: int) -> Fraction | None:
    while True:
        entering = next(
            (
                c
                for c in range(width)
                if gains[c] > sum(gains[b] * r[c] for b, r in zip(basis, table, strict=True) if r[c])
            ),
            None,
        )
        if entering is None:
            return sum((gains[b] * r[-1] for b, r in zip(basis, table, strict=True)), Fraction(0))
        ways = [(r[-1] / r[entering], basis[n], n) for n, r in enumerate(table) if r[entering] > 0]
        if not ways:
            return None
        _pivot(table, basis, min(ways)[2], entering)


def _pivot(table: list[list[Fraction]], basis: list[int], leaving: int, entering: int) -> None:
    factor = table[leaving][entering]
    table[leaving] = [value / factor for value in table[leaving]]
    for number, line in enumerate(table):
        if number != leaving and line[entering]:
            by = line[entering]
            table[number] = [
                value - by * other if other else value for value, other in zip(line, table[leaving], strict=True)
            ]
    basis[leaving] = entering


def follows(goal: set[Cell], known: Sequence[Row], cells: Sequence[Cell]) -> bool:
    """Whether a sum of cells is a combination of what is known, whatever the cells are."""
    lines = [[coefficients.get(cell, Fraction(0)) for cell in cells] for coefficients, _ in known]
    wanted = [Fraction(cell in goal) for cell in cells]
    done: list[tuple[int, list[Fraction]]] = []
    for line in lines:
        left = _less(line, done)
        lead = next((n for n, value in enumerate(left) if value), None)
        if lead is not None:
            done.append((lead, [value / left[lead] for value in left]))
    return not any(_less(wanted, done))


def _less(line: list[Fraction], done: Sequence[tuple[int, list[Fraction]]]) -> list[Fraction]:
    for lead, former in done:
        if by := line[lead]:
            line = [a - by * b for a, b in zip(line, former, strict=True)]
    return line


def test_the_attacker_knows_how_to_subtract() -> None:
    """8 in all, 5 of them here: 3 there. The programme and the combinations both find it."""
    cells = [("a", "x"), ("b", "x")]
    one = Fraction(1)
    known: list[Row] = [({cells[0]: one, cells[1]: one}, Fraction(8)), ({cells[0]: one}, Fraction(5))]
    assert largest({cells[1]}, known, cells) == 3
    assert follows({cells[1]}, known, cells)
    assert not follows({cells[1]}, known[:1], cells)
    assert largest({cells[1]}, known[:1], cells) == 8


# --- The tables


def published(
    paths: Mapping[str, Sequence[Node]], rows: Mapping[str, Mapping[str, int]], categories: Sequence[str],
    allowed: set[Node] | None = None, whole: set[Node] | None = None,
) -> tuple[set[Node], list[Row]]:  # fmt: skip
    """The rows shown, and what they tell: their cells, and the totals of `whole`."""
    shown = publishable(paths, rows, categories, allowed)
    totals = sums(paths, rows, categories)

    def told(node: Node, classes: Sequence[str]) -> Row:
        of_node = {(p, c): Fraction(1) for p, nodes in paths.items() if node in nodes for c in classes}
        return of_node, Fraction(sum(totals[node][c] for c in classes))

    known = [told(node, [category]) for node in sorted(shown) for category in categories]
    return shown, known + [told(node, categories) for node in sorted(whole or set())]


counts = st.sampled_from([0, 0, 1, 2, 3, 4, 5, 6, 7, 9, 12, 20])


@st.composite
def worlds(draw: st.DrawFn) -> tuple[dict[str, tuple[Node, ...]], dict[str, dict[str, int]], list[str]]:
    """Up to seven platforms in up to three departments, one of them in none, and two or three classes."""
    departments = draw(st.lists(st.sampled_from(["08", "10", "51", ""]), min_size=1, max_size=7))
    classes = ["x", "y", "z"][: draw(st.integers(2, 3))]
    paths = {f"p{number}": path(f"p{number}", code) for number, code in enumerate(departments)}
    rows = {name: {one: draw(counts) for one in classes} for name in paths}
    return paths, rows, classes


SLOW = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


@SLOW
@given(worlds())
def test_D8_no_cell_may_be_told_to_be_under_five(world: tuple[object, ...]) -> None:
    """Totals published by a rule of their own, classes where totals are: every cell of every row could be five."""
    paths, rows, classes = world  # type: ignore[misc]
    both = {name: {"": sum(row.values())} for name, row in rows.items()}
    whole = publishable(paths, both, [""])
    shown, known = published(paths, rows, classes, allowed=whole, whole=whole)
    cells = [(name, one) for name in paths for one in classes]
    for node in {node for nodes in paths.values() for node in nodes}:
        under = [name for name, nodes in paths.items() if node in nodes]
        wanted = [{(name, one) for name in under} for one in classes]
        wanted.append({(name, one) for name in under for one in classes})
        for goal in wanted:
            bound = largest(goal, known, cells)
            assert bound is None or bound >= LEAST, (node, shown)


@SLOW
@given(worlds())
def test_D8_every_subtraction_gives_five_or_more(world: tuple[object, ...]) -> None:
    """Every set of platforms, in every class: if its count follows from what is published, it is not small."""
    paths, rows, classes = world  # type: ignore[misc]
    both = {name: {"": sum(row.values())} for name, row in rows.items()}
    whole = publishable(paths, both, [""])
    _, known = published(paths, rows, classes, allowed=whole, whole=whole)
    cells = [(name, one) for name in paths for one in classes]
    for size in range(1, len(paths) + 1):
        for group in itertools.combinations(paths, size):
            for chosen in [*([one] for one in classes), classes]:
                goal = {(name, one) for name in group for one in chosen}
                if follows(goal, known, cells):
                    assert sum(rows[name][one] for name, one in goal) >= LEAST, (group, chosen)


def test_D8_a_platform_hidden_takes_another_with_it() -> None:
    """Department minus platforms: the smallest of those shown is hidden too."""
    paths = {name: path(name, "10") for name in ("troyes", "romilly", "bar")} | {"reims": path("reims", "51")}
    rows = {"troyes": {"": 40}, "romilly": {"": 12}, "bar": {"": 3}, "reims": {"": 30}}
    assert publishable(paths, rows, [""]) == {
        ("region", ""), ("department", "10"), ("department", "51"), ("platform", "troyes"), ("platform", "reims"),
    }  # fmt: skip


def test_D8_a_department_hidden_takes_another_with_it() -> None:
    """Region minus departments: 3 in the Aube alone would follow from the region; the smaller of the others goes."""
    paths = {"troyes": path("troyes", "10"), "reims": path("reims", "51"), "nancy": path("nancy", "54")}
    rows = {"troyes": {"": 3}, "reims": {"": 30}, "nancy": {"": 20}}
    assert publishable(paths, rows, [""]) == {("region", ""), ("department", "51"), ("platform", "reims")}


def test_D8_what_is_large_is_published_whole() -> None:
    paths = {"troyes": path("troyes", "10"), "reims": path("reims", "51")}
    rows = {"troyes": {"f": 5, "m": 9}, "reims": {"f": 8, "m": 5}}
    assert publishable(paths, rows, ["f", "m"]) == {node for nodes in paths.values() for node in nodes}


@pytest.mark.parametrize("allowed", [set(), {("region", "")}])
def test_only_what_is_allowed_is_published(allowed: set[Node]) -> None:
    paths = {"troyes": path("troyes", "10"), "reims": path("reims", "51")}
    rows = {"troyes": {"": 50}, "reims": {"": 80}}
    assert publishable(paths, rows, [""], allowed) == allowed
