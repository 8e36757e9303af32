"""Which version of the data a file shows, known without writing the file: its ETag, and since when it is so.

PostgreSQL gives each version of a row its own pair (xmin, ctid): their sum over the tables changes with any change. It
is asked at most once a minute for a table; the moment a version was first seen is kept in the cache.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.models import Model
from django.utils import timezone
from redis.exceptions import RedisError

from core.http import PUBLIC_SECONDS
from core.models import PackLoad

SEEN_SECONDS = 400 * 86_400
SHAPE = 1  # raised when the shape of the files changes


@dataclass(frozen=True)
class Version:
    """`key` changes with the data; `since`, when these were first seen, is never later than now."""

    key: str
    since: dt.datetime

    def etag(self, form: str) -> str:
        said = (SHAPE, self.key, int(self.since.timestamp()), form, settings.SITE_URL, settings.PUBLISHER["name"])
        return f'"{_digest(said)}"'


def version(models: Iterable[type[Model]]) -> Version:
    """The version of what these tables hold, and of the terms under which it leaves."""
    shown: set[type[Model]] = {*models, PackLoad}
    tables = sorted(model._meta.db_table for model in shown)
    name = kept_under(tables)
    now = timezone.now().replace(microsecond=0)
    try:
        kept = cache.get(name)
        if kept is not None:
            return Version(*kept)
        key = _fingerprint(tables)
        cache.add(f"{name}.{key}", now, timeout=SEEN_SECONDS)
        found = Version(key, cache.get(f"{name}.{key}", now))
        cache.set(name, (found.key, found.since), timeout=PUBLIC_SECONDS)
        return found
    except RedisError:  # the public's data do not wait for a cache
        return Version(_fingerprint(tables), now)


def kept_under(tables: Iterable[str]) -> str:
    """The key of the cache that holds, for a minute, the version of these tables."""
    return f"open-data.{_digest(sorted(tables))}"


def _fingerprint(tables: list[str]) -> str:
    parts = " UNION ALL ".join(
        f"SELECT {place} AS place, count(*) AS n, sum(hashtextextended(xmin::text || ctid::text, 0)) AS s FROM {table}"  # noqa: S608 (names are ours)
        for place, table in enumerate(map(connection.ops.quote_name, tables))
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT n, s FROM ({parts}) AS every ORDER BY place")  # noqa: S608 (names are ours)
        return _digest(cursor.fetchall())


def _digest(said: object) -> str:
    return hashlib.blake2s(repr(said).encode(), digest_size=12).hexdigest()
