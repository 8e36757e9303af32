"""`/lieux/<slug>/`: one place, with what is known of it, what is not, and where each fact comes from."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from core import panels
from core.http import public_page
from core.reference import Access, Channel, Service, Status
from members.websites import Website, websites
from territories import cards, closures, doors, near, openings, routing, sheets
from territories.closures import Span
from territories.maps import Dot, map_of_points
from territories.models import Closure, Site
from territories.near import Found
from territories.rules import may_read_contacts
from territories.sources import public_source
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
    rows = Site.objects.public().annotate(coming=_coming())
    rows = rows.select_related(
        "kind", "organisation__network", "network", "commune__department", "commune__basin", "agency"
    )
    chosen: Any = get_object_or_404(rows, slug=slug)
    spans = [(date.fromisoformat(one["from"]), date.fromisoformat(one["to"])) for one in chosen.coming]
    table = routing.table()
    start = near.Start(chosen.lat, chosen.lon)
    around = near.nearest(table, start, limit=ALIKE + AROUND + 20, without=chosen.pk, radius=AROUND_KM)
    alike = [found for found in around if found.kind_id == chosen.kind_id][:ALIKE]
    others = [found for found in around if found.kind_id != chosen.kind_id][:AROUND]
    closed = closures.merged(spans)
    return render(
        request,
        "territories/site.html",
        {
            "site": chosen,
            "closures": _closures(chosen.coming, spans),
            "stale": sheets.is_stale(chosen.confirmed_on) and may_read_contacts(request.user),
            "phone_link": doors.dialled(chosen.phone),
            "door": _door(chosen),
            "organisation_links": _organisation_links(chosen),
            "source_said": public_source(chosen.source),
            "of_town": of(chosen.commune.name),
            "at_town": at(chosen.commune.name),
            "state": openings.state(chosen.hours, closed=closed),
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
            "groups": _groups(alike, others, chosen),
            "map": map_of_points(
                [Dot(chosen.get_absolute_url(), chosen.name, chosen.lat, chosen.lon, chosen.kind.blaze)], least=MAP_KM
            ).svg,
            "structured": place(chosen, request.build_absolute_uri(chosen.get_absolute_url()), closed),
            "town_url": f"/lieux/?commune={chosen.commune_id}",
            "panels": panels.collect("site", request, chosen),
        },
    )


def _coming() -> ArraySubquery:
    """The closures of a site in course and to come, in order, read with it: `{from, to, reason}` each."""
    rows = Closure.objects.filter(site=OuterRef("pk"), ends_on__gte=timezone.localdate()).order_by("starts_on", "id")
    return ArraySubquery(rows.values(said=JSONObject(**{"from": "starts_on", "to": "ends_on", "reason": "reason"})))


def _closures(coming: list[dict[str, str]], spans: list[Span]) -> list[dict[str, str]]:
    """Each closure as the page says it: `{said, reason}`."""
    today = timezone.localdate()
    return [
        {"said": closures.sentence(span, today), "reason": one["reason"]}
        for one, span in zip(coming, spans, strict=True)
    ]


def _door(chosen: Site) -> doors.Door | None:
    """The national door of its kind, while the place has no number of its own."""
    return None if chosen.phone else doors.of_kind(chosen.kind)


def _organisation_links(chosen: Site) -> list[Website]:
    """The website of its organisation, while the place has none; an organisation that changed its name since the
    charter has left its old address too."""
    if chosen.website or chosen.organisation.current_name:
        return []
    return websites(chosen.organisation.website)[:1]


def _directions(chosen: Site) -> dict[str, str]:
    """Links that lead to the address, or to the middle of the commune while the address is unknown (the page says so):
    another site's page, or the visitor's own application."""
    spot = f"{chosen.lat:.5f},{chosen.lon:.5f}"
    return {
        "osm": f"https://www.openstreetmap.org/directions?route=%3B{spot.replace(',', '%2C')}",
        "geo": f"geo:{spot}?q={spot}",
    }


def _groups(alike: list[Found], others: list[Found], chosen: Site) -> list[dict[str, Any]]:
    """The places around, under two headings; the heading that has the nearest place first."""
    groups = [("Le même genre de lieu", alike), ("D’autres lieux d’orientation", others)]
    shown = [(heading, found) for heading, found in groups if found]
    shown.sort(key=lambda group: group[1][0].distance or 0)
    return [{"heading": heading, "cards": _cards(found, chosen)} for heading, found in shown]


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
