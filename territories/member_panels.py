"""What territories show on the pages of members: the places and the referents of an organisation, of a network."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from core.panels import Panel, register
from members.models import Network, Organisation
from territories.models import Referent, Site

LISTED = 100  # places listed on a page; the directory has the rest


def register_panels() -> None:
    register(Panel("organisation", 10, "Ses lieux", "territories/panels/sites.html", _sites))
    register(Panel("organisation", 20, "Ses référent·es", "territories/panels/referents.html", _referents))
    register(Panel("network", 10, "Près de chez vous", "territories/panels/network.html", _network))


def _sites(request: HttpRequest, organisation: Organisation) -> dict[str, Any] | None:
    """The places of the organisation, or of those that belong to it (the sheet of annexe 2 is often common)."""
    rows = Site.objects.public().filter(Q(organisation=organisation) | Q(organisation__parent=organisation))
    rows = rows.select_related("commune").only("slug", "name", "address", "provisional", "commune__name")
    sites = list(rows.order_by("sort_key", "id")[: LISTED + 1])
    if not sites:
        return None
    return {
        "sites": sites[:LISTED],
        "more_url": f"{reverse('sites')}?{urlencode({'q': organisation.display_name})}" if len(sites) > LISTED else "",
        "provisional": any(site.provisional and not site.address for site in sites),
    }


def _referents(request: HttpRequest, organisation: Organisation) -> dict[str, Any] | None:
    """Names and functions by territory, the region first; direct contacts stay on the page of a territory (T3)."""
    rows = Referent.objects.public().filter(Q(organisation=organisation) | Q(structure=organisation))
    rows = rows.select_related("agency", "structure").defer("email", "phone", "note")
    referents = list(rows.order_by("agency__order", "town", "pk"))
    if not referents:
        return None
    referents.sort(key=lambda referent: referent.agency.order if referent.agency else 0)
    groups = [
        {"agency": agency, "referents": list(some), "open": agency is None}
        for agency, some in groupby(referents, key=lambda referent: referent.agency)
    ]
    groups.sort(key=lambda group: group["agency"].sort_key if group["agency"] else "")
    named = [referent for referent in referents if referent.public_name]
    # Said once when nobody is confirmed; otherwise each name says it.
    unconfirmed = [] if any(referent.confirmed_on for referent in named) else named
    return {
        "groups": groups,
        "unconfirmed_since": min((r.published_on for r in unconfirmed if r.published_on), default=None),
    }


def _network(request: HttpRequest, network: Network) -> dict[str, Any] | None:
    sites = Site.objects.public().filter(network=network).count()
    named = Referent.objects.public().filter(organisation__network=network, withdrawn_at=None).exclude(name="")
    referents = named.count()
    if not sites and not referents:
        return None
    url = f"{reverse('sites')}?{urlencode({'reseau': network.slug})}" if sites else ""
    return {"sites": sites, "referents": referents, "url": url, "territories_url": reverse("territories")}
