"""The next events of somebody or of somewhere, few, for pages that are not the agenda's (T3).

One statement, the same cost whatever the agenda holds: the next `READ` dates in the narrow rows, then what is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from core.reference import EventType
from events.render import brief, times
from events.search.traits import HOLDS

READ = 40  # dates looked at: an event of thirty dates leaves room for others
SHOWN = 3
# Each gives the keys of the next dates; an index answers from its first row on.
_COLUMNS = "SELECT l.session_id, l.starts_at FROM events_listing l WHERE l.shown AND l.starts_at >= %(now)s"
_LAST = "ORDER BY l.starts_at, l.session_id LIMIT %(read)s"
_ANYWHERE = f"{_COLUMNS} {_LAST}"
_OF_AGENCY = f"{_COLUMNS} AND l.agency_id = %(key)s {_LAST}"
# ruff: noqa: S608 - names are ours, values are parameters
_OF_ORGANISATIONS = f"""
SELECT l.session_id, l.starts_at FROM unnest(%(keys)s::bigint[]) AS o (id)
CROSS JOIN LATERAL ({_COLUMNS} AND l.organisation_id = o.id {_LAST}) l {_LAST}
"""
_OF_SITE = """
SELECT l.session_id, l.starts_at FROM events_session s JOIN events_listing l ON l.session_id = s.id
WHERE s.site_id = %(key)s AND l.shown AND l.starts_at >= %(now)s ORDER BY l.starts_at, l.session_id LIMIT %(read)s
"""
_SHOWN = """
SELECT s.event_id, e.slug, e.title, e.kind, s.starts_at, s.all_day, s.status, s.full, s.attendance,
       coalesce(c.name, s.town), l.traits & %(holds)s
FROM ({keys}) k
JOIN events_listing l ON l.session_id = k.session_id
JOIN events_session s ON s.id = k.session_id
JOIN events_event e ON e.id = s.event_id
LEFT JOIN territories_commune c ON c.insee = s.commune_id
ORDER BY k.starts_at, k.session_id
"""


@dataclass(frozen=True, slots=True)
class Coming:
    """One event at its next date, in words."""

    title: str
    url: str
    kind: str
    when: str
    where: str
    state: str
    off: bool  # not held at its date


def anywhere(limit: int = SHOWN) -> list[Coming]:
    return _read(_ANYWHERE, limit)


def of_agency(key: int, limit: int = SHOWN) -> list[Coming]:
    return _read(_OF_AGENCY, limit, key=key)


def of_organisations(keys: Sequence[int], limit: int = SHOWN) -> list[Coming]:
    return _read(_OF_ORGANISATIONS, limit, keys=list(keys)) if keys else []


def at_site(key: int, limit: int = SHOWN) -> list[Coming]:
    return _read(_OF_SITE, limit, key=key)


def _read(statement: str, limit: int, **params: Any) -> list[Coming]:
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_SHOWN.format(keys=statement), {"now": now, "read": READ, "holds": HOLDS, **params})
        rows = cursor.fetchall()
    first: dict[int, tuple[Any, ...]] = {}
    for row in rows:  # of each event its next date, rather one that holds and has seats: the greater number
        if row[0] not in first or row[-1] > first[row[0]][-1]:
            first[row[0]] = row
    return [_said(row, now) for row in sorted(first.values(), key=lambda row: row[4])[:limit]]


def _said(row: tuple[Any, ...], now: datetime) -> Coming:
    _, slug, title, kind, starts_at, all_day, status, full, attendance, town, _ = row
    local = times.local(starts_at)
    when = times.day(local.date(), year=local.year != times.local(now).year)
    if not all_day:
        when += f", {times.clock(local)}"
    return Coming(
        title=title,
        url=reverse("event", args=[slug]),
        kind=EventType(kind).label if kind in EventType.values else "",
        when=when[:1].upper() + when[1:],
        where=brief.where(attendance, town),
        state=brief.state(status, full=full),
        off=status in brief.OFF,
    )
