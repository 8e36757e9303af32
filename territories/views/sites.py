"""`/lieux/<slug>/`: one place, with what is known of it, what is not, and where each fact comes from."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from core.http import public_page
from core.reference import Access, Channel, Service, Status
from territories import cards, near, openings, routing
from territories.maps import Dot, map_of_points
from territories.models import Site
from territories.near import Found
from territories.structured import place
from territories.toponyms import at, of

ALIKE, AROUND, AROUND_KM = 3, 3, 60
MAP_KM = 110  # wide enough to see the basin around
# What each service is, in plain words (M2; annexe 1, article 1).
IN_PLAIN_WORDS = {
    Service.ACCUEIL: "On vous écoute et on cherche avec vous par où commencer.",
    Service.PREMIERE_INFORMATION: "Des réponses sur les métiers, les formations et les aides.",
    Service.PREMIER_CONSEIL: "Un premier échange pour y voir clair, et la bonne adresse s’il en faut une autre.",
    Service.CONSEIL: "Un entretien pour réfléchir à votre projet, à votre rythme.",
    Service.ACCOMPAGNEMENT: "Une personne vous suit dans la durée, étape par étape.",
    Service.CONSEIL_SCOLAIRE: "Pour choisir une voie, une filière, un établissement.",
    Service.CEP: "Le conseil en évolution professionnelle : faire le point sur votre vie au travail, gratuitement.",
    Service.VAE: "Faire reconnaître votre expérience par un diplôme.",
}


@public_page
def site(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of a listed site; 404 otherwise."""
    chosen = get_object_or_404(
        Site.objects.public().select_related(
            "kind", "organisation__network", "network", "commune__department", "commune__basin", "agency"
        ),
        slug=slug,
    )
    table = routing.table()
    start = near.Start(chosen.lat, chosen.lon)
    around = near.nearest(table, start, limit=ALIKE + AROUND + 20, without=chosen.pk, radius=AROUND_KM)
    alike = [found for found in around if found.kind_id == chosen.kind_id][:ALIKE]
    others = [found for found in around if found.kind_id != chosen.kind_id][:AROUND]
    return render(
        request,
        "territories/site.html",
        {
            "site": chosen,
            "phone_link": "".join(c for c in chosen.phone if c.isdigit() or c == "+"),
            "of_town": of(chosen.commune.name),
            "at_town": at(chosen.commune.name),
            "state": openings.state(chosen.hours),
            "week": openings.week(chosen.hours),
            "services": [
                {"label": Service(s).label, "words": IN_PLAIN_WORDS[Service(s)]}
                for s in Service.values
                if s in chosen.services
            ],
            "channels": [Channel(c).label for c in Channel.values if c in chosen.channels],
            "publics": [Status(s).label for s in Status.values if s in chosen.publics],
            "access": [Access(a).label for a in Access.values if a in chosen.access],
            "directions": _directions(chosen),
            "alike": _cards(alike, chosen),
            "others": _cards(others, chosen),
            "map": map_of_points(
                [Dot(chosen.get_absolute_url(), chosen.name, chosen.lat, chosen.lon, chosen.kind.blaze)], least=MAP_KM
            ).svg,
            "structured": place(chosen, request.build_absolute_uri(chosen.get_absolute_url())),
            "town_url": f"/lieux/?commune={chosen.commune_id}",
        },
    )


def _directions(chosen: Site) -> dict[str, str]:
    """Links that lead there: another site's page, or the visitor's own application. Empty while the address is unknown:
    a way to the middle of a commune would be a wrong way."""
    if chosen.provisional:
        return {}
    spot = f"{chosen.lat:.5f},{chosen.lon:.5f}"
    return {
        "osm": f"https://www.openstreetmap.org/directions?route=%3B{spot.replace(',', '%2C')}",
        "geo": f"geo:{spot}?q={spot}",
    }


def _cards(found: list[Found], chosen: Site) -> Any:
    items = (
        "<li>"
        + cards.fill(
            other.card,
            distance=cards.plate(
                other.distance, same_town=other.commune_id == chosen.commune_id, town=chosen.commune.name
            ),
            hours=other.hours,
        )
        + "</li>"
        for other in found
    )
    return cards.joined(items)
