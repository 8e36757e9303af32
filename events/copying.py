"""What comes by the thousand: new objects, new rows and long lists, each the fastest way there is (A6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import Field, Lookup, Model
from django.db.models.base import ModelState

_NULL = "\\N"
M = TypeVar("M", bound=Model)


class Mould(Generic[M]):
    """Makes new objects that are what `model(**values)` makes, many times quicker: defaults are worked out once."""

    def __init__(self, model: type[M]) -> None:
        made = vars(model()).copy()
        del made["_state"]
        self._model, self._as_it_is = model, made
        fields = [f for f in model._meta.concrete_fields if f.has_default() and callable(f.default)]
        self._anew: list[tuple[str, Callable[[], Any]]] = [(f.attname, f.default) for f in fields]

    def __call__(self, values: Mapping[str, Any], related: Mapping[str, Model | None]) -> M:
        """`values` by the name of their column's attribute (`commune_id`), those of the `related` objects included;
        `related` by field."""
        made = self._model.__new__(self._model)
        held = vars(made)
        held["_state"] = state = ModelState()
        held.update(self._as_it_is)
        for name, default in self._anew:
            if name not in values:
                held[name] = default()
        held.update(values)
        state.fields_cache = dict(related)
        return made


def copy_rows(rows: Sequence[Model]) -> None:
    """Write these new objects of one model by `COPY`; keys are taken from the sequence first, and set on them.

    Columns that the database fills by itself are left to it. What the objects point at must have its key.
    """
    if not rows:
        return
    table = rows[0]._meta.db_table
    fields = [f for f in rows[0]._meta.concrete_fields if f.primary_key or not f.has_db_default()]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, len(rows)]
        )
        for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = key
        copy_columns(table, {str(f.column): _values(rows, f) for f in fields})


def copy_columns(table: str, columns: Mapping[str, Sequence[Any]]) -> None:
    """Write new rows by `COPY`, given column by column, all of one length, each of one kind of values (or None)."""
    names = ", ".join(f'"{name}"' for name in columns)
    lines = map("\t".join, zip(*map(_texts, columns.values()), strict=True))
    with connection.cursor() as cursor, cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
        copy.write("\n".join(lines))


def array(values: Iterable[Any]) -> str:
    """A list as PostgreSQL writes it: one parameter `%s::text[]`, however long."""
    return f"{{{','.join(map(_element, values))}}}"


class Among(Lookup):  # type: ignore[type-arg]  # generic in the stubs alone
    """`Among(F("slug"), slugs)`: `slug__in=slugs` with one parameter, however many they are."""

    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        sql, parameters = self.process_lhs(compiler, connection)
        return f"{sql} = ANY(%s::text[])", (*parameters, array(self.rhs))


def _values(rows: Sequence[Model], field: Field[Any, Any]) -> list[Any]:
    name = field.attname
    return [vars(row)[name] for row in rows]


def _texts(values: Sequence[Any]) -> Iterable[str]:
    """A column as `COPY` reads it. Most columns of an import say one thing in all rows."""
    kinds = set(map(type, values))
    if len(kinds) > 1:
        return [_WRITERS.get(type(value), _other)(value) for value in values]
    (kind,) = kinds
    write = _WRITERS.get(kind, _other)
    if kind is not float and kind is not dict and values.count(values[0]) == len(values):
        return [write(values[0])] * len(values)
    return map(write, values)


def _text(value: str) -> str:
    if "\\" in value:
        value = value.replace("\\", "\\\\")
    if "\n" in value or "\r" in value or "\t" in value:
        value = value.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return value


def _other(value: Any) -> str:
    """A choice, a file: its text."""
    return _text(str(value))


def _quoted(value: str) -> str:
    if "\\" in value or '"' in value:
        value = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{value}"'


def _element(value: Any) -> str:
    kind = type(value)
    if kind is str:
        return _quoted(value)
    if value is None:
        return "NULL"
    return _quoted(str(value)) if kind not in _PLAIN else _PLAIN[kind](value)


_PLAIN: dict[type, Callable[[Any], str]] = {int: str, float: repr, bool: lambda value: "t" if value else "f"}
_WRITERS: dict[type, Callable[[Any], str]] = {
    str: _text, type(None): lambda _: _NULL, datetime: str, date: str, UUID: str, **_PLAIN,
    list: lambda value: _text(array(value)) if value else "{}", dict: lambda value: _text(orjson.dumps(value).decode()),
}  # fmt: skip
