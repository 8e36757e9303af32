"""Words looked for in every public page: what the rooms offer to be found (`core/find.py` finds it).

A room that owns public pages registers a source in its `AppConfig.ready`, and writes an entry again when its object
changes (`index`). Writing is in bulk: the database turns the words of a thousand entries into vectors at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.db import connection, transaction

from core.models import SearchDocument
from core.text import fold

BATCH = 2_000


@dataclass(frozen=True)
class Entry:
    """What a room says of one public page; `body` is searched and never shown.

    `aliases` are other names of the same thing: searched like the title, a typo in them is forgiven like one in it.
    `weight` (1 to 10) breaks ties: a network (8) or a need (9) comes before one site among three hundred (3).
    """

    kind: str
    key: str
    title: str
    url: str
    summary: str = ""
    body: str = ""
    weight: int = 1
    aliases: str = ""


Source = Callable[[], Iterable[Entry]]
_sources: dict[str, Source] = {}


# What parts words, whatever PostgreSQL holds for a letter: apostrophes (« d’Épinal » is found by « Épinal »), points of
# inclusive writing (« lycéen·ne » by « lycéens »), spaces of typography (the word before « : »).
_PARTS = "’'·\u00a0\u202f\u2009"
_MINUS = re.compile(r"(?:^|(?<=\s))-+")


def vector(column: str) -> str:
    """The SQL of the words of `column` (a SQL expression of ours), without accents nor endings (core/migrations/0001),
    parted as those that `plain` reads."""
    parts, spaces = _PARTS.replace("'", "''"), " " * len(_PARTS)
    return f"to_tsvector('public.fr', translate({column}, '{parts}', '{spaces}'))"


def plain(words: str) -> str:
    """What somebody looks for, parted as `vector` does, without minus signs before a word: nobody here means « all
    but »."""
    return " ".join(_MINUS.sub(" ", words.translate(dict.fromkeys(map(ord, _PARTS), " "))).split())


# One row an entry.
_INSERT = f"""
INSERT INTO core_searchdocument (kind, key, title, summary, url, weight, folded_title, words)
SELECT kind, key, title, summary, url, weight, folded_title,
       setweight({vector("title || ' ' || aliases")}, 'A')
       || setweight({vector("summary")}, 'B')
       || setweight({vector("body")}, 'C')
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::smallint[], %s::text[], %s::text[],
            %s::text[]) AS entry (kind, key, title, summary, url, weight, folded_title, body, aliases)
ON CONFLICT (kind, key) DO UPDATE SET
    title = EXCLUDED.title, summary = EXCLUDED.summary, url = EXCLUDED.url, weight = EXCLUDED.weight,
    folded_title = EXCLUDED.folded_title, words = EXCLUDED.words
"""  # noqa: S608 (names of ours)


def register(kind: str, source: Source) -> None:
    """Declare that `source()` yields every entry of `kind`; `rebuild` asks it."""
    _sources[kind] = source


def index(entries: Iterable[Entry]) -> int:
    """Write these entries, new or changed; returns how many. Of two entries with one key the last is kept."""
    count = 0
    for batch in _batches(entries):
        columns = zip(*(_row(entry) for entry in batch), strict=True)
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, [list(column) for column in columns])
        count += len(batch)
    return count


def forget(kind: str, keys: Iterable[str]) -> int:
    """Take these pages out of the search: they are no longer public. Returns how many were in it."""
    return SearchDocument.objects.filter(kind=kind, key__in=list(keys)).delete()[0]


@transaction.atomic
def rebuild(kinds: Iterable[str] | None = None) -> int:
    """Write every document of these kinds (all by default) again; returns how many.

    Visitors read the former documents until the transaction ends.
    Raises `KeyError` for a kind that no room registered.
    """
    count = 0
    for kind in list(kinds) if kinds is not None else list(_sources):
        SearchDocument.objects.filter(kind=kind).delete()
        count += index(_sources[kind]())
    return count


def kinds() -> list[str]:
    """The kinds that rooms registered."""
    return list(_sources)


def _row(entry: Entry) -> tuple[str, str, str, str, str, int, str, str, str]:
    folded = fold(f"{entry.title} {entry.aliases}")[:300]
    return (
        entry.kind, entry.key, entry.title[:300], entry.summary[:400], entry.url, entry.weight, folded,
        entry.body, entry.aliases,
    )  # fmt: skip


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    iterator = iter(entries)
    while batch := list(islice(iterator, BATCH)):
        # A statement may not write one row twice.
        yield list({(entry.kind, entry.key): entry for entry in batch}.values())
