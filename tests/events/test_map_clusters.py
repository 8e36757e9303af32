"""The agenda on a map (A2, S1, S2): counted by commune, gathered by scale, the same counts in a list."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from events.render.cluster_map import clusters_of, drawing, framed, said
from events.search import clusters, filters
from events.search.clusters import Spot, gathered, places
from events.views.map import agenda_map
from territories.models import Commune
from tests.events.tools import date_of, published
from tests.factories import town

TROYES, EPINAL, GOLBEY = (48.2973, 4.0744), (48.1744, 6.4512), (48.1972, 6.4404)


def spot(name: str, at: tuple[float, float], events: int = 1) -> Spot:
    return Spot("88001", name, events, *at, reach=1)


def shown(query: str = "") -> dict[str, Any]:
    made = agenda_map(RequestFactory().get("/agenda/"), filters.read(QueryDict(query)))["agenda_map"]
    assert isinstance(made, dict)
    return made


@pytest.fixture
def region(db: None) -> None:
    """Three events in Épinal (one of two dates), one in Golbey beside it, one in Troyes, one online."""
    epinal = town("Épinal", insee="88160", lat=EPINAL[0], lon=EPINAL[1])
    golbey = town("Golbey", insee="88209", lat=GOLBEY[0], lon=GOLBEY[1])
    troyes = town("Troyes", insee="10387", lat=TROYES[0], lon=TROYES[1])
    at = {"Épinal": (epinal, EPINAL), "Golbey": (golbey, GOLBEY), "Troyes": (troyes, TROYES)}
    for name, number in (("Épinal", 3), ("Golbey", 1), ("Troyes", 1)):
        commune, (lat, lon) = at[name]
        for n in range(number):
            dates = [date_of(commune=commune, lat=lat, lon=lon, town=name) for _ in range(2 if n == 0 else 1)]
            published(*dates, title=f"{name} {n}", kind="forum" if n else "atelier")
    published(date_of(attendance="online"), title="En ligne")


@pytest.mark.usefixtures("region")
def test_A2_each_event_counts_once_where_it_takes_place() -> None:
    found = places(filters.read(QueryDict("")))
    assert [(s.name, s.events) for s in found.spots] == [("Épinal", 3), ("Golbey", 1), ("Troyes", 1)]
    assert (found.events, found.placed, found.nowhere, found.capped) == (6, 5, 0, False)


@pytest.mark.usefixtures("region")
def test_A2_circles_and_list_say_the_same() -> None:
    made = shown()
    names = re.findall(r'aria-label="([^"]+\d évènements?)"', made["svg"])
    assert names == ["Épinal et une commune voisine\u00a0: 4 évènements", "Troyes\u00a0: 1 évènement"]
    assert [(place["name"], place["count"]) for place in made["places"]] == [
        ("Épinal", 3),
        ("Golbey", 1),
        ("Troyes", 1),
    ]
    assert made["says"] == "5 évènements dans 3 communes"


@pytest.mark.usefixtures("region")
def test_A2_a_circle_leads_to_a_narrower_search_that_keeps_the_filters() -> None:
    made = shown("vue=carte&type=atelier&q=&en-ligne=")
    assert re.findall(r'<a href="([^"]+)"', made["svg"]) == [
        "/agenda/?commune=88160&amp;rayon=4&amp;type=atelier&amp;vue=carte#resultats",
        "/agenda/?commune=10387&amp;rayon=0&amp;type=atelier#resultats",
    ]
    assert made["places"][0]["url"] == "/agenda/?commune=88160&rayon=0&type=atelier#resultats"


@pytest.mark.usefixtures("region")
def test_A2_what_a_circle_counts_is_what_its_search_finds() -> None:
    """Followed to the end: nearer map, then the list, no event lost on the way."""
    query = shown()["svg"].split('<a href="/agenda/?')[1].split("#")[0].replace("&amp;", "&")
    near = places(filters.read(QueryDict(query)))
    assert (sum(spot.events for spot in near.spots), [spot.name for spot in near.spots]) == (4, ["Épinal", "Golbey"])
    circles = re.findall(r'aria-label="([^"]+\d évènements?)"', shown(query)["svg"])
    assert circles == ["Épinal\u00a0: 3 évènements", "Golbey\u00a0: 1 évènement"]


@pytest.mark.usefixtures("region")
def test_S1_each_circle_is_a_named_link_and_the_list_stands_in_the_page() -> None:
    html = render_to_string("events/_map.html", {"agenda_map": shown()})
    assert html.count('<circle class="map-cluster"') == len(
        re.findall(r'<a href="[^"]+" aria-label="[^"]+"><title>', html)
    )
    assert len(re.findall(r"<li data-at=", html)) == 3


@pytest.mark.usefixtures("region")
def test_S2_the_map_asks_nothing_of_another_site() -> None:
    html = render_to_string("events/_map.html", {"agenda_map": shown()})
    assert re.findall(r"https?://(?!www\.w3\.org)[^\s\"<]+", html) == []
    assert "data-tiles-url" not in html


@pytest.mark.django_db
def test_A2_beyond_what_is_read_the_page_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    commune = town("Épinal", lat=EPINAL[0], lon=EPINAL[1])
    for _ in range(4):
        published(date_of(commune=commune, lat=EPINAL[0], lon=EPINAL[1]))
    monkeypatch.setattr(clusters, "READ", 3)
    monkeypatch.setattr("events.views.map.READ", 3)
    html = render_to_string("events/_map.html", {"agenda_map": shown()})
    assert "les 3 prochaines dates seulement" in html


@pytest.mark.django_db
def test_A2_a_town_of_elsewhere_and_a_place_not_yet_known() -> None:
    published(date_of(town="Offenburg", country="DE", lat=48.47, lon=7.94), title="Forum")
    published(date_of(), title="Lieu à venir")
    made = shown("q=forum")
    assert [(place["name"], place["url"]) for place in made["places"]] == [("Offenburg", "#ailleurs-1")]
    assert [(place.anchor, place.name, place.events, place.more) for place in made["elsewhere"]] == [
        ("ailleurs-1", "Offenburg", [("Forum", "/agenda/forum/")], 0)
    ]
    html = render_to_string("events/_map.html", {"agenda_map": made})
    assert (html.count('id="ailleurs-1"'), html.count('href="/agenda/forum/"')) == (1, 1)
    assert shown()["nowhere"] == 1


@pytest.mark.django_db
def test_A2_nothing_to_show_leads_to_the_list() -> None:
    html = render_to_string("events/_map.html", {"agenda_map": shown("type=forum&vue=carte")})
    assert ("<svg viewBox" in html, 'href="/agenda/?type=forum"' in html) == (False, True)


@pytest.mark.usefixtures("region")
def test_A2_one_statement_whatever_there_is(django_assert_num_queries: Any) -> None:
    search = filters.read(QueryDict("vue=carte"))
    request = RequestFactory().get("/agenda/")
    with django_assert_num_queries(1):
        render_to_string("events/_map.html", agenda_map(request, search))


def test_A2_spots_gather_by_scale() -> None:
    spots = [spot("Épinal", EPINAL, 3), spot("Golbey", GOLBEY), spot("Troyes", TROYES)]
    assert [[s.name for s in cluster.spots] for cluster in gathered(spots, room=30)] == [
        ["Épinal", "Golbey"],
        ["Troyes"],
    ]
    assert [len(cluster.spots) for cluster in gathered(spots, room=0.5)] == [1, 1, 1]


def test_A2_circles_never_touch_and_stay_in_the_frame() -> None:
    spots = [spot(f"Bourg {n}", (47.5 + n % 13 / 7, 4 + n % 17 / 5), 1 + n % 5) for n in range(120)]
    box = framed(spots)
    assert box is not None
    found = clusters_of(spots, box)
    room = 46 * box.width / 480
    near = [(a, b) for a in found for b in found if a is not b and (a.x - b.x) ** 2 + (a.y - b.y) ** 2 < room**2]
    assert (near, sum(cluster.count for cluster in found)) == ([], sum(s.events for s in spots))
    assert all(box.x < c.x < box.x + box.width and box.y < c.y < box.y + box.height for c in found)


def test_S1_a_circle_is_said_with_its_neighbours() -> None:
    assert said(gathered([spot("Épinal", EPINAL, 2), spot("A", EPINAL), spot("B", GOLBEY)], room=30)[0]) == (
        "Épinal et 2 communes voisines\u00a0: 4 évènements"
    )


def followed(client: Client, address: str) -> tuple[str, int]:
    """The heading of the list at this address, and how many events it shows."""
    html = client.get(address.partition("#")[0].replace("&amp;", "&")).content.decode()
    heading = re.search(r'<h2 id="resultats"[^>]*>([^<]+)</h2>', html)
    assert heading
    return heading[1], html.count('<article class="event-card')


@pytest.mark.usefixtures("region")
@pytest.mark.parametrize("query", ["", "type=atelier", "en-ligne=1", "q=épinal", "commune=88160&rayon=20"])
def test_A2_the_number_of_a_circle_is_that_of_the_list_it_opens(client: Client, query: str) -> None:
    """Every commune of the map, followed: the list of that commune, whose heading says the very number."""
    epinal = Commune.objects.get(insee="88160")
    published(date_of(commune=epinal, lat=EPINAL[0], lon=EPINAL[1], attendance="hybrid"), title="Épinal et de loin")
    # A place of Golbey nearer to Épinal than most of Épinal, and one of Épinal far out.
    golbey = Commune.objects.get(insee="88209")
    published(date_of(commune=golbey, lat=EPINAL[0], lon=EPINAL[1]), title="Au bord d’Épinal", kind="forum")
    published(date_of(commune=epinal, lat=48.11, lon=6.45), title="Loin du centre d’Épinal")
    made = shown(f"{query}&vue=carte")
    lines = [*made["places"], *made["others"]]
    assert lines != []
    for line in lines:
        heading, number = followed(client, line["url"])
        words = "Un évènement" if line["count"] == 1 else f"{line['count']} évènements"
        where = f"en ligne à {line['name']}" if "en-ligne" in query else f"à {line['name']}"
        assert (heading, number) == (f"{words} à venir {where}", line["count"])


@pytest.mark.usefixtures("region")
def test_A2_communes_too_close_to_part_lead_to_the_list_beside() -> None:
    """A map that cannot be nearer does not turn in circles."""
    epinal = Commune.objects.get(insee="88160")
    for n in range(3):
        beside = town(f"Voisine {n}", insee=f"8830{n}", lat=EPINAL[0] + n / 900, lon=EPINAL[1])
        published(date_of(commune=beside, lat=beside.lat, lon=beside.lon), title=f"Voisin {n}")
    assert epinal.population == 0
    svg = shown("commune=88160&rayon=1&vue=carte")["svg"]
    assert re.findall(r'<a href="([^"]+)" aria-label="([^"]+)"', svg) == [
        ("#par-commune", "Épinal et 3 communes voisines\u00a0: 6 évènements")
    ]


@pytest.mark.django_db
def test_A2_the_best_known_town_gives_its_name_to_the_circle() -> None:
    """Strasbourg, though more takes place in Marlenheim."""
    strasbourg = town("Strasbourg", insee="67482", lat=48.573, lon=7.752, population=291_000)
    marlenheim = town("Marlenheim", insee="67282", lat=48.62, lon=7.49, population=4_400)
    for commune, number in ((marlenheim, 2), (strasbourg, 1)):
        for _ in range(number):
            published(date_of(commune=commune, lat=commune.lat, lon=commune.lon))
    both = gathered(places(filters.read(QueryDict(""))).spots, room=100)
    assert [said(cluster) for cluster in both] == ["Strasbourg et une commune voisine\u00a0: 3 évènements"]
    assert [place["name"] for place in shown()["places"]] == ["Marlenheim", "Strasbourg"]


def test_A2_the_most_peopled_takes_the_room_of_its_name_first() -> None:
    crowd = [
        Spot(f"6700{n}", name, events, 48 + n * 0.9, 7.5, reach=1, population=people)
        for n, (name, events, people) in enumerate([("Petitbourg", 9, 10), ("Grandeville", 1, 90_000)])
    ]
    box = framed(crowd)
    assert box is not None
    svg = drawing(clusters_of(crowd, box), box, lambda _: "#")
    assert re.findall(r"<text x=[^>]+>([^<]+)</text>", svg) == ["Grandeville", "Petitbourg"]


@pytest.mark.usefixtures("region")
def test_A2_an_event_of_two_communes_is_one_event_of_the_map() -> None:
    epinal, troyes = Commune.objects.get(insee="88160"), Commune.objects.get(insee="10387")
    published(
        date_of(commune=epinal, lat=EPINAL[0], lon=EPINAL[1]), date_of(commune=troyes, lat=TROYES[0], lon=TROYES[1])
    )
    made = shown()
    assert (made["says"], made["twice"]) == ("6 évènements dans 3 communes", True)
    assert sum(place["count"] for place in made["places"]) == 7


@pytest.mark.usefixtures("region")
@pytest.mark.parametrize("query", ["", "commune=88160&rayon=20", "commune=88160&rayon=0", "en-ligne=1", "type=atelier"])
def test_A2_the_map_and_the_list_say_one_number_of_events_online(client: Client, query: str) -> None:
    """Those that also take place somewhere are among them, on both; the list they lead to finds as many."""
    epinal = Commune.objects.get(insee="88160")
    published(date_of(commune=epinal, lat=EPINAL[0], lon=EPINAL[1], attendance="hybrid"), title="Les deux")
    pattern = r'<p class="agenda-too"><a href="([^"]+)">.*?</svg> ([^<]+), à suivre de chez vous</a>'
    found = re.search(pattern, client.get(f"/agenda/?vue=carte&{query}").content.decode(), re.DOTALL)
    assert found
    address, words = found[1], found[2].removeprefix("Aussi ").lower()
    assert words == "2 évènements en ligne"
    assert followed(client, address)[0].lower() == "2 évènements à venir en ligne"
    in_list = re.findall(pattern, client.get(f"/agenda/?{query}").content.decode(), re.DOTALL)
    assert in_list == ([(address, found[2])] if "commune" in query else [])
