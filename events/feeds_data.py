"""The agenda given away whole (O3): the rows and the shapes are those of the API."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse

from core.datasets import Row, Table
from core.links import absolute
from events.api.events import public_events
from events.api.rows import EVENT_FIELDS, SESSION_FIELDS, event_item, session_item
from events.api.sessions import told_sessions
from events.api.shapes import EventSerializer, SessionSerializer
from events.models import Event, Session, Source
from members.models import Network, Organisation
from territories.models import Agency, Commune, Site


def _event(row: Row) -> Row:
    return event_item(row) | {"url": absolute(reverse("event", args=[row["slug"]]))}


def _session(row: Row) -> Row:
    return session_item(row) | {"url": absolute(reverse("event", args=[row["event"]]))}


def sources() -> list[str]:
    """The agendas that events came from, as their pages must be cited."""
    rows: QuerySet[Source] = Source.objects.filter(events__in=public_events()).order_by("name", "pk").distinct()
    return [f"{name} ({page})" if page else name for name, page in rows.values_list("name", "page_url")]


EVENTS = Table(
    slug="evenements",
    title="Les évènements",
    text="Les évènements de l’agenda, passés et à venir. Ceux qui ont été retirés ou fusionnés restent, avec leur état "
    "et sans leur présentation, pour qu’une copie puisse les ôter. Les dates sont dans « seances ».",
    serializer=EventSerializer,
    rows=public_events,
    columns=EVENT_FIELDS,
    models=(Event, Organisation, Network, Agency, Source),
    finish=_event,
    origin="",
    sources=sources,
)
SESSIONS = Table(
    slug="seances",
    title="Les séances de l’agenda",
    text="Chaque date de chaque évènement publié, passée ou à venir, avec son lieu et ce qu’elle devient. Pour une "
    "partie seulement, ou pour un calendrier : les flux /agenda.ics, .atom, .json et .csv, filtrés comme la page.",
    serializer=SessionSerializer,
    rows=told_sessions,
    columns=SESSION_FIELDS,
    models=(Session, Event, Organisation, Agency, Commune, Site),
    finish=_session,
    positioned=False,
    origin="",
    sources=sources,
)
TABLES = (EVENTS, SESSIONS)
