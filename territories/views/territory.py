"""`/territoires/` and `/territoires/<slug>/`: the agencies, their basins, their places, their referents (T1-T3)."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from core import panels
from core.http import public_page
from core.text import sort_key
from territories import communes, forms, maps, rules
from territories.confirmed import is_stale
from territories.models import Agency, Commune, Contour, Department, Referent, Site
from territories.toponyms import of

# The places that the directory counts too: one figure everywhere.
_SHOWN = Q(sites__listed=True, sites__kind__receives_public=True)
LISTED = 200  # places shown on the page of a territory; the directory has the rest


@public_page
def territories(request: HttpRequest) -> HttpResponse:
    """The map of the agencies and, with `?commune=`, the territory of a commune (T1)."""
    rows = Agency.objects.annotate(sites_count=Count("sites", filter=_SHOWN, distinct=True))
    agencies = sorted(rows.prefetch_related("basins"), key=lambda agency: agency.sort_key)
    text = " ".join(request.GET.get("commune", "").split())
    answer = communes.find(text, typed="saisie" in request.GET) if text else communes.Answer()
    town = answer.town
    contours = list(Contour.objects.filter(kind=Contour.Kind.AGENCY).order_by("code"))
    response = render(
        request,
        "territories/territories.html",
        {
            "agencies": agencies,
            "map": _map_of_agencies(contours, agencies, town.agency if town else ""),
            "town": town,
            "town_basin": of(town.basin_name) if town else "",
            "town_text": town.label if town else text,
            "commune_error": communes.question(text, answer),
            "outside_url": _doors_url(text) if answer.outside else "",
            "choices": [(t, f"?commune={t.insee}") for t in answer.several or answer.close],
            "also": [(t, f"?commune={t.insee}") for t in answer.also if "saisie" in request.GET],
        },
    )
    if request.GET:
        response["Cache-Control"] = "private, no-store"
    return response


def _doors_url(text: str) -> str:
    """Where the services that answer from anywhere are shown."""
    return f"{reverse('sites')}?{urlencode({'commune': text})}#a-distance-titre"


@public_page
def territory(request: HttpRequest, slug: str) -> HttpResponse:
    """One agency: basins on a map, places by kind, referents, and what other rooms have to show."""
    agency = get_object_or_404(Agency.objects.prefetch_related("basins"), slug=slug)
    professional = rules.may_read_contacts(request.user)
    sites = list(
        Site.objects.public()
        .filter(agency=agency, kind__receives_public=True)
        .select_related("kind", "commune")
        .only(
            "slug", "name", "address", "provisional", "lat", "lon", "kind__label", "kind__blaze", "kind__order",
            "commune__name",
        )
        .order_by("kind__order", "kind_id", "sort_key", "id")[:LISTED + 1]
    )  # fmt: skip
    referents = Referent.objects.public().filter(agency=agency).select_related("organisation", "structure")
    response = render(
        request,
        "territories/territory.html",
        {
            "agency": agency,
            "basins": sorted(agency.basins.all(), key=lambda basin: sort_key(basin.name)),
            "map": _map_of_basins(agency),
            "kinds": _by_kind(sites[:LISTED]),
            "sites_count": len(sites),
            "provisional_all": bool(sites) and all(site.provisional and not site.address for site in sites),
            "more_sites": len(sites) > LISTED,
            "all_sites_url": f"{reverse('sites')}?agence={agency.slug}",
            "referents": _by_organisation(referents, professional=professional),
            "professional": professional,
            "departments": Department.objects.filter(code__in=agency.departments).order_by("name"),
            "communes_count": Commune.objects.filter(agency=agency).count(),
            "statuses": forms.statuses(),
            "needs": forms.needs(),
            "panels": panels.collect("territory", request, agency),
        },
    )
    if professional:  # contacts of people: in no cache at all
        response["Cache-Control"] = "private, no-store"
    return response


def _map_of_agencies(contours: list[Contour], agencies: Iterable[Agency], current: str) -> dict[str, Any] | None:
    if not contours:
        return None
    links = {agency.slug: agency.get_absolute_url() for agency in agencies}
    box = maps.box_of(contour.geometry for contour in contours)
    return {
        "box": box.attribute,
        "areas": maps.areas(contours, links, frozenset({current})),
        "names": maps.labels(contours, box.width / 34, box),
    }


def _map_of_basins(agency: Agency) -> dict[str, Any] | None:
    numbers = [str(basin.number) for basin in agency.basins.all()]
    contours = list(Contour.objects.filter(kind=Contour.Kind.BASIN, code__in=numbers).order_by("code"))
    if not contours:
        return None
    links = {number: f"{reverse('sites')}?bassin={number}" for number in numbers}
    box = maps.box_of(contour.geometry for contour in contours)
    return {
        "box": box.attribute,
        "areas": maps.areas(contours, links),
        "names": maps.labels(contours, box.width / 26, box),
    }


def _by_kind(sites: Iterable[Site]) -> list[dict[str, Any]]:
    return [
        {"kind": kind, "sites": list(group)}
        for kind, group in groupby(sites, key=lambda site: site.kind)
    ]  # fmt: skip


def _by_organisation(referents: Iterable[Referent], *, professional: bool) -> list[dict[str, Any]]:
    """Referents under their organisation; names withdrawn are not there, contacts only for professionals (T3)."""
    shown = []
    for organisation, group in groupby(referents, key=lambda referent: referent.organisation):
        people = [_person(referent, professional=professional) for referent in group]
        shown.append({"organisation": organisation, "people": people})
    return shown


def _person(referent: Referent, *, professional: bool) -> dict[str, Any]:
    withdrawn = referent.withdrawn_at is not None
    reachable = professional and not withdrawn
    return {
        "name": referent.public_name,
        "state": "Nom retiré" if withdrawn else "" if referent.name else "Poste vacant",
        "function": referent.function,
        "structure": referent.structure.display_name if referent.structure else "",
        "where": ", ".join(filter(None, (referent.town, referent.area))),
        "published_on": referent.published_on,
        "confirmed_on": referent.confirmed_on,
        # After a year professionals read that it is to be confirmed again (T2).
        "stale": professional and is_stale(referent),
        "email": referent.email if reachable else "",
        "phone": referent.phone if reachable else "",
    }
