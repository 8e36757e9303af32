"""`/lorfolio/alertes/`: events near home that match the project, by mail (L8)."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from core.reference import Sector
from events.models import Alert
from lorfolio.forms.alerts import WatchForm
from lorfolio.http import is_minor, owner
from lorfolio.models import Portfolio, Watch
from lorfolio.services import watching


@require_http_methods(["GET", "HEAD", "POST"])
@owner
def home(request: HttpRequest, portfolio: Portfolio) -> HttpResponse:
    """What is followed, on or off; the first time, what the project says is proposed."""
    if is_minor(portfolio):
        return render(request, "lorfolio/alerts/minor.html", {"until": portfolio.minor_until})
    watch = Watch.objects.filter(portfolio=portfolio).first()
    alert = watching.alert_of(watch)
    project = watching.sectors_of_project(portfolio)
    form = WatchForm(request.POST or None, initial=_initial(watch, alert, project))
    if request.method == "POST" and form.is_valid():
        try:
            watching.follow(portfolio=portfolio, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "C’est noté\u00a0: nous vous écrirons quand il y aura du nouveau.")
            return redirect("lorfolio_alerts")
    context = {
        "form": form, "watch": watch, "alert": alert, "portfolio": portfolio,
        "stopped_elsewhere": bool(watch and watch.alert and alert is None),
        "unfollowed": _unfollowed(watch, alert, project),
        "search_url": f"/agenda/?{alert.query}" if alert else "/agenda/",
    }  # fmt: skip
    return render(request, "lorfolio/alerts/home.html", context)


@require_POST
@owner
def stop(request: HttpRequest, portfolio: Portfolio) -> HttpResponse:
    watching.stop(portfolio=portfolio)
    messages.success(request, "Les alertes sont arrêtées\u00a0: vous ne recevrez plus de message.")
    return redirect("lorfolio_alerts")


def _initial(watch: Watch | None, alert: Alert | None, project: list[str]) -> dict[str, object]:
    if watch is None:
        return {"sectors": project, "radius": 30, "online": True, "rhythm": Alert.Rhythm.WEEKLY}
    return {
        "sectors": watch.sectors, "radius": watch.radius, "online": watch.online,
        "rhythm": alert.rhythm if alert else watch.rhythm,
    }  # fmt: skip


def _unfollowed(watch: Watch | None, alert: Alert | None, project: list[str]) -> list[str]:
    """The sectors of the project that the alert leaves out."""
    if watch is None or alert is None or not watch.sectors:
        return []
    return [Sector(slug).label for slug in project if slug not in watch.sectors]
