"""`/psad/<platform>/conservation/`: cases whose two years are nearly over, to be met again or let go (D13)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from psad import queue
from psad.http import circle1
from psad.models import Grant, Platform
from psad.services import retention

SHOWN = 50


@circle1
@require_safe
def ending(request: HttpRequest, *, platform: Platform, grant: Grant) -> HttpResponse:
    """The first to end come first; archived ones are not there: a head opens them by the exceptional access."""
    today = timezone.localdate()
    found: list[Any] = list(
        retention.ending(today, queue.listed().filter(platform=platform))[: SHOWN + 1]
    )  # with `base`
    ends = {row.pk: row.base + dt.timedelta(days=settings.PSAD_CASE_DAYS) for row in found}
    lines = queue.lines(found[:SHOWN], grant, today, verb="case.ending")
    context = {
        "platform": platform, "grant": grant, "here": "conservation", "many": len(found) > SHOWN,
        "rows": [{"line": line, "end": ends[line.case.pk]} for line in lines], "archive": settings.PSAD_ARCHIVE_DAYS,
    }  # fmt: skip
    return render(request, "psad/cases/ending.html", context)
