"""Finding public pages by words, with accents and typos forgiven (what `core/search.py` wrote).

First the words themselves, in French (endings and accents do not count). When no page holds them all, those that hold
all but one of three words or more; when there is none either, the pages that hold some of them or whose title looks
like them: a typo is forgiven, and « vouliez-vous dire » says which word was understood. What was typed is neither kept
nor logged (S2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from django.db import connection
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from core.search import plain
from core.synonyms import widened
from core.text import fold

PAGE = 20
LONGEST = 120  # characters of a query that are read; the page says so when more were typed
CANDIDATES = 1_000  # ranking looks at so many pages at most: « plus de 1 000 » is an honest count
MOST_ALIKE = 4  # terms looked for with typos: each is one more walk of the trigrams
LIKENESS = 0.7  # of two words, for one to be the other mistyped
_LETTERS = re.compile(r"[^\W_]+")
_OPEN, _CLOSE = "\ue000", "\ue001"  # private characters that ts_headline puts around the words found

# The query is a literal in each statement, never a value from a sub-select: the planner must see it to use the index.
_EXACT = "words @@ websearch_to_tsquery('public.fr', %(query)s)"
# All words but one: « france travail reims » is first France Travail, not every page that says « france ».
_BUT_ONE = "websearch_to_tsquery('public.fr', %(but_{})s)"
MANY = range(3, 9)  # words of a query of which one may be left out
_NEAR = "(words @@ websearch_to_tsquery('public.fr', %(any)s) OR folded_title %%> ANY(%(alike)s::text[]))"

# A word is forgiven when it shares two trigrams out of five with one of a title (« mulouse », « epianl »).
_FORGIVING = "SELECT set_config('pg_trgm.word_similarity_threshold', '0.4', false); "
_FACETS = """
SELECT kind, count(*) FROM (SELECT kind FROM core_searchdocument WHERE {condition} LIMIT %(candidates)s) AS found
GROUP BY kind
UNION ALL SELECT '', numnode(websearch_to_tsquery('public.fr', %(query)s))
"""
_PAGE = """
WITH found AS (
    SELECT id, kind, title, summary, url, weight, folded_title, words
    FROM core_searchdocument
    WHERE {condition} AND (%(kind)s = '' OR kind = %(kind)s)
    ORDER BY folded_title = %(folded)s DESC, weight DESC, id LIMIT %(candidates)s
), ranked AS (
    SELECT kind, title, summary, url, folded_title,
           (folded_title = %(folded)s)::int * 3
           + ts_rank(words, websearch_to_tsquery('public.fr', %(terms)s), 1) * 2
           + (SELECT avg(word_similarity(word, folded_title)) FROM unnest(%(alike)s::text[]) AS word)
           + similarity(%(folded)s, folded_title)
           + (SELECT count(*) FROM unnest(%(each)s::text[]) AS word
              WHERE words @@ websearch_to_tsquery('public.fr', word)) * 0.3
           + weight / 20.0 AS score
    FROM found ORDER BY score DESC, folded_title, url LIMIT %(limit)s OFFSET %(offset)s
)
SELECT kind, title, url, folded_title,
       ts_headline('public.fr', title, websearch_to_tsquery('public.fr', %(terms)s), %(options)s),
       ts_headline('public.fr', summary, websearch_to_tsquery('public.fr', %(terms)s), %(options)s)
FROM ranked ORDER BY score DESC, folded_title, url
"""


@dataclass(frozen=True)
class Hit:
    """One page found; `title_html` and `summary_html` are safe, with the words found in `<mark>`."""

    kind: str
    title: str
    url: str
    title_html: SafeString
    summary_html: SafeString


@dataclass(frozen=True)
class Found:
    """What a query found: the hits of one page, and how many there are of each kind (all pages, all kinds).

    `approximate`: no page holds every word, these look like it; `suggestion` is then the query as it was understood,
    or empty. `too_common`: the query holds only words such as « le » or « pour ».
    """

    hits: list[Hit] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    approximate: bool = False
    suggestion: str = ""
    too_common: bool = False

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def capped(self) -> bool:
        return self.total >= CANDIDATES


def find(query: str, *, kind: str = "", page: int = 1) -> Found:
    """The pages that answer `query` (two characters at least), `PAGE` at a time, best first.

    At most four statements (three for one or two words): two when the words themselves are found.
    """
    values = _values(plain(query)[:LONGEST], kind, page)
    counts, nodes = _facets(_EXACT, values)
    if counts:
        return Found(_hits(_EXACT, values)[0], counts)
    if not nodes:
        return Found(too_common=True)
    condition = _but_one(values["each"], values)
    counts = _facets(condition, values)[0] if condition else {}
    if not counts:
        condition = _NEAR
        counts, _ = _facets(condition, values, _FORGIVING)
    if not counts:
        return Found()
    hits, words = _hits(condition, values | {"terms": values["any"]})
    return Found(hits, counts, approximate=True, suggestion=_suggestion(values["typed"], words))


def _but_one(words: list[str], values: dict[str, Any]) -> str:
    """The condition « all these words but one », its parameters added to `values`; empty when words are too few."""
    if len(words) not in MANY:
        return ""
    values.update({f"but_{i}": " ".join(words[:i] + words[i + 1 :]) for i in range(len(words))})
    return f"words @@ ({' || '.join(_BUT_ONE.format(i) for i in range(len(words)))})"


def _values(query: str, kind: str, page: int) -> dict[str, Any]:
    folded = fold(query)
    words = folded.split()
    said = widened(query)
    return {
        "typed": query, "query": said, "terms": said, "any": " or ".join(words), "folded": folded, "kind": kind,
        "each": words,
        # Whole, and word by word: one typo among three words is forgiven too. Short words look like everything.
        "alike": [folded, *(word for word in words if len(word) > 3 and word != folded)][:MOST_ALIKE],
        "candidates": CANDIDATES, "limit": PAGE, "offset": (page - 1) * PAGE,
        "options": f"HighlightAll=true, StartSel={_OPEN}, StopSel={_CLOSE}",
    }  # fmt: skip


def _facets(condition: str, values: dict[str, Any], before: str = "") -> tuple[dict[str, int], int]:
    """How many pages of each kind, and how many words of the query count (0: it holds common words only)."""
    with connection.cursor() as cursor:
        cursor.execute(before + _FACETS.format(condition=condition), values)
        if before:  # in the same trip
            cursor.nextset()
        rows = dict(cursor.fetchall())
    return rows, rows.pop("", 0)


def _hits(condition: str, values: dict[str, Any]) -> tuple[list[Hit], dict[str, str]]:
    """The hits of a page, and the words of their titles: folded, to as they are written."""
    with connection.cursor() as cursor:
        cursor.execute(_PAGE.format(condition=condition), values)
        rows = cursor.fetchall()
    words: dict[str, str] = {}
    for row in rows:
        for word in (*_LETTERS.findall(row[1]), *row[3].split()):
            words.setdefault(fold(word), word)
    return [Hit(row[0], row[1], row[2], marked(row[4]), marked(row[5])) for row in rows], words


def marked(headline: str) -> SafeString:
    """A headline of PostgreSQL as HTML: everything escaped, the words found inside `<mark>`."""
    return mark_safe(escape(headline).replace(_OPEN, "<mark>").replace(_CLOSE, "</mark>"))


def _suggestion(query: str, known: dict[str, str]) -> str:
    """The query with each word that no title holds replaced by the nearest word of the titles, or nothing."""
    words = query.split()
    understood = [word if fold(word) in known else _nearest(word, known) for word in words]
    return " ".join(understood) if understood != words else ""


def _nearest(word: str, known: dict[str, str]) -> str:
    """The known word most like `word`, or `word` itself when none looks like it."""
    folded = fold(word)
    ratio, best = max(
        ((SequenceMatcher(None, folded, other).ratio(), other) for other in known if len(other) > 2),
        default=(0.0, folded),
    )
    return known[best] if ratio >= LIKENESS else word
