"""What every page knows of the portal. No query for who is not signed in: a page's budget is its own."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from territories.rules import may_enter_pro


def portal(request: HttpRequest) -> dict[str, Any]:
    return {
        "portal_name": settings.PORTAL_NAME,
        "demo": settings.DEMO,
        # Asked by the header of somebody who is signed in, and of nobody else.
        "works_in_spro": SimpleLazyObject(lambda: bool(may_enter_pro(getattr(request, "user", None)))),
        "accessibility_level": settings.ACCESSIBILITY_LEVEL,
    }
