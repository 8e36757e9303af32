"""`/lieux/`: the portal's first question, its bad inputs, its cost, its silence about who asks (M4, A9, S2, S4)."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.models import JournalEntry
from core.reference import Need, Status
from territories import routing
from territories.models import FormerCommune, SiteKind
from tests import factories

pytestmark = pytest.mark.django_db
EPINAL = {"insee": "88160", "lat": 48.17, "lon": 6.45, "postal_codes": ["88000"], "population": 32_000}


@pytest.fixture
def cio() -> SiteKind:
    kind = factories.kind(label="CIO", blaze="cio")
    factories.rule(kind, rank=1, status="lyceen")
    return kind


@pytest.fixture
def epinal(cio: SiteKind) -> Any:
    town = factories.town("Épinal", **EPINAL)
    factories.site(commune=town, kind=cio, name="CIO d’Épinal")
    routing.rules_changed()
    return town


def names(html: str) -> list[str]:
    return [unescape(name) for name in re.findall(r"<article.*?<h3><a[^>]*>(.*?)</a>", html, re.DOTALL)]


def chips(html: str) -> list[str]:
    return [unescape(name) for name in re.findall(r'<a class="chip" href="[^"]*commune=[^"]*">(.*?) <span', html)]


def errors(html: str) -> list[str]:
    found = re.findall(r'<ul class="errorlist"[^>]*>(.*?)</ul>', html, re.DOTALL)
    return [unescape(re.sub(r"<[^>]+>", "", text)).strip() for text in found]


def get(client: Client, query: str) -> str:
    response = client.get(f"/lieux/?{query}")
    assert response.status_code == 200
    return response.content.decode()


def test_M4_the_place_and_the_reason(client: Client, epinal: Any) -> None:
    html = get(client, "commune=88160&statut=lyceen")
    assert names(html) == ["CIO d’Épinal"]
    assert re.findall(r'<p class="reason">(.*?)</p>', html) == ["CIO au rang 1."]
    assert re.findall(r'<p class="plate distance">(.*?)</p>', html) == ["À Épinal"]
    assert "adresse à confirmer" in html


@pytest.mark.parametrize(("name", "said"), [("Épinal", "d’Épinal"), ("Le Thillot", "du Thillot"), ("Metz", "de Metz")])
def test_M4_the_distance_is_said_in_french(client: Client, cio: SiteKind, name: str, said: str) -> None:
    town = factories.town(name, lat=48.0, lon=6.0)
    factories.site(commune=factories.town(lat=48.0, lon=6.043), kind=cio)
    html = get(client, f"commune={town.insee}&statut=lyceen")
    plate = re.search(r'<p class="plate distance">(.*?)</p>', html)
    assert plate
    assert re.sub(r"<[^>]+>", "", plate[1]).replace("\u00a0", " ") == f"À 3,2 km {said}"


@pytest.mark.parametrize(
    "typed",
    ["88160", "Épinal", "epinal", "EPINAL", "Épinal (88)", "Epinal (Vosges)", "88000 Épinal", "88000", " épinal "],
)
def test_T1_a_commune_is_understood_however_it_is_written(client: Client, epinal: Any, typed: str) -> None:
    assert names(get(client, f"commune={typed}")) == ["CIO d’Épinal"]


def test_T1_st_is_saint_and_hyphens_are_forgiven(client: Client, cio: SiteKind) -> None:
    town = factories.town("Saint-Dié-des-Vosges")
    factories.site(commune=town, kind=cio, name="CIO")
    for typed in ("st die des vosges", "St-Dié des Vosges", "saint die des vosges"):
        assert names(get(client, f"commune={typed}")) == ["CIO"]


@pytest.mark.parametrize(
    "typed", ["88 000", "8 8 1 6 0", "épinal 88", "Epinal cedex", "88000 EPINAL CEDEX 9", "epinal cedex 88"]
)
def test_T1_a_commune_is_understood_as_an_envelope_writes_it(client: Client, epinal: Any, typed: str) -> None:
    assert names(get(client, f"commune={typed}&saisie=1")) == ["CIO d’Épinal"]


def test_T1_the_beginning_of_one_name_is_enough(client: Client, cio: SiteKind) -> None:
    town = factories.town("Saint-Dié-des-Vosges")
    factories.site(commune=town, kind=cio, name="CIO")
    assert names(get(client, "commune=st die")) == ["CIO"]
    factories.town("Sainte-Marie-aux-Mines", department="68")
    factories.town("Sainte-Marie-aux-Chênes", department="57")
    html = get(client, "commune=ste-marie")
    assert chips(html) == ["Sainte-Marie-aux-Chênes", "Sainte-Marie-aux-Mines"]


def test_T1_a_much_larger_town_that_begins_with_the_words_typed_is_asked_about_first(
    client: Client, cio: SiteKind
) -> None:
    factories.town("Charleville", department="51", population=270)
    factories.town("Charleville-Mézières", department="08", population=46_000)
    factories.town("Metz", department="57", population=118_000)
    factories.town("Metz-le-Petit", department="57", population=300)
    assert chips(get(client, "commune=Charleville")) == ["Charleville-Mézières", "Charleville"]
    assert 'value="Charleville (51)"' in get(client, "commune=Charleville (51)")
    assert 'value="Charleville-Mézières (08)"' in get(client, "commune=charleville 08")
    assert 'value="Metz (57)"' in get(client, "commune=Metz")


@pytest.mark.parametrize("typed", ["Paris", "75001", "75 001"])
def test_S4_a_commune_of_another_region_is_said_outside_with_a_way_on(
    client: Client, epinal: Any, cio: SiteKind, typed: str
) -> None:
    SiteKind.objects.filter(pk=cio.pk).update(national_name="Porte d’essai", national_phone="01 77 00 00 00")
    routing.rules_changed()
    html = get(client, f"commune={typed}&saisie=1&statut=lyceen")
    (error,) = errors(html)
    assert error.replace("\u00a0", " ").startswith(f"« {typed} » est hors de la région Grand Est.")
    assert 'href="tel:0177000000"' in html


def test_T1_a_former_code_leads_to_the_commune_of_today(client: Client, epinal: Any) -> None:
    FormerCommune.objects.create(former_insee="88999", commune=epinal)
    assert names(get(client, "commune=88999")) == ["CIO d’Épinal"]


def test_S4_two_communes_of_one_name_are_asked_apart_with_the_rest_kept(client: Client, cio: SiteKind) -> None:
    for department, insee in (("88", "88447"), ("54", "54480")):
        factories.town("Saint-Martin", insee=insee, department=department)
    html = get(client, "commune=saint+martin&statut=lyceen&rayon=20&saisie=1")
    assert errors(html) == [
        "Plusieurs communes répondent à «\u00a0saint martin\u00a0»\u00a0: laquelle est la vôtre\u202f?"
    ]
    links = [parse_qs(urlsplit(unescape(link)).query) for link in re.findall(r'<a class="chip" href="([^"]+)"', html)]
    assert sorted(link["commune"] for link in links) == [["54480"], ["88447"]]
    assert all(link["statut"] == ["lyceen"] and link["rayon"] == ["20"] for link in links)
    assert 'value="saint martin"' in html
    assert names(html) == []


def test_S4_a_postcode_of_several_communes_is_asked(client: Client, epinal: Any) -> None:
    factories.town("Jeuxey", insee="88253", postal_codes=["88000"], lat=48.2, lon=6.5)
    html = get(client, "commune=88000")
    assert len(re.findall(r'<a class="chip" href="[^"]*commune=88', html)) == 2
    assert names(html) == []


def test_S4_five_figures_typed_are_a_postcode_first_and_the_code_is_offered(client: Client, epinal: Any) -> None:
    factories.site(
        commune=factories.town("Le Thillot", insee="88468", postal_codes=["88160"], lat=47.88, lon=6.76),
        name="Au Thillot",
    )
    routing.rules_changed()
    in_an_address, typed = get(client, "commune=88160"), get(client, "commune=88160&saisie=1")
    assert 'value="Épinal (88)"' in in_an_address
    assert 'value="Le Thillot (88)"' in typed
    assert "commune=88160" in re.findall(r'<p class="hint also">(.*?)</p>', typed, re.DOTALL)[0]


def test_S4_an_unknown_commune_keeps_what_was_typed_and_proposes_close_names(client: Client, epinal: Any) -> None:
    html = get(client, "commune=Epinnal&statut=lyceen")
    assert errors(html) == [
        (
            "Nous ne connaissons pas de commune «\u00a0Epinnal\u00a0» dans la région."
            " Vouliez-vous dire l’une de celles-ci\u202f?"
        )
    ]
    assert 'value="Epinnal"' in html
    assert re.findall(r'<a class="chip" href="([^"]+)"', html) == ["/lieux/?statut=lyceen&amp;commune=88160#resultats"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("rayon=-1", "La distance va de 1 à 100"),
        ("rayon=0", "La distance va de 1 à 100"),
        ("rayon=1000000000", "La distance va de 1 à 100"),
        ("rayon=abc", "La distance va de 1 à 100"),
        ("rayon=%C2%B2", "La distance va de 1 à 100"),
        ("rayon=1e9", "La distance va de 1 à 100"),
        ("statut=astronaute", "Nous ne connaissons pas cette situation"),
        ("besoin=voler", "Nous ne connaissons pas ce besoin"),
        ("reseau=inconnu", "Ce réseau n’existe pas"),
        ("agence=inconnue", "Cette agence n’existe pas"),
        ("bassin=999999999999", "Ce bassin d’emploi n’existe pas"),
        ("acces=ascenseur", "Nous ne connaissons pas cette forme d’accessibilité"),
        ("service=cuisine", "Nous ne connaissons pas ce service"),
    ],
)
def test_S4_a_bad_value_is_said_beside_its_field(client: Client, epinal: Any, query: str, sentence: str) -> None:
    html = get(client, f"commune=88160&{query}")
    (error,) = errors(html)
    assert error.startswith(sentence)
    assert html.count('aria-invalid="true"') == 1
    assert names(html) == ["CIO d’Épinal"]


@pytest.mark.parametrize("page", ["0", "-1", "abc", "99999", "11"])
def test_S4_a_page_that_does_not_exist_is_said(client: Client, epinal: Any, page: str) -> None:
    html = get(client, f"commune=88160&page={page}")
    assert "Les pages vont de 1 à 10" in html
    assert "Cette page est vide" in get(client, "commune=88160&page=4")


def test_S4_odd_queries_are_refused_with_a_reason(client: Client) -> None:
    assert client.get("/lieux/?q=" + "a" * 10_000).status_code == 414
    assert client.get("/lieux/?q=%00").status_code == 400
    assert client.get("/lieux/?commune=88%00160").status_code == 400


@pytest.mark.parametrize("q", ["'", "%", "a & | !", "<script>alert(1)</script>", "((", "\\", "é" * 300, "à la"])
def test_S4_any_words_may_be_typed(client: Client, epinal: Any, q: str) -> None:
    response = client.get("/lieux/", {"q": q, "commune": q})
    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


def test_M4_words_find_with_accents_and_endings_forgiven(client: Client, epinal: Any, cio: SiteKind) -> None:
    factories.site(commune=epinal, kind=cio, name="Espace métiers")
    assert names(get(client, "commune=88160&q=metier")) == ["Espace métiers"]


def test_M4_when_nothing_is_near_wider_searches_and_remote_places_are_offered(
    client: Client, epinal: Any, cio: SiteKind
) -> None:
    far = factories.town("Ailleurs", lat=49.5, lon=6.0)
    factories.site(commune=far, kind=cio, name="Joignable", channels=["sur-place", "telephone"])
    alone = factories.town("Isolée", lat=48.9, lon=5.2)
    html = get(client, f"commune={alone.insee}&statut=lyceen&rayon=5")
    assert names(html) == ["Joignable"]
    assert re.findall(r'<p class="plate remote distance">(.*?)</p>', html) == ["À distance"]
    assert "rayon=30" in html
    assert names(get(client, f"commune={alone.insee}&a-distance=1")) == ["Joignable"]


def headings(html: str) -> list[str]:
    return [unescape(text) for text in re.findall(r'<h2 id="resultats">(.*?)</h2>', html)]


def test_M4_a_search_looks_within_fifty_kilometres_unless_told(client: Client, epinal: Any, cio: SiteKind) -> None:
    factories.site(commune=factories.town(lat=48.17, lon=7.39), kind=cio, name="À 70 km")
    html = get(client, "commune=88160&statut=lyceen")
    assert headings(html) == ["Un lieu à moins de 50\u00a0km d’Épinal"]
    assert '<option value="50" selected>' in html
    assert '<a href="/lieux/?commune=88160&amp;statut=lyceen&amp;rayon=100#resultats">' in html
    assert headings(get(client, "commune=88160&rayon=100")) == ["2 lieux à moins de 100\u00a0km d’Épinal"]


def test_M4_the_national_doors_of_the_kinds_that_answer_best_are_under_the_list(
    client: Client, epinal: Any, cio: SiteKind
) -> None:
    """Those for anybody at rank 2 are not for a status that has rules of its own; a kind that is not near says so."""
    for label, rank, status in (("Apec", 1, "lyceen"), ("Cadres", 2, ""), ("Aide", 3, "lyceen"), ("Club", 2, "lyceen")):
        kind = factories.kind(label=label)
        factories.rule(kind, rank=rank, status=status)
        SiteKind.objects.filter(pk=kind.pk).update(
            national_name=label, national_url=f"https://www.{label.lower()}.example.org"
        )
    routing.rules_changed()
    html = get(client, "commune=88160&statut=lyceen")
    (block,) = re.findall(r'<section class="place-fits" aria-labelledby="a-distance-titre">(.*?)</section>', html, re.S)
    assert re.findall(r"<h3>(.*?)</h3>", block) == ["Apec", "Club"]
    assert block.count("Nous n’en connaissons pas à moins de 50&nbsp;km d’Épinal.") == 1
    assert 'href="https://www.apec.example.org"' in block
    assert html.index('href="https://www.apec.example.org"') < html.index('<ol class="site-list"')
    with CaptureQueriesContext(connection) as queries:
        assert "n’en connaissons pas" not in get(client, "commune=88160")
    assert len(queries) <= 4


def test_A9_the_form_and_its_pages_open_on_the_results(client: Client, epinal: Any, cio: SiteKind) -> None:
    for _ in range(21):
        factories.site(commune=epinal, kind=cio)
    html = get(client, "commune=88160")
    assert 'action="/lieux/#resultats"' in html
    assert 'rel="next" href="/lieux/?commune=88160&amp;page=2#resultats"' in html
    assert '<a href="#recherche">Modifier ma recherche</a>' in html


def test_S1_places_are_found_by_their_accessibility_and_silence_is_said(
    client: Client, epinal: Any, cio: SiteKind
) -> None:
    factories.site(commune=epinal, kind=cio, name="Accessible", access=["pmr", "lsf"])
    html = get(client, "commune=88160&acces=pmr&acces=lsf")
    assert names(html) == ["Accessible"]
    assert re.findall(r'name="acces" value="([^"]+)" checked', html) == ["pmr", "lsf"]
    empty = get(client, "commune=88160&acces=falc")
    assert names(empty) == []
    assert "Peu de lieux ont dit leur accessibilité" in empty


def test_M4_without_a_commune_the_best_kinds_come_first_then_the_alphabet(client: Client, epinal: Any) -> None:
    second = factories.kind(label="Second")
    factories.rule(second, rank=2, status="lyceen")
    factories.site(commune=epinal, kind=second, name="Abri")
    routing.rules_changed()
    assert names(get(client, "statut=lyceen")) == ["CIO d’Épinal", "Abri"]


def test_M4_without_a_place_the_fitting_kinds_are_said_and_a_list_is_still_shown(client: Client, epinal: Any) -> None:
    html = get(client, "statut=lyceen")
    assert "CIO au rang 1." in html
    assert 'id="qui-aide"' in html
    assert names(html) == ["CIO d’Épinal"]


@pytest.mark.parametrize(
    "query", ["", "statut=lyceen", "commune=88160&statut=lyceen&besoin=emploi", "commune=88160&rayon=5"]
)
def test_the_cost_of_a_list_does_not_depend_on_how_long_it_is(
    client: Client, epinal: Any, cio: SiteKind, query: str
) -> None:
    counts = []
    for more in (0, 2, 22):
        for _ in range(more):
            factories.site(commune=epinal, kind=cio)
        client.get(f"/lieux/?{query}")
        with CaptureQueriesContext(connection) as queries:
            get(client, query)
        counts.append(len(queries))
    # With fewer than three places near, one more statement looks for those that answer from afar.
    one, three, twenty_five = counts
    assert three == twenty_five == (2 if "commune" in query else 1)
    assert one in {three, three + 1}


def test_the_first_page_of_all_costs_four_statements_at_most(client: Client, epinal: Any) -> None:
    routing.rules_changed()
    with CaptureQueriesContext(connection) as queries:
        get(client, "commune=88160&statut=lyceen&rayon=1&page=2")
    assert len(queries) <= 4


@pytest.mark.parametrize(
    "query", ["statut=sous-main-de-justice", "besoin=emploi", "commune=88160", "commune=inconnue", "q=cap"]
)
def test_S2_a_search_that_says_something_of_a_person_is_in_no_cache(client: Client, epinal: Any, query: str) -> None:
    response = client.get(f"/lieux/?{query}")
    assert response.headers["Cache-Control"] == "private, no-store"
    assert not response.cookies


def test_S2_the_plain_page_is_public_and_leaves_no_cookie(client: Client, epinal: Any) -> None:
    response = client.get("/lieux/")
    assert response.headers["Cache-Control"] == "public, max-age=60"
    assert not response.cookies


def test_A9_a_position_becomes_a_commune_and_is_kept_nowhere(client: Client, epinal: Any) -> None:
    before = JournalEntry.objects.count()
    with CaptureQueriesContext(connection) as queries:
        response = Client(enforce_csrf_checks=True).post(
            "/lieux/position/", {"lat": "48.171234", "lon": "6.449876", "statut": "lyceen", "rayon": "20"}
        )
    assert response.status_code == 303
    assert parse_qs(urlsplit(response.headers["Location"]).query) == {
        "commune": ["88160"], "statut": ["lyceen"], "rayon": ["20"],
    }  # fmt: skip
    assert not response.cookies
    assert all(query["sql"].lstrip().startswith("SELECT") for query in queries)
    assert JournalEntry.objects.count() == before
    assert client.get("/lieux/position/").status_code == 405


@pytest.mark.parametrize("point", [("43.3", "5.4"), ("abc", "6"), ("nan", "inf"), ("1e400", "0"), ("", "")])
def test_A9_a_position_out_of_the_region_or_unreadable_asks_for_a_commune(
    client: Client, epinal: Any, point: tuple[str, str]
) -> None:
    response = client.post("/lieux/position/", {"lat": point[0], "lon": point[1]}, follow=True)
    html = response.content.decode()
    assert response.status_code == 200
    assert errors(html) == ["Votre position est hors de la région\u00a0: indiquez plutôt une commune."]


def test_suggestions_come_by_population_and_tell_no_cache(client: Client, epinal: Any) -> None:
    factories.town("Épinay", insee="88200", population=300)
    factories.town("Golbey", insee="88209", postal_codes=["88190"])
    response = client.get("/lieux/communes/", {"q": "epin"})
    assert [town["insee"] for town in response.json()["results"]] == ["88160", "88200"]
    assert response.headers["Cache-Control"] == "private, no-store"
    assert [t["label"] for t in client.get("/lieux/communes/", {"q": "8819"}).json()["results"]] == ["Golbey (88)"]
    assert [t["label"] for t in client.get("/lieux/communes/", {"q": "Epinnal"}).json()["results"]][:1] == [
        "Épinal (88)"
    ]
    factories.town("Autre", insee="88190", postal_codes=["88999"])  # its code is the postcode of Golbey
    assert [t["label"] for t in client.get("/lieux/communes/", {"q": "88 190"}).json()["results"]] == ["Golbey (88)"]
    assert client.get("/lieux/communes/", {"q": "%_'"}).json() == {"results": []}


def test_every_status_and_need_has_its_page(client: Client, epinal: Any) -> None:
    for status in Status.values:
        get(client, f"commune=88160&statut={status}")
    for need in Need.values:
        get(client, f"commune=88160&besoin={need}")


def test_list_and_map_hold_the_same_places(client: Client, epinal: Any, cio: SiteKind) -> None:
    factories.site(commune=epinal, kind=cio, name="Un </script> autre")
    html = get(client, "commune=88160&vue=carte")
    listed = re.findall(r'data-place="([^"]+)"', html)
    drawn = re.findall(r'<a href="([^"]+)" aria-label', html)
    (points,) = re.findall(r'<script id="points-carte"[^>]*>(.*?)</script>', html)
    assert sorted(listed) == sorted(drawn)
    assert len(listed) == points.count('"url"') == 2
