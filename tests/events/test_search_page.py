"""`/agenda/`: its pages, its bad inputs, its cost, its silence about who asks (A2, A9, S1, S2, S4)."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events.search import facets
from territories import routing
from tests import factories
from tests.events.tools import date_of, paris, published

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _epinal() -> None:
    factories.town("Épinal", insee="88160", lat=48.17, lon=6.45, postal_codes=["88000"])
    routing.rules_changed()


def get(client: Client, query: str = "") -> str:
    response = client.get(f"/agenda/?{query}" if query else "/agenda/")
    assert response.status_code == 200
    return response.content.decode()


def titles(html: str) -> list[str]:
    return [unescape(name) for name in re.findall(r"<article.*?<h3><a[^>]*>(.*?)</a>", html, re.DOTALL)]


def errors(html: str) -> list[str]:
    found = re.findall(r'<ul class="errorlist"[^>]*>(.*?)</ul>', html, re.DOTALL)
    return [unescape(re.sub(r"<[^>]+>", "", text)).strip() for text in found]


def test_A2_the_list_is_by_day_with_one_heading_each(client: Client) -> None:
    day = timezone.now() + timedelta(days=3)
    published(date_of(day), date_of(day + timedelta(days=7)), title="Forum des métiers")
    published(date_of(day + timedelta(minutes=1)), title="Salon")
    published(date_of(day + timedelta(days=1)), title="Atelier")
    html = get(client)
    assert titles(html) == ["Forum des métiers", "Salon", "Atelier"]
    assert len(re.findall(r'<h2 class="day"', html)) == 2
    assert len(re.findall(r"<h1", html)) == 1
    assert re.findall(r'<h2 id="resultats"[^>]*>(.*?)</h2>', html) == ["3 évènements à venir"]
    assert "et 1 autre date" in html


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("rayon=300", "La distance va de 0 (la commune seule) à 100\u00a0km."),
        ("du=hier", "Écrivez la date comme 16/03/2027, de 2000 à 2099."),
        ("du=2020-03-10&au=2020-03-01", "La date de fin vient avant la date de début."),
        ("type=fete", "Nous ne connaissons pas ce type d’évènement\u00a0: choisissez dans la liste."),
        ("agence=paris", "Cette agence n’existe pas\u00a0: choisissez dans la liste."),
    ],
)  # fmt: skip
def test_S4_a_refusal_stands_beside_its_field_and_the_list_is_there(client: Client, query: str, said: str) -> None:
    event = published()
    html = get(client, query)
    assert (errors(html), titles(html)) == ([said], [event.title])


def test_S4_what_was_typed_is_kept(client: Client) -> None:
    html = get(client, "q=%3Cb%3E&rayon=300&du=hier&commune=Atlantide")
    assert re.findall(r'name="(q|du|commune)" value="([^"]*)"', html)[:3] == [
        ("q", "&lt;b&gt;"), ("commune", "Atlantide"), ("du", "hier"),
    ]  # fmt: skip
    assert '<option value="300" selected>300</option>' in html


@pytest.mark.parametrize(
    "query",
    ["apres=x&avant=y", "vue=x&type=%F0", "commune=%27%3B--", "rayon=1e9", "en-cours=1&apres=1-1-1", "q=%25s", "q=(((",
     "du=%ff", "du=2000-01-01&au=2099-12-31", "au=2099-12-31&apres=1-1-1", "q=" + "mot+" * 300],
)  # fmt: skip
def test_S4_no_address_breaks_the_page(client: Client, query: str) -> None:
    get(client, query)


def test_A9_several_communes_are_asked_apart_with_the_rest_kept(client: Client) -> None:
    for department, insee in (("88", "88447"), ("54", "54480")):
        factories.town("Saint-Martin", insee=insee, department=department)
    published()
    html = get(client, "commune=saint+martin&type=forum&saisie=1")
    links = [
        parse_qs(urlsplit(unescape(u)).query)
        for u in re.findall(r'<a class="chip" href="([^"]*commune=\d[^"]*)"', html)
    ]
    assert sorted(link["commune"] for link in links) == [["54480"], ["88447"]]
    assert all(link["type"] == ["forum"] for link in links)
    assert titles(html) == []


def test_A2_what_is_asked_can_be_taken_away_one_by_one(client: Client) -> None:
    published()
    html = get(client, "q=bois&type=forum&type=salon&en-ligne=1")
    found = re.findall(r'<a class="chip removable" href="([^"]+)">(.*?) <span class="cross"', html)
    assert [(label, unescape(url)) for url, label in found] == [
        ("«\u00a0bois\u00a0»", "/agenda/?en-ligne=1&type=forum&type=salon#resultats"),
        ("En ligne", "/agenda/?q=bois&type=forum&type=salon#resultats"),
        ("Forum", "/agenda/?en-ligne=1&q=bois&type=salon#resultats"),
        ("Salon", "/agenda/?en-ligne=1&q=bois&type=forum#resultats"),
    ]


def test_A2_each_view_is_a_link_that_keeps_the_search(client: Client) -> None:
    published()
    html = get(client, "q=bois")
    tabs = re.search(r'<ul class="tabs">(.*?)</ul>', html)
    assert tabs
    assert [unescape(url) for url in re.findall(r'<a href="([^"]+)"', tabs[1])] == [
        "/agenda/?q=bois#resultats", "/agenda/?q=bois&vue=carte#resultats", "/agenda/?q=bois&vue=semaine#resultats",
        "/agenda/?q=bois&vue=mois#resultats",
    ]  # fmt: skip


@pytest.mark.parametrize("view", ["carte", "semaine", "mois"])
def test_A2_each_view_opens(client: Client, view: str) -> None:
    published()
    assert get(client, f"vue={view}").count('aria-current="page"') >= 1


def test_A2_a_typo_is_understood_and_said(client: Client) -> None:
    published(title="Atelier robotique à Mulhouse")
    html = get(client, "q=robotik+mulouse")
    assert titles(html) == ["Atelier robotique à Mulhouse"]
    assert "Voici ce que nous trouvons pour <strong>«&nbsp;robotique mulhouse&nbsp;»</strong>" in html
    assert 'name="q" value="robotik mulouse"' in html


def test_A2_nothing_found_always_leaves_a_way_on(client: Client) -> None:
    published(date_of(commune=factories.town("Metz", lat=49.12, lon=6.18)), title="Forum", kind="forum")
    published(date_of(attendance="online", online_url="https://visio.exemple.invalid/"), title="Visio", kind="forum")
    html = get(client, "commune=88160&type=forum")
    ways = re.search(r'<ul class="agenda-ways">(.*?)</ul>', html)
    assert titles(html) == []
    assert ways
    links = [(unescape(u), int(n)) for u, n in re.findall(r'href="([^"]+)".*?class="count">(\d+)', ways[1])]
    assert links == [
        ("/agenda/?commune=88160&rayon=100&type=forum#resultats", 0), ("/agenda/?type=forum#resultats", 2),
        ("/agenda/?en-ligne=1&type=forum#resultats", 1),
    ][1:]  # fmt: skip
    for url, number in links:
        assert len(titles(client.get(url.split("#")[0]).content.decode())) == number


def test_A2_a_week_with_nothing_left_leads_to_the_next(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    published(date_of(paris("2027-03-24 14:00")), title="Mercredi prochain")
    monkeypatch.setattr(timezone, "now", lambda: paris("2027-03-21 17:00"))  # a Sunday
    html = get(client, "du=2027-03-21&au=2027-03-21")
    first = re.search(r'<ul class="agenda-ways">.*?href="([^"]+)"[^>]*>(.*?)<', html, re.DOTALL)
    next_week = "/agenda/?du=2027-03-22&au=2027-03-28"
    assert titles(html) == []
    assert first
    assert (unescape(first[1]), unescape(first[2]).strip()) == (
        "/agenda/?au=2027-03-28&du=2027-03-22#resultats", "La semaine suivante, du 22 au 28 mars 2027",
    )  # fmt: skip
    assert titles(get(client, next_week.partition("?")[2])) == ["Mercredi prochain"]
    shortcut = '<a class="chip" href="/agenda/?au=2027-03-28&amp;du=2027-03-22#resultats">La semaine prochaine</a>'
    assert html.count(shortcut) == 1


def counts(html: str) -> dict[str, str]:
    """What stands beside each type, by its value; empty where nothing does."""
    boxes = re.findall(r'name="type" value="([^"]+)"[^>]*><span>(.*?)</span></label>', html)
    return {value: "".join(re.findall(r'class="count">\((.*?)\)<', label)) for value, label in boxes}


def test_A2_counts_are_of_the_words_typed(client: Client) -> None:
    for number in range(3):
        published(title=f"Soudure {number}", kind="atelier")
    published(title="Les métiers de la soudure", kind="forum")
    published(title="Couture", kind="salon")
    found = counts(get(client, "q=soudure"))
    assert (found["atelier"], found["forum"], found["salon"]) == ("3", "1", "0")
    found = counts(get(client, "q=soudure&type=forum"))
    assert (found["atelier"], found["forum"], found["salon"]) == ("3", "1", "0")


def test_A2_none_among_the_first_dates_looked_at_is_not_said_to_be_none(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    for number in range(3):
        published(date_of(now + timedelta(days=number + 1)), title=f"Soudure {number}", kind="atelier")
    published(date_of(now + timedelta(days=40)), title="Les métiers de la soudure", kind="forum")
    monkeypatch.setattr(facets, "FEWER", 2)
    found = counts(get(client, "q=soudure"))
    assert (found["atelier"], found["forum"]) == ("2+", "")


def test_A2_words_too_common_are_said_so(client: Client) -> None:
    published()
    assert "Ces mots sont trop courants" in get(client, "q=le+la")


def test_A2_more_under_way_than_shown_has_its_own_pages(client: Client) -> None:
    now = timezone.now()
    for number in range(6):
        published(date_of(now - timedelta(hours=1), hours=2 + number), title=f"En cours {number}")
    html = get(client)
    assert titles(html) == [f"En cours {number}" for number in range(4)]
    assert 'href="/agenda/?en-cours=1#resultats"' in html
    assert titles(get(client, "en-cours=1")) == [f"En cours {number}" for number in range(6)]


def test_A2_pages_by_links_hold_everything_once(client: Client) -> None:
    now = timezone.now()
    made = [published(date_of(now + timedelta(days=1, minutes=n))).title for n in range(45)]
    html, seen = get(client), []
    while True:
        seen += titles(html)
        link = re.search(r'rel="next" href="([^"]+)"', html)
        if not link:
            break
        html = get(client, urlsplit(unescape(link[1])).query)
    assert seen == made
    back = re.search(r'rel="prev" href="([^"]+)"', html)
    assert back
    assert titles(get(client, urlsplit(unescape(back[1])).query)) == made[20:40]


@pytest.mark.parametrize(
    ("query", "most"),
    [("", 2), ("q=atelier", 2), ("type=atelier&type=forum", 2), ("commune=88160", 3), ("commune=88160&q=atelier", 3)],
)
def test_A2_a_list_costs_the_same_whatever_it_holds(client: Client, query: str, most: int) -> None:
    counts = []
    place = factories.town("Golbey", lat=48.2, lon=6.44)
    for _ in range(3):
        for _ in range(4):
            published(date_of(commune=place), date_of(commune=place))
        get(client, query)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            get(client, query)
        counts.append(len(queries))
    assert counts == [most] * 3


@pytest.mark.parametrize(("query", "held"), [
    ("", "public, max-age=60"), ("type=forum", "private, no-cache"), ("du=2027-01-01", "private, no-cache"),
    ("public=sous-main-de-justice", "private, no-store"), ("statut=handicap", "private, no-store"),
    ("commune=88160", "private, no-store"), ("q=bois", "private, no-store"), ("acces=lsf", "private, no-store"),
    ("rayon=20", "private, no-store"), ("saisie=1", "private, no-store"),
])  # fmt: skip
def test_S2_what_tells_of_a_person_is_kept_by_no_cache(client: Client, query: str, held: str) -> None:
    response = client.get(f"/agenda/?{query}" if query else "/agenda/")
    assert response["Cache-Control"] == held
    assert response["Referrer-Policy"] == "same-origin"
    assert response.cookies == {}


def test_S2_the_title_names_neither_words_nor_situation(client: Client) -> None:
    html = get(client, "public=sous-main-de-justice&q=secret&commune=88160")
    title = re.search(r"<title>(.*?)</title>", html, re.DOTALL)
    assert title
    assert title[1].split(" – ")[0] == "L’agenda de l’orientation autour d’Épinal"


def test_S1_the_page_works_without_script(client: Client) -> None:
    """Each filter is a control of one GET form; scripts are modules of ours that only add."""
    published()
    html = get(client)
    form = re.search(r'<form class="filters-form[^>]*>', html)
    assert form
    assert 'method="get"' in form[0]
    names = set(re.findall(r'<(?:input|select)[^>]* name="([^"]+)"', html))
    assert names >= {"q", "commune", "rayon", "du", "au", "type", "secteur", "public", "acces", "agence", "bassin",
                     "reseau", "en-ligne"}  # fmt: skip
    assert re.findall(r"<script(?![^>]* src=)[^>]*>", html) == []
    assert re.findall(r' style="', html) == []
    outside = [i for i in re.findall(r'<input type="checkbox"[^>]*>', html) if 'form="recherche"' not in i]
    assert [re.findall(r'name="([^"]+)"', i)[0] for i in outside] == ["en-ligne"]


def test_A9_a_position_becomes_a_commune_and_is_written_nowhere(client: Client) -> None:
    response = client.post("/agenda/position/", {"lat": "48.18", "lon": "6.46", "type": "forum", "q": "bois"})
    assert (response.status_code, response["Location"]) == (303, "/agenda/?commune=88160&q=bois&type=forum#resultats")
    assert response["Cache-Control"] == "private, no-store"
    for lat, lon in (("x", "y"), ("nan", "1"), ("40.4", "-3.7"), ("", "")):
        away = client.post("/agenda/position/", {"lat": lat, "lon": lon})
        assert away["Location"] == "/agenda/?position=hors-region#resultats"


def test_A9_a_position_outside_the_region_is_said_where_the_page_opens(client: Client) -> None:
    """The address of the answer opens on the results: a word above them would be out of a phone's sight."""
    html = get(client, "position=hors-region")
    assert html.count("Votre position est hors de la région") == 1
    assert html.index('id="resultats"') < html.index("Votre position est hors de la région")
