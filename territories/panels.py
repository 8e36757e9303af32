"""What territories show on a person's own page: the agencies they serve."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from core.panels import Panel, register
from territories import member_panels
from territories.models import OfficerMandate


def _agencies(request: HttpRequest, user: Any) -> dict[str, Any] | None:
    mandates = OfficerMandate.objects.in_force().filter(user=user).select_related("agency")
    found = list(mandates.order_by("agency__order"))
    return {"mandates": found} if found else None


def register_panels() -> None:
    register(Panel("account", 20, "Votre agence", "accounts/panels/agencies.html", _agencies))
    member_panels.register_panels()
