"""What else a reader of one event may want: other events of who runs it, others alike around, places that help."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import F, FloatField
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.safestring import SafeString

from core.geo import mercator
from events.models import Event, Session
from events.render import card
from territories import cards
from territories.models import Site
from territories.near import Start

SHOWN, AROUND_KM, AHEAD = 3, 30, timedelta(days=90)
_OF_ORGANISER = """
SELECT l.event_id, l.starts_at, l.ends_at, r.card FROM events_listing l
JOIN events_rendering r ON r.session_id = l.session_id
WHERE l.shown AND l.organisation_id = %s AND l.starts_at >= %s AND l.event_id <> %s
ORDER BY l.starts_at, l.session_id LIMIT 20
"""
_ALIKE = """
SELECT l.event_id, l.starts_at, l.ends_at, r.card FROM (
    SELECT session_id, event_id, starts_at, ends_at FROM events_listing
    WHERE shown AND kind = %s AND starts_at >= %s AND starts_at < %s AND event_id <> %s
      AND position <@ circle(%s::point, %s)
    ORDER BY starts_at, session_id LIMIT 20) l
JOIN events_rendering r ON r.session_id = l.session_id ORDER BY l.starts_at, l.session_id
"""
_ALIKE_ANYWHERE = """
SELECT l.event_id, l.starts_at, l.ends_at, r.card FROM (
    SELECT session_id, event_id, starts_at, ends_at FROM events_listing
    WHERE shown AND kind = %s AND starts_at >= %s AND starts_at < %s AND event_id <> %s
    ORDER BY starts_at, session_id LIMIT 20) l
JOIN events_rendering r ON r.session_id = l.session_id ORDER BY l.starts_at, l.session_id
"""


@dataclass(frozen=True, slots=True)
class Group:
    """Cards under a heading, each in its <li>."""

    heading: str
    cards: SafeString


def events(event: Event, session: Session | None) -> list[Group]:
    """Coming events of the same organisation, then of the same type around `session` (its place), each once."""
    now, seen, groups = timezone.now(), set[int](), []
    if event.organisation_id is not None:
        rows = _rows(_OF_ORGANISER, [event.organisation_id, now, event.pk])
        groups.append(Group("Du même organisme", _cards(rows, seen)))
    window = [event.kind, now, now + AHEAD, event.pk]
    if session is not None and session.lat is not None and session.lon is not None:
        start = Start(session.lat, session.lon)
        alike = _rows(_ALIKE, [*window, start.point, AROUND_KM / start.scale])
        groups.append(Group("Du même genre, près de là", _cards(alike, seen)))
    else:
        groups.append(Group("Du même genre", _cards(_rows(_ALIKE_ANYWHERE, window), seen)))
    return [group for group in groups if group.cards]


def places(event: Event, session: Session | None) -> SafeString:
    """Places of the organiser that receive the public, the nearest to `session` first; empty without any."""
    if event.organisation_id is None:
        return cards.joined(())
    rows = Site.objects.public().filter(organisation=event.organisation_id).only("card", "hours")
    if session is not None and session.lat is not None and session.lon is not None:
        x, y = mercator(session.lat, session.lon)
        far = RawSQL("territories_site.position <-> %s::point", [f"({x!r},{y!r})"], output_field=FloatField())
        rows = rows.order_by(far, "pk")
    else:
        rows = rows.order_by(F("sort_key"), "pk")
    return cards.joined(f"<li>{cards.fill(site.card, hours=site.hours)}</li>" for site in rows[:SHOWN])


def _rows(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(parameters))
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _cards(rows: Iterable[tuple[Any, ...]], seen: set[int]) -> SafeString:
    now, chosen = timezone.now(), list[str]()
    for key, starts_at, ends_at, text in rows:
        if key in seen or len(chosen) == SHOWN:
            continue
        seen.add(key)
        chosen.append(f"<li>{card.fill(text, starts_at=starts_at, ends_at=ends_at, now=now)}</li>")
    return card.joined(chosen)
