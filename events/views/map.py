"""The agenda on a map (A2): circles drawn by the server, and the same counts as a list, commune by commune.

Nothing comes from another site; the living map comes on a button, from the same list.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from core.text import sort_key
from events.render.cluster_map import clusters_of, counted, drawing, framed
from events.search.clusters import READ, Cluster, Places, Spot, places
from events.search.filters import Search
from territories.models import Contour

FIRST = 24  # communes beside the map, those with most events; the others are folded under it
NBSP = "\u00a0"


def agenda_map(request: HttpRequest, search: Search) -> dict[str, Any]:
    """What `events/_map.html` shows, as `agenda_map`."""
    found = places(search)
    here = (search.start.lat, search.start.lon) if search.start else None
    box = framed(found.spots, here)
    svg = SafeString()
    if box:
        clusters = clusters_of(found.spots, box)
        svg = drawing(clusters, box, lambda cluster: _inside(search, cluster), here)
    return {
        "agenda_map": {
            "svg": svg,
            "places": [_line(search, spot) for spot in found.spots[:FIRST]],
            "others": [_line(search, spot) for spot in sorted(found.spots[FIRST:], key=lambda s: sort_key(s.name))],
            "here": here,
            "geojson": reverse("contours", args=[Contour.Kind.AGENCY.value]),
            "says": _says(found),
            "online": found.online,
            "online_url": search.url(**{"en-ligne": "1", "vue": "", "commune": "", "rayon": ""}),
            "nowhere": found.nowhere,
            "list_url": search.url(vue=""),
            "capped": READ if found.capped else 0,
        }
    }


def _line(search: Search, spot: Spot) -> dict[str, Any]:
    """One commune of the list; the living map reads where it is (`at`, degrees) and its count there."""
    at = f"{spot.lat:.4f},{spot.lon:.4f}"
    return {"name": spot.name, "count": spot.events, "url": _near(search, spot), "at": at}


def _near(search: Search, spot: Spot) -> str:
    """The list of what takes place in a commune; of a town of elsewhere, which no filter knows, by its name."""
    if not spot.insee:
        return search.url(q=f"{search.q} {spot.name}".strip(), commune="", rayon="", vue="")
    return search.url(commune=spot.insee, rayon=str(spot.reach), vue="")


def _inside(search: Search, cluster: Cluster) -> str:
    """One commune: its list. Several: the same map, nearer, unless it already is as near as a search goes."""
    if len(cluster.spots) == 1 or not cluster.main.insee:
        return _near(search, cluster.main)
    nearer = not search.start or cluster.reach < search.reach
    return search.url(commune=cluster.main.insee, rayon=str(cluster.reach), vue="carte" if nearer else "")


def _says(found: Places) -> str:
    """What the map shows, in a sentence without its full stop."""
    on_map = counted(sum(spot.events for spot in found.spots))
    towns = len(found.spots)
    return f"{on_map} dans {towns} communes" if towns > 1 else f"{on_map} dans une commune"
