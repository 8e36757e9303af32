"""What every page knows of the portal. No query: a page's budget is its own."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, Any]:
    return {
        "portal_name": settings.PORTAL_NAME,
        "demo": settings.DEMO,
        "accessibility_level": settings.ACCESSIBILITY_LEVEL,
    }
