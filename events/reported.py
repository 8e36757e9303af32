"""Errors that readers tell of the page of an event: to its organisation, else its agency, else the Region."""

from __future__ import annotations

from events.models import Event
from territories import reports
from territories.models import SheetReport


def connect() -> None:
    """Declare the pages of events to the desk of errors."""
    reports.register(SheetReport.Kind.EVENT, sheet, Event)


def sheet(slug: str) -> reports.Sheet | None:
    """The page of a published event; None otherwise."""
    rows = Event.objects.filter(state=Event.State.PUBLISHED).select_related("organisation", "agency")
    event = rows.filter(slug=slug).first()
    if event is None:
        return None
    return reports.Sheet(
        SheetReport.Kind.EVENT, slug, event.title, event.get_absolute_url(), event.organisation, event.agency
    )
