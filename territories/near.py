# ruff: noqa: S608 - the statements are put together here from our own names; what visitors say is always a parameter
"""« Who can help me, near me, with this? » in one statement whose cost does not grow with the table (M4, ADR 0003).

Each target of the routing table (a kind, sometimes a network or an organisation) is one short walk of a GiST index by
distance; a target is held back by a number of kilometres, so inside it the order of the score is the order of the
distance, and the first N of the union of the N nearest of each target are exactly the first N of all. The best targets
are walked first; the others then only as far as they could still matter.

Distances here are those of the Mercator projection brought back to the latitude of the start (`Start.scale`): exact to
1 % at 100 km, and always in the order of the index.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from core.geo import distance_km, mercator
from core.reference import REMOTE_CHANNELS
from core.search import plain
from territories.routing import UNNAMED_KM, Branch, Table

FARTHEST_KM = 20_000.0  # as far as a search without a radius looks
COUNT_CAP = 200
_COLUMN = {"kind": "kind_id", "network": "network_id", "organisation": "organisation_id"}


@dataclass(frozen=True, slots=True)
class Start:
    """Where a search starts from, in degrees."""

    lat: float
    lon: float

    @property
    def scale(self) -> float:
        """Kilometres on the ground for one of the projection, around this latitude."""
        return math.cos(math.radians(self.lat))

    @property
    def point(self) -> str:
        x, y = mercator(self.lat, self.lon)
        return f"({x!r},{y!r})"


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What else a visitor asks of the places; keys are primary keys."""

    words: str = ""
    services: tuple[str, ...] = ()
    network: int | None = None
    agency: int | None = None
    basin: int | None = None
    remote: bool = False
    access: tuple[str, ...] = ()

    def sql(self) -> tuple[str, list[Any]]:
        """`AND …` conditions on the table of sites, with their parameters."""
        parts: list[str] = []
        parameters: list[Any] = []
        for given, condition, value in (
            (self.words, "words @@ websearch_to_tsquery('public.fr', %s)", plain(self.words)),
            (self.services, "services @> %s::varchar[]", list(self.services)),
            (self.access, "access @> %s::varchar[]", list(self.access)),
            (self.network is not None, "network_id = %s", self.network),
            (self.agency is not None, "agency_id = %s", self.agency),
            (
                self.basin is not None,
                "commune_id IN (SELECT insee FROM territories_commune WHERE basin_id = %s)",
                self.basin,
            ),
            (self.remote, "channels && %s::varchar(20)[]", [str(channel) for channel in REMOTE_CHANNELS]),
        ):
            if given:
                parts.append(f" AND {condition}")
                parameters.append(value)
        return "".join(parts), parameters


ANYTHING = Narrowing()


@dataclass(frozen=True, slots=True)
class Found:
    """One place of a list. `branch` says how it was ranked (None in an alphabetical list)."""

    id: int
    slug: str
    name: str
    kind_id: int
    commune_id: str
    lat: float
    lon: float
    hours: dict[str, Any]
    card: str
    branch: Branch | None
    distance: float | None


_FIELDS = "s.id, s.slug, s.name, s.kind_id, s.commune_id, s.lat, s.lon, s.hours, s.card"


def nearest(table: Table, start: Start, **asked: Any) -> list[Found]:
    """The places of `nearest_and_count`, without counting the rest; same arguments."""
    return nearest_and_count(table, start, counted=False, **asked)[0]


def nearest_and_count(
    table: Table,
    start: Start,
    *,
    status: str = "",
    need: str = "",
    radius: float | None = None,
    narrowing: Narrowing = ANYTHING,
    offset: int = 0,
    limit: int = 20,
    without: int | None = None,
    counted: bool = True,
) -> tuple[list[Found], int]:
    """The places from rank `offset` on, at most `limit`, best and nearest first, within `radius` km of `start` if
    given; and how many there are in all, `COUNT_CAP + 1` standing for more than `COUNT_CAP` (0 when none is returned).

    Places whose kind does not receive the public, and those that say they are not for `status`, are left out.
    `without` leaves one place out, by primary key.
    """
    if not table.public_kinds:
        return [], 0
    branches = table.branches(status, need)
    statement = _Statement(table, start, status, offset + limit)
    statement.narrow(radius, narrowing, without)
    if status or need:
        statement.ranked(branches)
    else:
        statement.unranked(branches)
    sql, parameters = statement.finish(offset, limit, counted=counted)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows = cursor.fetchall()
    places = [_found(row, branches[row[9]], distance=distance_km(start.lat, start.lon, row[5], row[6])) for row in rows]
    return places, rows[0][10] if rows else 0


def _found(row: Sequence[Any], branch: Branch | None, distance: float | None = None) -> Found:
    """A row of `_FIELDS`; hours come as text, most often of nothing."""
    hours = json.loads(row[7]) if row[7] != "{}" else {}
    key, slug, name, kind, commune, lat, lon, _, card, *_ = row
    return Found(key, slug, name, kind, commune, lat, lon, hours, card, branch, distance)


def array(values: Iterable[float]) -> str:
    """Numbers as PostgreSQL reads an array: a text costs psycopg far less to write than a list."""
    return f"{{{','.join(map(str, values))}}}"


class _Statement:
    """The statement under construction: a `WITH` part for each level of targets, then their union."""

    def __init__(self, table: Table, start: Start, status: str, last: int) -> None:
        self.start, self.status, self.last = start, status, last
        self.kinds = array(table.public_kinds)
        self.ctes: list[str] = []
        self.parameters: list[Any] = []
        self.names: list[str] = []

    def narrow(self, radius: float | None, narrowing: Narrowing, without: int | None) -> None:
        """What every walk obeys: how far, and which places."""
        self.radius, self.plain = radius, narrowing == ANYTHING
        self.reach = (radius or FARTHEST_KM) / self.start.scale
        self.narrowing, self.narrowing_values = narrowing.sql()
        if self.status:
            self.narrowing += " AND NOT not_for @> ARRAY[%s]::varchar[]"
            self.narrowing_values.append(self.status)
        if without is not None:
            self.narrowing += " AND id <> %s"
            self.narrowing_values.append(without)

    def unranked(self, branches: Sequence[Branch]) -> None:
        """Nobody said who they are: the nearest first whatever the kind; at one distance, in the order of the table."""
        order = array(branch.key for branch in branches if branch.family == "kind")
        index = array(i for i, branch in enumerate(branches) if branch.family == "kind")
        self.ctes.append(f"""level0 AS MATERIALIZED (
          SELECT id, (position <-> %s::point) * %s AS score,
                 (%s::int[])[array_position(%s::bigint[], kind_id)] AS branch
          FROM territories_site
          WHERE listed AND position <@ circle(%s::point, %s) AND kind_id = ANY(%s::bigint[]){self.narrowing}
          ORDER BY position <-> %s::point, array_position(%s::bigint[], kind_id), id LIMIT %s)""")
        point = self.start.point
        self.parameters += [point, self.start.scale, index, order, point, self.reach, self.kinds]
        self.parameters += [*self.narrowing_values, point, order, self.last]
        self.names.append("level0")

    def ranked(self, branches: Sequence[Branch]) -> None:
        lowest = min(branch.penalty for branch in branches)
        indexed = list(enumerate(branches))
        first = [(i, branch) for i, branch in indexed if branch.penalty == lowest]
        then = [(i, branch) for i, branch in indexed if branch.penalty != lowest]
        named = {f: [b.key for b in branches if b.family == f and b.rule] for f in _COLUMN}
        for level in (first, then):
            limit = self._limit_of_level() if level else ""
            for family in _COLUMN:
                self._walk([(i, b.key, b.penalty) for i, b in level if b.family == family], family, named, limit)

    def _limit_of_level(self) -> str:
        """A `WITH` part that says the score of the last place wanted among those found so far, and how to read it."""
        if not self.names:
            return ""
        name = f"limit{len(self.ctes)}"
        found = " UNION ALL ".join(f"SELECT score FROM {level}" for level in self.names)
        self.ctes.append(f"{name} AS MATERIALIZED (SELECT score FROM ({found}) f ORDER BY score OFFSET %s LIMIT 1)")
        self.parameters.append(self.last - 1)
        return name

    def _walk(
        self, targets: list[tuple[int, int, float]], family: str, named: dict[str, list[int]], limit: str
    ) -> None:
        """Add the nearest of each target of one family: `(index of the branch, key, penalty)`."""
        if not targets:
            return
        point = self.start.point
        index, keys, penalties = (array(column) for column in zip(*targets, strict=True))
        # A rule about an organisation is stronger than one about its kind, itself stronger than one about its network.
        weaker, weaker_values = self._not_said_better(family, named)
        reach = "%s"
        if limit:  # no further than what can still be among the first
            reach = (
                f"greatest(0, least(%s, (coalesce((SELECT score FROM {limit}), 1e9) - t.penalty) / {self.start.scale!r}"
                " + 1e-6))"
            )
        name = f"level{len(self.names)}"
        self.ctes.append(f"""{name} AS MATERIALIZED (
          SELECT s.id, s.d * {self.start.scale!r} + t.penalty AS score, t.branch
          FROM unnest(%s::int[], %s::bigint[], %s::float8[]) AS t (branch, key, penalty)
          CROSS JOIN LATERAL (
            SELECT id, position <-> %s::point AS d FROM territories_site
            WHERE listed AND {_COLUMN[family]} = t.key AND position <@ circle(%s::point, {reach})
                  {weaker}{self.narrowing}
            ORDER BY position <-> %s::point, id LIMIT %s) s)""")
        self.parameters += [index, keys, penalties, point, point, self.reach]
        self.parameters += [*weaker_values, *self.narrowing_values, point, self.last]
        self.names.append(name)

    def _not_said_better(self, family: str, named: dict[str, list[int]]) -> tuple[str, list[Any]]:
        conditions, values = "", []
        if family != "organisation" and named["organisation"]:
            conditions += " AND organisation_id <> ALL(%s::bigint[])"
            values.append(array(named["organisation"]))
        if family == "kind" and named["network"]:
            # Without a rule of its own, a kind leaves its places to the rule of their network.
            conditions += " AND (t.key = ANY(%s::bigint[]) OR network_id IS NULL OR network_id <> ALL(%s::bigint[]))"
            values += [array(named["kind"]), array(named["network"])]
        if family == "network":
            conditions += " AND kind_id <> ALL(%s::bigint[])"
            values.append(array(named["kind"]))
        if family != "kind":
            conditions += " AND kind_id = ANY(%s::bigint[])"
            values.append(self.kinds)
        return conditions, values

    def _count(self) -> tuple[str, list[Any]]:
        """How many places obey, counted up to one more than the cap."""
        where, values = f"listed AND kind_id = ANY(%s::bigint[]){self.narrowing}", [self.kinds, *self.narrowing_values]
        last, outer = f"LIMIT {COUNT_CAP + 1}", ""
        if self.radius and self.plain:
            # The nearest, then those within reach: the walk stops at the cap instead of collecting a whole circle.
            last, outer = f"ORDER BY position <-> %s::point {last}", " WHERE d <= %s"
            values = [self.start.point, *values, self.start.point, self.reach]
        elif self.radius:
            where += " AND position <@ circle(%s::point, %s)"
            values = [self.start.point, *values, self.start.point, self.reach]
        else:
            values = [self.start.point, *values]
        rows = f"SELECT position <-> %s::point AS d FROM territories_site WHERE {where} {last}"
        return f"(SELECT count(*) FROM ({rows}) c{outer})", values

    def finish(self, offset: int, limit: int, *, counted: bool) -> tuple[str, list[Any]]:
        union = " UNION ALL ".join(f"SELECT * FROM {name}" for name in self.names)
        count, count_values = "0", list[Any]()
        if counted:
            count, count_values = self._count()
        sql = f"""WITH {", ".join(self.ctes)}
        SELECT {_FIELDS}, t.branch, {count}
        FROM (SELECT * FROM ({union}) u ORDER BY score, branch, id OFFSET %s LIMIT %s) t
        JOIN territories_site s ON s.id = t.id ORDER BY t.score, t.branch, t.id"""
        return sql, [*self.parameters, *count_values, offset, limit]


def alphabetical(
    table: Table,
    *,
    status: str = "",
    need: str = "",
    narrowing: Narrowing = ANYTHING,
    kinds: Sequence[int] = (),
    offset: int = 0,
    limit: int = 20,
) -> tuple[list[Found], int]:
    """Places of these kinds (all that receive the public by default), from nowhere: in alphabetical order, those of the
    kinds that answer best for `status` and `need` first when `kinds` are given; and how many there are in all, counted
    as by `nearest_and_count`.
    """
    conditions, values = narrowing.sql()
    if status:
        conditions += " AND NOT not_for @> ARRAY[%s]::varchar[]"
        values.append(status)
    where, keys = f"listed AND kind_id = ANY(%s::bigint[]){conditions}", array(kinds or table.public_kinds)
    said = {branch.key: branch for branch in table.branches(status, need) if branch.family == "kind"}
    chosen, chosen_values = f"SELECT id, sort_key, 0 AS rank FROM territories_site WHERE {where}", [keys, *values]
    if kinds:  # a few kinds are far apart in the alphabet: one short walk each
        chosen = (
            "SELECT k.id, k.sort_key, t.rank FROM unnest(%s::bigint[], %s::float8[]) t (kind, rank) CROSS JOIN LATERAL"
            f" (SELECT id, sort_key FROM territories_site WHERE listed AND kind_id = t.kind{conditions}"
            " ORDER BY sort_key, id LIMIT %s) k"
        )
        ranks = array(said[kind].penalty if kind in said else UNNAMED_KM for kind in kinds)
        chosen_values = [keys, ranks, *values, offset + limit]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_FIELDS}, (SELECT count(*) FROM (SELECT FROM territories_site WHERE {where}"
            f" LIMIT {COUNT_CAP + 1}) c) FROM ({chosen} ORDER BY rank, sort_key, id OFFSET %s LIMIT %s) f"
            " JOIN territories_site s ON s.id = f.id ORDER BY f.rank, f.sort_key, f.id",
            [keys, *values, *chosen_values, offset, limit],
        )
        rows = cursor.fetchall()
    return [_found(row, said.get(row[3])) for row in rows], rows[0][9] if rows else 0


def kinds_within(start: Start, kinds: Sequence[int], radius: float) -> set[int]:
    """Which of these kinds have at least one place of the directory within `radius` km of `start`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind FROM unnest(%s::bigint[]) t (kind) WHERE EXISTS (SELECT FROM territories_site"
            " WHERE listed AND kind_id = t.kind AND position <@ circle(%s::point, %s))",
            [array(kinds), start.point, radius / start.scale],
        )
        return {row[0] for row in cursor.fetchall()}
