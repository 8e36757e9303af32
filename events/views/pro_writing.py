"""`/pro/agenda/nouveau/`, `…/modifier/`, `…/dupliquer/`: what an event says, typed by those who run it (A1, A5, S4)."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from events import field_words
from events.forms_dates import quiet
from events.forms_new import NewEvent
from events.forms_pro import EventForm
from events.pro_access import Desk, event_page, houses_for, houses_of, pro_page
from events.rules import is_trusted, may_enter_desk
from events.services import correcting, organising
from events.services.revising import waiting
from events.services.writing import EDITABLE
from events.views.pro_dates import preview_of
from members.models import Organisation
from members.views.pro_access import say
from territories.models import Agency
from territories.rules import agencies_of

READ_WRITE = ["GET", "HEAD", "POST"]
MERGED = "Quelqu’un l’avait modifié pendant que vous écriviez\u00a0: ses changements sont gardés avec les vôtres."


@require_http_methods(READ_WRITE)
@pro_page
def new(request: HttpRequest) -> HttpResponse:
    """One page: what, where, when, how one comes. It is a draft until it is published."""
    houses, serves = houses_for(request.user), bool(may_enter_desk(request.user))
    if not houses and not serves:
        raise PermissionDenied
    house = _chosen(request, houses, may_be_none=serves)
    posted = request.method == "POST"
    whole = NewEvent(request.POST if posted else None, request.FILES if posted else None, organisation=house)
    key = _key(request)
    looks = {"date_add", "date_drop", "see_dates"} & set(request.POST)
    if posted and looks:
        whole.look(dates="see_dates" in looks)
    elif posted and whole.is_valid():
        try:
            made = organising.organise(
                key=key, values=whole.values, dates=whole.dates, series=whole.series, organisation=house,
                actor=request.user, agency=_reader(request) if serves else None,  # type: ignore[arg-type]
            )  # fmt: skip
        except ValidationError as error:
            say(whole.event, error)
        else:
            if "next" in request.POST:
                return redirect("pro_event_publish", made.slug)
            messages.success(request, "Le brouillon est gardé. Personne d’autre que votre équipe ne le voit.")
            return redirect("pro_event", made.slug)
    context = {
        "houses": houses, "house": house, "key": key, "whole": whole, "form": whole.event, "forms": whole.forms,
        "trusted": serves or is_trusted(house), "serves": serves,
        "preview": preview_of(whole.series) if posted and whole.ruled else None,
    }  # fmt: skip
    return render(request, "events/pro/new.html", context)


@require_http_methods(READ_WRITE)
@event_page
def edit(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What the event says; its dates have their own pages. Two people who write at once keep each their fields."""
    event = desk.event
    if event.state not in EDITABLE:
        messages.warning(request, "Cet évènement n’est plus dans l’agenda\u00a0: il ne se modifie plus.")
        return redirect(desk.url("pro_event"))
    seen = correcting.seen_by(event, at_once=desk.at_once)
    posted, dated = request.method == "POST", event.sessions.exists()
    form = EventForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        seen=seen,
        house=event.organisation,
        dated=dated,
    )
    conflict: list[dict[str, str]] = []
    if posted and form.is_valid():
        try:
            outcome = correcting.correct(
                event=event, values=form.values, version=form.cleaned_data["version"],
                actor=request.user, at_once=desk.at_once,  # type: ignore[arg-type]
            )  # fmt: skip
        except correcting.StaleEventError as stale:
            conflict, form = _both(form, stale, house=event.organisation, dated=dated)
        except ValidationError as error:
            say(form, error)
        else:
            _tell(request, desk, outcome)
            return redirect(desk.url("pro_event"))
    reads = correcting.reads(event) and not desk.at_once
    context = desk.page(
        "Modifier", form=form, forms=[form], conflict=conflict, reads=reads,
        revision=waiting(event) if reads else None, image=form.image,
    )  # fmt: skip
    return render(request, "events/pro/edit.html", context, status=409 if conflict else 200)


@require_POST
@event_page
def copy(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The same event, to be held again: a draft, then its dates."""
    made = organising.copy(event=desk.event, actor=request.user)  # type: ignore[arg-type]
    messages.success(request, "Voici une copie, en brouillon. Donnez-lui ses dates.")
    response = redirect("pro_dates_add", made.slug)
    response["Location"] += f"?comme={desk.event.slug}"
    return response


def _chosen(request: HttpRequest, houses: list[Organisation], *, may_be_none: bool) -> Organisation | None:
    """The organisation that is asked among those one writes for; otherwise one's first one, or none at the desk."""
    asked = request.POST.get("organisme") or request.GET.get("organisme", "")
    if may_be_none and request.method == "POST" and not asked:
        return None
    first = next(iter(houses_of(request.user) if may_be_none else houses), None)
    return next((house for house in houses if house.slug == asked), first)


def _reader(request: HttpRequest) -> Agency | None:
    """The officer's own agency, for what takes place nowhere and nobody of the portal runs."""
    return Agency.objects.filter(pk__in=agencies_of(request.user)).order_by("order").first()


def _key(request: HttpRequest) -> UUID:
    """What makes one event of a form sent twice."""
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid4()


def _tell(request: HttpRequest, desk: Desk, outcome: correcting.Outcome) -> None:
    if outcome.waits:
        reader = desk.event.agency.name if desk.event.agency else ""
        by = f"L’agence {reader}" if reader else "La Région"
        messages.success(
            request, f"{by} va relire vos changements. D’ici là, le public lit la version d’avant."
            if outcome.changed else "Rien de plus n’a changé\u00a0: votre modification attend toujours une réponse.",
        )  # fmt: skip
    elif outcome.changed:
        messages.success(request, "C’est enregistré." if desk.at_once or not correcting.reads(desk.event) else
                         "Votre modification est retirée\u00a0: le texte publié reste tel qu’il est.")  # fmt: skip
    else:
        messages.info(request, "Rien n’a changé.")
    if outcome.merged:
        messages.info(request, MERGED)


def _both(
    form: EventForm, stale: correcting.StaleEventError, *, house: Organisation | None, dated: bool
) -> tuple[list[dict[str, str]], EventForm]:
    """What is saved in the fields that both changed, and the form ready to be sent again: what the person had left as
    it was takes what is saved, what they typed stays."""
    data: Any = form.data.copy()  # type: ignore[attr-defined]
    for name in stale.brought:
        value = stale.saved[name]
        if name == "image":
            data.pop("picture_remove", None)
        elif isinstance(value, bool):
            data.pop(name, None) if not value else data.__setitem__(name, "on")
        else:
            data.setlist(name, value if isinstance(value, list) else ["" if value is None else str(value)])
    data["version"] = correcting.version_of(stale.saved)
    data["picture_kept"] = form.picture_sealed
    again = EventForm(data, seen=stale.saved, house=house, dated=dated)
    again.is_valid()
    quiet(again)
    asked = [
        {"label": field_words.label(name), "saved": field_words.words(name, stale.saved[name])} for name in stale.asked
    ]
    return asked, again
