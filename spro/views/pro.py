"""`/pro/`: the first page of the espace pro asks each room what waits and what it shows (E4)."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core import desk, panels
from territories.rules import may_enter_pro


@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What is due, then the panels of the rooms; 403 for whoever works nowhere in the SPRO."""
    if not may_enter_pro(request.user):
        raise PermissionDenied
    context = {
        "waiting": desk.waiting("pro", request.user),
        "panels": panels.collect("pro", request, request.user),
    }
    return render(request, "pro/home.html", context)
