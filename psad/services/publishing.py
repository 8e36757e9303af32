"""Count a quarter, publish it, then its year, once (D8, D9; method: `psad/statistics/figures.py`)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from core.small_counts import Node, path, publishable, sums
from psad import context
from psad.models import Figure, FigureCount, Platform, Publication
from psad.statistics.figures import MEASURES, MEDIAN, MEDIAN_FROM, QUARTERLY, USED, Measure, after, is_over, quarter_of

FURTHEST = 8
"""Quarters looked back at when nothing was ever published."""
_BATCH = 2_000
QUARTER, YEAR = Publication.Kind.QUARTER, Publication.Kind.YEAR
_ALONE = 811_400_001  # one publisher at a time

Rows = dict[str, dict[str, int]]
"""Counts by platform (its slug), then by class."""
Row = tuple[Any, ...]
"""As `psad_figures` answers: platform, department, measure, dimension, class, people, days (of a median)."""


@dataclass
class Counted:
    """One period: `cells[measure, dimension]`, and the rows that count each platform of the period."""

    cells: dict[tuple[str, str], Rows] = field(default_factory=lambda: defaultdict(lambda: defaultdict(dict)))
    paths: dict[str, tuple[Node, ...]] = field(default_factory=dict)

    def add(self, platform: str, department: str, cell: tuple[str, str, str], count: int) -> None:
        """Add up; `cell` is a measure, a dimension, a class. The department said last is the one kept."""
        measure, dimension, category = cell
        self.paths[platform] = path(platform, department)
        if measure != USED:
            row = self.cells[measure, dimension][platform]
            row[category] = row.get(category, 0) + count


def publish_due(at: dt.datetime) -> list[Publication]:
    """Publish every quarter that is over and every year whose four quarters are; those published now, in order.

    A quarter older than the last published one never will be. Where no platform has received anybody yet, nothing is.
    """
    today, done = timezone.localdate(at), []
    for quarter in _due(today):
        made = publish_quarter(quarter, at)
        if made is None:
            continue
        done.append(made)
        if quarter.month == 10 and (year := publish_year(quarter.year, at)) is not None:
            done.append(year)
    return done


def _due(today: dt.date) -> list[dt.date]:
    last = Publication.objects.filter(kind=QUARTER).order_by("-starts_on").first()
    quarter = after(last.starts_on) if last is not None else after(quarter_of(today), -FURTHEST)
    found = []
    while is_over(quarter, today):
        found.append(quarter)
        quarter = after(quarter)
    return found


def publish_quarter(quarter: dt.date, at: dt.datetime) -> Publication | None:
    """Count `quarter` (its first day) and publish it; nothing when no platform had received anybody.

    Raises `DatabaseError` for a quarter that is not over, or published: the database refuses to count it.
    """
    with context.task("figures"):
        _alone()
        return _published(quarter, _counted(quarter), at)


def publish_rows(quarter: dt.date, rows: Sequence[Row], at: dt.datetime) -> Publication | None:
    """Publish a quarter that was counted elsewhere, under the same rules: the demonstration's, before its cases.

    Raises `IntegrityError` for a quarter that is published.
    """
    with context.task("figures"):
        _alone()
        return _published(quarter, rows, at)


def _published(quarter: dt.date, found: Sequence[Row], at: dt.datetime) -> Publication | None:
    counted, medians = Counted(), {}
    slugs = dict(Platform.objects.values_list("pk", "slug"))
    for platform, department, measure, dimension, category, people, days in found:
        if measure == MEDIAN:
            medians[_node(slugs.get(platform), department)] = (people, days)
        else:
            counted.add(slugs[platform], department, (measure, dimension, category), people)
    if not counted.paths:
        return None
    publication = Publication.objects.create(kind=QUARTER, starts_on=quarter, published_at=at)
    FigureCount.objects.bulk_create(
        (
            FigureCount(
                publication=publication, platform_id=platform, department=department, measure=measure,
                dimension=dimension, category=category, count=people,
            )
            for platform, department, measure, dimension, category, people, _ in found
            if measure != MEDIAN
        ),
        batch_size=_BATCH,
    )  # fmt: skip
    table = _Table(publication, counted)
    for quarterly in QUARTERLY:
        table.total(quarterly)
    table.medians(medians)
    table.write()
    return publication


def publish_year(year: int, at: dt.datetime) -> Publication | None:
    """Add up the quarters of `year`, once its last is published; the year the platforms began has fewer than four."""
    with context.task("figures"):
        _alone()
        first = dt.date(year, 1, 1)
        quarters = list(
            Publication.objects.filter(kind=QUARTER, starts_on__gte=first, starts_on__lt=after(first, 4))
            .order_by("starts_on")
        )  # fmt: skip
        if not quarters or quarters[-1].starts_on.month != 10:
            return None
        counted, moved, shown = Counted(), set(), _shown_all_year(quarters)
        former: dict[str, str] = {}
        rows = FigureCount.objects.filter(publication__in=quarters).order_by("publication__starts_on")
        for slug, department, measure_key, dimension, category, count in rows.values_list(
            "platform__slug", "department", "measure", "dimension", "category", "count"
        ):
            if former.setdefault(slug, department) != department:
                moved |= {("department", former[slug]), ("department", department)}
                former[slug] = department
            counted.add(slug, department, (measure_key, dimension, category), count)
        publication = Publication.objects.create(kind=YEAR, starts_on=first, published_at=at)
        table = _Table(publication, counted)
        for measure in MEASURES:
            allowed = shown[measure.key] - moved if measure.quarterly else _all(counted) - moved
            whole = table.total(measure, allowed, as_allowed=measure.quarterly)
            for dimension, (_, classes) in measure.dimensions.items():
                table.classes(measure, dimension, [key for key, _ in classes], whole)
        table.write()
    return publication


def _shown_all_year(quarters: Sequence[Publication]) -> dict[str, set[Node]]:
    """For each measure, the rows whose total was published in each of the four quarters."""
    times: dict[tuple[str, Node], int] = defaultdict(int)
    cells = Figure.objects.filter(publication__in=quarters, dimension="", value__isnull=False)
    for measure, level, unit in cells.values_list("measure", "level", "unit"):
        times[measure, (level, unit)] += 1
    found: dict[str, set[Node]] = defaultdict(set)
    for (measure, node), count in times.items():
        if count == len(quarters):
            found[measure].add(node)
    return found


def _all(counted: Counted) -> set[Node]:
    return {node for nodes in counted.paths.values() for node in nodes}


def _node(slug: str | None, department: str | None) -> Node:
    if slug is not None:
        return ("platform", slug)
    return ("department", department) if department is not None else ("region", "")


def _counted(quarter: dt.date) -> list[Row]:
    with transaction.atomic(), connection.cursor() as cursor:  # a refusal is said as it is
        cursor.execute("SELECT * FROM psad_figures(%s)", [quarter])
        return list(cursor.fetchall())


def _alone() -> None:
    """Until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ALONE])


class _Table:
    """The cells of a publication, hidden ones written without a value."""

    def __init__(self, publication: Publication, counted: Counted) -> None:
        self.publication, self.counted = publication, counted
        self.cells: list[Figure] = []

    def total(
        self, measure: Measure, allowed: Collection[Node] | None = None, *, as_allowed: bool = False
    ) -> set[Node]:
        """How many, whatever their class. `as_allowed`: what the quarters said, neither more nor less."""
        return self._write(measure, "", [""], allowed, as_allowed=as_allowed)

    def classes(self, measure: Measure, dimension: str, keys: Sequence[str], allowed: Collection[Node]) -> set[Node]:
        return self._write(measure, dimension, keys, allowed)

    def medians(self, found: Mapping[Node, tuple[int, int]]) -> None:
        """The median delay of the first contact, where how many were joined is published and is enough."""
        joined = {(cell.level, cell.unit) for cell in self.cells if cell.measure == "contacted" and cell.value}
        for node in _all(self.counted):
            people, days = found.get(node, (0, 0))
            self._cell(node, MEDIAN, "", "", max(0, days) if node in joined and people >= MEDIAN_FROM else None)

    def _write(
        self, measure: Measure, dimension: str, keys: Sequence[str], allowed: Collection[Node] | None, *,
        as_allowed: bool = False,
    ) -> set[Node]:  # fmt: skip
        paths, rows = self.counted.paths, self.counted.cells[measure.key, dimension]
        cells = sums(paths, rows, keys)
        shown = set(allowed or ()) & cells.keys() if as_allowed else publishable(paths, rows, keys, allowed)
        for node, counts in cells.items():
            for key in keys:
                self._cell(node, measure.key, dimension, key, counts[key] if node in shown else None)
        return shown

    def _cell(self, node: Node, measure: str, dimension: str, category: str, value: int | None) -> None:
        level, unit = node
        self.cells.append(Figure(
            publication=self.publication, level=level, unit=unit, department=self._department(node), measure=measure,
            dimension=dimension, category=category, value=value,
        ))  # fmt: skip

    def _department(self, node: Node) -> str:
        level, unit = node
        if level != "platform":
            return unit
        return next((key for kind, key in self.counted.paths[unit] if kind == "department"), "")

    def write(self) -> None:
        Figure.objects.bulk_create(self.cells, batch_size=_BATCH)
