"""What every page knows of the portal."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, Any]:
    return {"portal_name": "SPRO Grand Est", "demo": settings.DEMO}
