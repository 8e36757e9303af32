# ruff: noqa: S608 - statements are put together here from our own names; what visitors say is always a parameter
"""A way on when a search finds nothing: the word that was meant, and what each filter hides (A2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from difflib import SequenceMatcher
from typing import Any

from django.db import connection

from core.search import plain
from core.text import fold
from events.search import days
from events.search.asked import DEFAULT_RADIUS, MAX_RADIUS, Search
from events.search.conditions import Walk, ongoing
from events.search.sentence import NBSP, when

LIKENESS = 0.7  # of two words, for one to be the other mistyped (as `core/find.py`)
SHORTEST = 4  # letters: shorter words look like everything
MOST_WORDS = 6
LOOKED = 50  # dates looked at for each way on: beyond, « plus de 50 »
SHOWN = 5

# Words that end otherwise are known words: they are not mistyped.
_WORDS = """
SELECT t.word, k.word, to_tsvector('public.fr', k.word) @@ plainto_tsquery('public.fr', t.word)
FROM unnest(%s::text[]) AS t (word) CROSS JOIN LATERAL (
    SELECT w.word FROM events_word w WHERE w.word %% t.word ORDER BY similarity(w.word, t.word) DESC, w.word LIMIT 8) k
UNION ALL SELECT '', numnode(websearch_to_tsquery('public.fr', %s))::text, true
"""


@dataclass(frozen=True, slots=True)
class Meant:
    """`words`: the search as it was probably meant, empty when nothing looks like it. `too_common`: it only holds words
    such as « le » or « pour », which find nothing."""

    words: str = ""
    too_common: bool = False


def meant(words: str) -> Meant:
    """What words that found nothing probably meant, in one statement on the known words of the agenda."""
    typed = fold(plain(words)).split()
    asked = list(dict.fromkeys(word for word in typed if len(word) >= SHORTEST and not word.isdigit()))[:MOST_WORDS]
    with connection.cursor() as cursor:
        cursor.execute(_WORDS, [asked, plain(words)])
        rows = cursor.fetchall()
    known = {word for word, _, same in rows if same}
    close: dict[str, list[str]] = {}
    for word, other, _ in rows:
        if word:
            close.setdefault(word, []).append(other)
    understood = [word if word in known else _nearest(word, close.get(word, [])) for word in typed]
    return Meant(
        words=" ".join(understood) if understood != typed else "",
        too_common=any(not word and other == "0" for word, other, _ in rows),
    )


def _nearest(word: str, others: list[str]) -> str:
    ratio, best = max(((SequenceMatcher(None, word, other).ratio(), other) for other in others), default=(0.0, word))
    return best if ratio >= LIKENESS else word


@dataclass(frozen=True, slots=True)
class Way:
    """Another search, and how many events it finds: « plus de 50 » when `more`."""

    label: str
    url: str
    events: int
    more: bool


def ways_on(search: Search) -> list[Way]:
    """The searches next to this one that find something, in one statement: wider, or with a filter less."""
    tried = list(_wider(search))
    if not tried:
        return []
    parts, values = [], list[Any]()
    for rank, (_, other) in enumerate(tried):
        start, end = other.window()
        coming, some = Walk(other, start, end, LOOKED + 1, columns="l.event_id, l.starts_at, l.session_id").sql()
        begun, more = ongoing(other, start, LOOKED + 1, columns="l.event_id, l.starts_at, l.session_id, l.ends_at")
        parts.append(
            f"SELECT {rank}, count(DISTINCT event_id), count(*) FROM (SELECT event_id FROM ({coming}) c"
            f" UNION ALL SELECT event_id FROM ({begun}) b) f"
        )
        values += [*some, *more]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        found = {rank: (events, dates > LOOKED) for rank, events, dates in cursor.fetchall()}
    return [
        Way(label, other.url(), events, more)
        for rank, (label, other) in enumerate(tried)
        if (events := found[rank][0]) and (more := found[rank][1]) is not None
    ][:SHOWN]


def _wider(search: Search) -> Iterator[tuple[str, Search]]:
    """Each search next to `search`, with what to call it: the nearest to what was asked first."""
    if (search.start or search.within) and search.reach < MAX_RADIUS:
        for km in (DEFAULT_RADIUS, 50, MAX_RADIUS) if search.within else (50, MAX_RADIUS):
            if km > search.reach:
                yield f"Jusqu’à {km}{NBSP}km", search.but(radius=km)
    if search.ends and (search.starts or days.today()) > search.ends - timedelta(days=7):
        monday, sunday = days.week_after(search.ends)
        if sunday <= days.LAST:
            after = search.but(starts=monday, ends=sunday)
            yield f"La semaine suivante, {when(after)}", after
    if search.starts or search.ends:
        yield "À n’importe quelle date à venir", search.but(starts=None, ends=None)
    for given, label, changes in (
        (search.access, "Sans le filtre d’accessibilité", {"access": ()}),
        (search.publics, "Quel que soit le public", {"publics": ()}),
        (search.sectors, "Dans tous les secteurs", {"sectors": ()}),
        (search.types, "De tous les types", {"types": ()}),
        (search.network, "De tous les réseaux", {"network": None}),
        (search.organisation, "De tous les organismes",
         {"organisation": "", "organisation_key": None, "organisation_name": ""}),
        (search.basin, "Dans tous les bassins d’emploi", {"basin": None}),
        (search.agency, "Dans tous les territoires", {"agency": None}),
        (search.q, "Sans les mots", {"q": ""}),
    ):  # fmt: skip
        if given:
            yield label, search.but(**changes)
    if search.commune or search.point:
        yield "Dans toute la région", search.but(town=None, point=None, commune="", radius=None)
    if not search.online:
        bare = search.but(town=None, point=None, commune="", radius=None, agency=None, basin=None, online=True)
        yield "En ligne, depuis chez vous", bare
    else:
        yield "Sur place aussi", search.but(online=False)
