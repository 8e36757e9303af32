"""What members show on a person's own page: the organisations they work for."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from core.panels import Panel, register
from members.models import Mandate


def _organisations(request: HttpRequest, user: Any) -> dict[str, Any] | None:
    mandates = Mandate.objects.in_force().filter(user=user).select_related("organisation")
    found = list(mandates.order_by("organisation__sort_key"))
    return {"mandates": found} if found else None


def register_panels() -> None:
    register(Panel("account", 10, "Vos organismes", "accounts/panels/organisations.html", _organisations))
