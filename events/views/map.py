"""The agenda on a map (A2): circles drawn by the server, and the same counts as a list, commune by commune.

A circle says how many events the link it is leads to: the list of its commune (`rayon=0`); several communes lead to the
same map, nearer, or to the list beside. Places of no commune of ours lead to their events, told under the map. Nothing
comes from another site; the living map comes on a button, from the same list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from core.text import sort_key
from events.models import Event
from events.render.cluster_map import clusters_of, counted, drawing, framed
from events.search.clusters import READ, Cluster, Places, Spot, places
from events.search.filters import Search
from territories.models import Contour

FIRST = 24  # communes beside the map, those with most events; the others are folded under it
TOLD = 20  # events told of a place of no commune of ours; beyond, their number
BY_COMMUNE, ELSEWHERE, RESULTS = "#par-commune", "#ailleurs", "#resultats"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A place that no list of ours is about, with its events: pairs (title, address)."""

    anchor: str
    name: str
    events: list[tuple[str, str]]
    more: int


def agenda_map(request: HttpRequest, search: Search) -> dict[str, Any]:
    """What `events/_map.html` shows, as `agenda_map`: one statement, two when something is of no commune of ours."""
    found = places(search)
    here = (search.start.lat, search.start.lon) if search.start else None
    box = framed(found.spots, here)
    away = [spot for spot in found.spots if not spot.insee]
    anchors = {id(spot): f"{ELSEWHERE}-{rank}" for rank, spot in enumerate(away, 1)}

    def link(spot: Spot) -> str:
        return anchors.get(id(spot)) or search.url(commune=spot.insee, rayon="0", vue="") + RESULTS

    svg = SafeString()
    if box:
        clusters = clusters_of(found.spots, box)
        svg = drawing(clusters, box, lambda cluster: _inside(search, cluster, link), here, capped=found.capped)
    lines = [_line(spot, link(spot)) for spot in found.spots]
    return {
        "agenda_map": {
            "svg": svg,
            "places": lines[:FIRST],
            "others": sorted(lines[FIRST:], key=lambda line: sort_key(line["name"])),
            "elsewhere": _told(away, anchors),
            "here": here,
            "geojson": reverse("contours", args=[Contour.Kind.AGENCY.value]),
            "says": _says(found),
            "twice": sum(spot.events for spot in found.spots) > found.placed,
            "nowhere": found.nowhere,
            "list_url": search.url(vue=""),
            "capped": READ if found.capped else 0,
        }
    }


def _line(spot: Spot, url: str) -> dict[str, Any]:
    """One commune of the list; the living map reads there where it is (`at`, degrees), its count and its people."""
    at = f"{spot.lat:.4f},{spot.lon:.4f}"
    return {"name": spot.name, "count": spot.events, "url": url, "at": at, "people": spot.population}


def _inside(search: Search, cluster: Cluster, link: Callable[[Spot], str]) -> str:
    """One commune: its list. Several: the same map, nearer; the list beside when it cannot be nearer."""
    main = cluster.main
    if len(cluster.spots) == 1:
        return link(main)
    if not main.insee:
        return ELSEWHERE
    if search.online or search.within or (search.start and cluster.reach >= search.reach):
        return BY_COMMUNE
    return search.url(commune=main.insee, rayon=str(cluster.reach), vue="carte") + RESULTS


def _told(away: list[Spot], anchors: dict[int, str]) -> list[Elsewhere]:
    shown = {key for spot in away for key in spot.keys[:TOLD]}
    found = Event.objects.filter(pk__in=shown).values_list("pk", "title", "slug") if shown else ()
    events = {key: (title, slug) for key, title, slug in found}
    return [
        Elsewhere(
            anchors[id(spot)].removeprefix("#"), spot.name,
            [(title, reverse("event", args=[slug])) for title, slug in sorted(events[key] for key in spot.keys[:TOLD])],
            max(spot.events - TOLD, 0),
        )
        for spot in away
    ]  # fmt: skip


def _says(found: Places) -> str:
    """What the map shows, in a sentence without its full stop."""
    on_map = ("Au moins " if found.capped else "") + counted(found.placed)
    towns = len(found.spots)
    return f"{on_map} dans {towns} communes" if towns > 1 else f"{on_map} dans une commune"
