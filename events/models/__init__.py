"""The nouns of the agenda (A1-A9). Truth: `event`, `session`, `registration`; derived from it: `listing`."""

from events.models.alert import Alert
from events.models.event import DistinctPair, Event, EventQuerySet, Merge, Revision, Trust
from events.models.listing import Listing, Rendering, Word
from events.models.registration import Registration
from events.models.session import Recurrence, Session, SessionChange
from events.models.source import AgendaFile, ImportRun, Source

__all__ = [
    "AgendaFile",
    "Alert",
    "DistinctPair",
    "Event",
    "EventQuerySet",
    "ImportRun",
    "Listing",
    "Merge",
    "Recurrence",
    "Registration",
    "Rendering",
    "Revision",
    "Session",
    "SessionChange",
    "Source",
    "Trust",
    "Word",
]
