"""What the published bilans show elsewhere: on the home page, on the page of a territory, in the search."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from bilans import published
from core import search
from core.panels import Panel, register
from territories.models import Agency

SHOWN = 3  # key figures on the home page


def connect() -> None:
    """Declare the panels and what is found; called once, when the application starts."""
    register(Panel("home", 10, "Le bilan de l’année", "bilans/panels/home.html", _home))
    register(Panel("territory", 40, "Ce territoire en chiffres", "bilans/panels/territory.html", _territory))
    search.register(published.KIND, published.entries)


def _home(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """A few key figures of the last year published; nothing before there is one."""
    found = published.latest()
    figures = [key for key in found.get("headlines", []) if key["known"]][:SHOWN]
    return {"year": found["year"], "url": found["url"], "figures": figures} if figures else None


def _territory(request: HttpRequest, agency: Agency) -> dict[str, Any] | None:
    """What the organisations declared there, as the last published synthesis says it."""
    found = published.latest()
    figures = found.get("territories", {}).get(agency.slug)
    return {"year": found["year"], "url": found["url"], "figures": figures} if figures else None
