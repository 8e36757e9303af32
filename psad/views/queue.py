"""`/psad/` and the queue of a platform: what is due, late first; searching, giving to a colleague (issue 6)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from psad import queue
from psad.forms.work import GiveMany, Search
from psad.http import circle1
from psad.intake.matching import search_keys
from psad.lists import Role, Step
from psad.models import Grant, Platform
from psad.queue import Filters
from psad.services import granting

FOUND = 50


@circle1
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """One platform: its queue; several: which one."""
    grants = Grant.objects.in_force().filter(user=request.user.pk, platform__active=True).select_related("platform")
    found = sorted(grants, key=lambda grant: grant.platform.name)
    if len(found) == 1:
        return redirect("psad_queue", found[0].platform.slug)
    return render(request, "psad/cases/platforms.html", {"grants": found})


@circle1
@require_http_methods(["GET", "HEAD", "POST"])
def due(request: HttpRequest, *, platform: Platform, grant: Grant) -> HttpResponse:
    """What is to do, a page of 50; a POST gives the ticked cases to a colleague."""
    if request.method == "POST" and grant.role not in {Role.HEAD, Role.COORDINATION}:
        raise PermissionDenied
    filters = Filters.of(request.GET.dict())
    giving = GiveMany(request.POST, team=queue.colleagues(platform)) if request.method == "POST" else None
    if giving is not None and giving.is_valid():
        told = giving.values()
        try:
            done = granting.give(
                cases=told["cases"], user=told["user"], reason=told["reason"], by=request.user,  # type: ignore[arg-type]
                role=grant.role, at=timezone.now(),
            )  # fmt: skip
        except ValidationError as error:
            giving.add_error(None, error)
        else:
            said = f"{done}\u00a0dossiers sont donnés" if done > 1 else f"{done}\u00a0dossier est donné"
            messages.success(request, f"{said} à {told['user'].name or told['user'].email}.")
            return redirect(request.get_full_path())
    return _page(request, platform, grant, filters, giving)


@circle1
@require_POST
def search(request: HttpRequest, *, platform: Platform, grant: Grant) -> HttpResponse:
    """Who answers to what is typed; the words travel in the body of the request, never in an address (S2)."""
    form = Search(request.POST)
    typed = form.cleaned_data["typed"] if form.is_valid() else ""
    keys, today = search_keys(typed, platform.pk), timezone.localdate()
    rows = list(queue.listed().filter(platform=platform, word_keys__contains=keys)[:FOUND]) if keys else []
    found = sorted(queue.lines(rows, grant, today, verb="case.search"), key=lambda line: line.name.lower())
    context = {
        "platform": platform, "grant": grant, "here": "file", "search": form, "lines": found, "short": not keys,
        "many": len(rows) == FOUND,
    }  # fmt: skip
    return render(request, "psad/cases/search.html", context)


def _page(
    request: HttpRequest, platform: Platform, grant: Grant, filters: Filters, giving: GiveMany | None
) -> HttpResponse:
    today = timezone.localdate()
    lines, following = queue.page(platform, grant, filters, today)
    counts = queue.counts(platform, grant, filters, today)
    may_give = grant.role in {Role.HEAD, Role.COORDINATION}
    if giving is None and may_give:
        giving = GiveMany(None, team=queue.colleagues(platform))
    context = {
        "platform": platform, "grant": grant, "here": "file", "filters": filters, "lines": lines, "today": today,
        "steps": _steps(filters, counts), "who": _who(filters), "late_count": counts["late"],
        "late_address": filters.address(retard="" if filters.late else "1"), "search": Search(),
        "next": filters.address(apres=following) if following else "",
        "first": filters.address() if filters.after else "", "form": giving if may_give else None,
        "asked": counts["asked"],
        "ticked": set(request.POST.getlist("cases")),
        "filling": queue.filling() if grant.role == Role.HEAD else None,
    }  # fmt: skip
    return render(request, "psad/cases/queue.html", context)


def _steps(filters: Filters, counts: dict[str, int]) -> list[dict[str, Any]]:
    told = [("", "Tout ce qui est ouvert", counts["open"])]
    told += [(str(step), step.label, counts[step]) for step in Step]
    return [
        {"label": label, "count": count, "address": filters.address(etape=value), "current": filters.step == value}
        for value, label, count in told
    ]


def _who(filters: Filters) -> list[dict[str, Any]]:
    return [
        {"label": label, "address": filters.address(qui=value), "current": filters.who == value}
        for value, label in queue.WHO.items()
    ]
