"""The events in somebody's hands, in four piles, with what is coming and who comes (A5). A fixed number of queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, DateTimeField, Exists, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.rules import runs_region
from core.text import fold
from events.models import Event, Registration, Revision, Session
from events.pro_access import houses_of, in_hand
from events.render import times
from events.services.giving_up import in_sight
from territories.rules import agencies_of

PAGE = 30
State = Event.State
PILES = {
    "a-venir": "À venir", "brouillons": "Brouillons et refusés", "a-relire": "À relire", "passes": "Passés",
    "retires": "Retirés",
}  # fmt: skip
_BECAME = {
    Session.Status.RESCHEDULED: "date changée", Session.Status.POSTPONED: "reporté, nouvelle date à venir",
    Session.Status.MOVED_ONLINE: "passé en ligne", Session.Status.MOVED_PLACE: "lieu changé",
}  # fmt: skip
_MINE, _AGENCY, _REGION = "", "agence", "region"


@dataclass(frozen=True)
class Asked:
    """What the address asks: whose events, which pile, which words, after which event."""

    scope: str
    pile: str
    words: str
    after: str

    def url(self, **changes: str) -> str:
        values = {"de": self.scope, "pile": self.pile, "q": self.words} | changes
        return "?" + urlencode({name: value for name, value in values.items() if value})


def read(query: Mapping[str, str], scopes: Mapping[str, str]) -> Asked:
    scope = query.get("de", "")
    scope = scope if scope in scopes else next(iter(scopes))
    pile = query.get("pile", "")
    first = "a-relire" if scope in {_AGENCY, _REGION} else "a-venir"  # who reads comes for what waits
    return Asked(
        scope=scope, pile=pile if pile in PILES else first,
        words=query.get("q", "")[:100].replace("\x00", ""), after=query.get("apres", ""),
    )  # fmt: skip


def scopes_of(user: Any) -> dict[str, str]:
    """Whose events this person may look at: `{value of the address: label}`; one at least."""
    houses = houses_of(user)
    found: dict[str, str] = {}
    if len(houses) > 1:
        found[_MINE] = "Tous mes organismes"
        found |= {house.slug: house.display_name for house in houses}
    elif houses:
        found[_MINE] = houses[0].display_name
    if agencies_of(user):
        found[_AGENCY] = "Que mon agence relit"
    if runs_region(user):
        found[_REGION] = "Toute la région"
    return found or {_MINE: "Mes évènements"}


def rows_of(user: Any, asked: Asked) -> QuerySet[Event]:
    """The events of the scope that have the words, every pile."""
    rows = in_sight(Event.objects.filter(in_hand(user)).exclude(state=State.MERGED))
    if asked.scope == _AGENCY:
        rows = rows.filter(Q(agency__in=agencies_of(user)) | Q(author_key=user.journal_key))
    elif asked.scope == _MINE:
        rows = rows.filter(organisation__in=[house.pk for house in houses_of(user)])
    elif asked.scope != _REGION:
        rows = rows.filter(organisation__slug=asked.scope)
    for word in fold(asked.words).split()[:8]:
        rows = rows.filter(folded_title__contains=word)
    return rows


def counts(rows: QuerySet[Event], asked: Asked) -> dict[str, int | None]:
    """How many in each pile, in one statement; None where there may be too many to count for a page."""
    if asked.scope in {_AGENCY, _REGION}:
        return dict.fromkeys(PILES)
    found: dict[str, int] = rows.aggregate(
        **{name.replace("-", "_"): Count("pk", filter=_pile(name)) for name in PILES}
    )
    return {name: found[name.replace("-", "_")] for name in PILES}


def page(rows: QuerySet[Event], asked: Asked) -> tuple[list[dict[str, Any]], str]:
    """The lines of one page of the pile, and the address of the next one (empty when it is the last)."""
    held = _ordered(rows.filter(_pile(asked.pile)), asked)
    found = list(held.select_related("organisation", "agency")[: PAGE + 1])
    lines = [_line(event) for event in found[:PAGE]]
    return lines, asked.url(apres=str(found[PAGE - 1].pk)) if len(found) > PAGE else ""


def _pile(name: str) -> Q:
    now, published = timezone.now(), Q(state=State.PUBLISHED)
    over = Q(last_ends_at__lt=now)
    waits = Exists(Revision.objects.filter(event=OuterRef("pk"), state=Revision.State.WAITING))
    return {
        "a-venir": published & ~over,
        "brouillons": Q(state__in=[State.DRAFT, State.REFUSED]),
        "a-relire": Q(state=State.PROPOSED) | (published & Q(waits)),
        "passes": published & over,
        "retires": Q(state=State.WITHDRAWN),
    }[name]


def _ordered(rows: QuerySet[Event], asked: Asked) -> QuerySet[Event]:
    """The next date first for what is coming, the last one first for what is over, else what was written last."""
    now = timezone.now()
    mine = Session.objects.filter(event=OuterRef("pk")).order_by()
    seats = Registration.objects.filter(session__event=OuterRef("pk")).order_by()
    seats = seats.exclude(session__status=Session.Status.CANCELLED)  # they do not come
    coming = mine.filter(ends_at__gte=now).exclude(status=Session.Status.CANCELLED)
    rows = rows.annotate(
        next_at=Subquery(coming.values("event").annotate(at=Min("starts_at")).values("at")),
        next_end=Subquery(coming.order_by("starts_at").values("ends_at")[:1]),
        next_whole=Subquery(coming.order_by("starts_at").values("all_day")[:1]),
        next_status=Subquery(coming.order_by("starts_at").values("status")[:1]),
        next_full=Subquery(coming.order_by("starts_at").values("full")[:1]),
        ahead=_count(mine.filter(ends_at__gte=now), "event"),
        cancelled=_count(mine.filter(status=Session.Status.CANCELLED, ends_at__gte=now), "event"),
        fallen=_count(mine.filter(status=Session.Status.CANCELLED), "event"),
        dates=_count(mine, "event"),
        registered=_count(seats.filter(state__in=Registration.SEATED), "session__event"),
        queued=_count(seats.filter(state=Registration.State.WAITING), "session__event"),
        revised=Exists(Revision.objects.filter(event=OuterRef("pk"), state=Revision.State.WAITING)),
    )
    rising = asked.pile == "a-venir"
    when = {"a-venir": "next_at", "passes": "last_ends_at"}.get(asked.pile, "updated_at")
    if asked.scope in {_AGENCY, _REGION}:  # a whole territory: what was written last, which an index gives
        rising, when = False, "updated_at"
    far = timezone.now() + timedelta(days=36_500) if rising else timezone.now() - timedelta(days=36_500)
    known = when == "updated_at"
    rows = rows.annotate(place=F(when) if known else Coalesce(F(when), far, output_field=DateTimeField()))
    if asked.after.isdigit() and len(asked.after) < 19:
        last = rows.filter(pk=int(asked.after)).values_list("place", "pk").first()
        if last is not None:
            side = "gt" if rising else "lt"
            rows = rows.filter(Q(**{f"place__{side}": last[0]}) | Q(place=last[0], **{f"pk__{side}": last[1]}))
    return rows.order_by("place", "pk") if rising else rows.order_by("-place", "-pk")


def _count(rows: QuerySet[Any], group: str) -> Any:
    return Coalesce(Subquery(rows.values(group).annotate(n=Count("pk")).values("n")), 0)


def _line(event: Any) -> dict[str, Any]:
    """An event of the list; « when » in words, its next date first; `states`: what became of its dates."""
    when, others = "", max(event.dates - 1, 0)
    if event.next_at is not None:
        when = times.when(event.next_at, event.next_end, all_day=event.next_whole)
    elif event.last_ends_at is not None:
        first, last = times.span(event.first_starts_at, event.last_ends_at)
        when, others = times.days(first, last), 0
    return {"event": event, "when": when or event.date_note, "others": others, "states": _states(event)}


def _states(event: Any) -> list[dict[str, str]]:
    """What became of the dates, each `{kind, text}` of a badge: the next one's own state, then how many are cancelled.

    With several dates ahead, the badge says that it speaks of the next one.
    """
    if event.dates and event.fallen == event.dates:
        return [{"kind": "error", "text": "Annulé" if event.dates == 1 else "Dates annulées"}]
    if event.ahead and event.cancelled == event.ahead:
        return [{"kind": "error", "text": "Dates à venir annulées" if event.ahead > 1 else "Date à venir annulée"}]
    found = []
    of_next = "Prochaine date\u00a0: {}" if event.ahead > 1 else "{}"
    if event.next_status in _BECAME:
        found.append({"kind": "warning", "text": _cased(of_next.format(_BECAME[Session.Status(event.next_status)]))})
    if event.next_full:
        found.append({"kind": "info", "text": _cased(of_next.format("complète" if event.ahead > 1 else "complet"))})
    number = event.cancelled if event.next_at is not None else event.fallen
    if number:
        s = "s" if number > 1 else ""
        found.append({"kind": "error", "text": f"{number} date{s} annulée{s}"})
    return found


def _cased(text: str) -> str:
    return text[:1].upper() + text[1:]
