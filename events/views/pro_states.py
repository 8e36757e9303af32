"""`…/publier/`, `…/retirer/`: an event becomes public, or leaves the agenda; after a page that says what follows."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from events.forms_pro import ReasonForm
from events.models import Event, Registration
from events.pro_access import Desk, event_page
from events.rules import may_edit
from events.services import duplicates, giving_up
from events.services.states import publish as publish_event
from events.services.states import submit, withdraw
from events.views.pro_events import coming_of, lines_of

READ_WRITE = ["GET", "HEAD", "POST"]
State = Event.State
HANDED_IN = (State.DRAFT, State.REFUSED)


def _team_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """As `event_page`, for who wrote the event: the team of its organisation, the account of its author; else 404."""

    @wraps(view)
    def wrapper(request: HttpRequest, desk: Desk, **kwargs: Any) -> HttpResponse:
        if not desk.theirs:
            raise Http404
        return view(request, desk, **kwargs)

    return event_page(wrapper)


@require_http_methods(READ_WRITE)
@event_page
def publish(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What will be public, what will happen, and what looks like it already; then the act."""
    event = desk.event
    if event.state not in HANDED_IN and not (desk.at_once and event.state in {State.PROPOSED, State.WITHDRAWN}):
        messages.info(request, f"Cet évènement est déjà dans cet état\u00a0: {event.get_state_display().lower()}.")
        return redirect(desk.url("pro_event"))
    error = ""
    if request.method == "POST":
        try:
            _publish(request, desk)
            return redirect(desk.url("pro_event"))
        except ValidationError as refused:
            error = " ".join(refused.messages)
    coming = coming_of(event)
    context = desk.page(
        "Publier" if desk.at_once else "Proposer", error=error, lines=lines_of(coming[:12]),
        more=max(len(coming) - 12, 0), alike=_alike(request.user, event),
    )  # fmt: skip
    return render(request, "events/pro/publish.html", context, status=409 if error else 200)


@require_http_methods(READ_WRITE)
@event_page
def take_out(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Out of the agenda, with a reason; its page stays and says so (A8)."""
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            withdraw(event=desk.event, reason=form.cleaned_data["reason"], actor=request.user)  # type: ignore[arg-type]
            messages.success(request, "L’évènement n’est plus dans l’agenda. Sa page le dit.")
        except ValidationError as error:
            messages.warning(request, " ".join(error.messages))
        return redirect(desk.url("pro_event"))
    registered = Registration.objects.filter(session__event=desk.event, state__in=Registration.ALIVE)
    context = desk.page("Retirer de l’agenda", form=form, people=registered.count(),
                        public=desk.event.state == State.PUBLISHED)  # fmt: skip
    return render(request, "events/pro/withdraw.html", context)


@require_http_methods(READ_WRITE)
@_team_page
def take_back(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A proposal is a draft again, before anybody decides."""
    if request.method == "POST":
        try:
            giving_up.take_back(event=desk.event, actor=request.user)  # type: ignore[arg-type]
            messages.success(
                request, "C’est repris\u00a0: l’évènement est de nouveau un brouillon, que seule votre équipe voit."
            )
        except ValidationError as error:
            messages.warning(request, " ".join(error.messages))
        return redirect(desk.url("pro_event"))
    context = desk.page("Reprendre ma proposition", may=desk.event.state == State.PROPOSED)
    return render(request, "events/pro/take_back.html", context)


@require_http_methods(READ_WRITE)
@_team_page
def discard(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A draft or a refused event goes for good, after a page that says so."""
    here = "Supprimer ce brouillon" if desk.event.state == State.DRAFT else "Abandonner"
    if request.method == "POST":
        try:
            giving_up.discard(event=desk.event, actor=request.user)  # type: ignore[arg-type]
        except ValidationError as error:
            messages.warning(request, " ".join(error.messages))
            return redirect(desk.url("pro_event"))
        messages.success(request, f"«\u00a0{desk.event.title}\u00a0» est supprimé.")
        return redirect(f"{reverse('pro_events')}?pile=brouillons")
    context = desk.page(here, may=giving_up.may_discard(desk.event))
    return render(request, "events/pro/discard.html", context)


def _publish(request: HttpRequest, desk: Desk) -> None:
    event, actor = desk.event, request.user
    if event.state in HANDED_IN:
        done = submit(event=event, actor=actor, at_once=desk.at_once)  # type: ignore[arg-type]
    else:
        done = publish_event(event=event, actor=actor)  # type: ignore[arg-type]
    if done.state == State.PUBLISHED:
        messages.success(request, "C’est publié\u00a0: l’évènement est dans l’agenda.")
    else:
        messages.success(request, "C’est proposé. Vous recevrez un courriel dès qu’il aura été relu.")


def _alike(user: Any, event: Event) -> list[dict[str, Any]]:
    """What looks like it, with why: only what this person may read."""
    found = duplicates.find(event)
    return [
        {"event": other, "reasons": reasons, "mine": may_edit(user, other)}
        for other, reasons in found
        if other.state == State.PUBLISHED or may_edit(user, other)
    ]
