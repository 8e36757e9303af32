"""`/lieux/<slug>/carte/`: the card of a place, one small sheet that a professional gives to a person (M5).

It holds what is needed to go there and nothing of the person; the appointment is written on it by hand.
"""

from __future__ import annotations

from dataclasses import dataclass

import segno
from django.db.models import FloatField, QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from core.geo import distance_km, mercator
from core.http import public_page
from core.links import absolute
from core.reference import Access, Service
from territories import doors, openings
from territories.models import Closure, Commune, Site
from territories.toponyms import kilometres, of
from territories.views.sites import IN_PLAIN_WORDS

TOWN = 10_000  # inhabitants: a name that people of the surroundings know
CLOSURES = 2


@dataclass(frozen=True)
class Landmark:
    """The nearest town that everybody knows: « à 12 km d’Épinal » ; `here` when the place is in it."""

    name: str
    distance: str = ""
    of_name: str = ""
    here: bool = False


@public_page
def card(request: HttpRequest, slug: str) -> HttpResponse:
    """The card of a listed place; 404 otherwise."""
    chosen = get_object_or_404(
        Site.objects.public().select_related("kind", "organisation", "commune__department"), slug=slug
    )
    address = absolute(chosen.get_absolute_url())
    return render(
        request,
        "territories/card.html",
        {
            "site": chosen,
            "door": None if chosen.phone else doors.of_kind(chosen.kind),
            "phone_link": doors.dialled(chosen.phone),
            "week": week(chosen.hours),
            "closures": list(_coming(chosen)[:CLOSURES]),
            "services": [(s.label, IN_PLAIN_WORDS[s]) for s in map(Service, Service.values) if s in chosen.services],
            "access": [Access(a).label for a in Access.values if a in chosen.access],
            "landmark": landmark(chosen),
            "of_town": of(chosen.commune.name),
            "address": address,
            "address_said": address.partition("://")[2].rstrip("/"),
            "qr": qr(address),
            "today": timezone.localdate(),
        },
    )


def week(hours: openings.Hours) -> list[tuple[str, str]]:
    """The opened days, those that follow one another alike in one line: « Lundi au jeudi », « Vendredi »."""
    runs: list[tuple[list[str], str]] = []
    before = ""
    for day, said in openings.week(hours):
        if said != before:
            runs.append(([], said))
        runs[-1][0].append(day)
        before = said
    return [(_days(days), said) for days, said in runs if said != "Fermé"]


def _days(days: list[str]) -> str:
    if len(days) == 1:
        return days[0].capitalize()
    return f"{days[0].capitalize()} {'et' if len(days) == 2 else 'au'} {days[-1]}"


def landmark(site: Site) -> Landmark | None:
    """Where the place is, for somebody who does not know its commune; None when no town is in the region."""
    if site.commune.population >= TOWN:
        return Landmark(site.commune.name, here=True)
    x, y = mercator(site.lat, site.lon)
    spot = RawSQL("territories_commune.position <-> %s::point", [f"({x!r},{y!r})"], output_field=FloatField())
    town = Commune.objects.filter(population__gte=TOWN).order_by(spot).first()
    if town is None:
        return None
    distance = distance_km(site.lat, site.lon, town.lat, town.lon)
    return Landmark(town.name, kilometres(distance), of(town.name))


def qr(address: str) -> SafeString:
    """`address` as a QR code: SVG to put in the page, drawn without a style (CSP), black on the white of its frame."""
    drawn = segno.make(address, error="m", micro=False).svg_inline(
        omitsize=True, border=2, svgclass="qr-drawing", lineclass=None, title="Code à scanner : la page de ce lieu"
    )
    return mark_safe(drawn.replace("<svg ", '<svg role="img" aria-label="Code à scanner : la page de ce lieu" ', 1))


def _coming(site: Site) -> QuerySet[Closure]:
    return site.closures.filter(ends_on__gte=timezone.localdate()).order_by("starts_on")
