# ruff: noqa: S608 - the statement is put together from our own names; what people say is always a parameter
"""Events that may be the same one, told before a second is published (A5): same day, near, a title like it.

The cost does not grow with the agenda: candidates come from the index of places and dates (`listing_near`) or of
online dates, three days wide, and from the few proposals that wait; titles are compared among those only.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from core.geo import distance_km, mercator, mercator_radius
from core.journal import Actor, record
from core.text import fold
from events.models import DistinctPair, Event, Session

NEAR_KM = 5.0
SAME_SPOT_KM = 0.3
_BOX_KM = 12.0  # as wide as a commune of the region: inside it, five kilometres or the same commune
DAYS = timedelta(days=1)
LOOKED_AT = 10  # dates of one event: the next ones
ALIKE = 0.5
MOST = 8
SAME_DAY, SAME_ORGANISER = "même jour", "même organisateur"  # of the reasons
_LAST_KEY = 2**63 - 1

_COLUMNS = "a.who, e.id, s.starts_at, s.commune_id, s.lat, s.lon, s.attendance <> 'place' AS online"
_CLOSE = f"""
WITH asked AS (
    SELECT * FROM unnest(
        %(who)s::int[], %(day)s::timestamptz[], %(low)s::point[], %(high)s::point[], %(online)s::boolean[]
    ) AS a (who, day, low, high, online)
), wanted AS (
    SELECT * FROM jsonb_to_recordset(%(wanted)s::jsonb) AS w (who int, title text, besides bigint, links text[])
), found AS (
    SELECT {_COLUMNS} FROM asked a
    CROSS JOIN LATERAL (
        SELECT session_id FROM events_listing l
        WHERE l.shown AND l.position <@ box(a.low, a.high)
          AND l.starts_at BETWEEN a.day - interval '1 day' AND a.day + interval '1 day'
    ) near
    JOIN events_session s ON s.id = near.session_id JOIN events_event e ON e.id = s.event_id
    WHERE a.low IS NOT NULL
    UNION
    SELECT {_COLUMNS} FROM asked a
    CROSS JOIN LATERAL (
        SELECT session_id FROM events_listing l
        WHERE l.shown AND l.online AND a.online
          AND l.starts_at BETWEEN a.day - interval '1 day' AND a.day + interval '1 day'
    ) remote
    JOIN events_session s ON s.id = remote.session_id JOIN events_event e ON e.id = s.event_id
    UNION
    SELECT {_COLUMNS} FROM events_event e JOIN events_session s ON s.event_id = e.id
    JOIN asked a ON s.starts_at BETWEEN a.day - interval '1 day' AND a.day + interval '1 day'
    WHERE %(waiting)s AND e.state = 'proposed'
)
SELECT f.who, f.id, f.starts_at, f.commune_id, f.lat, f.lon, f.online,
       similarity(e.folded_title, w.title) AS alike, e.organisation_id, e.organiser_name, e.website,
       e.registration_url, o.name, o.current_name
FROM found f JOIN wanted w ON w.who = f.who JOIN events_event e ON e.id = f.id
LEFT JOIN members_organisation o ON o.id = e.organisation_id
WHERE f.id <> w.besides AND f.id <= %(newest)s AND (
    similarity(e.folded_title, w.title) >= %(least)s
    OR e.website = ANY(w.links) OR e.registration_url = ANY(w.links))
"""


@dataclass(frozen=True, slots=True)
class Moment:
    """A date and where: a commune (INSEE code) and a position when there is a place, `online` when there is a link."""

    starts_at: datetime
    commune: str = ""
    lat: float | None = None
    lon: float | None = None
    online: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is compared of an event, written or not yet."""

    title: str
    moments: Sequence[Moment]
    organisation: int | None = None
    organiser: str = ""
    links: tuple[str, ...] = ()
    besides: int = 0


@dataclass
class _Met:
    score: float = 0.0
    reasons: list[str] = field(default_factory=list)


def find(event: Event) -> list[tuple[Event, list[str]]]:
    """Events that may be the same as `event`, published or waiting to be, the likeliest first, each with why; without
    those that somebody said are others."""
    found = close(candidate(event), waiting=True)
    others = _told_apart(event) if found else set()
    return [(other, reasons) for other, reasons in found if other.pk not in others]


@transaction.atomic
def tell_apart(*, one: Event, other: Event, actor: Actor | None) -> None:
    """These are two events: neither is offered as the other again. Said twice, it is said once."""
    first, second = sorted((one, other), key=lambda event: event.pk)
    label = actor.journal_label if actor else ""
    _, made = DistinctPair.objects.get_or_create(first=first, second=second, defaults={"actor_label": label})
    if made:
        record(verb="event.distinct", target=one, actor=actor, changes={"distinct": [None, other.slug]})


def _told_apart(event: Event) -> set[int]:
    pairs = DistinctPair.objects.filter(Q(first=event) | Q(second=event)).values_list("first", "second")
    return {key for pair in pairs for key in pair} - {event.pk}


def find_each(events: Sequence[Event]) -> dict[int, list[tuple[Event, list[str]]]]:
    """As `find` for each of these, by key, in a fixed number of questions; those like no other are not there."""
    keys = [event.pk for event in events]
    rows = Session.objects.filter(event__in=keys, ends_at__gte=timezone.now())
    dates: dict[int, list[Session]] = {}
    for session in rows.exclude(status=Session.Status.CANCELLED).order_by("starts_at", "pk"):
        dates.setdefault(session.event_id, []).append(session)
    found = close_each([_candidate(event, dates.get(event.pk, [])) for event in events], waiting=True)
    pairs = set(DistinctPair.objects.filter(Q(first__in=keys) | Q(second__in=keys)).values_list("first", "second"))
    kept = {
        event.pk: [(other, why) for other, why in like if not {(event.pk, other.pk), (other.pk, event.pk)} & pairs]
        for event, like in zip(events, found, strict=True)
    }
    return {key: like for key, like in kept.items() if like}


def candidate(event: Event) -> Candidate:
    """What is compared of `event`: its next dates, or its last ones when all are past."""
    rows = Session.objects.filter(event=event).exclude(status=Session.Status.CANCELLED)
    coming = list(rows.filter(ends_at__gte=timezone.now()).order_by("starts_at")[:LOOKED_AT])
    return _candidate(event, coming or list(rows.order_by("-starts_at")[:LOOKED_AT]))


def _candidate(event: Event, sessions: Sequence[Session]) -> Candidate:
    moments = [Moment(s.starts_at, s.commune_id or "", s.lat, s.lon, s.online) for s in sessions[:LOOKED_AT]]
    return Candidate(
        title=event.title, moments=moments, organisation=event.organisation_id, organiser=event.organiser,
        links=tuple(filter(None, (event.website, event.registration_url))), besides=event.pk or 0,
    )  # fmt: skip


def close(wanted: Candidate, *, waiting: bool) -> list[tuple[Event, list[str]]]:
    """As `find`; `waiting` also looks among what is proposed and not read yet (never shown to the public)."""
    return close_each([wanted], waiting=waiting)[0]


def close_each(
    wanted: Sequence[Candidate], *, waiting: bool, newest: int | None = None
) -> list[list[tuple[Event, list[str]]]]:
    """As `close` for each of `wanted`, in two questions; among events whose key is `newest` at most, when given."""
    if not any(one.moments for one in wanted):
        return [[] for _ in wanted]
    met: list[dict[int, _Met]] = [{} for _ in wanted]
    for who, *row in _rows(wanted, waiting, newest):
        said = _compare(wanted[who], tuple(row))
        if said is not None and said.score > met[who].setdefault(row[0], _Met()).score:
            met[who][row[0]] = said
    best = [sorted(one.items(), key=lambda pair: -pair[1].score)[:MOST] for one in met]
    keys = {key for one in best for key, said in one if said.score}
    events = Event.objects.select_related("organisation", "agency", "source").in_bulk(keys)
    return [[(events[key], said.reasons) for key, said in one if key in events] for one in best]


def _rows(wanted: Sequence[Candidate], waiting: bool, newest: int | None) -> list[tuple[Any, ...]]:
    moments = [(who, moment) for who, one in enumerate(wanted) for moment in list(one.moments)[:LOOKED_AT]]
    boxes = [_box(moment) for _, moment in moments]
    said = [
        {"who": who, "title": fold(one.title)[:200], "besides": one.besides, "links": list(one.links)}
        for who, one in enumerate(wanted)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            _CLOSE,
            {
                "who": [who for who, _ in moments], "day": [m.starts_at for _, m in moments],
                "low": [low for low, _ in boxes], "high": [high for _, high in boxes],
                "online": [m.online for _, m in moments], "waiting": waiting, "wanted": json.dumps(said),
                "newest": _LAST_KEY if newest is None else newest, "least": ALIKE - 0.35,
            },
        )  # fmt: skip
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _box(moment: Moment) -> tuple[str | None, str | None]:
    """The corners of the square looked at around a place, in the unit of the index."""
    if moment.lat is None or moment.lon is None:
        return None, None
    (x, y), edge = mercator(moment.lat, moment.lon), mercator_radius(moment.lat, _BOX_KM)
    return f"({x - edge!r},{y - edge!r})", f"({x + edge!r},{y + edge!r})"


def _compare(wanted: Candidate, row: tuple[Any, ...]) -> _Met | None:
    """How alike, and why; None when neither the place nor the link is the same."""
    starts_at, commune, lat, lon, online, alike, organisation, organiser, website, register, name, short = row[1:]
    place: tuple[float, str] | None = None
    for moment in wanted.moments:
        if abs(moment.starts_at - starts_at) > DAYS:
            continue
        found = _near(moment, commune, lat, lon, online)
        if found and (place is None or found[0] > place[0]):
            place = found[0], f"{_day(moment.starts_at, starts_at)}, {found[1]}"
    same_link = bool(set(wanted.links) & set(filter(None, (website, register))))
    if place is None:
        return None
    score, reasons = alike + place[0], [place[1]]
    if alike >= 0.35:
        reasons.append("titre identique" if alike > 0.95 else "titre proche")
    if _same_organiser(wanted, organisation, (organiser, name or "", short or "")):
        score += 0.2
        reasons.append(SAME_ORGANISER)
    elif organisation and wanted.organisation and organisation != wanted.organisation:
        score -= 0.2  # every school of a town opens its doors on the same Saturday
    if same_link:
        score += 0.4
        reasons.append("même lien")
    return _Met(score, reasons) if score >= ALIKE else None


def _near(moment: Moment, commune: str | None, lat: float | None, lon: float | None, online: bool) -> Any:
    """(what it adds to the score, in words), or None."""
    if None not in (moment.lat, moment.lon, lat, lon):
        away = distance_km(moment.lat, moment.lon, lat, lon)  # type: ignore[arg-type]
        if away <= SAME_SPOT_KM:
            return 0.15, "même lieu"
        if away <= NEAR_KM:
            return 0.0, f"à {max(1, round(away))}\u00a0km"
        if moment.commune and moment.commune == commune:
            return 0.0, "même commune"
    return (0.0, "en ligne tous les deux") if moment.online and online else None


def _day(one: datetime, other: datetime) -> str:
    first, second = timezone.localdate(one), timezone.localdate(other)
    return SAME_DAY if first == second else "à un jour près"


def _same_organiser(wanted: Candidate, organisation: int | None, names: tuple[str, ...]) -> bool:
    if wanted.organisation and organisation:
        return wanted.organisation == organisation
    organiser = fold(wanted.organiser)
    return bool(organiser) and organiser in {fold(name) for name in names if name}
