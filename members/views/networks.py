"""`/reseaux/`: the families of signatories, and what each does for a visitor."""

from __future__ import annotations

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from core import panels
from core.http import public_page
from members.listing import lines
from members.models import Network, Organisation


@public_page
def networks(request: HttpRequest) -> HttpResponse:
    """Every network with its blaze, one line, and how many organisations it gathers."""
    rows = Network.objects.annotate(
        organisation_count=_count(Organisation.Kind.ORGANISATION),
        mission_count=_count(Organisation.Kind.MISSION_LOCALE),
    ).order_by("number")
    return render(request, "members/networks.html", {"networks": rows})


@public_page
def network(request: HttpRequest, slug: str) -> HttpResponse:
    """A network: its text, its organisations, and what upper rooms say of it (places, referents) as panels."""
    subject = get_object_or_404(Network, slug=slug)
    members = list(
        subject.organisations.public()
        .only("slug", "name", "current_name", "sort_key", "kind", "place", "status", "network")
        .order_by("sort_key")
    )
    shown = panels.collect("network", request, subject)
    context = {
        "network": subject,
        "organisations": lines(m for m in members if m.kind == Organisation.Kind.ORGANISATION),
        "missions": lines(m for m in members if m.kind == Organisation.Kind.MISSION_LOCALE),
        "panels": shown,
        # The room above knows whether there are places to see: no button that leads to an empty list.
        "places_url": next((panel["context"]["url"] for panel in shown if panel["context"].get("sites")), ""),
    }
    return render(request, "members/network.html", context)


def _count(kind: Organisation.Kind) -> Count:
    """How many organisations of this kind belong."""
    return Count("organisations", filter=Q(organisations__kind=kind, organisations__status__in=Organisation.BELONGING))
