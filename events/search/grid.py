"""The dates of a range, day by day, at a cost that does not depend on how many there are (A2).

Two statements: the narrow rows of each day, at most `PER_DAY`, then what the page shows of the few it shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from events.search.asked import Search
from events.search.conditions import LONG, conditions, ongoing
from events.search.days import PARIS, midnight

PER_DAY = 100  # dates read a day; beyond, a day says « + de … »
ONGOING = 50  # dates that began before the range and are not over

_ROWS = """
SELECT d.day, s.session_id, s.starts_at, s.ends_at
FROM unnest(%s::date[], %s::timestamptz[], %s::timestamptz[]) AS d (day, since, until)
CROSS JOIN LATERAL (
    SELECT l.session_id, l.starts_at, l.ends_at FROM events_listing l
    WHERE {where} AND l.starts_at >= d.since AND l.starts_at < d.until
    ORDER BY l.starts_at, l.session_id LIMIT %s) s
UNION ALL
SELECT NULL::date, o.* FROM ({ongoing}) o
"""
_SHOWN = """
SELECT s.id, e.slug, e.title, s.label, s.starts_at, s.ends_at, s.all_day, s.status, s.full, s.attendance,
       coalesce(c.name, s.town)
FROM events_session s
JOIN events_event e ON e.id = s.event_id
LEFT JOIN territories_commune c ON c.insee = s.commune_id
WHERE s.id = ANY(%s)
"""
_NEXT = """
SELECT l.starts_at FROM events_listing l WHERE {where} AND l.starts_at >= %s ORDER BY l.starts_at LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One date, narrow: enough to place it in a calendar."""

    session: int
    starts_at: datetime
    ends_at: datetime

    @property
    def first(self) -> date:
        return self.starts_at.astimezone(PARIS).date()

    @property
    def last(self) -> date:
        """Its last day; an evening that ends after midnight is of the day it began, as for `Listing.long`."""
        if self.ends_at - self.starts_at <= LONG:
            return self.first
        return (self.ends_at.astimezone(PARIS) - timedelta(microseconds=1)).date()

    @property
    def long(self) -> bool:
        return self.last > self.first


@dataclass(frozen=True, slots=True)
class Shown:
    """One date as a calendar writes it."""

    slug: str
    title: str
    label: str
    starts_at: datetime
    ends_at: datetime
    all_day: bool
    status: str
    full: bool
    attendance: str
    town: str


@dataclass(frozen=True, slots=True)
class Days:
    """The rows of each day (those that begin there, in order), and those that began before the first day."""

    by_day: dict[date, list[Row]]
    ongoing: list[Row]


def rows(search: Search, days: Sequence[date]) -> Days:
    """What `search` finds on these days, which follow one another, in one statement."""
    where, parameters = conditions(search)
    begun, more = ongoing(search, midnight(days[0]), ONGOING, columns="l.session_id, l.starts_at, l.ends_at")
    since = [midnight(day) for day in days]
    until = [midnight(day + timedelta(days=1)) for day in days]
    with connection.cursor() as cursor:
        cursor.execute(
            _ROWS.format(where=where, ongoing=begun),
            [list(days), since, until, *parameters, PER_DAY + 1, *more],
        )
        found = cursor.fetchall()
    by_day: dict[date, list[Row]] = {day: [] for day in days}
    running = []
    for day, *row in found:
        if day is None:
            running.append(Row(*row))
        else:
            by_day[day].append(Row(*row))
    return Days(by_day, sorted(running, key=lambda row: (row.starts_at, row.session)))


def shown(sessions: Iterable[int]) -> dict[int, Shown]:
    """What a calendar writes of these sessions, in one statement; none when there are none."""
    keys = sorted(set(sessions))
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_SHOWN, [keys])
        return {key: Shown(*values) for key, *values in cursor.fetchall()}


def next_day(search: Search, after: date) -> date | None:
    """The first day from `after` on where `search` finds something: the way on of an empty page."""
    where, parameters = conditions(search)
    with connection.cursor() as cursor:
        cursor.execute(_NEXT.format(where=where), [*parameters, midnight(after)])
        row = cursor.fetchone()
    return row[0].astimezone(PARIS).date() if row else None
