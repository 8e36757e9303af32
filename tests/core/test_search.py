"""Search: written in bulk by kind, found with accents and typos forgiven, never in more than four statements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import search
from core.find import CANDIDATES, LONGEST, find
from core.models import SearchDocument
from core.search import Entry
from core.synonyms import widened

pytestmark = pytest.mark.django_db

ENTRIES = [
    Entry("site", "cio-epinal", "CIO d’Épinal", "/lieux/cio-epinal/", "Centre d’orientation, à Épinal", weight=3),
    Entry("site", "cio-metz", "CIO de Metz", "/lieux/cio-metz/", "Centre d’orientation, à Metz", weight=3),
    Entry("commune", "88160", "Épinal", "/lieux/?commune=88160", "Les lieux autour d’Épinal", "88000", weight=2),
    Entry("commune", "68224", "Mulhouse", "/lieux/?commune=68224", "Les lieux autour de Mulhouse", "68100", weight=2),
    Entry("need", "alternance", "Trouver une alternance", "/lieux/", "Un contrat", aliases="apprentissage", weight=9),
    Entry("network", "apec", "APEC", "/reseaux/apec/", "Pour les cadres <b>et</b> les jeunes diplômé·es", weight=8),
]


@pytest.fixture
def _documents() -> None:
    search.index(ENTRIES)


def titles(query: str, **more: Any) -> list[str]:
    return [hit.title for hit in find(query, **more).hits]


@pytest.mark.usefixtures("_documents")
@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("Épinal", "Épinal"),
        ("epinal", "Épinal"),
        ("EPINAL", "Épinal"),
        ("d’épinal", "CIO d’Épinal"),
        ("cio d'epinal", "CIO d’Épinal"),
        ("alternances", "Trouver une alternance"),
        ("68100", "Mulhouse"),
        ("cadre", "APEC"),
        ("-épinal", "Épinal"),
    ],
)
def test_words_are_found_whatever_their_accents_endings_and_signs(query: str, first: str) -> None:
    found = find(query)
    assert (found.hits[0].title, found.approximate, found.suggestion) == (first, False, "")


@pytest.mark.parametrize(
    ("words", "ways"),
    [
        ("bois", "bois"),
        ("JPO", "jpo or portes ouvertes"),
        ("journées portes ouvertes Épinal", "journees portes ouvertes epinal or portes ouvertes epinal or jpo epinal"),
        ("Pôle emploi", "pole emploi or france travail"),
        ('"forum"', '"forum"'),
    ],
)
def test_A2_words_of_the_field_are_said_in_every_way(words: str, ways: str) -> None:
    assert widened(words) == ways


def test_A2_the_ways_to_say_a_search_stay_few() -> None:
    assert len(widened("alternance forum chômeurs BTP webinaire numérique").split(" or ")) == 9


@pytest.mark.usefixtures("_documents")
def test_A2_the_search_of_the_portal_knows_the_words_of_the_field() -> None:
    found = find("centre d’information et d’orientation")
    assert ({hit.title for hit in found.hits}, found.approximate) == ({"CIO d’Épinal", "CIO de Metz"}, False)


@pytest.mark.usefixtures("_documents")
@pytest.mark.parametrize(
    ("query", "first", "suggestion"),
    [
        ("epinall", "Épinal", "Épinal"),
        ("Epianl", "Épinal", "Épinal"),
        ("mulouse", "Mulhouse", "Mulhouse"),
        ("cio epinall", "CIO d’Épinal", "cio Épinal"),
        ("aprentisage", "Trouver une alternance", "apprentissage"),
    ],
)
def test_typos_are_forgiven_and_what_was_understood_is_said(query: str, first: str, suggestion: str) -> None:
    found = find(query)
    assert (found.hits[0].title, found.approximate, found.suggestion) == (first, True, suggestion)


def test_all_words_but_one_come_before_any_word() -> None:
    search.index(Entry("commune", str(i), f"Francheville {i}", f"/{i}/", weight=2) for i in range(200))
    search.index([
        Entry("commune", "51454", "Reims", "/reims/", weight=4),
        Entry("site", "ft", "France Travail de Troyes", "/ft/", weight=3),
        Entry("network", "pe", "France Travail (Pôle emploi dans la charte)", "/pe/", weight=8),
    ])  # fmt: skip
    found = find("france travail reims")
    assert (found.counts, found.approximate) == ({"site": 1, "network": 1}, True)


@pytest.mark.usefixtures("_documents")
def test_a_kind_narrows_the_hits_and_not_the_counts() -> None:
    found = find("epinal", kind="site")
    assert ([hit.title for hit in found.hits], found.counts) == (["CIO d’Épinal"], {"site": 1, "commune": 1})


@pytest.mark.usefixtures("_documents")
def test_nothing_like_it_is_nothing() -> None:
    found = find("zzqxw vvkkj")
    assert (found.hits, found.counts, found.too_common, found.suggestion) == ([], {}, False, "")


@pytest.mark.usefixtures("_documents")
@pytest.mark.parametrize("query", ["le", "pour la", "???", "&|!():*", "\\"])
def test_common_words_and_signs_alone_are_said_to_be_so(query: str) -> None:
    found = find(query)
    assert (found.hits, found.too_common) == ([], True)


@pytest.mark.usefixtures("_documents")
@pytest.mark.parametrize(
    "query", ["'; DROP TABLE core_searchdocument; --", '"épinal" or -"', "épinal %s %(x)s %%", "x" * 5000]
)
def test_S4_odd_queries_do_no_harm(query: str) -> None:
    find(query)
    assert SearchDocument.objects.count() == len(ENTRIES)


@pytest.mark.usefixtures("_documents")
def test_words_found_are_marked_and_everything_else_is_escaped() -> None:
    hit = find("cadres").hits[0]
    assert hit.summary_html == "Pour les <mark>cadres</mark> &lt;b&gt;et&lt;/b&gt; les jeunes diplômé·es"


@pytest.mark.usefixtures("_documents")
@pytest.mark.parametrize(
    ("query", "at_most"), [("epinal", 2), ("epinall", 3), ("le", 1), ("zzqxw", 2), ("zzqxw vvkkj qqzzx", 3)]
)
def test_four_statements_at_most(query: str, at_most: int) -> None:
    with CaptureQueriesContext(connection) as statements:
        find(query)
    assert len(statements) == at_most


def test_twenty_a_page_and_the_pages_follow_one_another() -> None:
    search.index(Entry("site", str(i), f"Lieu numéro {i:02}", f"/lieux/{i}/") for i in range(45))
    pages = [titles("lieu", page=number) for number in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [20, 20, 5, 0]
    assert len({title for page in pages for title in page}) == 45


def test_a_count_stops_at_a_thousand() -> None:
    search.index(Entry("site", str(i), f"Lieu {i}", f"/lieux/{i}/") for i in range(CANDIDATES + 50))
    found = find("lieu")
    assert (found.total, found.capped) == (CANDIDATES, True)


def test_only_the_beginning_of_a_long_query_is_read() -> None:
    search.index(ENTRIES)
    assert titles("épinal " + " " * LONGEST + "metz" * 100) == titles("épinal " + ("metz" * 100)[: LONGEST - 7])


def test_an_entry_written_again_replaces_the_former() -> None:
    search.index([Entry("site", "a", "Ancien nom", "/a/")])
    search.index([Entry("site", "a", "Nouveau nom", "/b/"), Entry("site", "a", "Dernier nom", "/c/")])
    assert list(SearchDocument.objects.values_list("title", "url", "folded_title")) == [
        ("Dernier nom", "/c/", "dernier nom")
    ]
    assert (titles("ancien"), titles("dernier")) == ([], ["Dernier nom"])


def test_writing_a_thousand_entries_is_one_statement() -> None:
    with CaptureQueriesContext(connection) as statements:
        assert search.index(Entry("site", str(i), f"Lieu {i}", f"/{i}/") for i in range(1_000)) == 1_000
    assert len(statements) == 1


def test_forgotten_pages_are_no_longer_found() -> None:
    search.index(ENTRIES)
    search.forget("site", ["cio-metz"])
    assert titles("metz") == []


@pytest.fixture
def _own_source() -> Iterator[None]:
    search.register("essai", lambda: [Entry("essai", "un", "Un", "/un/")])
    yield
    del search._sources["essai"]


@pytest.mark.usefixtures("_own_source")
def test_rebuilding_a_kind_forgets_what_is_gone_and_leaves_the_others() -> None:
    search.index([Entry("essai", "vieux", "Vieux", "/vieux/"), ENTRIES[0]])
    assert search.rebuild(["essai"]) == 1
    assert list(SearchDocument.objects.order_by("kind").values_list("kind", "key")) == [
        ("essai", "un"), ("site", "cio-epinal"),
    ]  # fmt: skip


def test_an_unknown_kind_is_an_error_and_nothing_is_lost() -> None:
    search.index(ENTRIES)
    with pytest.raises(KeyError):
        search.rebuild(["inconnu"])
    assert SearchDocument.objects.count() == len(ENTRIES)
