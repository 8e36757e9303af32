"""`/pro/agenda/<slug>/dates/`: every date of an event, and more of them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from events import rrules
from events.forms_new import Dates
from events.forms_place import initial_of
from events.models import Event, Session
from events.pro_access import Desk, event_page
from events.render import times
from events.rules import may_edit
from events.services import organising, recurring, sessions
from events.services.recurring import Series
from events.services.writing import EDITABLE
from events.views.pro_events import lines_of

READ_WRITE = ["GET", "HEAD", "POST"]


@require_safe
@event_page
def dates(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The dates to come, then those that are over; the rules that give them."""
    rows = Session.objects.filter(event=desk.event).select_related("recurrence").order_by("starts_at", "pk")
    lines = lines_of(list(rows))
    context = desk.page(
        "Dates", coming=[line for line in lines if not line["over"]], past=[line for line in lines if line["over"]],
        rules=_rules(lines),
    )  # fmt: skip
    return render(request, "events/pro/dates.html", context)


@require_http_methods(READ_WRITE)
@event_page
def add(request: HttpRequest, desk: Desk) -> HttpResponse:
    """More dates, one by one or by a rule; they begin at the place and with the seats of the last one written."""
    event = desk.event
    if event.state not in EDITABLE:
        return redirect(desk.url("pro_dates"))
    model = organising.model_of(event) or _model_of_the_other(request)
    place = initial_of(model, event.organisation) if model else None
    seats = {"seats": model.seats, "waiting_list": model.waiting_list} if model else None
    data = request.POST if request.method == "POST" else None
    whole = Dates(data, organisation=event.organisation, place=place, seats=seats)
    looks = {"date_add", "date_drop", "see_dates"} & set(request.POST)
    if data is not None and looks:
        whole.look(dates="see_dates" in looks)
    elif data is not None and whole.is_valid():
        try:
            made = _add(request, event, whole)
            messages.success(request, f"{made}\u00a0dates sont ajoutées." if made > 1 else "La date est ajoutée.")
            return redirect(desk.url("pro_dates"))
        except ValidationError as error:
            whole.place.add_error(None, error)
    context = desk.page(
        "Ajouter des dates", whole=whole, form=whole.place, forms=whole.forms,
        builtin=event.registration_mode == Event.RegistrationMode.BUILTIN,
        preview=preview_of(whole.series) if data is not None and whole.ruled else None,
    )  # fmt: skip
    return render(request, "events/pro/dates_add.html", context)


def preview_of(series: Series | None) -> dict[str, Any] | None:
    """The rule in words and the dates it gives, to be read before anything is written."""
    if series is None:
        return None
    return {
        "sentence": series.rule.sentence(),
        "dates": [
            times.when(*rrules.instants(day, series.starts, series.ends), all_day=series.all_day)
            for day in series.days()
        ],
    }


def _add(request: HttpRequest, event: Event, whole: Dates) -> int:
    actor: Any = request.user
    if (series := whole.series) is not None:
        made = recurring.add_rule(event=event, series=series, actor=actor)
        return Session.objects.filter(recurrence=made).count()
    return len(sessions.add(event=event, sessions=list(whole.dates), actor=actor))


def _rules(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rules that still give dates: in words, how many, and the next date (from which it is changed)."""
    found: dict[int, dict[str, Any]] = {}
    for line in lines:
        rule = line["session"].recurrence
        if rule is None or line["over"] or line["session"].detached:
            continue
        said = found.setdefault(
            rule.pk, {"sentence": rrules.parse(rule.rule).sentence(), "count": 0, "next": line["session"]}
        )
        said["count"] += 1
    return list(found.values())


def _model_of_the_other(request: HttpRequest) -> Session | None:
    """The last date of the event that this one is a copy of (`?comme=`)."""
    other = Event.objects.select_related("organisation").filter(slug=request.GET.get("comme", "")[:140]).first()
    return organising.model_of(other) if other is not None and may_edit(request.user, other) else None
