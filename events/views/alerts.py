"""`/agenda/s-abonner/` and `/agenda/alerte/…`: every way to follow a search (A4)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from core.links import absolute
from events.forms_people import AlertForm, RhythmForm
from events.models import Alert
from events.search.filters import Search
from events.search.sentence import sentence
from events.services import alerting
from events.views.registration import too_many
from events.views.secret_page import secret_page, see_other

_SUBJECT = "s-abonner"


@login_not_required
@csrf_exempt  # nobody is recognised and no cookie is set: the form carries a signature of ours instead
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """Follow the search of the address in a calendar, a reader of feeds, or by mail."""
    search = alerting.followed(request.GET)
    form = AlertForm(request.POST.dict() if request.method == "POST" else None, subject=_SUBJECT)
    if request.method != "POST":
        return _page(request, search, form)
    if form.trapped:  # a program believes that it succeeded
        return see_other("agenda_subscribe_thanks")
    if search.unknown_place:
        form.add_error(None, "Précisez d’abord la commune dans la recherche\u00a0: nous ne savons pas où regarder.")
    if request.headers.get("Sec-Fetch-Site") == "cross-site" or not form.is_valid():
        form.signed_again()
        return _page(request, search, form)
    if seconds := too_many(request, form):
        response = _page(request, search, form, status=429)
        response["Retry-After"] = str(seconds)
        return response
    alerting.subscribe(search=search, email=form.cleaned_data["email"], rhythm=form.cleaned_data["rhythm"])
    return see_other("agenda_subscribe_thanks")


def _page(request: HttpRequest, search: Search, form: AlertForm, *, status: int = 200) -> HttpResponse:
    query = alerting.query_of(search)
    ending = f"?{query}" if query else ""
    calendar = absolute(f"/agenda.ics{ending}")
    context = {
        "search": search, "title": sentence(search), "form": form, "back": f"/agenda/{ending}",
        "calendar": calendar, "webcal": f"webcal://{calendar.partition('://')[2]}",
        "atom": absolute(f"/agenda.atom{ending}"), "compose": f"{reverse('agenda_compose')}{ending}",
        "dated": bool(request.GET.get("du") or request.GET.get("au")), "days": settings.ALERT_DAYS,
        "pending_days": settings.ALERT_PENDING_DAYS,
    }  # fmt: skip
    response = render(request, "events/alerts/subscribe.html", context, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response


@login_not_required
@never_cache
@require_safe
def thanks(request: HttpRequest) -> HttpResponse:
    """The same words for everybody: nobody learns here what an address follows."""
    response = render(request, "events/alerts/thanks.html", {"pending_days": settings.ALERT_PENDING_DAYS})
    response["X-Robots-Tag"] = "noindex"
    return response


@secret_page
def alert(request: HttpRequest, secret: str) -> HttpResponse:
    """One alert: confirm it, change its rhythm, prolong it, stop it."""
    found = alerting.of_secret(secret)
    if found is None:
        return render(request, "events/alerts/over.html", {"stopped": False}, status=404)
    if request.method == "POST":
        return _act(request, found, secret)
    left = (found.ends_on - timezone.localdate()).days if found.ends_on else 0
    context: dict[str, Any] = {
        "alert": found, "search_url": f"/agenda/?{found.query}" if found.query else "/agenda/",
        "ends_soon": bool(found.ends_on) and left <= alerting.ENDING_DAYS,
        "ended": bool(found.ends_on) and left < 0, "days": settings.ALERT_DAYS,
    }  # fmt: skip
    return render(request, "events/alerts/alert.html", context)


def _act(request: HttpRequest, found: Alert, secret: str) -> HttpResponse:
    gesture = request.POST.get("geste", "")
    if gesture == "arreter":
        alerting.stop(alert=found)
        return render(request, "events/alerts/over.html", {"stopped": True})
    if gesture == "confirmer":
        if alerting.confirm(alert=found) is None:
            return render(request, "events/alerts/over.html", {"doubled": True})
    elif gesture == "prolonger":
        alerting.prolong(alert=found)
    elif gesture == "rythme":
        form = RhythmForm(request.POST)
        if form.is_valid():
            alerting.change(alert=found, rhythm=form.cleaned_data["rhythm"])
    return see_other("alert", secret)


@secret_page
def stop(request: HttpRequest, secret: str) -> HttpResponse:
    """The button of mail programs (RFC 8058): POST stops, as often as one likes; GET shows the button."""
    found = alerting.of_secret(secret)
    if request.method == "POST":
        if found is not None:
            alerting.stop(alert=found)
        return render(request, "events/alerts/over.html", {"stopped": True})
    if found is None:
        return render(request, "events/alerts/over.html", {"stopped": False}, status=404)
    return render(request, "events/alerts/stop.html", {"alert": found})
