"""What a coordinator looks for in the coming months: great events too close, and what nobody offers (G6).

Both parts read `events_listing` by date, in one statement each whatever the number of events shown; clashes also read
the proposals that wait, because that is when a date can still be moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from core.reference import EventType, Sector, Status
from events.models import Event, Session
from events.search.traits import BITS, EVERY_PUBLIC, EVERY_SECTOR, traits

GREAT = (EventType.SALON, EventType.FORUM, EventType.PORTES_OUVERTES)
SECTORS = tuple(value for value in Sector.values if value != Sector.TOUS)
_NAMED_SECTORS = sum(BITS["secteur", value] for value in SECTORS)
LOOKED_AT, CLASHES_SHOWN = 2_000, 200
QUARTER = 3  # months
DAYS, MOST_DAYS = 7, 30
DATES_OF_ONE = 10
_STOPPED = (Session.Status.CANCELLED, Session.Status.POSTPONED)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the radar looks at. `agencies`: None for the whole region; `same`: what two events must share."""

    agencies: frozenset[int] | None = None
    basin: int | None = None
    sector: str = ""
    public: str = ""
    days: int = DAYS
    months: int = QUARTER
    same: frozenset[str] = frozenset({"bassin"})
    named_only: bool = False


@dataclass(frozen=True, slots=True)
class Great:
    """One date of a great event."""

    event: int
    starts_at: datetime
    traits: int
    basin: int | None
    agency: int | None
    title: str
    slug: str
    kind: str
    flagship: bool
    organiser: str
    town: str
    basin_name: str
    proposed: bool = False


@dataclass(frozen=True, slots=True)
class Clash:
    """Two great events so many days apart, and what they share."""

    first: Great
    second: Great
    days: int
    shared: tuple[str, ...]


@dataclass
class Clashes:
    """`more`: others were found beyond those shown; `cut`: not every date of the period was looked at."""

    found: list[Clash] = field(default_factory=list)
    more: bool = False
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """A sector for which a basin has nothing in the quarter for some publics (all of them: `everybody`)."""

    basin: int
    basin_name: str
    agency_name: str
    sector: str
    publics: tuple[str, ...]
    everybody: bool


_GREAT = """
SELECT l.event_id, l.starts_at, l.traits, l.basin_id, l.agency_id, e.title, e.slug, e.kind, e.flagship,
       coalesce(nullif(o.current_name, ''), o.name, e.organiser_name), coalesce(c.name, ''), coalesce(b.name, '')
FROM events_listing l JOIN events_event e ON e.id = l.event_id JOIN events_session s ON s.id = l.session_id
LEFT JOIN members_organisation o ON o.id = l.organisation_id
LEFT JOIN territories_commune c ON c.insee = l.commune_id
LEFT JOIN territories_employmentbasin b ON b.number = l.basin_id
WHERE l.shown AND l.starts_at >= %s AND l.starts_at < %s AND (e.flagship OR l.kind = ANY(%s))
  AND s.status NOT IN ('cancelled', 'postponed')
ORDER BY l.starts_at, l.session_id LIMIT %s
"""


def clashes(asked: Asked) -> Clashes:
    """Pairs of great events within `asked.days`, the nearest date first, each pair once."""
    start = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_GREAT, [start, _end(start, asked.months), list(GREAT), LOOKED_AT + 1])
        rows = [Great(*row) for row in cursor.fetchall()]
    answer = Clashes(cut=len(rows) > LOOKED_AT)
    waits = _proposed(start, _end(start, asked.months))
    if asked.agencies is not None:  # an agency reads its own proposals
        waits = waits.filter(event__agency__in=asked.agencies)
    rows = sorted([*rows[:LOOKED_AT], *map(_great, waits[:LOOKED_AT])], key=lambda row: row.starts_at)
    wanted = _mask(asked)
    rows = [row for row in rows if not wanted or all(row.traits & part for part in wanted)]
    seen: set[tuple[int, int]] = set()
    for first, second in _pairs(rows, asked.days):
        pair = (min(first.event, second.event), max(first.event, second.event))
        if pair in seen or not _concerns(asked, first, second):
            continue
        shared = _shared(first, second)
        if not asked.same <= shared.keys():
            continue
        seen.add(pair)
        if len(answer.found) == CLASHES_SHOWN:
            answer.more = True
            break
        answer.found.append(Clash(first, second, _apart(first, second), tuple(shared.values())))
    return answer


def clashes_of(event: Event) -> list[Clash]:
    """The great events of the same basin, published or proposed, within `DAYS` of a coming date of `event`; nothing
    when it is no great event itself."""
    if not event.flagship and event.kind not in GREAT:
        return []
    now = timezone.now()
    dates = _loaded(Session.objects.filter(event=event, starts_at__gte=now)).exclude(status__in=_STOPPED)
    mine = [_great(session) for session in dates.order_by("starts_at")[:DATES_OF_ONE]]
    if not mine:
        return []
    low, high = max(now, mine[0].starts_at - timedelta(days=DAYS + 1)), mine[-1].starts_at + timedelta(days=DAYS + 1)
    with connection.cursor() as cursor:
        cursor.execute(_GREAT, [low, high, list(GREAT), LOOKED_AT])
        others = [Great(*row) for row in cursor.fetchall()]
    others += map(_great, _proposed(low, high)[:LOOKED_AT])
    found: dict[int, Clash] = {}
    for first in mine:
        for second in others:
            days, shared = _apart(first, second), _shared(first, second)
            near = second.event != event.pk and days <= DAYS and "bassin" in shared
            if near and (second.event not in found or days < found[second.event].days):
                found[second.event] = Clash(first, second, days, tuple(shared.values()))
    return sorted(found.values(), key=lambda clash: clash.days)


def _proposed(low: datetime, high: datetime) -> QuerySet[Session]:
    """Dates of the great events that wait to be read: they have no listing."""
    rows = Session.objects.filter(event__state=Event.State.PROPOSED, starts_at__gte=low, starts_at__lt=high)
    great = Q(event__flagship=True) | Q(event__kind__in=GREAT)
    return _loaded(rows.filter(great)).exclude(status__in=_STOPPED).order_by("starts_at", "pk")


def _loaded(rows: QuerySet[Session]) -> QuerySet[Session]:
    return rows.select_related("event__organisation", "commune__basin")


def _great(session: Session) -> Great:
    """As a row of `_GREAT`."""
    event, commune = session.event, session.commune
    on_site = session.attendance != Session.Attendance.ONLINE
    bits = traits(kind=event.kind, sectors=event.sectors, publics=event.publics, access=event.access,
                  online=session.online, on_site=on_site)  # fmt: skip
    basin = commune.basin if commune and on_site else None
    return Great(
        event=event.pk, starts_at=session.starts_at, traits=bits, basin=basin.pk if basin else None,
        agency=commune.agency_id if commune and on_site else event.agency_id, title=event.title, slug=event.slug,
        kind=event.kind, flagship=event.flagship, organiser=event.organiser, town=commune.name if commune else "",
        basin_name=basin.name if basin else "", proposed=event.state == Event.State.PROPOSED,
    )  # fmt: skip


def _pairs(rows: Sequence[Great], days: int) -> Iterator[tuple[Great, Great]]:
    for rank, first in enumerate(rows):
        for second in rows[rank + 1 :]:
            if _apart(first, second) > days:
                break
            if second.event != first.event:
                yield first, second


def _apart(first: Great, second: Great) -> int:
    return abs((timezone.localdate(second.starts_at) - timezone.localdate(first.starts_at)).days)


def _concerns(asked: Asked, first: Great, second: Great) -> bool:
    if asked.basin is not None and asked.basin not in (first.basin, second.basin):
        return False
    return asked.agencies is None or bool(asked.agencies & {first.agency, second.agency})


def _shared(first: Great, second: Great) -> dict[str, str]:
    """« même bassin : Colmar », « secteurs : Bois », « publics : tout public »."""
    both, said = first.traits & second.traits, {}
    if first.basin is not None and first.basin == second.basin:
        said["bassin"] = f"bassin\u00a0: {first.basin_name}"
    if both & EVERY_SECTOR:
        every = both & _NAMED_SECTORS == _NAMED_SECTORS
        said["secteur"] = (
            "tous les secteurs" if every else f"secteurs\u00a0: {_labels('secteur', SECTORS, both, Sector)}"
        )
    if both & EVERY_PUBLIC:
        every = both & EVERY_PUBLIC == EVERY_PUBLIC
        said["public"] = "tout public" if every else f"publics\u00a0: {_labels('public', Status.values, both, Status)}"
    return said


def _labels(group: str, values: Iterable[str], bits: int, labels: Any) -> str:
    return ", ".join(str(labels(value).label) for value in values if bits & BITS[group, value])


# --- What nobody offers

_OFFERED = """
SELECT l.basin_id, l.traits & %s FROM events_listing l JOIN events_session s ON s.id = l.session_id
WHERE l.shown AND l.starts_at >= %s AND l.starts_at < %s AND l.basin_id IS NOT NULL
  AND s.status NOT IN ('cancelled', 'postponed')
GROUP BY 1, 2
"""
_BASINS = """
SELECT b.number, b.name, a.id, a.name FROM territories_employmentbasin b JOIN territories_agency a ON a.id = b.agency_id
ORDER BY a."order", b.name
"""


def gaps(asked: Asked) -> list[Gap]:
    """For each basin and sector, the publics for whom nothing takes place in the coming quarter.

    An event for everybody counts for each public, and one for all sectors for each sector, unless `named_only`.
    """
    start = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_OFFERED, [EVERY_SECTOR | EVERY_PUBLIC, start, _end(start, QUARTER)])
        offered: dict[int, list[int]] = {}
        for basin, bits in cursor.fetchall():
            offered.setdefault(basin, []).append(bits)
        cursor.execute(_BASINS)
        basins = cursor.fetchall()
    sectors = (asked.sector,) if asked.sector else SECTORS
    publics = (asked.public,) if asked.public else tuple(Status.values)
    found = []
    for number, name, agency, agency_name in basins:
        if (asked.agencies is not None and agency not in asked.agencies) or asked.basin not in (None, number):
            continue
        for sector in sectors:
            served = _served(offered.get(number, ()), sector, asked.named_only)
            missing = tuple(public for public in publics if not served & BITS["public", public])
            if missing:
                found.append(Gap(number, name, agency_name, sector, missing, len(missing) == len(publics)))
    return found


def _served(events: Iterable[int], sector: str, named_only: bool) -> int:
    """The publics for whom these events say something of `sector`."""
    served = 0
    for bits in events:
        if not bits & BITS["secteur", sector]:
            continue
        if named_only and (bits & _NAMED_SECTORS == _NAMED_SECTORS or bits & EVERY_PUBLIC == EVERY_PUBLIC):
            continue
        served |= bits & EVERY_PUBLIC
    return served


def _mask(asked: Asked) -> tuple[int, ...]:
    parts = (("secteur", asked.sector), ("public", asked.public))
    return tuple(BITS[group, value] for group, value in parts if value)


def _end(start: datetime, months: int) -> datetime:
    """So many months of thirty-one days: a quarter is looked at whole."""
    return start + timedelta(days=31 * months)
