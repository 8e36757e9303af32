"""The floor of the agenda: the same rows as our pages, each by one prepared statement with the right index."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from benchmarks.questions import API_PAGE, FEED, PAGE

PARIS = ZoneInfo("Europe/Paris")
Query = dict[str, list[str]]
Rows = Callable[[str, dict[str, Any]], list[tuple[Any, ...]]]

_SHOWN = """
SELECT e.slug, e.title, e.kind, e.organiser_name, o.name, l.starts_at, l.ends_at, s.place_name, s.town, s.status,
       s."full", e.free
FROM ({found}) l
JOIN events_session s ON s.id = l.session_id JOIN events_event e ON e.id = l.event_id
LEFT JOIN members_organisation o ON o.id = l.organisation_id
ORDER BY l.starts_at, l.session_id
"""
_COLUMNS = "session_id, event_id, organisation_id, starts_at, ends_at"
# How many rows are wanted is written in the statement: a plan made once for any number would be made for a tenth of the
# table, and read all of it.
COMING = _SHOWN.format(
    found=f"SELECT {_COLUMNS} FROM events_listing WHERE shown AND kind = %(kind)s AND agency_id = %(agency)s"
    f" AND starts_at >= %(now)s ORDER BY starts_at, session_id LIMIT {PAGE + 1}"
)
# A tsquery that the planner can read, and no generic plan: either index may be the right one, as the words are.
WORDS = _SHOWN.format(
    found=f"SELECT {_COLUMNS} FROM events_listing WHERE shown"
    " AND words @@ websearch_to_tsquery('public.fr', %(words)s)"
    f" AND starts_at >= %(now)s ORDER BY starts_at, session_id LIMIT {PAGE + 1}"
)
NEAR = _SHOWN.format(
    found=f"SELECT {_COLUMNS} FROM events_listing WHERE shown AND position <@ circle(%(p)s::point, %(r)s)"
    f" AND starts_at >= %(now)s AND starts_at < %(until)s ORDER BY starts_at <-> %(now)s LIMIT {PAGE + 1}"
)
SESSIONS = f"""
SELECT s.public_id, e.slug, e.title, e.summary, e.kind, e.sectors, e.publics, l.access, o.slug, l.starts_at, l.ends_at,
       s.all_day, s.attendance, s.status, s."full", s.place_name, s.address, s.postal_code, s.town, l.commune_id, l.lat,
       l.lon, s.online_url, l.department, l.basin_id, a.slug, s.changed_at
FROM (SELECT * FROM events_listing WHERE shown AND starts_at >= %(now)s ORDER BY starts_at, session_id
      LIMIT {API_PAGE + 1}) l
JOIN events_session s ON s.id = l.session_id JOIN events_event e ON e.id = l.event_id
LEFT JOIN members_organisation o ON o.id = l.organisation_id LEFT JOIN territories_agency a ON a.id = l.agency_id
ORDER BY l.starts_at, l.session_id
"""
TEXTS = f"""
SELECT r.ics FROM (SELECT session_id, starts_at FROM events_listing WHERE kind = %(kind)s AND starts_at >= %(now)s
                   AND shown ORDER BY starts_at, session_id LIMIT {FEED}) l
JOIN events_rendering r ON r.session_id = l.session_id ORDER BY l.starts_at, l.session_id
"""


def begins(query: Query, name: str = "du") -> datetime:
    """The instant that a search starts from: the day said, or now."""
    if name in query:
        return datetime.combine(date.fromisoformat(query[name][0]), time(), tzinfo=PARIS)
    return datetime.now(UTC)


def cards(rows: Iterable[tuple[Any, ...]]) -> bytes:
    """A page of events, as a list of cards."""
    parts = ["<!doctype html><html lang='fr'><title>Agenda</title><body><ol>"]
    for slug, title, kind, said, name, starts, ends, place, town, status, full, free in rows:
        at = starts.astimezone(PARIS)
        parts.append(
            f"<li><article><h3><a href='/agenda/{slug}/'>{escape(title)}</a></h3><p>{kind}</p>"
            f"<p><time datetime='{at.isoformat()}'>{at:%d/%m/%Y %H:%M}</time> – {ends.astimezone(PARIS):%H:%M}</p>"
            f"<p>{escape(place)}, {escape(town)}</p><p>{escape(name or said)}</p>"
            f"<p>{status if status != 'scheduled' else ''}{' complet' if full else ''}{' gratuit' if free else ''}</p>"
            "</article></li>"
        )
    parts.append("</ol></body></html>")
    return "".join(parts).encode()


def coming(query: Query, rows: Rows, agencies: dict[str, int]) -> bytes:
    given = {"kind": query["type"][0], "agency": agencies[query["agence"][0]], "now": begins(query)}
    return cards(rows(COMING, given)[:PAGE])


def words(query: Query, rows: Rows) -> bytes:
    return cards(rows(WORDS, {"words": query["q"][0], "now": begins(query)})[:PAGE])


def near(query: Query, rows: Rows, place: dict[str, Any]) -> bytes:
    now = begins(query)
    given = {"p": place["p"], "r": place["r"], "now": now, "until": now + timedelta(days=91)}
    return cards(rows(NEAR, given)[:PAGE])


def sessions(query: Query, rows: Rows) -> bytes:
    found = rows(SESSIONS, {"now": begins(query, "from")})
    following = str(found[API_PAGE - 1][0]) if len(found) > API_PAGE else None
    return orjson.dumps({"next": following, "results": found[:API_PAGE]})


def feed(query: Query, rows: Rows) -> bytes:
    """The stored texts of a calendar, joined."""
    texts = rows(TEXTS, {"kind": query["type"][0], "now": begins(query)})
    body = "".join(text for (text,) in texts)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//plancher//FR\r\n{body}END:VCALENDAR\r\n".encode()
