"""Events for the tests: small functions over the services, so that what they make is what the portal makes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from events.models import Event, Session
from events.services.states import publish
from events.services.writing import create_event
from tests.factories import fresh

PARIS = ZoneInfo("Europe/Paris")


def paris(text: str) -> datetime:
    """« 2027-03-16 14:00 », wall-clock time of Paris, as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


def date_of(starts: str | datetime = "", *, hours: float = 2, **fields: Any) -> dict[str, Any]:
    """The values of one session; without `starts`, in a week at the present hour."""
    start = paris(starts) if isinstance(starts, str) and starts else starts or timezone.now() + timedelta(days=7)
    return {"starts_at": start, "ends_at": start + timedelta(hours=hours)} | fields  # type: ignore[operator]


def draft(*sessions: dict[str, Any], organisation: Any = None, **values: Any) -> Event:
    """An event that nobody but its authors sees; without `sessions`, one date in a week."""
    known = {"title": f"Atelier {fresh()}", "kind": "atelier"} | values
    return create_event(values=known, sessions=list(sessions) or [date_of()], organisation=organisation, actor=None)


def published(*sessions: dict[str, Any], organisation: Any = None, **values: Any) -> Event:
    """An event of the agenda."""
    return publish(event=draft(*sessions, organisation=organisation, **values), actor=None)


def first_session(event: Event) -> Session:
    return Session.objects.filter(event=event).order_by("starts_at", "pk")[0]
