"""What a yearly account asks of the platforms: what was published of a year, and nothing else (D8, D9)."""

from __future__ import annotations

import datetime as dt

from psad.models import Figure, Platform, Publication

Cell = tuple[str, str, str]
"""A measure, a dimension, a class."""
Row = dict[Cell, int | None]
REGION = ("region", "")


def published(year: int) -> dict[tuple[str, str], Row] | None:
    """`{(level, unit): {cell: value}}` of the region and of its platforms, a hidden value being none; none when the
    figures of that year are not published (yet). Two queries."""
    publication = Publication.objects.filter(
        kind=Publication.Kind.YEAR, starts_on=dt.date(year, 1, 1)
    ).first()  # fmt: skip
    if publication is None:
        return None
    found: dict[tuple[str, str], Row] = {}
    rows = Figure.objects.filter(publication=publication).exclude(level=Figure.Level.DEPARTMENT)
    for level, unit, measure, dimension, category, value in rows.values_list(
        "level", "unit", "measure", "dimension", "category", "value"
    ):
        found.setdefault((level, unit), {})[measure, dimension, category] = value
    return found


def in_service() -> int:
    """Platforms at work today."""
    return Platform.objects.filter(active=True).count()
