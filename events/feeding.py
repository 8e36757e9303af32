"""What a feed of a search holds: the version of it, the stored texts joined by PostgreSQL, or the sessions themselves.

One statement each, two for sessions. A feed holds `FEED_MOST` sessions at most, in order of date; those withdrawn
lately are there as cancelled (A8).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Literal

from django.conf import settings
from django.db import connection
from django.utils import timezone

from events.models import Session
from events.render import times
from events.search.filters import Search
from events.search.finding import FEED_MOST, feed

SHAPE = 1  # raised when the same rows are written otherwise
_KEYS = "l.session_id, l.starts_at, l.ends_at, l.changed_at"
# Any writing of a text gives its row another `xmin`: their sum, with that of the keys, changes with any change.
_STATE = "count(*), max(f.changed_at), sum(r.xmin::text::bigint), sum(f.session_id)"
_SEPARATORS = {"ics": "", "jsonld": ",\n"}


@dataclass(frozen=True, slots=True)
class Version:
    """How many sessions, when one last changed (None: never any), and what changes with any of their texts."""

    count: int
    changed: datetime | None
    key: str

    def etag(self, *said: str) -> str:
        """The ETag of these sessions told so: format, search, address."""
        words = (SHAPE, self.key, settings.SITE_URL, settings.PORTAL_NAME, *said)
        return f'"{hashlib.blake2s(repr(words).encode(), digest_size=12).hexdigest()}"'

    @property
    def since(self) -> datetime:
        """Never before today's midnight: the window of a feed moves with the days, without any change."""
        today = datetime.combine(times.local(timezone.now()).date(), time.min, times.PARIS)
        return max(self.changed, today) if self.changed else today

    @property
    def capped(self) -> bool:
        """Whether there may be more sessions than a feed holds."""
        return self.count >= FEED_MOST


def version(search: Search) -> Version:
    """The version of the feed, its texts left where they are."""
    return _version(_ask(search, _STATE)[0])


def joined(search: Search, column: Literal["ics", "jsonld"]) -> tuple[Version, str]:
    """The version and the texts of the feed, one after the other."""
    separator = _SEPARATORS[column]
    together = f"coalesce(string_agg(r.{column}, '{separator}' ORDER BY f.starts_at, f.session_id), '')"
    (row,) = _ask(search, f"{_STATE}, {together}")
    return _version(row[:4]), row[4]


def sessions(search: Search) -> tuple[Version, list[Session]]:
    """The version and the sessions of the feed, event and organisation with them: two statements."""
    (row,) = _ask(search, f"{_STATE}, array_agg(f.session_id)")
    rows = Session.objects.filter(pk__in=row[4] or []).select_related("event__organisation", "commune", "site")
    return _version(row[:4]), list(rows.order_by("starts_at", "pk"))


def _ask(search: Search, columns: str) -> list[Any]:
    sql, values = feed(search, FEED_MOST, _KEYS, ("published", "withdrawn"))
    statement = f"SELECT {columns} FROM ({sql}) f JOIN events_rendering r ON r.session_id = f.session_id"  # noqa: S608 (names are ours)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[Any] = cursor.fetchall()
    return rows


def _version(row: tuple[Any, ...]) -> Version:
    count, changed, *sums = row
    return Version(count, changed, repr((count, changed, *map(str, sums))))
