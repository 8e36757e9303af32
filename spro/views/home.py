"""The first page: it starts from the visitor's situation and need; its figures are those of the database."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import panels
from core.blazes import known
from core.http import public_page
from core.reference import NEED_PHRASES, STATUS_PHRASES
from events import coming
from members.models import Charter, Network
from territories import maps
from territories.models import Agency, Commune, Contour, EmploymentBasin, Site

FACTS_KEY, FACTS_SECONDS = "home-facts", 60
COMING = 3  # events told here: near nobody, the agenda asks where


@public_page
def home(request: HttpRequest) -> HttpResponse:
    """At most six queries when nothing is cached, none otherwise."""
    shown = panels.collect("home", request, None)
    return render(request, "spro/home.html", {"statuses": STATUSES, "needs": NEEDS, "panels": shown, **facts()})


def facts() -> dict[str, Any]:
    """What the page says of the region: figures, agencies, networks, values, next events. Held for a minute."""
    held: dict[str, Any] | None = cache.get(FACTS_KEY)
    if held is None:
        held = _read()
        cache.set(FACTS_KEY, held, FACTS_SECONDS)
    return held


def _read() -> dict[str, Any]:
    agencies = list(
        Agency.objects.annotate(
            basin_count=_count(EmploymentBasin.objects.all()),
            commune_count=_count(Commune.objects.all()),
            site_count=_count(Site.objects.public()),
        ).order_by("order")
    )
    networks = list(Network.objects.only("slug", "name", "current_name", "blaze").order_by("number"))
    charter = Charter.current()
    by_name = sorted(agencies, key=lambda agency: agency.sort_key)
    return {
        "figures": _figures(agencies, networks),
        "agencies": [{"slug": a.slug, "name": a.name, "url": a.get_absolute_url()} for a in by_name],
        "map_svg": _map(agencies),
        "events": [event for event in coming.anywhere(coming.READ) if not event.off][:COMING],
        "values": charter.values if charter else [],
        "charter_date": charter.signed_on if charter else None,
        "networks": [
            {"slug": n.slug, "name": n.full_name, "short": "", "blaze": known(n.blaze), "url": n.get_absolute_url()}
            for n in networks
        ],
    }


def _map(agencies: list[Any]) -> SafeString:
    """The agencies drawn, each a link to its territory; empty before the contours are loaded."""
    contours = list(Contour.objects.filter(kind=Contour.Kind.AGENCY).order_by("code"))
    if not contours:
        return SafeString()
    box = maps.box_of(contour.geometry for contour in contours)
    areas = maps.areas(contours, {agency.slug: agency.get_absolute_url() for agency in agencies})
    return format_html(
        '<svg viewBox="{}" role="group" aria-label="Carte des agences territoriales">{}{}</svg>',
        box.attribute,
        areas,
        maps.labels(contours, box.width / 34, box),
    )


def _count(rows: QuerySet[Any]) -> Coalesce:
    """How many of `rows` belong to the agency of the outer query."""
    counted = rows.filter(agency=OuterRef("pk")).order_by().values("agency").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _figures(agencies: list[Any], networks: list[Network]) -> list[dict[str, Any]]:
    """Figures and what they count; a figure of nothing is not shown."""
    figures = [
        (sum(a.site_count for a in agencies), "lieux dans l’annuaire", reverse("sites")),
        (len(agencies), "agences territoriales", reverse("territories")),
        (sum(a.basin_count for a in agencies), "bassins d’emploi", reverse("territories")),
        (sum(a.commune_count for a in agencies), "communes, chacune dans un territoire", ""),
        (len(networks), "réseaux qui se passent le relais", reverse("networks")),
    ]
    return [{"value": _spaced(value), "label": label, "url": url} for value, label, url in figures if value]


def _spaced(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")


STATUSES = [
    {"slug": status.value, "label": phrase.sentence, "short": phrase.short, "group": phrase.group, "hint": phrase.hint}
    for status, phrase in STATUS_PHRASES.items()
]
NEEDS = [
    {"slug": need.value, "label": phrase.sentence, "hint": phrase.hint, "icon": phrase.icon}
    for need, phrase in NEED_PHRASES.items()
]
