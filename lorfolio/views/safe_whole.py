"""The safe as a whole: its trace, its integrity, all of it in one request, and what it guarantees (CPCE L103)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from core.http import public_page
from core.spreadsheets import csv_file
from lorfolio.archive import streamed
from lorfolio.http import owner
from lorfolio.lists import Act
from lorfolio.models import Operation, Portfolio, SafeFile
from lorfolio.safe_export import COLUMNS, label_of, members_of, name_of, trace_rows
from lorfolio.services import safe, safe_keeping
from lorfolio.views.safe import given

PAGE = 50


@owner
@require_safe
def trace(request: HttpRequest, portfolio: Portfolio) -> HttpResponse:
    """The newest first, by key; the whole chain is verified each time."""
    rows = Operation.objects.filter(portfolio=portfolio)
    before = request.GET.get("avant", "")
    page = rows.filter(pk__lt=int(before)) if before.isdecimal() and len(before) < 19 else rows
    found = list(page.order_by("-id")[: PAGE + 1])
    seal = safe.seal_of(portfolio)
    kept = set(
        SafeFile.objects.filter(portfolio=portfolio, pk__in=[row.file for row in found]).values_list("pk", flat=True)
    )
    lines = [{"row": row, "label": label_of(row, portfolio, seal), "kept": row.file in kept} for row in found[:PAGE]]
    context = {
        "lines": lines, "chain": safe_keeping.verified(portfolio), "count": rows.count(), "further": bool(before),
        "older": found[PAGE - 1].pk if len(found) > PAGE else None,
    }  # fmt: skip
    return render(request, "lorfolio/safe/trace.html", context)


@owner
@require_safe
def trace_csv(request: HttpRequest, portfolio: Portfolio) -> HttpResponse:
    return csv_file("trace-du-coffre", COLUMNS, trace_rows(portfolio))


@owner
@require_POST
def check(request: HttpRequest, portfolio: Portfolio) -> HttpResponse:
    """The person asks whether every file still is what they gave."""
    found = safe_keeping.check_own(portfolio=portfolio, at=timezone.now())
    faulty = [state for state in found if state.fault]
    if not faulty:
        messages.success(
            request,
            f"{len(found)} vérifiés\u00a0: chacun est tel que vous l’avez déposé."
            if found
            else "Votre coffre est vide.",
        )
        return redirect("lorfolio_trace")
    seal = safe.seal_of(portfolio)
    shown = [{"file": state.file, "name": name_of(state.file, seal), "fault": state.fault} for state in faulty]
    return render(request, "lorfolio/safe/faults.html", {"faults": shown, "count": len(found)})


@owner
@require_safe
def everything(request: HttpRequest, portfolio: Portfolio) -> Any:
    """All the files, the trace and a manifest, as they are read: nothing is written on our disk."""
    now = timezone.now()
    if request.method == "HEAD":
        return HttpResponse(content_type="application/zip")
    safe.trace(portfolio, Act.EXPORT, at=now)
    about = {"what": "coffre", "portal": settings.PORTAL_NAME}
    body = streamed(members_of(portfolio), at=now, about=about)
    return given(request, StreamingHttpResponse(body), f"coffre-{timezone.localdate(now)}.zip", "application/zip")


@public_page
def guarantees(request: HttpRequest) -> HttpResponse:
    """What holds against whom (S5), the law point by point; to be read before anything is given."""
    context = {
        "quota": settings.LORFOLIO_QUOTA_BYTES, "most": settings.LORFOLIO_FILE_BYTES,
        "days": settings.LORFOLIO_SHARE_DAYS,
    }  # fmt: skip
    return render(request, "lorfolio/safe/guarantees.html", context)
