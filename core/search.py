"""Words looked for in every public page, with accents and typos forgiven.

A room that owns public pages offers documents (`register`), and writes one again when its object changes (`index`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.contrib.postgres.search import SearchVector
from django.db import transaction
from django.db.models import Value

from core.models import SearchDocument
from core.text import fold


@dataclass(frozen=True)
class Entry:
    """What a room says of one public page; `body` is searched and never shown."""

    kind: str
    key: str
    title: str
    url: str
    summary: str = ""
    body: str = ""
    weight: int = 1


_sources: dict[str, Callable[[], Iterable[Entry]]] = {}


def register(kind: str, source: Callable[[], Iterable[Entry]]) -> None:
    """Declare that `source()` yields every entry of `kind`; `rebuild` asks it."""
    _sources[kind] = source


def index(entries: Iterable[Entry]) -> int:
    """Write these entries, new or changed; returns how many."""
    documents = [
        SearchDocument(
            kind=e.kind, key=e.key, title=e.title[:300], summary=e.summary[:400], url=e.url, weight=e.weight,
            folded_title=fold(e.title)[:300],
            words=SearchVector(Value(e.title), config="fr", weight="A")
            + SearchVector(Value(e.summary), config="fr", weight="B")
            + SearchVector(Value(e.body), config="fr", weight="C"),
        )
        for e in entries
    ]  # fmt: skip
    for document in documents:  # a search vector is an expression: bulk_create would not take it with a conflict target
        SearchDocument.objects.update_or_create(
            kind=document.kind,
            key=document.key,
            defaults={
                name: getattr(document, name) for name in ("title", "summary", "url", "weight", "folded_title", "words")
            },
        )
    return len(documents)


def forget(kind: str, keys: Iterable[str]) -> None:
    SearchDocument.objects.filter(kind=kind, key__in=list(keys)).delete()


@transaction.atomic
def rebuild(kinds: Iterable[str] | None = None) -> int:
    """Write every document of these kinds (all by default) again; returns how many."""
    count = 0
    for kind in kinds or list(_sources):
        SearchDocument.objects.filter(kind=kind).delete()
        count += index(_sources[kind]())
    return count
