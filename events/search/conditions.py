# ruff: noqa: S608 - statements are put together here from our own names; what visitors say is always a parameter
"""A search as conditions on `events_listing`, and the walks of its indexes that answer them in order of date (A2).

The cost of a walk does not grow with the table: each follows one index in the order asked and stops at its limit
(performance.md). Values are literals in each statement (psycopg binds on the client): the planner must see them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from core.geo import mercator
from core.search import plain
from core.synonyms import widened
from events.models.listing import CELL, cell_number
from events.search.asked import Search
from events.search.traits import BITS, HOLDS, mask
from territories.near import Start

LONG = timedelta(hours=12)  # `Listing.long`: those that last longer have their own index, to be found while they last
Sql = tuple[str, list[Any]]
Part = Literal["published", "withdrawn"]


def conditions(search: Search, alias: str = "l", part: Part = "published") -> Sql:
    """What `search` asks of a row of `events_listing` called `alias`, its days left out (see `Search.window`)."""
    parts, values = [f"{alias}.shown" if part == "published" else f"NOT {alias}.shown"], list[Any]()
    if search.unknown_place:
        parts.append("false")
    placed = search.start or search.within
    for given, condition, value in (
        # Near a place the walk is by date too: a rare type must not make the planner sort all that is near.
        (search.types and placed, "({}.traits & %s) <> 0", mask("type", search.types)),
        # One type is said alone: an array, even of one, has no order that an index may give.
        (len(search.types) == 1 and not placed, "{}.kind = %s", "".join(search.types[:1])),
        (len(search.types) > 1 and not placed, "{}.kind = ANY(%s::varchar[])", list(search.types)),
        (search.within, "{}.commune_id = %s", search.within),
        (search.agency, "{}.agency_id = %s", search.agency and search.agency.key),
        (search.basin, "{}.basin_id = %s", search.basin and search.basin.key),
        (search.network, "{}.network_id = %s", search.network and search.network.key),
        (search.organisation_key, "{}.organisation_id = %s", search.organisation_key),
        (search.q, "{}.words @@ websearch_to_tsquery('public.fr', %s)", widened(plain(search.q))),
        # A bit in common: written so, the planner knows that most rows pass, and keeps to the walk by date.
        (search.sectors, "({}.traits & %s) <> 0", mask("secteur", search.sectors)),
        (search.publics, "({}.traits & %s) <> 0", mask("public", search.publics)),
        *((True, "({}.traits & %s) <> 0", BITS["acces", fact]) for fact in search.access),
    ):
        if given:
            parts.append(condition.format(alias))
            values.append(value)
    if search.online:
        parts.append(f"{alias}.online")
    if start := search.start:
        parts.append(f"{alias}.position <@ circle(%s::point, %s)")
        values += [start.point, search.reach / start.scale]
    return " AND ".join(parts), values


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the order of dates: an instant, and a session among those of that instant."""

    at: datetime
    session: int


@dataclass(frozen=True, slots=True)
class Walk:
    """One walk: the rows of `search` that start in `[start, end[`, after or before a mark, at most `limit`.

    `once`: of each event one row only, the first since `start` among those that hold best: held with seats, then held,
    then those put off or cancelled, which stand alone when their event has nothing else in the range.
    """

    search: Search
    start: datetime
    end: datetime | None
    limit: int
    once: bool = False
    after: Mark | None = None
    before: Mark | None = None
    columns: str = "l.session_id, l.event_id, l.starts_at, l.ends_at, l.later"
    part: Part = "published"

    def sql(self) -> Sql:
        """Rows of `columns`, in order of date, backwards when they come before a mark."""
        search = self.search
        if search.start and self._by_cell:
            return self._each("int", cells(search.start, search.reach), search, "l.cell = k.key")
        if len(search.types) < 2 or search.q or search.start or search.within:
            return self._one(search)
        return self._each("varchar", list(search.types), search.but(types=()), "l.kind = k.key")

    @property
    def _by_cell(self) -> bool:
        """Whether the dates near a place are read square by square of the map, each in order of date. Rare things
        (words, an organiser, a network) are read by their own index, as are the few withdrawn."""
        asked = self.search
        rare = asked.q or asked.organisation_key or asked.network
        return bool(asked.start and not rare and self.part == "published")

    def _each(self, type_: str, keys: list[Any], search: Search, one: str) -> Sql:
        """One short walk for each key, which are far apart in their index; the first of all of them."""
        sql, values = self._one(search, one)
        sql = (
            f"SELECT f.* FROM unnest(%s::{type_}[]) AS k (key) CROSS JOIN LATERAL ({sql}) f"
            f" ORDER BY {self._order('f.starts_at', 'f')} LIMIT %s"
        )
        return sql, [keys, *values, self.limit]

    def _one(self, search: Search, more: str = "") -> Sql:
        asked, values = conditions(search, part=self.part)
        parts = [asked, *filter(None, [more]), "l.starts_at >= %s"]
        values.append(self.start)
        if self.end:
            parts.append("l.starts_at < %s")
            values.append(self.end)
        for mark, sign in ((self.after, ">"), (self.before, "<")):
            if mark:  # the first condition is the one that GiST understands
                parts.append(f"l.starts_at {sign}= %s AND (l.starts_at, l.session_id) {sign} (%s, %s)")
                values += [mark.at, mark.at, mark.session]
        if self.once:
            first, first_values = self._first()
            parts.append(first)
            values += first_values
        by = "l.starts_at"
        by_cell = self._by_cell
        if by_cell:
            parts[0] = _unindexed(asked, "l")
        if search.start and not by_cell:  # GiST gives the nearest in time, among those near in space
            by = "l.starts_at <-> %s"
            mark = self.before or self.after
            values.append(mark.at if mark else self.start)
        order = f"{by}, l.session_id{' DESC' if self.before else ''}" if by != "l.starts_at" else self._order(by, "l")
        return f"SELECT {self.columns} FROM events_listing l WHERE {' AND '.join(parts)} ORDER BY {order} LIMIT %s", [
            *values, self.limit,
        ]  # fmt: skip

    def _order(self, by: str, alias: str) -> str:
        way = " DESC" if self.before else ""
        return f"{by}{way}, {alias}.session_id{way}"

    def _first(self) -> Sql:
        """Most rows say by themselves that no other of their event stands for it; the others are looked up."""
        asked, values = conditions(self.search, "e", self.part)
        until = "AND e.starts_at < %s" if self.end else ""
        sql = f"""CASE WHEN l.previous_at >= %s AND EXISTS (SELECT FROM events_listing e
            WHERE e.event_id = l.event_id AND e.starts_at >= %s
              AND (e.starts_at, e.session_id) < (l.starts_at, l.session_id)
              AND (e.traits & {HOLDS}) >= (l.traits & {HOLDS}) AND {asked}) THEN false
            WHEN (l.traits & {HOLDS}) = {HOLDS} OR l.later = 0 THEN true
            ELSE NOT EXISTS (SELECT FROM events_listing e WHERE e.event_id = l.event_id {until}
              AND (e.starts_at, e.session_id) > (l.starts_at, l.session_id)
              AND (e.traits & {HOLDS}) > (l.traits & {HOLDS}) AND {asked}) END"""
        return sql, [self.start, self.start, *values, *([self.end] if self.end else []), *values]


def ongoing(
    search: Search, at: datetime, limit: int, *, after: Mark | None = None, before: Mark | None = None,
    once: bool = False, columns: str = "l.session_id, l.event_id, l.starts_at, l.ends_at, l.later",
    part: Part = "published",
) -> Sql:  # fmt: skip
    """The rows of `search` that began before `at` and are not over then, the first to end first, at most `limit`.

    Long ones have an index of their own; the others began in the hours before. Marks are instants of the end. `columns`
    hold `ends_at` and `session_id`.
    """
    asked, where = conditions(search, part=part)
    values = list[Any]()
    common = "l.starts_at < %s AND l.ends_at > %s"
    values += [at, at]
    for mark, sign in ((after, ">"), (before, "<")):
        if mark:
            common += f" AND l.ends_at {sign}= %s AND (l.ends_at, l.session_id) {sign} (%s, %s)"
            values += [mark.at, mark.at, mark.session]
    if once:
        also, also_values = conditions(search, "e", part)
        also = _unindexed(also, "e")
        # What is off is not under way; it stands only when its event has no other date.
        common += f""" AND ((l.traits & {HOLDS}) <> 0 OR l.later = 0)
            AND NOT EXISTS (SELECT FROM events_listing e WHERE e.event_id = l.event_id
            AND e.starts_at < %s AND e.ends_at > %s AND (e.ends_at, e.session_id) < (l.ends_at, l.session_id)
            AND {also})"""
        values += [at, at, *also_values]
    way = " DESC" if before else ""
    mark = before or after
    from_end = f"l.ends_at <-> %s, l.session_id{way}"
    far, by_end = _unindexed(asked, "l"), f"l.ends_at{way}, l.session_id{way}"
    short, short_values = (
        f"""SELECT {columns} FROM events_listing l WHERE {asked} AND NOT l.long AND l.starts_at >= %s
        AND {common} ORDER BY {by_end} LIMIT %s""",
        [at - LONG, *values, limit],
    )
    if search.start and part == "published":
        short = f"""SELECT c.* FROM unnest(%s::int[]) AS k (key) CROSS JOIN LATERAL (
            SELECT {columns} FROM events_listing l WHERE {far} AND l.cell = k.key AND l.starts_at >= %s
            AND l.ends_at - l.starts_at <= %s AND {common} ORDER BY {by_end} LIMIT %s) c
            ORDER BY c.ends_at{way}, c.session_id{way} LIMIT %s"""
        short_values = [at - LONG, LONG, *values, limit, limit]
    sql = f"""SELECT * FROM (
        (SELECT {columns} FROM events_listing l WHERE {far} AND l.long AND {common} ORDER BY {from_end} LIMIT %s)
        UNION ALL ({short})) o ORDER BY o.ends_at{way}, o.session_id{way} LIMIT %s"""
    near = [cells(search.start, search.reach)] if search.start and part == "published" else []
    return sql, [
        *where, *values, mark.at if mark else at, limit, *near, *where, *short_values, limit,
    ]  # fmt: skip


def _unindexed(asked: str, alias: str) -> str:
    """The same conditions, whose place, type, agency and basin no index serves: it would read all that was ever there,
    when the dates asked are few."""
    asked = asked.replace(f"{alias}.position <@ circle(%s::point, %s)", f"({alias}.position <-> %s::point) <= %s")
    for column, nothing in (("kind", "|| ''"), ("agency_id", "+ 0"), ("basin_id", "+ 0")):
        asked = asked.replace(f"{alias}.{column} =", f"({alias}.{column} {nothing}) =")
    return asked


def cells(start: Start, km: float) -> list[int]:
    """The squares of the map (`Listing.cell`) that a circle around `start` meets."""
    (x, y), reach = mercator(start.lat, start.lon), km / start.scale
    first, last = (int((x + way * reach) // CELL) for way in (-1, 1))
    low, high = (int((y + way * reach) // CELL) for way in (-1, 1))
    return [
        cell_number(i, j)
        for i in range(first, last + 1)
        for j in range(low, high + 1)
        if math.hypot(_outside(x, i * CELL), _outside(y, j * CELL)) <= reach
    ]


def _outside(value: float, edge: float) -> float:
    """How far `value` is from the band `[edge, edge + CELL]`."""
    return max(edge - value, value - edge - CELL, 0.0)
