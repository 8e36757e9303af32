"""The mails of the alerts: what is new in a search, once, grouped (A4).

Each alert is told of what was made public or changed since it was last told, up to an instant that all the alerts of
a run share: identical searches are then one question. The row of the alert is held while its mail is written, and
both are committed together: two workers share the work, one that stops half-way leaves each told or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone

from core.links import absolute
from core.outbox import Letter, queue_mails
from events.models import Alert, SessionChange
from events.render import times
from events.search import finding
from events.search.filters import read
from events.search.finding import Found
from events.services.alerting import headers_of
from events.services.secret_links import link_of

HOUR = 7  # of Paris, in the morning
WEEKDAY = 0  # Monday
BATCH = 200
GRACE = timedelta(minutes=10)  # what a long import writes is seen once it is committed
SHOWN = 25  # events in one mail
DATES = 3  # of one event
MOST = 400  # dates looked at
Kind = SessionChange.Kind
Asked = tuple[str, bool, datetime]  # a search, with what is online or not, told up to an instant
# « Complet » comes and goes with each seat: no news for who follows a search.
_NO_NEWS = (Kind.FULL, Kind.SEATS)
_WORDS = {
    Kind.CANCELLED: "annulé", Kind.POSTPONED: "reporté, nouvelle date à venir", Kind.RESCHEDULED: "nouvelle date",
    Kind.MOVED_ONLINE: "passe en ligne", Kind.MOVED_PLACE: "change de lieu", Kind.RESTORED: "aura bien lieu",
}  # fmt: skip


@dataclass
class Piece:
    """What a mail says of one event."""

    title: str
    url: str
    lines: list[str] = field(default_factory=list)
    more: int = 0
    rank: int = 2  # cancelled, then changed, then new


def send_due(now: datetime | None = None) -> int:
    """Write the mails of the alerts that are due; returns how many. A day without a worker is told the next."""
    now, count = now or timezone.now(), 0
    due = Q()
    until = now - GRACE
    for rhythm in Alert.Rhythm:
        slot = last_slot(now, rhythm)
        due |= Q(rhythm=rhythm, told_until__lt=slot)
        until = max(until, slot)
    answers: dict[Asked, list[Piece]] = {}
    while True:
        done, written, answers = _send_some(due, until, answers)
        count += written
        if not done:
            return count


@transaction.atomic
def _send_some(due: Q, until: datetime, before: dict[Asked, list[Piece]]) -> tuple[int, int, dict[Asked, list[Piece]]]:
    """One batch, in the order of the searches: what was found for the last one serves the next batch."""
    rows = Alert.objects.select_for_update(skip_locked=True).filter(due, confirmed_at__isnull=False)
    alerts = list(
        rows.filter(ends_on__gte=timezone.localdate(until)).order_by("query", "with_online", "told_until", "pk")[:BATCH]
    )
    answers, letters = before, []
    for alert in alerts:
        since = alert.told_until or until
        asked = (alert.query, alert.with_online, since)
        if asked not in answers:
            answers = {asked: news(alert.query, since, until, with_online=alert.with_online)}
        if answers[asked]:
            letters.append(_letter(alert, answers[asked], until))
    Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(told_until=until)
    return len(alerts), queue_mails(letters), answers


def _letter(alert: Alert, pieces: Sequence[Piece], until: datetime) -> Letter:
    return Letter(
        key=f"alert-{alert.public_id}-{until:%Y%m%dT%H%M%S}", to=alert.email, template="alert_digest",
        headers=headers_of(alert),
        context={
            "alert": alert, "pieces": pieces[:SHOWN], "count": len(pieces), "more": len(pieces) - SHOWN,
            "cancelled": sum(piece.rank == 0 for piece in pieces), "url": link_of(alert),
            "search_url": absolute(f"/agenda/?{alert.query}" if alert.query else "/agenda/"),
        },
    )  # fmt: skip


def last_slot(now: datetime, rhythm: str) -> datetime:
    """The last morning at which alerts of this rhythm are written, on the clocks of Paris."""
    here = timezone.localtime(now).replace(tzinfo=None)
    slot = here.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    if slot > here:
        slot -= timedelta(days=1)
    if rhythm == Alert.Rhythm.WEEKLY:
        slot -= timedelta(days=(slot.weekday() - WEEKDAY) % 7)
    return timezone.make_aware(slot)


def news(query: str, since: datetime, until: datetime, *, with_online: bool = False) -> list[Piece]:
    """What became public or changed in this search in `]since, until]`, an event at a time: cancelled ones first.

    `with_online`: in the same search without its place too, among what is followed from anywhere.
    """
    search = read(QueryDict(query))
    found = list(finding.changed(search, since, until, MOST))
    if with_online:
        anywhere = search.but(online=True, commune="", town=None, point=None, radius=None)
        known = {one.session for one in found}
        found += [one for one in finding.changed(anywhere, since, until, MOST) if one.session not in known]
    kinds = _kinds((one.session for one in found if one.news == "changed"), since)
    pieces: dict[int, Piece] = {}
    for one in found:
        kind = kinds.get(one.session, "")
        if one.news == "changed" and not kind:
            continue
        piece = pieces.setdefault(one.event, Piece(one.title, absolute(f"/agenda/{one.slug}/")))
        piece.rank = min(piece.rank, 0 if one.status == "cancelled" else 1 if kind else 2)
        if len(piece.lines) < DATES:
            piece.lines.append(_line(one, kind))
        else:
            piece.more += 1
    return sorted(pieces.values(), key=lambda piece: piece.rank)


def _kinds(sessions: Iterable[int], since: datetime) -> dict[int, str]:
    """The last telling change of each session. An hour before counts: a change may hide behind a later « complet »."""
    rows = SessionChange.objects.filter(session__in=list(sessions), at__gt=since - timedelta(hours=1))
    ordered = rows.exclude(kind__in=_NO_NEWS).order_by("at", "pk").values_list("session_id", "kind")
    return {session: str(kind) for session, kind in ordered}


def _line(one: Found, kind: str) -> str:
    """« ANNULÉ : mardi 16 mars 2027, 14 h – 16 h, Colmar »."""
    where = "en ligne" if one.attendance == "online" else ", ".join(filter(None, (one.place_name, one.town)))
    said = ", ".join(filter(None, (times.when(one.starts_at, one.ends_at, all_day=one.all_day), where)))
    word = "annulé" if one.status == "cancelled" else _WORDS.get(Kind(kind), "") if kind else ""
    return f"{word.upper() if word == 'annulé' else word.capitalize()}\u00a0: {said}" if word else said
