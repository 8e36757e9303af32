"""What the agenda shows on pages that are not its own: a territory, an organisation, a place, `/pro/`… (T3)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from core.panels import Panel, register
from events import coming
from members.models import Network, Organisation
from members.rules import mandates_of
from territories.models import Agency, OfficerMandate, Site

TITLE = "Les prochains évènements"
TEMPLATE = "events/panels/coming.html"


def register_panels() -> None:
    """Declare the panels of the room."""
    register(Panel("territory", 10, TITLE, TEMPLATE, _territory))
    register(Panel("organisation", 30, "Ses prochains évènements", TEMPLATE, _organisation))
    register(Panel("network", 20, TITLE, TEMPLATE, _network))
    register(Panel("site", 10, "À venir ici", TEMPLATE, _site))
    register(Panel("pro", 30, "Vos prochains évènements", TEMPLATE, _pro))


def _panel(events: list[coming.Coming], **parameters: str) -> dict[str, Any] | None:
    """The events and the way to all of them; nothing when there is none."""
    query = urlencode(parameters)
    return {"events": events, "url": f"{reverse('agenda')}{'?' if query else ''}{query}"} if events else None


def _territory(request: HttpRequest, agency: Agency) -> dict[str, Any] | None:
    return _panel(coming.of_agency(agency.pk), agence=agency.slug)


def _organisation(request: HttpRequest, organisation: Organisation) -> dict[str, Any] | None:
    return _panel(coming.of_organisations([organisation.pk]), organisme=organisation.slug)


def _network(request: HttpRequest, network: Network) -> dict[str, Any] | None:
    keys = Organisation.objects.public().filter(network=network).values_list("pk", flat=True)
    return _panel(coming.of_organisations(list(keys)), reseau=network.slug)


def _site(request: HttpRequest, site: Site) -> dict[str, Any] | None:
    return _panel(coming.at_site(site.pk), commune=site.commune_id)


def _pro(request: HttpRequest, user: Any) -> dict[str, Any] | None:
    """Those of the organisations one works for; of one's agency for an officer who works for none."""
    organisations = list(mandates_of(user).values_list("organisation_id", "organisation__slug"))
    if organisations:
        only = {"organisme": organisations[0][1]} if len(organisations) == 1 else {}
        return _panel(coming.of_organisations([key for key, _ in organisations]), **only)
    served = OfficerMandate.objects.in_force().filter(user=user).select_related("agency").first()
    return _panel(coming.of_agency(served.agency_id), agence=served.agency.slug) if served else None
