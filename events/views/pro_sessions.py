"""`…/dates/<id>/`: one date, corrected; what becomes of it, each act after a page that says who is told (A3)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from events.forms_dates import DateForm
from events.forms_dates import initial_of as when_of
from events.forms_place import PlaceForm
from events.forms_place import initial_of as place_of
from events.forms_session import DetailsForm
from events.models import Registration, Session
from events.pro_access import Desk, event_page
from events.pro_acts import ACTS
from events.services import registering, sessions
from events.services.telling_registered import may_be_told_link
from events.views.pro_events import lines_of
from members.views.pro_access import say

READ_WRITE = ["GET", "HEAD", "POST"]


@require_http_methods(READ_WRITE)
@event_page
def session(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponse:
    """One date: what nobody has to be told of; and, while the event is not public, when and where too."""
    held = _session(desk, key)
    data = request.POST if request.method == "POST" else None
    details = DetailsForm(data, session=held)
    free = desk.event.published_at is None
    when = DateForm(data, initial=when_of(held)) if free else None
    house = desk.event.organisation
    place = PlaceForm(data, organisation=house, initial=place_of(held, house)) if free else None
    forms_ = [form for form in (when, place, details) if form is not None]
    if data is not None and all([form.is_valid() for form in forms_]):  # noqa: C419 - each says what is wrong
        values = (place.values if place else {}) | details.values | (when.values if when else {})
        try:
            _write(request, held, values)
            return redirect(desk.url("pro_dates"))
        except ValidationError as error:
            say(details, error)
    context = desk.page(
        "Une date", line=lines_of([held])[0], session=held, form=details, forms=forms_, when=when, place=place,
        acts=[{"name": name, "act": act} for name, act in ACTS.items() if act.open_to(held)],
    )  # fmt: skip
    return render(request, "events/pro/session.html", context)


@require_http_methods(READ_WRITE)
@event_page
def act(request: HttpRequest, desk: Desk, key: UUID, name: str) -> HttpResponse:
    """What will be public and who will be told; then the act, at once whoever does it: the public must know (A5)."""
    held, chosen = _session(desk, key), ACTS.get(name)
    if chosen is None:
        raise Http404
    if not chosen.open_to(held):
        messages.info(request, "Cette date a changé entre-temps\u00a0: ce n’est plus possible.")
        return redirect(desk.url("pro_dates"))
    form = chosen.form(request.POST if request.method == "POST" else None, held)
    if form.is_valid():
        try:
            chosen.do(held, form, request.user)
            messages.success(request, chosen.done)
            return redirect(desk.url("pro_dates"))
        except ValidationError as error:
            say(form, error)
    people = Registration.objects.filter(session=held, state__in=Registration.ALIVE).count()
    context = desk.page(
        chosen.title, act=chosen, name=name, session=held, line=lines_of([held])[0], form=form, forms=[form],
        people=people, public=desk.event.state == desk.event.State.PUBLISHED,
    )  # fmt: skip
    return render(request, chosen.template, context)


def _session(desk: Desk, key: UUID) -> Session:
    rows = Session.objects.filter(event=desk.event, public_id=key)
    found = rows.select_related(
        "event__organisation", "site__commune__department", "commune__department", "recurrence"
    ).first()
    if found is None:
        raise Http404
    return found


def _write(request: HttpRequest, held: Session, values: dict[str, Any]) -> None:
    changed = {name: value for name, value in values.items() if getattr(held, name) != value}
    if not changed:
        messages.info(request, "Rien n’a changé.")
        return
    actor: Any = request.user
    if {"site", "commune"} & set(changed) and "lat" in values:
        changed |= {"lat": None, "lon": None}
    saved = sessions.edit(session=held, values=changed, actor=actor)
    if {"seats", "waiting_list"} & set(changed):
        registering.seats_changed(saved)
    told = " Les personnes inscrites reçoivent le lien par courriel." if _link_told(saved, changed) else ""
    messages.success(request, f"La date est enregistrée.{told}")


def _link_told(saved: Session, changed: dict[str, Any]) -> bool:
    return "online_url" in changed and Registration.objects.filter(
        session=saved, state=Registration.State.CONFIRMED
    ).exists() and may_be_told_link(saved)  # fmt: skip
