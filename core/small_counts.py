"""Which rows of a table may be published so that no count under five can be found from it (D8, issue 6).

The rule, on purpose simple enough to be proved:

- a row (a platform, a department, the region) is published whole or not at all: a row with a cell under five is hidden;
- what the published rows leave of one another is looked at as if it were a row. A department minus its published
  platforms is what its hidden ones hold together; the region minus what is published under it likewise. When such a
  rest has a cell under five, the smallest published row under it is hidden too, until no rest is so small.

Why nothing under five comes out. Rows are nested, so that all one can work out from the published ones is the rests:
sets of platforms that do not overlap, and sums of them. Each cell of each rest is five or more. Of one platform inside
a rest, one knows at most its total (five or more, or inside a rest of totals that is) and the rest's cells: between
these margins its cell may be anything from zero (or more) up to the lesser of the two, which is five or more. Tables by
sex, age and origin share nothing but their totals. `tests/psad/test_figures_hiding.py` finds the bounds with a linear
programme of its own and subtracts everything from everything.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

LEAST = 5

Node = tuple[str, str]
"""A row: its level (platform, department, region) and its key."""
Counts = Mapping[str, int]


def path(platform: str, department: str) -> tuple[Node, ...]:
    """The rows that count a platform, its own first."""
    own: Node = ("platform", platform)
    return (own, ("department", department), ("region", "")) if department else (own, ("region", ""))


def sums(
    paths: Mapping[str, Sequence[Node]], rows: Mapping[str, Counts], categories: Sequence[str]
) -> dict[Node, dict[str, int]]:
    """The cells of every row, from those of each platform; zero where nobody was counted."""
    found: dict[Node, dict[str, int]] = {}
    for platform, nodes in paths.items():
        for node in nodes:
            cells = found.setdefault(node, dict.fromkeys(categories, 0))
            for category in categories:
                cells[category] += rows.get(platform, {}).get(category, 0)
    return found


def publishable(
    paths: Mapping[str, Sequence[Node]],
    rows: Mapping[str, Counts],
    categories: Sequence[str],
    allowed: Collection[Node] | None = None,
) -> set[Node]:
    """The rows to publish, among `allowed` ones (all of them when none is given)."""
    cells = sums(paths, rows, categories)
    shown = {node for node, row in cells.items() if _large(row) and (allowed is None or node in allowed)}
    while (small := _small_rest(paths, rows, categories, shown)) is not None:
        under = _right_under(paths, shown, small)
        shown.remove(min(under, key=lambda node: (sum(cells[node].values()), node)))
    return shown


def _large(row: Counts) -> bool:
    return all(count >= LEAST for count in row.values())


def _small_rest(
    paths: Mapping[str, Sequence[Node]], rows: Mapping[str, Counts], categories: Sequence[str], shown: set[Node]
) -> Node | None:
    """A published row that leaves a cell under five to what is not published under it; the lowest first."""
    rests: dict[Node, dict[str, int]] = {}
    depth: dict[Node, int] = {}
    for platform, nodes in paths.items():
        owner = next(((place, node) for place, node in enumerate(nodes) if node in shown), None)
        if owner is None:
            continue
        place, node = owner
        rest = rests.setdefault(node, dict.fromkeys(categories, 0))
        depth[node] = place
        for category in categories:
            rest[category] += rows.get(platform, {}).get(category, 0)
    small = [node for node, rest in rests.items() if not _large(rest)]
    return min(small, key=lambda node: (depth[node], node), default=None)


def _right_under(paths: Mapping[str, Sequence[Node]], shown: set[Node], node: Node) -> set[Node]:
    """The published rows under `node` with none between."""
    found = set()
    for nodes in paths.values():
        if node in nodes:
            below = [other for other in nodes[: list(nodes).index(node)] if other in shown]
            found |= set(below[-1:])
    return found
