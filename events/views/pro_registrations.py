"""`/pro/agenda/<slug>/inscriptions/`: who comes; for those who run the event, each reading written down (S2)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from core.journal import record
from core.models import JournalEntry
from core.spreadsheets import csv_file, xlsx_file
from events.forms_people import CancelForm, PhoneForm
from events.models import Event, Registration, Session
from events.pro_access import Desk, people_page
from events.services import registering
from events.services.registration_mails import when
from events.services.seats import Door, door_of, seats_of

State = Registration.State
READ_AGAIN = timedelta(hours=1)  # a list opened again within the hour is one reading
HEADER = ("Nom", "Courriel", "État", "Adresse vérifiée", "Demandée le", "Présence")
_ORDER = (State.CONFIRMED, State.HELD, State.WAITING)
SHOWN_PAST = 50
# Where the organiser may add somebody (`registering.add_by_phone`); a full date says to give it more seats.
TAKES = (Door.OPEN, Door.WAITING, Door.FULL, Door.CLOSED, Door.STARTED)


@require_safe
@people_page
def sessions(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The dates with how many come to each; straight to the only one."""
    found = list(Session.objects.filter(event=desk.event).order_by("starts_at", "pk"))
    if len(found) == 1:
        return redirect("pro_registrations_of", desk.event.slug, found[0].public_id)
    seats = seats_of(found)
    lines = [{"session": session, "when": when(session), "seats": seats[session.pk]} for session in found]
    now = timezone.now()
    context = desk.page(
        "inscriptions",
        coming=[line for line in lines if line["session"].ends_at > now],  # type: ignore[attr-defined]
        past=[line for line in reversed(lines) if line["session"].ends_at <= now][:SHOWN_PAST],  # type: ignore[attr-defined]
    )
    return render(request, "events/pro/registrations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@people_page
def people(request: HttpRequest, desk: Desk, session: UUID) -> HttpResponse:
    """Who comes to one date; add somebody who telephoned, say who came."""
    found = _session(desk.event, session)
    form = PhoneForm()
    if request.method == "POST" and request.POST.get("geste") == "presence":
        return _mark(request, desk, found)
    if request.method == "POST":
        form = PhoneForm(request.POST)
        if form.is_valid() and _add(request, found, form):
            return redirect("pro_registrations_of", desk.event.slug, found.public_id)
    _journal_reading(request.user, desk.event)
    rows = _rows(found)
    seats = seats_of([found])[found.pk]
    door, cancelled = door_of(found, seats), found.status == Session.Status.CANCELLED
    context = desk.page(
        "inscriptions", session=found, when=when(found), form=form, seats=seats, door=door, takes=door in TAKES,
        cancelled=cancelled, line={"session": found},
        alive=[row for row in rows if row.state in Registration.ALIVE],
        left=[row for row in rows if row.state not in Registration.ALIVE],
        begun=not cancelled and timezone.localdate(found.starts_at) <= timezone.localdate(),
        over=found.ends_at <= timezone.now(),
        several=Session.objects.filter(event=desk.event)[1:2].exists(),
    )  # fmt: skip
    return render(request, "events/pro/registrations_of.html", context)


def _add(request: HttpRequest, found: Session, form: PhoneForm) -> bool:
    actor: Any = request.user
    try:
        made = registering.add_by_phone(session=found, actor=actor, **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    waits = made.state == State.WAITING
    messages.success(request, "Ajouté à la liste d’attente." if waits else "L’inscription est faite.")
    return True


def _mark(request: HttpRequest, desk: Desk, found: Session) -> HttpResponse:
    present = set()
    for text in request.POST.getlist("present"):
        try:
            present.add(UUID(text))
        except ValueError:
            continue
    actor: Any = request.user
    came = registering.mark_present(session=found, present=present, actor=actor)
    messages.success(request, f"C’est noté\u00a0: {came} {'personnes présentes' if came > 1 else 'personne présente'}.")
    return redirect("pro_registrations_of", desk.event.slug, found.public_id)


@require_safe
@people_page
def export(request: HttpRequest, desk: Desk, session: UUID, form: str) -> HttpResponse:
    """The list as a file, without who left: CSV or XLSX."""
    if form not in {"csv", "xlsx"}:
        raise Http404
    found = _session(desk.event, session)
    actor: Any = request.user
    record(verb="registration.export", target=desk.event, actor=actor, changes={"format": [None, form]})
    rows = [
        (row.name, row.email, row.get_state_display(), row.email_confirmed, timezone.localtime(row.created_at),
         "" if row.present is None else row.present)
        for row in _rows(found) if row.state in Registration.ALIVE
    ]  # fmt: skip
    name = f"inscriptions-{desk.event.slug[:60]}-{timezone.localdate(found.starts_at)}"
    if form == "csv":
        return csv_file(name, HEADER, rows)
    return xlsx_file(name, HEADER, rows, sheet_name="Inscriptions")


@require_http_methods(["GET", "HEAD", "POST"])
@people_page
def cancel(request: HttpRequest, desk: Desk, session: UUID, registration: UUID) -> HttpResponse:
    """Take one registration away, after a question; the person is told, their seat goes to the next."""
    found = _session(desk.event, session)
    held = get_object_or_404(Registration, public_id=registration, session=found, state__in=Registration.ALIVE)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        actor: Any = request.user
        try:
            registering.give_back(registration=held, actor=actor, message=form.cleaned_data["message"])
            told = " La personne est prévenue." if held.email else ""
            messages.success(request, f"L’inscription est annulée.{told}")
        except registering.DoorShutError:
            messages.warning(request, "Cette date est passée\u00a0: l’inscription ne change plus.")
        return redirect("pro_registrations_of", desk.event.slug, found.public_id)
    back = reverse("pro_registrations_of", args=[desk.event.slug, found.public_id])
    context = desk.page("inscriptions", session=found, when=when(found), registration=held, form=form, back=back)
    return render(request, "events/pro/registration_cancel.html", context)


def _session(event: Event, key: UUID) -> Session:
    found = get_object_or_404(Session, event=event, public_id=key)
    found.event = event
    return found


def _rows(session: Session) -> list[Registration]:
    rows = list(Registration.objects.filter(session=session).order_by("created_at", "pk"))
    ranks = {state: rank for rank, state in enumerate(_ORDER)}
    return sorted(rows, key=lambda row: ranks.get(State(row.state), len(ranks)))


def _journal_reading(user: Any, event: Event) -> None:
    lately = JournalEntry.objects.filter(
        verb="registration.read", target_type=event._meta.label_lower, target_key=str(event.pk),
        actor_key=user.journal_key, at__gt=timezone.now() - READ_AGAIN,
    )  # fmt: skip
    if not lately.exists():
        record(verb="registration.read", target=event, actor=user)
