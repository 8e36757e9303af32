"""The agenda as the public API gives it: events for those who keep a copy, sessions for those who show dates (O1)."""

from events.api.events import EventViewSet
from events.api.sessions import SessionViewSet

__all__ = ["EventViewSet", "SessionViewSet"]
