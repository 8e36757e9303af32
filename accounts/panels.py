"""What accounts show on a person's own page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from accounts.rules import runs_region
from core.panels import Panel, register


def _region(request: HttpRequest, user: Any) -> dict[str, Any] | None:
    return {} if runs_region(user) else None


def register_panels() -> None:
    register(Panel("account", 30, "La Région", "accounts/panels/region.html", _region))
