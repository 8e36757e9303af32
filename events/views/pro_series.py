"""`…/dates/<id>/serie/`: the dates of a rule changed together, from one on or all, seen before they are saved."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from events import rrules
from events.forms_place import PlaceForm
from events.forms_place import initial_of as place_of
from events.forms_pro import MessageForm, SeatsForm
from events.forms_rule import RuleForm, initial_of_series
from events.models import Event, Registration, Session
from events.pro_access import Desk, event_page
from events.render import times
from events.services import recurring
from events.services.recurring import Plan, Series
from events.services.seats import seats_of
from events.services.sessions import place_of as line_of
from events.services.writing import placed
from events.views.pro_events import when_of
from members.views.pro_access import say

READ_WRITE = ["GET", "HEAD", "POST"]


class ScopeForm(MessageForm):
    """Which dates, and why."""

    scope = forms.ChoiceField(
        label="Quelles dates", widget=forms.RadioSelect, initial="following",
        choices=[("following", "Cette date et les suivantes"), ("all", "Toutes les dates à venir")],
        error_messages={"required": "Dites quelles dates."},
    )  # fmt: skip
    field_order = ["scope", "message"]


@require_http_methods(READ_WRITE)
@event_page
def series(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponse:
    """First what would change, then the change; dates edited alone stay as they are."""
    held = _session(desk, key)
    house, data = desk.event.organisation, request.POST if request.method == "POST" else None
    now = recurring.series_of(held)
    # Typed hours and days are those of the rule from this date on.
    rule = RuleForm(data, prefix="regle", initial=initial_of_series(now) | {"first": held.original_day})
    place = PlaceForm(data, organisation=house, initial=place_of(held, house))
    seats = SeatsForm(data, initial={"seats": held.seats, "waiting_list": held.waiting_list})
    scope = ScopeForm(data)
    all_forms = [scope, rule, place, seats]
    plan: Plan | None = None
    says: dict[str, Any] = {}
    if data is not None and all([form.is_valid() for form in all_forms]):  # noqa: C419 - each says what is wrong
        whole = scope.cleaned_data["scope"] == "all"
        asked = _asked(desk.event, held, rule, place, seats, whole=whole)
        try:
            plan = recurring.plan(session=held, series=asked, whole=whole)
            says = _says(held, asked, plan)
            if "confirm" in request.POST:
                message = scope.cleaned_data["message"]
                recurring.change(session=held, series=asked, whole=whole, message=message, actor=request.user)  # type: ignore[arg-type]
                messages.success(request, "Les dates sont changées.")
                return redirect(desk.url("pro_dates"))
        except ValidationError as error:
            plan = None
            say(rule, error)
    context = desk.page(
        "Changer plusieurs dates", session=held, when=when_of(held), sentence=now.rule.sentence(), form=scope,
        rule=rule, place=place, seats=seats, forms=all_forms, plan=_in_words(plan, rule, says),
        builtin=desk.event.registration_mode == Event.RegistrationMode.BUILTIN,
        public=desk.event.published_at is not None, people=_people(plan),
    )  # fmt: skip
    return render(request, "events/pro/series.html", context)


def _session(desk: Desk, key: UUID) -> Session:
    rows = Session.objects.filter(event=desk.event, public_id=key, recurrence__isnull=False)
    found = rows.select_related("event", "site__commune__department", "commune__department", "recurrence").first()
    if found is None or found.original_day is None:
        raise Http404
    return found


def _asked(event: Event, held: Session, rule: Any, place: Any, seats: Any, *, whole: bool) -> Series:
    fields = place.values
    if event.registration_mode == Event.RegistrationMode.BUILTIN:
        fields |= seats.cleaned_data
    asked: Series = rule.series(fields)
    if not whole or held.recurrence is None or asked.starts_on != held.original_day:
        return asked
    # All the dates: from the first day of the rule, not from that of the date in hand.
    return replace(asked, starts_on=held.recurrence.starts_on)


def _says(held: Session, asked: Series, plan: Plan) -> dict[str, Any]:
    """What the dates that stay would say otherwise than `held`; how many would have fewer seats than people."""
    old = recurring.series_of(held)
    # A copy of the date as it would be: its hours are those of its own day.
    new = placed(Session(event=held.event, **asked.fields))
    seats = asked.fields.get("seats", held.seats)
    pairs = [
        ("Heures", _hours(old), _hours(asked)),
        ("Lieu", line_of(held), line_of(new)),
        ("Places", _seats(held.seats), _seats(seats)),
    ]
    taken = seats_of(plan.kept)
    short = sum(1 for one in taken.values() if seats is not None and one.taken > seats)
    return {"changes": [pair for pair in pairs if pair[1] != pair[2]], "short": short}


def _hours(series: Series) -> str:
    return "journée entière" if series.all_day else f"{series.starts:%H:%M}\u202f–\u202f{series.ends:%H:%M}"


def _seats(count: int | None) -> str:
    return "sans limite" if count is None else str(count)


def _in_words(plan: Plan | None, rule: RuleForm, says: dict[str, Any]) -> dict[str, Any] | None:
    if plan is None:
        return None
    asked = rule.series({})
    kept = [s.original_day for s in plan.kept if s.original_day]
    return says | {
        "sentence": rule.cleaned_data["rule"].sentence(),
        "kept": [_day(day, asked) for day in kept],
        "added": [_day(day, asked) for day in plan.added],
        "gone": [when_of(session) for session in plan.gone],
        "alone": [when_of(session) for session in plan.alone],
    }


def _day(day: date, series: Series) -> str:
    return times.when(*rrules.instants(day, series.starts, series.ends), all_day=series.all_day)


def _people(plan: Plan | None) -> int:
    if plan is None:
        return 0
    return Registration.objects.filter(session__in=[*plan.kept, *plan.gone], state__in=Registration.ALIVE).count()
