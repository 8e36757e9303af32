"""What members show of the organisations that somebody works for: on their own page, on their desk."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import HttpRequest

from core.panels import Panel, register
from members import charters, sheet
from members.models import Mandate
from members.rules import held, mandates_of

SHOWN = 3  # organisations told in full on the first page; the others by their name


def _organisations(request: HttpRequest, user: Any) -> dict[str, Any] | None:
    mandates = held(user)
    return {"mandates": mandates} if mandates else None


def _desk(request: HttpRequest, user: Any) -> dict[str, Any] | None:
    """The organisations of `user` on the first page of the espace pro: sheet, people, charter."""
    rows = mandates_of(user).select_related("organisation__parent").order_by("organisation__sort_key")
    mandates = list(rows)
    if not mandates:
        return None
    in_force = charters.in_force()
    team = Counter(
        Mandate.objects.in_force()
        .filter(organisation__in=[mandate.organisation_id for mandate in mandates])
        .values_list("organisation", flat=True)
    )
    houses = [
        {
            "mandate": mandate,
            "organisation": mandate.organisation,
            "manages": mandate.role == Mandate.Role.MANAGER,
            "parts": (parts := sheet.parts(mandate.organisation)),
            "done": sum(part.done for part in parts),
            "stale": sheet.is_stale(mandate.organisation),
            "people": team[mandate.organisation_id],
            "versions": charters.versions(mandate.organisation, in_force),
        }
        for mandate in mandates[:SHOWN]
    ]
    return {"houses": houses, "others": mandates[SHOWN:]}


def register_panels() -> None:
    register(Panel("pro", 10, "Votre organisme", "members/panels/desk.html", _desk))
    register(Panel("account", 10, "Vos organismes", "accounts/panels/organisations.html", _organisations))
