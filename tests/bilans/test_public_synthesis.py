"""What the public reads of the bilans: what was published, as it was; nothing before nor after (B3, B4, S1, D8)."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml import html

from bilans.models import Bilan, Campaign, Kind
from bilans.published import latest
from core.models import SearchDocument
from tests import factories
from tests.bilans import public, world

pytestmark = pytest.mark.django_db
PAGES = ["/bilans/2025/", "/bilans/2025/synthese.pdf", "/bilans/2025/synthese.xlsx", "/bilans/2025/synthese.ods"]
DATA = ["/donnees/bilans-2025.csv", "/donnees/bilans-2025.json", "/donnees/bilans-2025.csv-metadata.json"]


def text_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return str(answer.content.decode())


def page_of(client: Client, url: str) -> Any:
    return html.fromstring(text_of(client, url))


@pytest.mark.parametrize("url", [*PAGES, *DATA])
def test_D8_nothing_of_a_year_is_public_before_its_synthesis_is(client: Client, url: str) -> None:
    """A document that is drawn is not one that is published; neither is one of another year."""
    campaign = public.closed()
    public.document(world.accepted(world.bilan(Kind.REGION, of=campaign)), public.content())
    public.published(2024)
    answer = client.get(url)
    assert (answer.status_code, b"1234" in answer.content, "2025" in str(answer.headers)) == (404, False, False)
    client.force_login(factories.region_staff())
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("url", [*PAGES[:2], *DATA])
def test_D8_what_is_taken_back_is_gone_at_once(client: Client, url: str) -> None:
    """No cache answers by itself: it asks again, and is told that there is nothing."""
    campaign = public.published()
    first = client.get(url)
    assert (first.status_code, first.has_header("ETag")) == (200, True)
    again = client.get(url, headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
    Campaign.objects.filter(pk=campaign.pk).update(published=None, published_at=None)
    assert client.get(url, headers={"if-none-match": first["ETag"]}).status_code == 404


@pytest.mark.parametrize("url", ["/bilans/", *PAGES[:2]])
def test_D8_a_cache_asks_before_it_answers(client: Client, url: str) -> None:
    public.published()
    answer = client.get(url)
    assert (answer.status_code, answer["Cache-Control"], dict(answer.cookies)) == (200, "public, no-cache", {})
    client.force_login(factories.person())
    assert client.get("/bilans/")["Cache-Control"] == "private, no-store"


def test_B3_the_page_says_everything_of_its_content_and_escapes_it(client: Client) -> None:
    public.published()
    page = page_of(client, "/bilans/2025/")
    shown = re.sub(r"\s+", " ", page.text_content())
    for said in (
        "Personnes reçues", "1 234", "par rapport à 2024", "non disponible", "3 sur 4", "Une année dense.", "n.c.",
        "Un peu plus de la moitié sont des femmes.", "Le bassin 1 en a 7.", "Missions locales", "La Maison <absente>",
        "Que s’est-il passé", "Une personne compte une fois.", "3 bilans reçus sur 4 attendus",
    ):  # fmt: skip
        assert said in shown, said
    ids = page.xpath("//@id")
    assert [one for one in set(ids) if ids.count(one) > 1] == []
    anchors = {href[1:] for href in page.xpath("//a/@href") if href.startswith("#")}
    assert anchors <= set(ids)


def test_B3_each_picture_stands_with_its_words_and_its_figures(client: Client) -> None:
    public.published()
    page = page_of(client, "/bilans/2025/")
    pictures = page.xpath("//figure[contains(@class, 'bilan-picture')]")
    assert [len(one.xpath(".//table//tbody/tr")) for one in pictures] == [1, 2]
    assert [one.xpath("normalize-space(./p)") for one in pictures] == [
        "Un peu plus de la moitié sont des femmes.", "Le bassin 1 en a 7.",
    ]  # fmt: skip
    assert pictures[0].xpath("count(./*[local-name()='svg'])") == 1


def test_B3_many_figures_without_an_answer_are_a_sentence_not_rows(client: Client) -> None:
    blanks = [public.figure(f"f{n}", f"Flux {n}", None, "non renseigné") for n in range(4)]
    content = public.content()
    content["sections"][0]["figures"] += blanks
    public.published(said=content)
    page = page_of(client, "/bilans/2025/")
    rows = page.xpath("//table[contains(@class, 'bilan-figures')]//tbody/tr/th/text()")
    assert [row.strip() for row in rows] == ["Personnes reçues"]
    said = " ".join(page.text_content().split())
    assert "Sans chiffre cette année : Délai moyen, Flux 0, Flux 1, Flux 2, Flux 3." in said


def test_B3_results_are_read_first_then_who_answered(client: Client) -> None:
    content = public.content()
    answers = {**content["sections"][0], "key": "answers", "title": "Qui a rendu compte", "figures": [], "charts": []}
    content["sections"].insert(0, answers | {"maps": []})
    public.published(said=content)
    page = page_of(client, "/bilans/2025/")
    parts = page.xpath("//section[contains(@class, 'bilan-part')]")
    assert [part.xpath("string(h2)") for part in parts] == ["Accueillir", "Qui a rendu compte"]
    assert [one.get("open") for one in parts[1].xpath(".//details")] == [None]
    assert page.xpath("string(//*[@id='sommaire'])") == "Dans ce bilan"
    assert page.xpath("count(//p[contains(@class, 'bilan-back')]/a[@href='#sommaire'])") == 1


def test_B3_the_pages_that_count_places_themselves_show_other_key_figures(client: Client) -> None:
    places = public.figure("lieux", "Lieux de l’annuaire", "191", "191 lieux", unit="sites")
    content = public.content()
    public.published(said=content | {"headlines": [places, *content["headlines"]]})
    assert [one["label"] for one in latest()["headlines"]] == ["Personnes reçues"]


def test_B4_a_value_that_changes_after_the_publication_changes_nothing_public(client: Client, empty_cache: Any) -> None:
    campaign = public.published()
    urls = (*PAGES[:2], DATA[0])
    before = [whole(client, url) for url in urls]
    asked = world.indicator("personnes-recues", of_people=True)
    house = world.bilan(of=campaign)
    world.value(house, asked, 99_999)
    world.submitted(house)
    region = Bilan.objects.get(kind=Kind.REGION)
    public.document(region, public.content(commentary="Autre chose."), number=2)
    empty_cache()
    assert [whole(client, url) for url in urls] == before


def whole(client: Client, url: str) -> bytes:
    answer: Any = client.get(url)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


def test_B3_the_pdf_is_the_document_that_was_published(client: Client) -> None:
    public.published()
    answer: Any = client.get(PAGES[1])
    assert b"".join(answer.streaming_content) == public.PDF
    assert (answer["Content-Type"], answer["Content-Disposition"]) == (
        "application/pdf", 'inline; filename="bilan-2025.pdf"',
    )  # fmt: skip


def test_B3_a_pdf_that_the_disk_lost_is_not_found(client: Client) -> None:
    campaign = public.published()
    document: Any = campaign.published
    document.file.storage.delete(document.file.name)
    assert client.get(PAGES[1]).status_code == 404


@pytest.mark.parametrize("form", ["doc", "csv", "pdf2"])
def test_S4_another_form_is_not_found(client: Client, form: str) -> None:
    public.published()
    assert client.get(f"/bilans/2025/synthese.{form}").status_code == 404


def test_B3_years_stand_side_by_side_and_lead_to_each_other(client: Client) -> None:
    for year in (2023, 2025):
        public.published(year)
    public.closed(2024)
    page = page_of(client, "/bilans/")
    assert page.xpath("//table//thead//th[position()>1]/text()") == ["2023", "2025"]
    links = set(page.xpath("//main//a/@href"))
    assert {"/bilans/2023/", "/bilans/2025/"} <= links
    assert "/bilans/2024/" not in links
    assert "/bilans/2023/" in page_of(client, "/bilans/2025/").xpath("//main//a/@href")


def test_B3_without_any_synthesis_the_page_says_so(client: Client) -> None:
    assert "Aucune synthèse n’est encore publiée" in text_of(client, "/bilans/")


@pytest.mark.parametrize(("url", "most"), [("/bilans/", 1), ("/bilans/2025/", 4)])
def test_speed_a_page_asks_little_whatever_the_years(client: Client, url: str, most: int) -> None:
    counts = []
    for years in ((2025,), (2023, 2024)):
        for year in years:
            public.published(year)
        client.get(url)  # the pictures are kept
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        counts.append(len(queries))
    assert (counts[0] == counts[1], counts[0] <= most) == (True, True), counts


def test_S1_the_page_is_light(client: Client) -> None:
    public.published()
    assert len(client.get("/bilans/2025/").content) < 150_000


def test_O3_the_page_says_its_data_to_engines(client: Client) -> None:
    public.published()
    page = page_of(client, "/bilans/2025/")
    facts = json.loads(page.xpath("string(//script[@type='application/ld+json'])"))
    assert (facts["@type"], facts["temporalCoverage"]) == ("Dataset", "2025")
    assert facts["distribution"][0]["contentUrl"].endswith("/donnees/bilans-2025.csv")


def test_S1_the_synthesis_is_found_from_everywhere(client: Client) -> None:
    from bilans import published
    from core import search

    agency = factories.agency(slug="troyes", name="Troyes")
    other = factories.agency(slug="metz", name="Metz")
    public.published()
    search.index(published.entries())
    assert "/bilans/2025/" in text_of(client, "/")
    assert "1\u202f200" in text_of(client, f"/territoires/{agency.slug}/")
    assert "Ce territoire en chiffres" not in text_of(client, f"/territoires/{other.slug}/")  # nothing that is told
    assert "/bilans/2025/" in text_of(client, "/recherche/?q=bilan+2025")
    sitemap = text_of(client, "/sitemap.xml")
    assert ("/bilans/</loc>" in sitemap, "/bilans/2025/</loc>" in sitemap) == (True, True)
    assert "/bilans/" in text_of(client, "/plan-du-site/")
    assert SearchDocument.objects.filter(kind="bilan").count() == 1


def test_S1_nothing_stands_in_for_a_synthesis_that_is_not_there(client: Client) -> None:
    agency = factories.agency()
    assert "Ce territoire en chiffres" not in text_of(client, f"/territoires/{agency.slug}/")
    assert "Le bilan de l’année" not in text_of(client, "/")
