"""What the portal's own search (`/recherche/`) finds of the agenda, and `sitemap.xml` with it: what is coming, and
what took place lately.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from core import search
from core.reference import EventType, Sector
from core.search import Entry
from core.templatetags.typography import french
from events.models import Event, Session
from events.render import brief, times

KIND = "event"
RECENT = timedelta(days=365)  # how long a past event is still found
BATCH = 500


def connect() -> None:
    """Declare the events to the search of the portal."""
    search.register(KIND, entries)


def findable() -> QuerySet[Event]:
    """Published events that are coming, that took place lately, or whose date is still to be said."""
    since = timezone.now() - RECENT
    lately = Q(last_ends_at__gte=since) | Q(last_ends_at=None, published_at__gte=since)
    return Event.objects.filter(lately, state=Event.State.PUBLISHED)


def entries(rows: QuerySet[Event] | None = None) -> Iterator[Entry]:
    """One entry for each (of `rows` if given)."""
    rows = findable() if rows is None else rows
    places = Session.objects.select_related("commune").order_by("starts_at", "pk")
    rows = rows.select_related("organisation").prefetch_related(Prefetch("sessions", places))
    for event in rows.order_by("pk").iterator(chunk_size=BATCH):
        yield entry(event)


def entry(event: Event) -> Entry:
    """The entry of one event, its sessions at hand."""
    sessions = list(event.sessions.all())
    towns = list(dict.fromkeys(_town(session) for session in sessions))
    where = ", ".join(filter(None, towns[:3])) + (" …" if len(towns) > 3 else "")
    kind = EventType(event.kind).label
    sectors = (Sector(value).label for value in event.sectors if value in Sector.values)
    return Entry(
        kind=KIND,
        key=event.slug,
        title=event.title,
        url=event.get_absolute_url(),
        summary=french(", ".join(filter(None, (kind, _when(event, sessions), where)))),
        body=" ".join((event.summary, event.organiser, *sectors, *filter(None, towns), event.description[:2_000])),
        weight=3 if event.last_ends_at and event.last_ends_at > timezone.now() else 1,
    )


def refresh(keys: Iterable[int]) -> None:
    """Write again what is found of these events, by their primary keys; forget those that are no longer to be found."""
    wanted = sorted(set(keys))
    if not wanted:
        return
    found = {each.key: each for each in entries(findable().filter(pk__in=wanted))}
    search.index(found.values())
    slugs = Event.objects.filter(pk__in=wanted).values_list("slug", flat=True)
    if gone := set(slugs) - set(found):
        search.forget(KIND, gone)


def _town(session: Session) -> str:
    if session.attendance == Session.Attendance.ONLINE:
        return "en ligne"
    return session.commune.name if session.commune else session.town


def _when(event: Event, sessions: list[Session]) -> str:
    """Days that stay true as they pass: the first, and the last if it is another."""
    if not sessions:
        return event.date_note
    held = [session for session in sessions if session.status not in brief.OFF]
    told = held or sessions
    ends = max(session.ends_at for session in told)
    first, last = times.span(min(session.starts_at for session in told), ends)
    days = times.days(first, last, name=first == last)
    return days if held else f"{brief.state(sessions[-1].status).lower()}, {days}"
