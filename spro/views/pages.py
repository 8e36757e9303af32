"""The fixed pages: rights, legal notice, accessibility, site map."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.http import public_page
from core.models import PackLoad
from core.reference import NEED_PHRASES
from members.models import Network
from spro.models import Page as EditorialPage
from spro.pages import existing
from territories.models import Agency


@public_page
def legal(request: HttpRequest) -> HttpResponse:
    context = _notice() | {"attributions": PackLoad.current_facts().get("attributions", [])}
    return render(request, "spro/legal.html", context)


@public_page
def privacy(request: HttpRequest) -> HttpResponse:
    days = settings.SESSION_COOKIE_AGE // 86_400
    return render(request, "spro/privacy.html", _notice() | {"session_days": days, "kept": _kept()})


def _kept() -> dict[str, int]:
    """How many days things are kept, as the settings say."""
    return {
        "unverified": settings.UNVERIFIED_ACCOUNT_DAYS, "mandated": settings.ACCOUNT_KEPT_DAYS,
        "idle": settings.ACCOUNT_IDLE_DAYS, "ended": settings.MANDATE_KEPT_DAYS, "mails": settings.OUTBOX_SENT_DAYS,
        "checks": settings.CHECK_KEPT_DAYS, "registrations": settings.REGISTRATION_DAYS,
        "hold": settings.REGISTRATION_HOLD_HOURS, "alert_pending": settings.ALERT_PENDING_DAYS,
        "alerts": settings.ALERT_DAYS,
    }  # fmt: skip


@public_page
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "spro/accessibility.html", _notice())


@public_page
def site_map(request: HttpRequest) -> HttpResponse:
    """Every page that a visitor may reach from here, but the places themselves, which the directory lists."""
    context = {
        "groups": [(name, list(pages)) for name, pages in groupby(existing(), key=lambda page: page.group)],
        "networks": Network.objects.only("slug", "name", "current_name").order_by("number"),
        "own_pages": EditorialPage.objects.visible().only("slug", "title"),
        "agencies": sorted(Agency.objects.only("slug", "name"), key=lambda agency: agency.sort_key),
        "needs": [(need.value, phrase.sentence) for need, phrase in NEED_PHRASES.items()],
    }
    return render(request, "spro/site_map.html", context)


def _notice() -> dict[str, Any]:
    return {"publisher": settings.PUBLISHER, "invented": settings.PUBLISHER_INVENTED}
