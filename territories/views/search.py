"""`/lieux/`: who can help me, near me, with this? (M4, A9, S2)"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core.http import public_page
from core.templatetags.typography import french
from territories import cards, communes, doors, forms, near, routing
from territories.filters import DEFAULT_RADIUS, MAX_PAGE, MAX_RADIUS, PAGE_SIZE, Search, read
from territories.maps import Dot, map_of_points
from territories.near import Found
from territories.openings import NBSP
from territories.routing import Table
from territories.toponyms import of

REMOTE_SHOWN = 5
RESULTS = "#resultats"  # a page of results opens on its results, not on the form (a telephone shows one or the other)
FEW = 3  # fewer places than this around, and those that answer from afar are proposed too
_KEPT = ("q", "rayon", "statut", "besoin", "service", "reseau", "agence", "bassin", "a-distance", "acces", "vue")


@dataclass
class Results:
    """What a list shows. `total` is exact up to 200; 201 says more."""

    places: list[Found]
    more: bool
    total: int
    remote: list[Found]
    absent: frozenset[int] = frozenset()  # kinds that would answer best and have no known place within reach


@public_page
def search(request: HttpRequest) -> HttpResponse:
    """The directory. At most four statements, whatever the number of places."""
    table = routing.table()
    asked = read(request.GET, table)
    answer = communes.find(asked.commune, typed=asked.typed) if asked.commune else communes.Answer()
    town = answer.town
    if town:
        asked.commune = town.insee
    if town:
        results = _near(table, asked, town)
    elif asked.commune:  # which commune? Until we know, any list would be a guess
        results = Results([], False, 0, [])
    else:
        results = _everywhere(table, asked)
    response = render(request, "territories/search.html", _context(request, table, asked, answer, results))
    if request.GET:  # the address says something of a person: no cache keeps it (S2)
        response["Cache-Control"] = "private, no-store"
    return response


def _near(table: Table, asked: Search, town: communes.Town) -> Results:
    given: dict[str, Any] = {"status": asked.status, "need": asked.need}
    found, total = near.nearest_and_count(
        table,
        town.start,
        radius=asked.reach,
        narrowing=asked.narrowing,
        offset=asked.offset,
        limit=PAGE_SIZE + 1,
        **given,
    )
    places, more = found[:PAGE_SIZE], len(found) > PAGE_SIZE
    remote: list[Found] = []
    if asked.page == 1 and total < FEW and not asked.remote:
        network = asked.network.key if asked.network else None
        from_afar = near.Narrowing(words=asked.q, services=asked.services, network=network, remote=True)
        here = {place.id for place in places}
        remote = near.nearest(table, town.start, narrowing=from_afar, limit=REMOTE_SHOWN + FEW, **given)
        remote = [place for place in remote if place.id not in here][:REMOTE_SHOWN]
    return Results(places, more, total, remote, _absent(table, asked, town, places, more=more, total=total))


def _absent(
    table: Table, asked: Search, town: communes.Town, places: list[Found], *, more: bool, total: int
) -> frozenset[int]:
    """The kinds that answer first (rank 1) of which no place is known within reach; one statement when the page does
    not show it."""
    if asked.page > 1 or not asked.reach or not (asked.status or asked.need):
        return frozenset()
    first = {b.key for b in doors.best(table, asked.status, asked.need) if b.rule and b.rule.rank == 1}
    missing = first - {place.kind_id for place in places}
    if not missing or (not more and asked.narrowing == near.ANYTHING):
        return frozenset(missing)
    if total < FEW:  # little is shown because little was asked: we do not look again for what it hides
        return frozenset()
    return frozenset(missing - near.kinds_within(town.start, sorted(missing), asked.reach))


def _everywhere(table: Table, asked: Search) -> Results:
    kinds = fitting_kinds(table, asked)
    found, total = near.alphabetical(
        table,
        status=asked.status,
        need=asked.need,
        narrowing=asked.narrowing,
        kinds=kinds,
        offset=asked.offset,
        limit=PAGE_SIZE + 1,
    )
    return Results(found[:PAGE_SIZE], len(found) > PAGE_SIZE, total, [])


def fitting_kinds(table: Table, asked: Search) -> list[int]:
    """The kinds of places that answer first for this status and need (ranks 1 and 2); all when nobody said anything."""
    if not (asked.status or asked.need):
        return []
    return [branch.key for branch in doors.best(table, asked.status, asked.need)]


def _context(
    request: HttpRequest, table: Table, asked: Search, answer: communes.Answer, results: Results
) -> dict[str, Any]:
    town = answer.town
    selects = forms.selects(asked, table)
    drawing = map_of_points(
        dots_of(results.places, table), here=(town.lat, town.lon) if town else None, town=town.name if town else ""
    )
    if asked.page > 1 and not results.places:
        asked.errors["page"] = f"Cette page est vide{NBSP}: la recherche s’arrête avant."
    return {
        "asked": asked,
        "selects": selects,
        "access": forms.access(asked.access),
        "access_unknown": bool(asked.access) and results.total < FEW,
        "doors": _doors(table, asked, answer, results),
        "reach": asked.reach,
        "farther": asked.url(rayon=str(MAX_RADIUS)) if town and asked.reach and asked.reach < MAX_RADIUS else "",
        "farthest": MAX_RADIUS,
        "of_town": of(town.name) if town else "",
        "without_access": asked.url(acces=""),
        "filters": [
            ("service", "Service", "Tous", selects["service"], asked.errors.get("service", "")),
            ("reseau", "Réseau", "Tous", selects["reseau"], asked.errors.get("reseau", "")),
            ("agence", "Territoire", "Tous", selects["agence"], asked.errors.get("agence", "")),
            ("bassin", "Bassin d’emploi", "Tous", selects["bassin"], asked.errors.get("bassin", "")),
        ],
        "start_at": asked.offset + 1,
        "without_filters": asked.url(q="", service="", reseau="", agence="", bassin="", a_distance="", acces=""),
        "geojson_url": reverse("contours", args=["agency"]),
        "town": town,
        "unknown_place": bool(asked.commune and not town),
        "town_text": town.label if town else asked.commune,
        "answer": answer,
        "outside_url": "#a-distance-titre" if answer.outside else "",
        "commune_error": _commune_error(asked, answer),
        "choices": [(choice, asked.url(commune=choice.insee) + RESULTS) for choice in answer.several or answer.close],
        "also": [(choice, asked.url(commune=choice.insee)) for choice in answer.also if asked.typed],
        "title": _title(asked, town),
        "heading": _heading(asked, town, results),
        "cards": cards_of(results.places, town, asked),
        "remote_cards": cards_of(results.remote, town, asked, remote=True),
        "results": results,
        "map": drawing.svg,
        "map_signs": drawing.signs,
        "map_says": _map_says(drawing.shows, results),
        "here": {"lat": town.lat, "lon": town.lon, "label": town.name} if town else None,
        "points": points_of(results.places, table),
        "fits": _fits(table, asked) if not town else [],
        "wider": _wider(asked, results) if town else [],
        "kept": [(name, value) for name in _KEPT for value in request.GET.getlist(name) if value],
        "tabs": [
            {"label": "Liste", "url": asked.url(vue="") + RESULTS, "current": asked.view == "liste", "icon": "list"},
            {
                "label": "Carte",
                "url": asked.url(vue="carte") + RESULTS,
                "current": asked.view == "carte",
                "icon": "map",
            },
        ],
        "first_page": asked.url(),
        "previous": asked.url(page=str(asked.page - 1)) + RESULTS if asked.page > 1 and results.places else "",
        "next": asked.url(page=str(asked.page + 1)) + RESULTS if results.more and asked.page < MAX_PAGE else "",
        "capped": results.more and asked.page == MAX_PAGE,
        "narrowed": bool(asked.q or asked.services or asked.network or asked.agency or asked.basin or asked.remote)
        or bool(asked.access),
    }


def cards_of(places: list[Found], town: communes.Town | None, asked: Search, *, remote: bool = False) -> SafeString:
    """The stored cards of these places as the items of a list, with what depends on the visitor."""
    ranked = bool(asked.status or asked.need)
    items = []
    for place in places:
        rule = place.branch.rule if place.branch else None
        reason = rule.reason if rule and (ranked or town) else ""
        plate = ""
        if town:
            plate = cards.plate(place.distance, same_town=place.commune_id == town.insee, town=town.name, remote=remote)
        items.append(f"<li>{cards.fill(place.card, reason=reason, distance=plate, hours=place.hours)}</li>")
    return cards.joined(items)


def points_of(places: list[Found], table: Table) -> list[dict[str, Any]]:
    """The same places for the living map."""
    towns = communes.names(place.commune_id for place in places)
    return [
        {
            "url": f"/lieux/{place.slug}/",
            "name": place.name,
            "lat": place.lat,
            "lon": place.lon,
            "blaze": table.kinds[place.kind_id].blaze,
            "kind_label": table.kinds[place.kind_id].label,
            "town": towns.get(place.commune_id, ""),
        }
        for place in places
    ]


def dots_of(places: list[Found], table: Table) -> list[Dot]:
    """The same places for the map drawn by the server."""
    towns = communes.names(place.commune_id for place in places)
    return [
        Dot(
            f"/lieux/{place.slug}/",
            french(place.name),
            place.lat,
            place.lon,
            table.kinds[place.kind_id].blaze,
            town=towns.get(place.commune_id, ""),
            kind=french(table.kinds[place.kind_id].label),
        )
        for place in places
    ]


def _map_says(shown: int, results: Results) -> str:
    """What the map shows of what was found: « Les 12 lieux les plus proches, sur 190 »."""
    total = f"plus de {near.COUNT_CAP}" if results.total > near.COUNT_CAP else str(results.total)
    if shown == results.total:
        return "Tous les lieux trouvés"
    return f"{shown} lieu{'x' if shown > 1 else ''} de cette page, sur {total} trouvés"


def _doors(table: Table, asked: Search, answer: communes.Answer, results: Results) -> list[doors.Door]:
    """What answers without moving, under the list: for this status and need, or when little is near."""
    unknown = bool(asked.commune and not answer.town)
    if asked.page > 1 or (unknown and not answer.outside):
        return []
    if asked.status or asked.need or answer.outside or (answer.town and results.total < FEW):
        return doors.doors(table, asked.status, asked.need, results.absent)
    return []


def _commune_error(asked: Search, answer: communes.Answer) -> str:
    if asked.outside:
        return "Votre position est hors de la région : indiquez plutôt une commune.".replace(" :", f"{NBSP}:")
    return communes.question(asked.commune, answer)


def _title(asked: Search, town: communes.Town | None) -> str:
    """The title of the page; it names the place, never the person's situation."""
    page = f", page {asked.page}" if asked.page > 1 else ""
    return f"Les lieux qui aident autour {of(town.name)}{page}" if town else f"Trouver un lieu{page}"


def _heading(asked: Search, town: communes.Town | None, results: Results) -> str:
    total = results.total
    if total > near.COUNT_CAP:
        count = f"Plus de {near.COUNT_CAP} lieux"
    else:
        count = {0: "Aucun lieu", 1: "Un lieu"}.get(total, f"{total} lieux")
    if asked.remote:
        count += " à distance"
    if town and not asked.reach:
        return f"{count} autour {of(town.name)}"
    if town:
        return f"{count} à moins de {asked.reach}{NBSP}km {of(town.name)}"
    if asked.agency:
        return f"{count}, territoire {asked.agency.label}"
    if asked.basin:
        return f"{count}, bassin {asked.basin.label}"
    return f"{count} dans la région"


def _fits(table: Table, asked: Search) -> list[dict[str, Any]]:
    """Without a place: which kinds of places answer, and why."""
    if not (asked.status or asked.need):
        return []
    return [
        {"kind": table.kinds[branch.key], "reason": branch.rule.reason}
        for branch in doors.best(table, asked.status, asked.need)
        if branch.rule
    ][:4]


def _wider(asked: Search, results: Results) -> list[tuple[str, str]]:
    """Links to a wider search, when little was found."""
    if results.total >= FEW:
        return []
    if not asked.reach:
        return []
    radii = [km for km in (30, DEFAULT_RADIUS, MAX_RADIUS) if km > asked.reach]
    return [(f"Chercher à moins de {km}{NBSP}km", asked.url(rayon=str(km))) for km in radii]


@public_page
def suggest(request: HttpRequest) -> HttpResponse:
    """Communes to propose while a person types (`q`), as JSON; what is typed tells of a place, so no cache keeps it."""
    towns = communes.suggest(request.GET.get("q", ""))
    response = JsonResponse(
        {
            "results": [
                {
                    "insee": town.insee,
                    "label": town.label,
                    "hint": f"{town.department_name}, {' '.join(town.postal_codes[:3])}",
                }
                for town in towns
            ]
        },
        json_dumps_params={"ensure_ascii": False},
    )
    response["Cache-Control"] = "private, no-store"
    return response


@login_not_required
@csrf_exempt  # nothing is written and nobody is recognised: a forged request only leads its victim to a public page
@require_POST
def position(request: HttpRequest) -> HttpResponse:
    """The same search around the commune nearest to the position posted, which is kept nowhere (A9, ADR 0006)."""
    asked = read(request.POST, routing.table())
    asked.commune = ""
    point = _point(request.POST.get("lat", ""), request.POST.get("lon", ""))
    town = communes.at_position(*point) if point else None
    to = asked.url(commune=town.insee) if town else asked.url(position="hors-region")
    response = HttpResponseRedirect(to)
    response.status_code = 303  # see other: the page is read with a GET
    response["Cache-Control"] = "private, no-store"
    return response


def _point(lat: str, lon: str) -> tuple[float, float] | None:
    try:
        point = float(lat), float(lon)
    except ValueError:
        return None
    ok = all(map(math.isfinite, point)) and abs(point[0]) <= 85 and abs(point[1]) <= 180
    return point if ok else None
