"""What the clock alone takes out of the agenda: nothing is lost, the page of an event stays (A8)."""

from __future__ import annotations

from django.utils import timezone

from core import search
from events import search_entries
from events.derived import refresh, told
from events.models import Event, Session

BATCH = 500


def archive() -> int:
    """Take out of calendars what was withdrawn `EVENT_WITHDRAWN_DAYS` ago, and out of the portal's search what has been
    over for a year; returns how many events. May run twice: the second finds nothing.
    """
    return _leave_calendars() + _leave_search()


def _leave_calendars() -> int:
    over = Session.objects.filter(listing__isnull=False).exclude(told()).order_by("event_id")
    events = list(dict.fromkeys(over.values_list("event_id", flat=True)))
    for start in range(0, len(events), BATCH):
        batch = events[start : start + BATCH]
        refresh(Session.objects.filter(event_id__in=batch), events=batch)
    return len(events)


def _leave_search() -> int:
    """Those that went over their year lately: what went before is out already."""
    limit = timezone.now() - search_entries.RECENT
    lately = Event.objects.filter(last_ends_at__lt=limit, last_ends_at__gte=limit - search_entries.RECENT)
    slugs = list(lately.order_by("pk").values_list("slug", flat=True))
    return search.forget(search_entries.KIND, slugs) if slugs else 0
