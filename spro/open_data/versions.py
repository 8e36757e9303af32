"""Which version of the data a file shows, known without writing the file: its ETag, and since when it is so.

What the rows say is hashed by PostgreSQL, and the moment it was first seen is kept in the database: neither an empty
cache, nor a restored archive, nor the import of other tables makes old data look new. Most of the time nothing is
hashed: PostgreSQL gives each version of a row its own pair (xmin, ctid), whose sum over the tables changes with any
change. Either is asked at most once a minute for a file.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone
from redis.exceptions import RedisError

from core.datasets import Dataset, Settled
from core.http import PUBLIC_SECONDS
from core.models import PackLoad
from spro.open_data.memory import DataVersion
from spro.open_data.terms import terms

SHAPE = 2  # raised when the shape of the files changes
_TOUCHED = "xmin::text || ctid::text"
_SAID = "(to_jsonb(a_row) - 'pack_values')::text"  # what the pack said once is in no file


@dataclass(frozen=True)
class Version:
    """`key` changes with the data; `since`, when these were first seen, is never later than now."""

    key: str
    since: dt.datetime

    def etag(self, form: str) -> str:
        said = (SHAPE, self.key, int(self.since.timestamp()), form, settings.SITE_URL, settings.PUBLISHER["name"])
        return f'"{_digest(said)}"'


def version_of(table: Dataset) -> Version:
    """The version of a table: settled with it, or that of the rows it reads."""
    return Version(table.key, table.since) if isinstance(table, Settled) else version(table.models)


def together(versions: Iterable[Version]) -> Version:
    """The version of what shows all of these."""
    all_ = list(versions)
    return Version(_digest([one.key for one in all_]), max(one.since for one in all_))


def version(models: Iterable[type[Model]]) -> Version:
    """The version of what these tables hold, and of the terms under which it leaves."""
    tables = sorted(model._meta.db_table for model in set(models))
    name = kept_under(tables)
    try:
        kept = cache.get(name)
        if kept is not None:
            return Version(*kept)
        found = _known(name, tables)
        cache.set(name, (found.key, found.since), timeout=PUBLIC_SECONDS)
        return found
    except RedisError:  # the public's data do not wait for a cache
        return _known(name, tables)


def follow() -> int:
    """See every file's tables, so that a change is dated when it happens and not when somebody asks. How many."""
    from spro.open_data import data_inclusion
    from spro.open_data.tables import TABLES

    every = [*(table.models for table in TABLES.values()), data_inclusion.MODELS]
    return len([version(models) for models in every])


def kept_under(tables: Iterable[str]) -> str:
    """The key of the cache that holds, for a minute, the version of these tables."""
    return f"open-data.{_digest(sorted(tables))}"


def _known(name: str, tables: list[str]) -> Version:
    """What the database remembers; told again when the rows were touched, dated again when they say something else."""
    touched = _digest(_sums([*tables, PackLoad._meta.db_table], _TOUCHED))
    held = DataVersion.objects.filter(name=name, touched=touched).first()
    if held is None:
        said = _digest((_sums(tables, _SAID), terms()))
        held = _remember(name, touched, said)
    return Version(held.said, held.since)


@transaction.atomic
def _remember(name: str, touched: str, said: str) -> DataVersion:
    now = timezone.now().replace(microsecond=0)
    start = {"touched": touched, "said": said, "since": now}
    held, made = DataVersion.objects.select_for_update().get_or_create(name=name, defaults=start)
    if made:
        return held
    if held.said != said:
        held.said, held.since = said, now
    held.touched = touched
    held.save()
    return held


def _sums(tables: list[str], words: str) -> list[tuple[int, int | None]]:
    """For each table, how many rows and the sum of the hashes of their `words`."""
    parts = " UNION ALL ".join(
        f"SELECT {place} AS place, count(*) AS n, sum(hashtextextended({words}, 0)) AS s FROM {table} AS a_row"  # noqa: S608 (names are ours)
        for place, table in enumerate(map(connection.ops.quote_name, tables))
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT n, s FROM ({parts}) AS every ORDER BY place")  # noqa: S608 (names are ours)
        return list(cursor.fetchall())


def _digest(said: object) -> str:
    return hashlib.blake2s(repr(said).encode(), digest_size=12).hexdigest()
