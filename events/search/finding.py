# ruff: noqa: S608 - statements are put together here from our own names; what visitors say is always a parameter
"""The dates that answer a search: for lists, calendars, feeds and alerts; one statement each (A2, A4, A8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db import connection
from django.utils import timezone

from events.search.asked import Search
from events.search.conditions import LONG, Mark, Part, Walk, conditions, ongoing
from events.search.traits import HOLDS

__all__ = ["LONG", "Found", "Page", "between", "changed", "conditions", "keys", "page", "running", "texts"]

PAGE_SIZE = 20
ONGOING_SHOWN = 4
_ROW = "l.session_id, l.event_id, l.starts_at, l.ends_at, l.later"
_CARD = "f.session_id, f.event_id, f.starts_at, f.ends_at, f.later, r.card"
FEED_PAST = timedelta(days=30)  # calendars keep the recent past
FEED_MOST = 1_000
# The dates of the event that a list passed over, as « seconds status »: a later one holds, or has seats.
# Most have no date before theirs since the start: nothing is looked up for them.
_SKIPPED = f"""CASE WHEN f.part = 0 AND f.previous_at >= %s THEN
    ARRAY(SELECT extract(epoch FROM e.starts_at)::bigint || ' '
        || CASE WHEN s.status IN ('cancelled', 'postponed') THEN s.status ELSE 'full' END
    FROM events_listing e JOIN events_session s ON s.id = e.session_id
    WHERE e.event_id = f.event_id AND e.starts_at >= %s AND e.starts_at < f.starts_at AND e.shown
      AND (e.traits & {HOLDS}) <> {HOLDS} ORDER BY e.starts_at LIMIT 10) END"""
KEEPS = timedelta(hours=6)  # so long do the pages of one list share the instant it was opened


@dataclass(slots=True)
class Found:
    """One date. Lists fill `card` and `later` (other coming dates of the event); calendars, what a line says."""

    session: int
    event: int
    starts_at: datetime
    ends_at: datetime
    later: int = 0
    card: str = ""
    lat: float | None = None
    lon: float | None = None
    commune: str = ""
    title: str = ""
    slug: str = ""
    kind: str = ""
    label: str = ""
    all_day: bool = False
    status: str = "scheduled"
    full: bool = False
    town: str = ""
    place_name: str = ""
    attendance: str = "place"
    public_id: str = ""
    news: Literal["", "new", "changed"] = ""
    skipped: tuple[tuple[datetime, str], ...] = ()  # its dates passed over: when, and their status, or `full`

    @property
    def online(self) -> bool:
        return self.attendance != "place"


@dataclass(slots=True)
class Page:
    """A page of a list. `next` and `previous` are opaque marks for `apres=` and `avant=`, empty at the ends.

    `ongoing`: the first to end of what has begun, on the first page only; `more_ongoing` says that there are others.
    """

    found: list[Found] = field(default_factory=list)
    ongoing: list[Found] = field(default_factory=list)
    next: str = ""
    previous: str = ""
    more_ongoing: bool = False


def page(search: Search, *, after: str = "", before: str = "", limit: int = PAGE_SIZE) -> Page:
    """Each event once, at its next date that answers `search`, in order of date: `limit` of them from a mark on.

    A mark that cannot be read is the first page.
    """
    start, end = search.window()
    mark, opened = _read(after or before)
    if opened and not search.starts:
        start = opened
    walk = Walk(
        search, start, end, limit + 1, once=True, columns=_columns(search),
        after=mark if after else None, before=mark if before and not after else None,
    )  # fmt: skip
    rows, running_rows = _cards(walk, with_ongoing=mark is None)
    more, rows = len(rows) > limit, rows[:limit]
    backwards = walk.before is not None
    if backwards:
        rows.reverse()
    result = Page(rows, running_rows[:ONGOING_SHOWN], more_ongoing=len(running_rows) > ONGOING_SHOWN)
    if rows and (more or backwards):
        result.next = _write(Mark(rows[-1].starts_at, rows[-1].session), start)
    if rows and (mark is not None if not backwards else more):
        result.previous = _write(Mark(rows[0].starts_at, rows[0].session), start)
    return result


def running(search: Search, *, after: str = "", before: str = "", limit: int = PAGE_SIZE) -> Page:
    """All that has begun at the start of the search and is not over: each event once, the first to end first."""
    start, _ = search.window()
    mark, opened = _read(after or before)
    if opened and not search.starts:
        start = opened
    backwards = bool(mark and before and not after)
    sql, values = ongoing(
        search, start, limit + 1, once=True, after=mark if after else None, before=mark if backwards else None,
        columns=_columns(search),
    )  # fmt: skip
    order = " DESC" if backwards else ""
    rows = [Found(*row) for row in _rows(
        f"SELECT {_CARD}, f.lat, f.lon, f.commune_id FROM ({sql}) f"
        f" JOIN events_rendering r ON r.session_id = f.session_id ORDER BY f.ends_at{order}, f.session_id{order}",
        values,
    )]  # fmt: skip
    more, rows = len(rows) > limit, rows[:limit]
    if backwards:
        rows.reverse()
    result = Page(rows)
    if rows and (more or backwards):
        result.next = _write(Mark(rows[-1].ends_at, rows[-1].session), start)
    if rows and (mark is not None if not backwards else more):
        result.previous = _write(Mark(rows[0].ends_at, rows[0].session), start)
    return result


def _columns(search: Search) -> str:
    """What a card needs of a row; where it is only when a distance is shown: the rest is in the index of dates."""
    where = (
        "l.lat, l.lon, l.commune_id" if search.start else "NULL::float8 AS lat, NULL::float8 AS lon, '' AS commune_id"
    )
    return f"{_ROW}, l.previous_at, {where}"


def _cards(walk: Walk, *, with_ongoing: bool) -> tuple[list[Found], list[Found]]:
    """The rows of a walk with their cards, and those under way at its start, in one statement."""
    sql, values = walk.sql()
    parts = [f"(SELECT 0 AS part, f.* FROM ({sql}) f)"]
    if with_ongoing:
        under_way, more = ongoing(walk.search, walk.start, ONGOING_SHOWN + 1, once=True, columns=walk.columns)
        parts.append(f"(SELECT 1, o.* FROM ({under_way}) o)")
        values += more
    rows = _rows(
        f"SELECT f.part, {_SKIPPED}, {_CARD}, f.lat, f.lon, f.commune_id"
        f" FROM ({' UNION ALL '.join(parts)}) f JOIN events_rendering r ON r.session_id = f.session_id",
        [walk.start, walk.start, *values],
    )
    coming = [replace(Found(*row[2:]), skipped=_passed(row[1])) for row in rows if row[0] == 0]
    coming.sort(key=lambda found: (found.starts_at, found.session), reverse=walk.before is not None)
    now = [Found(*row[2:]) for row in rows if row[0] == 1]
    return coming, sorted(now, key=lambda found: (found.ends_at, found.session))


def _passed(told: list[str] | None) -> tuple[tuple[datetime, str], ...]:
    return tuple(
        (_EPOCH + timedelta(seconds=int(seconds)), status) for seconds, status in (text.split() for text in told or ())
    )


_LINE = """s.id, s.event_id, s.starts_at, s.ends_at, f.later, '', s.lat, s.lon, coalesce(s.commune_id, ''), e.title,
    e.slug, e.kind, s.label, s.all_day, s.status, s."full", s.town, s.place_name, s.attendance, s.public_id::text"""


def between(search: Search, start: datetime, end: datetime, limit: int = FEED_MOST) -> list[Found]:
    """The dates of `search` (its own days left out) that overlap `[start, end[`, in order of start, at most `limit`."""
    coming, values = Walk(search, start, end, limit).sql()
    begun, more = ongoing(search, start, limit)
    rows = _rows(
        f"SELECT {_LINE} FROM (({coming}) UNION ALL ({begun})) f JOIN events_session s ON s.id = f.session_id"
        " JOIN events_event e ON e.id = s.event_id ORDER BY s.starts_at, s.id LIMIT %s",
        [*values, *more, limit],
    )
    return [Found(*row) for row in rows]


def keys(search: Search, limit: int = FEED_MOST) -> list[int]:
    """The primary keys of the sessions that a feed of `search` holds, in order of date; none withdrawn."""
    sql, values = feed(search, limit, "l.session_id, l.starts_at, l.ends_at", ("published",))
    return [row[0] for row in _rows(f"SELECT f.session_id FROM ({sql}) f ORDER BY f.starts_at, f.session_id", values)]


def texts(
    search: Search, column: Literal["card", "ics", "jsonld"], limit: int = FEED_MOST, *, withdrawn: bool = True
) -> list[tuple[datetime, datetime, str]]:
    """`(starts_at, changed_at, text)` of the dates that a feed of `search` holds, in order of date, at most `limit`.

    Without a first day, from `FEED_PAST` ago. What was withdrawn lately is there too (A8) unless `withdrawn` is false.
    """
    if column not in {"card", "ics", "jsonld"}:
        raise ValueError(column)
    parts: tuple[Part, ...] = ("published", "withdrawn") if withdrawn else ("published",)
    sql, values = feed(search, limit, "l.session_id, l.starts_at, l.ends_at, l.changed_at", parts)
    return _rows(
        f"SELECT f.starts_at, f.changed_at, r.{column} FROM ({sql}) f"
        " JOIN events_rendering r ON r.session_id = f.session_id ORDER BY f.starts_at, f.session_id",
        values,
    )


def feed(search: Search, limit: int, columns: str, parts: Sequence[Part]) -> tuple[str, list[Any]]:
    """The statement of the rows that a feed of `search` holds, in order of date: plain columns of the listing `l`."""
    start, end = search.window(timezone.now() - FEED_PAST)
    statements, values = [], list[Any]()
    for part in parts:
        for sql, more in (
            Walk(search, start, end, limit, columns=columns, part=part).sql(),
            ongoing(search, start, limit, columns=columns, part=part),
        ):
            statements.append(f"({sql})")
            values += more
    union = " UNION ALL ".join(statements)
    return f"SELECT * FROM ({union}) u ORDER BY u.starts_at, u.session_id LIMIT %s", [*values, limit]


def changed(search: Search, since: datetime, until: datetime, limit: int = 100) -> list[Found]:
    """The dates of `search`, not over yet, that were made public or publicly changed in `]since, until]`.

    `news` is `new`, or `changed` for those that were public before (date, place, cancelled, full…; a word mended in a
    text is no news). In order of date.
    """
    asked, values = conditions(search)
    start, end = search.window(until)
    if end:
        asked += " AND l.starts_at < %s"
        values.append(end)
    rows = _rows(
        f"SELECT {_LINE}, CASE WHEN f.news_at > %s THEN 'new' ELSE 'changed' END FROM ("
        "  SELECT l.session_id, l.later, l.news_at FROM events_listing l WHERE l.session_id IN ("
        "    SELECT n.session_id FROM events_listing n WHERE n.shown AND n.news_at > %s AND n.news_at <= %s"
        "    UNION SELECT c.session_id FROM events_sessionchange c WHERE c.at > %s AND c.at <= %s)"
        f" AND {asked} AND l.news_at <= %s AND l.ends_at > %s ORDER BY l.starts_at, l.session_id LIMIT %s) f"
        " JOIN events_session s ON s.id = f.session_id JOIN events_event e ON e.id = s.event_id"
        " ORDER BY s.starts_at, s.id",
        [since, since, until, since, until, *values, until, max(start, until), limit],
    )
    return [Found(*row) for row in rows]


def _rows(sql: str, values: Sequence[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[Any] = cursor.fetchall()
        return rows


def _write(mark: Mark, opened: datetime) -> str:
    """A mark as an address carries it: the instant in microseconds, the session, when the list was opened."""
    return f"{_micro(mark.at):x}-{mark.session:x}-{int(opened.timestamp()):x}"


def _micro(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


_EPOCH = datetime.fromtimestamp(0, tz=timezone.get_fixed_timezone(0))
_LAST_MICRO = _micro(datetime(2101, 1, 1, tzinfo=_EPOCH.tzinfo))


def _read(text: str) -> tuple[Mark | None, datetime | None]:
    """A mark, and the instant its list was opened when that was lately; nothing for what is no mark."""
    parts = text.split("-")
    if len(text) > 60 or len(parts) != 3:
        return None, None
    try:
        micro, session, opened = (int(part, 16) for part in parts)
    except ValueError:
        return None, None
    if not (0 <= micro < _LAST_MICRO and 0 <= session < 2**63 and 0 <= opened < _LAST_MICRO // 1_000_000):
        return None, None
    mark = Mark(_EPOCH + timedelta(microseconds=micro), session)
    start = _EPOCH + timedelta(seconds=opened)
    return mark, start if abs(timezone.now() - start) < KEEPS else None
