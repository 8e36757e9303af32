"""What a room gives away whole: a table of open data, with the meaning of each of its columns (O3).

The roof (`spro/open_data`) turns a table into files; the room says which rows leave and in which shape. The meaning of
the columns is read out of the serializer that describes the same object in the API: it is written once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.db.models import Model, QuerySet
from rest_framework import serializers

BATCH = 1_000  # rows read at once: what a file costs in memory, whatever its length
Row = dict[str, Any]
# From the most precise to the widest: a date is no text, a choice is.
_TYPES: tuple[tuple[type[serializers.Field], str], ...] = (
    (serializers.BooleanField, "boolean"),
    (serializers.IntegerField, "integer"),
    (serializers.FloatField, "number"),
    (serializers.DateTimeField, "dateTime"),
    (serializers.DateField, "date"),
    (serializers.URLField, "anyURI"),
    (serializers.ListField, "list"),
    (serializers.JSONField, "json"),
    (serializers.BaseSerializer, "object"),
)


@dataclass(frozen=True)
class Column:
    """One column as people and programs read it; `kind` is one of `_TYPES` or « string »."""

    name: str
    kind: str
    text: str
    required: bool
    values: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """What every file of open data says of itself, whatever its rows come from.

    `models`: every model whose rows the file shows. `origin`: slug of the attribution of the pack that covers it;
    `sources`: sentences to cite besides, for what came from elsewhere since.
    """

    slug: str
    title: str
    text: str
    serializer: type[serializers.Serializer]
    models: tuple[type[Model], ...]
    without: frozenset[str] = frozenset()
    positioned: bool = False
    origin: str = "charter"
    sources: Callable[[], Iterable[str]] = tuple
    frequency: str = "CONT"  # of the European list of frequencies

    def described(self) -> list[Column]:
        """The columns in their order, as the serializer says them."""
        fields = self.serializer().fields
        return [_column(name, field) for name, field in fields.items() if name not in self.without]

    def batches(self) -> Iterator[list[Row]]:
        """Every row in the shape of the serializer, by batches."""
        raise NotImplementedError

    def every(self) -> Iterator[Row]:
        """The rows one by one."""
        return chain.from_iterable(self.batches())


@dataclass(frozen=True, kw_only=True)
class Table(Dataset):
    """Every public row of one sort, as it is now.

    `columns`: name in the file → column (or annotation) of the row, as the API's views have them. `walk`: the column
    that orders the file; unique, never null, and never changed, so that a row edited meanwhile is not read twice.
    """

    rows: Callable[[], QuerySet[Any]]
    columns: Mapping[str, Any]
    finish: Callable[[Row], Row] = dict
    walk: str = "pk"

    def batches(self) -> Iterator[list[Row]]:
        """Every row in the shape of the serializer, by batches: each is one short statement, none is kept."""
        names, last = list(self.columns), None
        while True:
            rows = self.rows().order_by(self.walk)
            if last is not None:
                rows = rows.filter(**{f"{self.walk}__gt": last})
            found = list(rows.values_list(self.walk, *self.columns.values())[:BATCH])
            if found:
                yield [self.finish(dict(zip(names, row[1:], strict=True))) for row in found]
            if len(found) < BATCH:
                return
            last = found[-1][0]


@dataclass(frozen=True, kw_only=True)
class Settled(Dataset):
    """Rows settled once and for all by a publication: a few thousand at most, `key` and `since` are their version."""

    given: Callable[[], list[Row]]
    key: str
    since: dt.datetime

    def batches(self) -> Iterator[list[Row]]:
        yield self.given()


def _column(name: str, field: Any) -> Column:
    kind = next((said for sort, said in _TYPES if isinstance(field, sort)), "string")
    choices = getattr(field, "choices", None) or getattr(getattr(field, "child", None), "choices", None) or {}
    return Column(name, kind, str(field.help_text or ""), not field.allow_null, tuple(map(str, choices)))
