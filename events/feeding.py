"""What a feed of a search holds: the version of it, the stored texts joined, or the sessions themselves.

One statement each, two for sessions. A feed holds `FEED_MOST` sessions at most, in order of date; those withdrawn
lately are there as cancelled (A8).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, time
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
_TOUCHED = "r.xmin::text::bigint"
_KEYS_HERE = "f.session_id, f.starts_at, f.changed_at"
_ORDER = "ORDER BY f.starts_at, f.session_id"
# Count, last change in microseconds, sums: one text.
_SAID = (
    "concat_ws(' ', count(*), coalesce((extract(epoch FROM max(changed_at)) * 1000000)::bigint, 0), "
    "coalesce(sum(touched), 0), coalesce(sum(session_id), 0))"
)
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
    sql, values = _statement(search, f"{_KEYS_HERE}, {_TOUCHED} AS touched")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_SAID} FROM ({sql}) f", values)  # noqa: S608 (names are ours)
        return _version(cursor.fetchone()[0])


def joined(search: Search, column: Literal["ics", "jsonld"]) -> tuple[Version, str]:
    """The version and the texts of the feed, one after the other.

    One row of text for the version, then one a session: dates and numbers of a thousand rows would cost as much to read
    as their texts, and PostgreSQL takes longer to join these than to send them.
    """
    sql, values = _statement(search, f"{_KEYS_HERE}, {_TOUCHED} AS touched, r.{column} AS said", _ORDER)
    told = f"WITH f AS MATERIALIZED ({sql}) SELECT {_SAID} FROM f UNION ALL SELECT said FROM f"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(told, values)
        (first,), *rows = cursor.fetchall()
    return _version(first), _SEPARATORS[column].join([said for (said,) in rows])


def sessions(search: Search) -> tuple[Version, list[Session]]:
    """The version and the sessions of the feed, event and organisation with them: two statements."""
    sql, values = _statement(search, f"{_KEYS_HERE}, {_TOUCHED} AS touched")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_SAID}, array_agg(session_id) FROM ({sql}) f", values)  # noqa: S608 (names are ours)
        said, keys = cursor.fetchone()
    rows = Session.objects.filter(pk__in=keys or []).select_related("event__organisation", "commune", "site")
    return _version(said), list(rows.order_by("starts_at", "pk"))


def _statement(search: Search, columns: str, order: str = "") -> tuple[str, list[Any]]:
    sql, values = feed(search, FEED_MOST, _KEYS, ("published", "withdrawn"))
    return (
        f"SELECT {columns} FROM ({sql}) f JOIN events_rendering r ON r.session_id = f.session_id {order}",  # noqa: S608 (names are ours)
        values,
    )


def _version(said: str) -> Version:
    count, micro, _ = said.split(" ", 2)
    changed = datetime.fromtimestamp(int(micro) / 1_000_000, UTC) if int(micro) else None
    return Version(int(count), changed, said)
