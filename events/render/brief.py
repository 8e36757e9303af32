"""What a cell of a calendar or a line of an embed says: one word a state, where, no more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from core.templatetags.typography import french
from events.models import Session
from events.render import times

State = Session.Status
OFF: Final = frozenset({State.CANCELLED.value, State.POSTPONED.value})
# One or two words: the sentence is on the page of the event.
_STATES: Final = {
    State.CANCELLED.value: "Annulé",
    State.POSTPONED.value: "Reporté",
    State.RESCHEDULED.value: "Date changée",
    State.MOVED_ONLINE.value: "Passé en ligne",
    State.MOVED_PLACE.value: "Lieu changé",
}


def state(status: str, *, full: bool = False) -> str:
    """What became of a date; empty when it is held as announced and has seats."""
    words = [_STATES[status]] if status in _STATES else []
    if full and status != State.CANCELLED:
        words.append("Complet")
    return ", ".join(words)


_PASSED: Final = {"cancelled": "annulé", "postponed": "reporté", "full": "complet"}
_PLURALS: Final = {"cancelled": "annulées", "postponed": "reportées", "full": "complètes"}


def skipped(dates: Sequence[tuple[datetime, str]]) -> str:
    """« 1er décembre annulé », « 3 dates annulées ou complètes avant »; empty without any."""
    if not dates:
        return ""
    if len(dates) == 1:
        at, status = dates[0]
        return f"{times.day(times.local(at).date(), name=False, year=False)} {_PASSED[status]}"
    met = {status for _, status in dates}
    return f"{len(dates)} dates {' ou '.join(word for key, word in _PLURALS.items() if key in met)} avant"


def look(status: str, *, full: bool = False) -> str:
    """The class of a date in our style: `off` when it is not held at its date, `full`, or nothing."""
    return "off" if status in OFF else "full" if full else ""


def where(attendance: str, town: str) -> str:
    """« Colmar », « en ligne », « Colmar et en ligne »."""
    if attendance == Session.Attendance.ONLINE:
        return "en ligne"
    if attendance == Session.Attendance.HYBRID:
        return f"{town} et en ligne" if town else "en ligne"
    return french(town)
