"""`/recherche/`: results by kind, ways on when there are none, and odd queries answered with a sentence."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from core import search
from core.find import LONGEST
from core.search import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _documents() -> None:
    search.rebuild(["need", "status", "service", "page"])
    search.index([Entry("commune", "88160", "Épinal", "/lieux/?commune=88160", weight=2)])
    search.index(Entry("site", str(i), f"Lieu {i:02} d’Épinal", f"/lieux/{i}/", weight=3) for i in range(30))


def page_of(client: Client, **query: str) -> Any:
    response = client.get("/recherche/", query)
    assert response.status_code == 200
    return response


def test_M4_a_commune_leads_to_its_places(client: Client) -> None:
    response = page_of(client, q="epinal", dans="communes")
    assert [result["hit"].url for result in response.context["results"]] == ["/lieux/?commune=88160"]


def test_facets_are_links_with_their_count(client: Client) -> None:
    facets = page_of(client, q="epinal").context["facets"]
    assert [(f["label"], f["count"], f["url"], f["current"]) for f in facets] == [
        ("Tout", 31, "/recherche/?q=epinal", True),
        ("Lieux", 30, "/recherche/?q=epinal&dans=lieux", False),
        ("Communes", 1, "/recherche/?q=epinal&dans=communes", False),
    ]


def test_pages_of_twenty_linked_both_ways(client: Client) -> None:
    first, second = page_of(client, q="epinal").context, page_of(client, q="epinal", page="2").context
    assert (len(first["results"]), first["previous"], first["next"], first["summary"]) == (
        20, "", "/recherche/?q=epinal&page=2", "1 à 20 sur 31",
    )  # fmt: skip
    assert (len(second["results"]), second["previous"], second["next"], second["summary"]) == (
        11, "/recherche/?q=epinal&page=1", "", "21 à 31 sur 31",
    )  # fmt: skip


def test_a_typo_is_understood_aloud(client: Client) -> None:
    page = page_of(client, q="aprentisage").content.decode()
    assert 'Vouliez-vous dire «&nbsp;<a href="/recherche/?q=apprentissage">apprentissage</a>&nbsp;»' in page


@pytest.mark.parametrize("query", ["reconversion", "VAE", "justice", "rgaa", "chômage", "étranger"])
def test_common_ways_of_saying_find_something(client: Client, query: str) -> None:
    assert page_of(client, q=query).context["found"].total > 0


@pytest.mark.parametrize(
    ("query", "said"),
    [("a", "au moins deux lettres"), ("le la", "trop courants"), ("é" * 300, f"{LONGEST} premiers"), ("  ", "")],
)
def test_S4_odd_queries_are_answered_with_a_sentence(client: Client, query: str, said: str) -> None:
    message = page_of(client, q=query).context["message"]
    assert said in message if said else message == ""


def test_nothing_found_gives_ways_on(client: Client) -> None:
    page = page_of(client, q="zzqxw").content.decode()
    assert [f'href="{url}"' in page for url in ("/lieux/", "/territoires/", "/reseaux/")] == [True] * 3


@pytest.mark.parametrize("page", ["0", "-1", "9999999999", "deux", "²", "51"])
def test_S4_an_odd_page_number_is_forgiven(client: Client, page: str) -> None:
    page_of(client, q="epinal", page=page)


def test_S4_an_unknown_kind_is_forgiven(client: Client) -> None:
    assert page_of(client, q="epinal", dans="inconnu").context["chosen"] is None


def test_what_was_typed_is_escaped(client: Client) -> None:
    assert "<script>alert" not in page_of(client, q="<script>alert(1)</script>").content.decode()


@pytest.mark.parametrize(("query", "budget"), [("epinal", 2), ("epinall", 3), ("", 0)])
def test_three_queries_at_most(client: Client, django_assert_num_queries: Any, query: str, budget: int) -> None:
    with django_assert_num_queries(budget):
        page_of(client, q=query)


def test_S2_a_search_is_held_by_no_shared_cache(client: Client) -> None:
    assert page_of(client, q="justice")["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("length", [4_000, 5_000])
def test_S4_a_query_of_ten_kilobytes_is_refused_with_a_reason(client: Client, length: int) -> None:
    response = client.get("/recherche/", {"q": "a" * length})
    assert response.status_code == (200 if length == 4_000 else 414)


def test_S4_a_nul_byte_is_refused_with_a_reason(client: Client) -> None:
    response = client.get("/recherche/?q=a%00b")
    assert (response.status_code, "caractère interdit" in response.content.decode()) == (400, True)
