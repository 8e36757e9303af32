"""`/reseaux/`: the families of signatories, and what each does for a visitor."""

from __future__ import annotations

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from core import panels
from core.http import public_page
from members.models import Network, Organisation


@public_page
def networks(request: HttpRequest) -> HttpResponse:
    """Every network with its blaze, one line, and how many organisations it gathers."""
    rows = Network.objects.annotate(
        organisation_count=Count("organisations", filter=Q(organisations__kind=Organisation.Kind.ORGANISATION)),
        mission_count=Count("organisations", filter=Q(organisations__kind=Organisation.Kind.MISSION_LOCALE)),
    ).order_by("number")
    return render(request, "members/networks.html", {"networks": rows})


@public_page
def network(request: HttpRequest, slug: str) -> HttpResponse:
    """A network: its text, its organisations, and what upper rooms say of it (places, referents) as panels."""
    subject = get_object_or_404(Network, slug=slug)
    members = list(
        subject.organisations.only("slug", "name", "current_name", "sort_key", "kind", "place", "status", "network")
        .exclude(status=Organisation.Status.FORMER)
        .order_by("sort_key")
    )
    return render(
        request,
        "members/network.html",
        {
            "network": subject,
            "organisations": [m for m in members if m.kind == Organisation.Kind.ORGANISATION],
            "missions": [m for m in members if m.kind == Organisation.Kind.MISSION_LOCALE],
            "panels": panels.collect("network", request, subject),
        },
    )
