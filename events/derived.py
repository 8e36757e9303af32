"""From the truth to what searches and feeds read: the one writer of `Listing` and `Rendering` (ADR 0009).

Every service that changes an event or a session calls `refresh_event` (or `refresh`) in its own transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from core.reference import EventType, Sector, Status
from core.search import vector
from core.text import fold
from events import search_entries
from events.copying import array, copy_columns
from events.models import Event, Listing, Session
from events.render.card import card
from events.render.jsonld import jsonld
from events.render.vevent import vevent
from events.search.traits import traits

BATCH = 1_000
_KINDS, _SECTORS, _STATUSES = dict(EventType.choices), dict(Sector.choices), dict(Status.choices)
_OFF = frozenset({Session.Status.CANCELLED, Session.Status.POSTPONED})

_LISTING = f"""
INSERT INTO events_listing (session_id, event_id, starts_at, ends_at, shown, kind, organisation_id, network_id,
    agency_id, basin_id, department, commune_id, site_id, online, sectors, publics, access, traits, lat, lon,
    changed_at, previous_at, later, long, news_at, words)
SELECT n.session_id, n.event_id, starts_at, ends_at, shown, kind, organisation_id, network_id, agency_id, basin_id,
    department, commune_id, site_id, online, string_to_array(sectors, ' '), string_to_array(publics, ' '),
    string_to_array(access, ' '), traits, lat, lon, n.changed_at, d.previous_at, coalesce(d.later, 0),
    ends_at - starts_at > interval '12 hours',
    greatest(published_at, d.created_at),
    setweight({vector("a")}, 'A')
    || setweight({vector("b")}, 'B')
    || setweight({vector("c")}, 'C')
FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::boolean[], %s::text[],
    %s::bigint[], %s::bigint[], %s::bigint[], %s::int[], %s::text[], %s::text[], %s::bigint[], %s::boolean[],
    %s::text[], %s::text[], %s::text[], %s::bigint[], %s::float8[], %s::float8[], %s::timestamptz[],
    %s::timestamptz[], %s::text[], %s::text[], %s::text[])
    AS n (session_id, event_id, starts_at, ends_at, shown, kind, organisation_id, network_id, agency_id, basin_id,
          department, commune_id, site_id, online, sectors, publics, access, traits, lat, lon, changed_at,
          published_at, a, b, c)
LEFT JOIN (
    SELECT id AS session_id, created_at,
        lag(starts_at) OVER (PARTITION BY event_id ORDER BY starts_at, id) AS previous_at,
        least(count(*) FILTER (WHERE status NOT IN ('cancelled', 'postponed')) OVER (
            PARTITION BY event_id ORDER BY starts_at DESC, id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ), 999) AS later
    FROM events_session WHERE event_id = ANY(%s::bigint[])) d ON d.session_id = n.session_id
ON CONFLICT (session_id) DO UPDATE SET
    event_id = EXCLUDED.event_id, starts_at = EXCLUDED.starts_at, ends_at = EXCLUDED.ends_at, shown = EXCLUDED.shown,
    kind = EXCLUDED.kind, organisation_id = EXCLUDED.organisation_id, network_id = EXCLUDED.network_id,
    agency_id = EXCLUDED.agency_id, basin_id = EXCLUDED.basin_id, department = EXCLUDED.department,
    commune_id = EXCLUDED.commune_id, site_id = EXCLUDED.site_id, online = EXCLUDED.online,
    sectors = EXCLUDED.sectors, publics = EXCLUDED.publics, access = EXCLUDED.access, traits = EXCLUDED.traits,
    lat = EXCLUDED.lat, lon = EXCLUDED.lon, changed_at = EXCLUDED.changed_at, previous_at = EXCLUDED.previous_at,
    later = EXCLUDED.later, long = EXCLUDED.long, news_at = EXCLUDED.news_at, words = EXCLUDED.words
"""  # noqa: S608 (names of ours)
_WORDS = "INSERT INTO events_word (word) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING"
_RENDERING = """
INSERT INTO events_rendering (session_id, card, ics, jsonld)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[])
ON CONFLICT (session_id) DO UPDATE SET card = EXCLUDED.card, ics = EXCLUDED.ics, jsonld = EXCLUDED.jsonld
"""
_BOUNDS = """
UPDATE events_event e SET first_starts_at = b.first, last_ends_at = b.last
FROM unnest(%s::bigint[]) AS n (id)
LEFT JOIN LATERAL (
    SELECT min(starts_at) AS first, max(ends_at) AS last FROM events_session WHERE event_id = n.id) b ON true
WHERE e.id = n.id AND (e.first_starts_at, e.last_ends_at) IS DISTINCT FROM (b.first, b.last)
"""


def told() -> Q:
    """The sessions that have rows here: of published events, and of those withdrawn lately (A8)."""
    lately = timezone.now() - timedelta(days=settings.EVENT_WITHDRAWN_DAYS)
    return Q(event__state=Event.State.PUBLISHED) | Q(
        event__state=Event.State.WITHDRAWN, event__published_at__isnull=False, event__withdrawn_at__gte=lately
    )


def refresh_event(event: Event | int) -> int:
    """Write again what is derived of every session of one event."""
    key = event.pk if isinstance(event, Event) else event
    count = refresh(Session.objects.filter(event_id=key), events=[key])
    search_entries.refresh([key])
    return count


@transaction.atomic
def refresh(sessions: QuerySet[Session], *, events: Iterable[int] = ()) -> int:
    """Write again the rows of these sessions, and the bounds of `events` and of the events met; returns how many."""
    met, count = set(events), 0
    for batch in _batches(_loaded(sessions.filter(told())).iterator(chunk_size=BATCH)):
        write(batch)
        met |= {session.event_id for session in batch}
        count += len(batch)
    gone = sessions.exclude(told())
    Listing.objects.filter(session__in=gone.order_by().values("pk")).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM events_rendering r WHERE NOT EXISTS "
            "(SELECT 1 FROM events_listing l WHERE l.session_id = r.session_id) "
            "AND r.session_id IN (SELECT id FROM events_session WHERE event_id = ANY(%s))",
            [sorted(met)],
        )
        cursor.execute(_BOUNDS, [sorted(met)])
    return count


def refresh_all() -> int:
    """Write every row again (`manage.py refresh_agenda`)."""
    count = refresh(Session.objects.all())
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE events_event SET first_starts_at = b.first, last_ends_at = b.last FROM (SELECT event_id, "
            "min(starts_at) AS first, max(ends_at) AS last FROM events_session GROUP BY event_id) b "
            "WHERE b.event_id = events_event.id"
        )
    return count


def write(sessions: Sequence[Session], *, new: bool = False) -> None:
    """Upsert the rows of these sessions, loaded as `_loaded` does (bulk loaders may call it with their own).

    `new`: none of them has rows yet.
    """
    if not sessions:
        return
    listing = [array(column) for column in zip(*(_listing(session) for session in sessions), strict=True)]
    texts = zip(*((s.pk, card(s), vevent(s), jsonld(s)) for s in sessions), strict=True)
    rendering = dict(zip(("session_id", "card", "ics", "jsonld"), map(list, texts), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_LISTING, [*listing, array({session.event_id for session in sessions})])
        if new:
            copy_columns("events_rendering", rendering)
        else:
            cursor.execute(_RENDERING, [array(column) for column in rendering.values()])
        cursor.execute(_WORDS, [array(sorted(known_words(sessions)))])


def _loaded(sessions: QuerySet[Session]) -> QuerySet[Session]:
    return sessions.select_related("event__organisation", "event__source", "site", "commune__department").order_by("pk")


def _listing(session: Session) -> tuple[Any, ...]:
    event, commune = session.event, session.commune
    organisation, site = event.organisation, session.site
    on_site = session.attendance != Session.Attendance.ONLINE
    access = {*event.access, *session.access, *(site.access if site and on_site else ())}
    access_list = sorted(access)
    return (
        session.pk, event.pk, session.starts_at, session.ends_at, event.state == Event.State.PUBLISHED, event.kind,
        event.organisation_id, organisation.network_id if organisation else None,
        commune.agency_id if commune and on_site else event.agency_id,
        commune.basin_id if commune and on_site else None,
        commune.department_id if commune and on_site else "",
        commune.pk if commune and on_site else "",
        session.site_id if on_site else None, session.online,
        " ".join(event.sectors), " ".join(event.publics), " ".join(access_list),
        traits(kind=event.kind, sectors=event.sectors, publics=event.publics, access=access_list,
               online=session.online, on_site=on_site, held=session.status not in _OFF, full=session.full),
        session.lat if on_site else None, session.lon if on_site else None, session.changed_at,
        event.published_at, *words(session),
    )  # fmt: skip


def words(session: Session) -> tuple[str, str, str]:
    """The words a session is found by: its title; its type, organiser and sectors; the rest."""
    event, commune = session.event, session.commune
    sectors = [_SECTORS[value] for value in event.sectors if value in _SECTORS]
    publics = [_STATUSES[value] for value in event.publics if value in _STATUSES]
    kind = _KINDS.get(event.kind, "")
    return (
        event.title,
        " ".join(filter(None, (kind, event.organiser, *sectors, session.label))),
        " ".join(filter(None, (
            event.summary, session.place_name, commune.name if commune else session.town,
            commune.department.name if commune else "", *publics, event.partners_text, event.description[:4000],
        ))),
    )  # fmt: skip


def known_words(sessions: Iterable[Session]) -> set[str]:
    """The words of these titles, places and organisers that a search may have mistyped; in one order for everybody who
    writes them at once."""
    told = {event_text for s in sessions for event_text in (s.event.title, s.event.organiser, s.place_name, s.town)}
    return {word for text in told for word in fold(text).split() if 3 <= len(word) <= 40 and not word.isdigit()}


def _batches(sessions: Iterable[Session]) -> Iterator[list[Session]]:
    iterator = iter(sessions)
    while batch := list(islice(iterator, BATCH)):
        yield batch
