"""Pages by keyset: the cursor holds the keys of the last row shown: the thousandth page costs what the first does."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import orjson
from django.db.models import BooleanField, F, Func, QuerySet, Value
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.utils.urls import remove_query_param, replace_query_param

DEFAULT_SIZE, MAX_SIZE = 50, 200
BIGGEST = 2**63 - 1
NEXT = "https://portail.example/api/v1/…/?cursor=WyJuIiwzXQ"
BAD_CURSOR = "Ce curseur n’est pas valide : reprenez l’adresse donnée par « next » ou « previous »."
BAD_SIZE = "Donnez un nombre entier d’au moins 1 (au-delà de 200, la page en compte 200)."

FIRST_YEAR, LAST_YEAR = 1900, 2200  # of a moment in a cursor: others are nobody's

Keys = Sequence[str | int | float | dt.datetime]


class RowOrder(Func):
    """`(a, b) > (x, y)`, which one index on (a, b) answers by itself."""

    output_field = BooleanField()

    def __init__(self, columns: Sequence[str], operator: str, keys: Keys) -> None:
        super().__init__(*map(F, columns), *map(Value, keys))
        self.sign = operator

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[Any, ...]]:  # type: ignore[override]
        parts = [compiler.compile(part) for part in self.get_source_expressions()]
        half = len(parts) // 2
        left, right = (", ".join(sql for sql, _ in side) for side in (parts[:half], parts[half:]))
        return f"({left}) {self.sign} ({right})", tuple(p for _, params in parts for p in params)


def encode(direction: str, keys: Keys) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([direction, *keys])).decode().rstrip("=")


def decode(text: str, types: Sequence[type]) -> tuple[str, list[Any]]:
    """The direction (`n` or `p`) and the keys of a cursor, each of the type its column has.

    Raises `ValidationError` on anything that we did not write.
    """
    try:
        direction, *keys = orjson.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, TypeError):
        raise ValidationError({"cursor": [BAD_CURSOR]}) from None
    if direction not in ("n", "p") or len(keys) != len(types) or not all(map(_fits, keys, types)):
        raise ValidationError({"cursor": [BAD_CURSOR]})
    return direction, [_moment(key) if kind is dt.datetime else key for key, kind in zip(keys, types, strict=True)]


def _moment(key: str) -> dt.datetime | None:
    """The moment that `encode` wrote; None for anything else."""
    try:
        moment = dt.datetime.fromisoformat(key)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo is not None and FIRST_YEAR <= moment.year <= LAST_YEAR else None


def _fits(key: Any, kind: type) -> bool:
    if kind is dt.datetime:
        return _moment(key) is not None
    given: type = type(key)
    if given is not kind:
        return False
    return "\x00" not in key if kind is str else bool(abs(key) <= BIGGEST)


def page_size(request: Request) -> int:
    """`page_size`, 50 by default, 200 at most (O1, interfaces).

    Raises `ValidationError` on anything but a positive integer.
    """
    text = request.query_params.get("page_size")
    if text is None:
        return DEFAULT_SIZE
    if not (text.isascii() and text.isdigit()) or not text.strip("0"):
        raise ValidationError({"page_size": [BAD_SIZE]})
    return min(int(text[-19:]) if len(text.lstrip("0")) <= 19 else MAX_SIZE, MAX_SIZE)


class CursorPagination(BasePagination):
    """`{"next", "previous", "results"}`; `page_size` up to 200 (more is 200). Never counts the table.

    The view gives `order`, the columns of its keys with their types: unique together, never null.
    """

    def paginate_rows(
        self, queryset: QuerySet[Any, Any], request: Request, columns: Sequence[Any], order: dict[str, type]
    ) -> list[tuple[Any, ...]]:
        """Rows of one page (values of `columns`, then of the keys), in one query."""
        self.request, names = request, list(order)
        size, text = page_size(request), request.query_params.get("cursor")
        direction, keys = decode(text, list(order.values())) if text is not None else ("n", [])
        back = direction == "p"
        if keys:
            queryset = queryset.filter(RowOrder(names, "<" if back else ">", keys))
        queryset = queryset.order_by(*(f"-{name}" if back else name for name in names))
        rows = list(queryset.values_list(*columns, *names)[: size + 1])
        more, rows = len(rows) > size, rows[:size]
        if back:
            rows.reverse()
        self.set_links(
            rows[-1][-len(names) :] if rows and (more or back) else None,
            rows[0][-len(names) :] if rows and (more if back else bool(keys)) else None,
        )
        return rows

    def paginate_ranks(self, fetch: Callable[[int, int], list[Any]], request: Request, farthest: int) -> list[Any]:
        """A page of a list that is only known in its order: `fetch(offset, limit)`; it stops after `farthest` places,
        so that no page costs more than that.
        """
        self.request, size = request, page_size(request)
        text = request.query_params.get("cursor")
        offset = decode(text, [int])[1][0] if text is not None else 0
        if not 0 <= offset < farthest:
            raise ValidationError({"cursor": [BAD_CURSOR]})
        size = min(size, farthest - offset)
        found = fetch(offset, size + 1)
        more = len(found) > size and offset + size < farthest
        self.set_links([offset + size] if more else None, [max(0, offset - size)] if offset else None)
        return found[:size]

    def paginate_list(self, items: list[dict[str, Any]], request: Request, key: str) -> list[dict[str, Any]]:
        """A page of a short closed list, in its own order; `key` names what tells its items apart."""
        self.request, size = request, page_size(request)
        text = request.query_params.get("cursor")
        direction, keys = decode(text, [str]) if text is not None else ("n", [])
        places = {item[key]: place for place, item in enumerate(items)}
        if keys and keys[0] not in places:
            raise ValidationError({"cursor": [BAD_CURSOR]})
        if direction == "p":
            stop = places[keys[0]]
            start = max(0, stop - size)
        else:
            start = places[keys[0]] + 1 if keys else 0
            stop = min(start + size, len(items))
        page = items[start:stop]
        self.set_links(
            [page[-1][key]] if page and stop < len(items) else None, [page[0][key]] if page and start else None
        )
        return page

    def set_links(self, after: Keys | None, before: Keys | None) -> None:
        """Say which keys the neighbouring pages start from, None when there is no such page."""
        self.next = encode("n", after) if after else None
        self.previous = encode("p", before) if before else None

    def envelope(self, results: list[dict[str, Any]]) -> dict[str, Any]:
        """The answer of a list."""
        return {"next": self._link(self.next), "previous": self._link(self.previous), "results": results}

    def _link(self, cursor: str | None) -> str | None:
        if not cursor:
            return None
        return replace_query_param(remove_query_param(self.request.build_absolute_uri(), "cursor"), "cursor", cursor)

    # --- What the OpenAPI description says of it

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            {
                "name": "cursor", "in": "query", "required": False, "schema": {"type": "string"},
                "description": "Place dans la liste : ne le composez pas, suivez « next » et « previous ».",
            },
            {
                "name": "page_size", "in": "query", "required": False,
                "schema": {"type": "integer", "minimum": 1, "default": DEFAULT_SIZE},
                "description": "Nombre d’éléments par page, 50 par défaut. Au-delà de 200, la page en compte 200.",
            },
        ]  # fmt: skip

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "nullable": True, "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": {**link, "description": "Adresse de la page suivante, ou null.", "example": NEXT},
                "previous": {**link, "description": "Adresse de la page précédente, ou null.", "example": None},
                "results": schema,
            },
        }
