"""`/pro/agenda/`: the events in one's hands, one of them with all that is known of it, and how the public reads it."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core import acts
from core.models import JournalEntry
from core.reference import Access, Sector, Status
from events import field_words, pro_list
from events.models import Event, Registration, Revision, Session, SessionChange
from events.pro_access import Desk, event_page, houses_of, pro_page
from events.render import history as dates_told
from events.render import times
from events.rules import may_enter_desk
from events.services.revising import diff
from events.services.seats import seats_of
from events.services.sessions import place_of
from events.services.writing import partners_of

_WHO = {
    "compte": "quelqu’un de l’équipe", "système": "le portail", "agence": "l’agence", "Région": "la Région",
    "technique": "l’équipe technique",
}  # fmt: skip
SHOWN_DATES = 12
SHOWN_ACTS = 30
MOST = 1_000  # changes read: a rule changed tells of each of its dates, and is one act


@require_safe
@pro_page
def events(request: HttpRequest) -> HttpResponse:
    """The list, in piles."""
    scopes = pro_list.scopes_of(request.user)
    asked = pro_list.read(request.GET, scopes)
    rows = pro_list.rows_of(request.user, asked)
    counts = pro_list.counts(rows, asked)
    lines, following = pro_list.page(rows, asked)
    tabs = [
        {"label": label if count is None else f"{label} ({count})", "url": asked.url(pile=pile),
         "current": pile == asked.pile}
        for pile, label in pro_list.PILES.items()
        if (count := counts[pile]) != 0 or pile in {"a-venir", "brouillons", asked.pile}
    ]  # fmt: skip
    context = {
        "scopes": scopes, "asked": asked, "tabs": tabs, "lines": lines, "following": following,
        "first_url": asked.url() if asked.after else "",
        "writes": bool(houses_of(request.user)),
        "announces": bool(houses_of(request.user)) or bool(may_enter_desk(request.user)),
    }  # fmt: skip
    return render(request, "events/pro/list.html", context)


@require_safe
@event_page
def event(request: HttpRequest, desk: Desk) -> HttpResponse:
    """One event: where it stands, its dates, what waits, what was done."""
    coming = coming_of(desk.event)
    revision = Revision.objects.filter(event=desk.event).select_related("event").first()
    # Who registered for a date that is cancelled does not come.
    expected = Registration.objects.filter(session__event=desk.event).exclude(session__status=Session.Status.CANCELLED)
    totals = expected.aggregate(
        seated=Count("pk", filter=Q(state__in=Registration.SEATED)),
        queued=Count("pk", filter=Q(state=Registration.State.WAITING)),
    )
    context = desk.page(
        lines=lines_of(coming[:SHOWN_DATES]), more=max(len(coming) - SHOWN_DATES, 0),
        total=Session.objects.filter(event=desk.event).count(), totals=totals,
        revision=revision if revision and revision.state in {"waiting", "refused"} else None,
        changes=diff(revision) if revision and revision.state in {"waiting", "refused"} else [],
        partners=_names(partners_of(desk.event)),
        history=history(desk.event), address=request.build_absolute_uri(desk.event.get_absolute_url()),
        **facts(desk.event),
    )  # fmt: skip
    return render(request, "events/pro/event.html", context)


@require_safe
@event_page
def preview(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The words and the dates as the public would read them; a revision that waits is shown over the live text."""
    shown = Event.objects.select_related("organisation").get(pk=desk.event.pk)
    waiting = Revision.objects.filter(event=desk.event, state=Revision.State.WAITING).first()
    partners = partners_of(shown)
    if waiting is not None and "direct" not in request.GET:
        for name, value in waiting.values.items():
            if name != "partners":
                setattr(shown, name, value)
        partners = waiting.values.get("partners", partners)
    context = desk.page(
        "Aperçu",
        shown=shown,
        partners=_names(partners),
        waiting=waiting,
        lines=lines_of(coming_of(desk.event)[:SHOWN_DATES]),
        **facts(shown),
    )
    return render(request, "events/pro/preview.html", context)


def _names(slugs: list[str]) -> str:
    return field_words.words("partners", slugs) if slugs else ""


def coming_of(event_: Event) -> list[Session]:
    """The dates that are not over, the next one first."""
    rows = Session.objects.filter(event=event_, ends_at__gte=timezone.now())
    return list(rows.select_related("recurrence").order_by("starts_at", "pk"))


def lines_of(sessions: list[Session]) -> list[dict[str, Any]]:
    """Each date in words: `session, when, place, former, seats, over`."""
    seats, now = seats_of(sessions), timezone.now()
    return [
        {
            "session": session, "when": when_of(session), "place": place_of(session) or "Lieu à préciser",
            "former": times.moment(session.former_starts_at) if session.former_starts_at else "",
            "seats": seats.get(session.pk), "over": session.ends_at < now,
        }
        for session in sessions
    ]  # fmt: skip


def when_of(session: Session) -> str:
    return times.when(session.starts_at, session.ends_at, all_day=session.all_day)


def facts(event_: Event) -> dict[str, Any]:
    """The closed lists of the event, in words."""
    return {
        "sectors": [Sector(value).label for value in Sector.values if value in event_.sectors],
        "publics": [Status(value).label for value in Status.values if value in event_.publics],
        "access": [Access(value).label for value in Access.values if value in event_.access],
    }


def history(event_: Event) -> list[dict[str, Any]]:
    """What was done, the last first: acts of the journal, and what the public was told of each date."""
    done = JournalEntry.objects.filter(target_type="events.event", target_key=str(event_.pk)).order_by("-id")
    told = SessionChange.objects.filter(session__event=event_).select_related("session").order_by("-at", "-pk")[:MOST]
    by_key = {change.session_id: change.session for change in told}
    groups = [(group, [by_key[change.session_id] for change in group]) for group in dates_told.at_once(told, by_key)]
    lines: list[dict[str, Any]] = [
        {"at": entry.at, "text": _act(entry.verb), "who": _WHO.get(entry.actor_label, entry.actor_label)}
        for entry in done[:SHOWN_ACTS]
    ]
    lines += [
        {"at": group[0].at, "text": f"Le public a lu : {str(group[0].get_kind_display()).lower()}",
         "date": when_of(held[0]) if len(held) == 1 else dates_told.of_which(held), "message": group[0].message}
        for group, held in groups
    ]  # fmt: skip
    return sorted(lines, key=lambda line: line["at"], reverse=True)[:SHOWN_ACTS]


def _act(verb: str) -> str:
    """The act in words, its object left out: it is the event of the page."""
    said = acts.act(verb)
    return said.removesuffix(" l’évènement").removesuffix(" à").removesuffix(" de")
