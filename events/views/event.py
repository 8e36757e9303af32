"""`/agenda/<slug>/`: one event, its dates and what became of them; and the same for calendars (A3, A4, A8)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe

from core import markdown
from core.http import PERSONAL, PUBLIC_SECONDS, public_page
from core.links import absolute
from core.reference import Access
from events import related
from events.models import Event, Session, SessionChange
from events.render import dates, history, jsonld, poster, wording
from events.render.calendar import CONTENT_TYPE, calendar, filename
from events.render.links import shares
from events.render.vevent import vevent
from events.rules import may_edit
from events.services.seats import seats_of
from members.models import Organisation
from territories.doors import dialled

DESCRIBED = 50  # dates that search engines read: those to come, else the last ones


@public_page
def event(request: HttpRequest, slug: str) -> HttpResponse:
    """The page; 301 to the event that this one was merged with, 404 for what is not public (but to who may edit)."""
    chosen = _event(slug)
    preview = not chosen.is_public
    if preview and not may_edit(request.user, chosen):
        raise Http404
    if chosen.state == Event.State.MERGED:
        return _moved("event", chosen)
    sessions = _sessions(chosen)
    context = _context(chosen, sessions)
    if chosen.state == Event.State.WITHDRAWN:
        return render(request, "events/withdrawn.html", context)
    response = render(request, "events/event.html", context | {"preview": preview})
    if preview:
        response["Cache-Control"] = PERSONAL
    return response


@public_page
def ics(request: HttpRequest, slug: str) -> HttpResponse:
    """The dates of an event for a calendar, or one of them (`?seance=`); 404 as the page."""
    chosen = _event(slug)
    if not chosen.is_public and not may_edit(request.user, chosen):
        raise Http404
    if chosen.state == Event.State.MERGED:
        return _moved("event_ics", chosen)
    sessions = _sessions(chosen)
    if "seance" in request.GET:
        sessions = [one for one in sessions if one.public_id == _uuid(request.GET["seance"])]
        if not sessions:
            raise Http404
    text = calendar(map(vevent, sessions), name=chosen.title, page=absolute(chosen.get_absolute_url()))
    response = HttpResponse(text.encode(), content_type=CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{filename(chosen.title)}"'
    return response


def _event(slug: str) -> Event:
    rows = Event.objects.select_related("organisation__network", "source", "agency", "merged_into")
    return get_object_or_404(rows, slug=slug)


def _sessions(chosen: Event) -> list[Session]:
    """Its dates in order, each with the event at hand."""
    rows: QuerySet[Session] = Session.objects.filter(event=chosen).select_related("site", "commune")
    found = list(rows.order_by("starts_at", "pk"))
    for session in found:
        session.event = chosen
    return found


def _moved(name: str, chosen: Event) -> HttpResponse:
    """To the event that stays; a merge can be undone, so caches do not keep it long."""
    kept = chosen.merged_into
    for _ in range(10):
        if kept is None or kept.state != Event.State.MERGED:
            break
        kept = kept.merged_into
    if kept is None:
        raise Http404
    response = HttpResponsePermanentRedirect(reverse(name, args=[kept.slug]))
    response["Cache-Control"] = f"public, max-age={PUBLIC_SECONDS}"
    return response


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _context(chosen: Event, sessions: list[Session]) -> dict[str, Any]:
    own = chosen.registration_mode == Event.RegistrationMode.BUILTIN
    now = timezone.now()
    seats = seats_of(one for one in sessions if one.ends_at > now) if own else {}
    coming, past = dates.lines(sessions, now, seats)
    first = (coming or past)[0].session if sessions else None
    changes = SessionChange.objects.filter(session__event=chosen).order_by("at", "id") if sessions else ()
    page = absolute(chosen.get_absolute_url())
    organiser = chosen.organisation
    said = _in_a_sentence(chosen, coming or past)
    held = [line for line in coming if not line.off]
    cited = bool(chosen.pack_key) and not sessions
    over = cited or (bool(past) and not coming)
    return {
        "event": chosen,
        "kind": wording.kind(chosen),
        "coming": coming,
        "past": past,
        "told": history.told(coming),
        "all_off": bool(coming) and not held,
        "none_held": bool(coming) and all(line.session.status == Session.Status.CANCELLED for line in coming),
        "full": bool(held) and all(line.session.full for line in held),
        "waiting": [line.way.url for line in held if line.session.full and line.way and line.way.url],
        "cited": cited,
        "over": over,
        "history": history.history(changes, sessions),
        "html": markdown.render(chosen.description, heading_level=3) if chosen.description else "",
        "sectors": wording.sectors(chosen),
        "publics": wording.publics(chosen),
        "ages": wording.ages(chosen),
        # A table of what was long ago does not say that it was free: nothing is said.
        "price": wording.price(chosen) if chosen.price_text or not chosen.pack_key else "",
        "registration": wording.registration(chosen),
        "access": [(label, _ACCESS_SAID[label]) for label in wording.access(chosen.access)],
        "organiser_url": _organiser_url(organiser),
        "partners": [(p.display_name, _organiser_url(p)) for p in chosen.partners.all()],
        "phone_link": dialled(chosen.contact_phone),
        "ics_url": reverse("event_ics", args=[chosen.slug]),
        "image_url": absolute(reverse("event_image", args=[chosen.slug])),
        "image_alt": poster.words(chosen, first),
        "picture_url": reverse("event_picture", args=[chosen.slug]) if chosen.image else "",
        "kit_url": reverse("event_kit", args=[chosen.kind]),
        "shares": shares(chosen, said),
        "said": said,
        "address": page,
        "structured": _structured(coming, past),
        "groups": related.events(chosen, first),
        "places": related.places(chosen, first),
    }


_ACCESS_SAID = {str(Access(fact).label): words for fact, words in wording.ACCESS_WORDS.items()}


def _organiser_url(house: Organisation | None) -> str:
    return house.get_absolute_url() if house is not None and house.public else ""


def _in_a_sentence(chosen: Event, shown: list[dates.Line]) -> str:
    """« Forum des métiers : mardi 16 mars 2027, 14 h – 16 h, Colmar. »"""
    if not shown:
        return f"{chosen.title}, {chosen.date_note}." if chosen.date_note else f"{chosen.title}."
    line = shown[0]
    also = len(shown) - 1
    others = f" (et {also} autre{'s' if also > 1 else ''} date{'s' if also > 1 else ''})" if also else ""
    return f"{wording.prefix(line.session)}{chosen.title}\u00a0: {line.when}, {line.place}{others}."


def _structured(coming: list[dates.Line], past: list[dates.Line]) -> Any:
    """One schema.org Event a date; empty without any."""
    shown = (coming or past)[:DESCRIBED]
    series = len(coming) + len(past) > 1
    if not shown:
        return ""
    return mark_safe(jsonld.written([jsonld.facts(line.session, series=series) for line in shown]))
