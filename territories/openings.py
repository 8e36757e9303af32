"""Opening hours in French: « ouvert, ferme à 17 h », « fermé, ouvre lundi à 9 h » (Europe/Paris).

Hours are `{"1": [["09:00", "12:00"], …], …}`: ISO weekday to ranges; empty when nobody said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
NBSP = "\u00a0"
Hours = Mapping[str, Sequence[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class State:
    """Whether a place is open now, and the sentence that says so and what comes next."""

    open: bool
    sentence: str


def hour(clock: str) -> str:
    """« 9 h », « 9 h 30 », « midi » stays « 12 h ». `clock` is HH:MM."""
    hours, _, minutes = clock.partition(":")
    return f"{int(hours)}{NBSP}h" + (f"{NBSP}{minutes}" if minutes and minutes != "00" else "")


def ranges(hours: Hours, weekday: int) -> list[tuple[str, str]]:
    """The opened ranges of an ISO weekday, in order; what is not a pair of hours is left out."""
    said: Any = hours.get(str(weekday)) or ()
    return sorted((str(r[0]), str(r[1])) for r in said if len(r) == 2 and r[0] < r[1])


def sentence_of_day(hours: Hours, weekday: int) -> str:
    """« 9 h – 12 h et 14 h – 17 h », or « Fermé »."""
    return " et ".join(f"{hour(start)} – {hour(end)}" for start, end in ranges(hours, weekday)) or "Fermé"


def week(hours: Hours) -> list[tuple[str, str]]:
    """The seven days with their sentence; empty when nothing is known."""
    return [(name, sentence_of_day(hours, i)) for i, name in enumerate(DAYS, start=1)] if hours else []


def today(hours: Hours, now: datetime | None = None) -> str:
    """« Aujourd’hui : 9 h – 12 h », for a list; empty when nothing is known."""
    if not hours:
        return ""
    weekday = timezone.localtime(now).isoweekday()
    said = sentence_of_day(hours, weekday)
    return f"Aujourd’hui{NBSP}: {said if said != 'Fermé' else 'fermé'}"


def state(hours: Hours, now: datetime | None = None) -> State | None:
    """Open or closed at `now` (the present by default), and until when; None when nothing is known."""
    if not hours:
        return None
    moment = timezone.localtime(now)
    clock = moment.strftime("%H:%M")
    for start, end in ranges(hours, moment.isoweekday()):
        if start <= clock < end:
            return State(True, f"Ouvert maintenant, ferme à {hour(end)}")
    following = next(_following(hours, moment, clock), None)
    return State(False, f"Fermé, {following}" if following else "Fermé")


def _following(hours: Hours, moment: datetime, clock: str) -> Iterator[str]:
    """The next openings: « ouvre à 14 h », « ouvre demain à 9 h », « ouvre lundi à 9 h »."""
    for ahead in range(8):
        weekday = (moment + timedelta(days=ahead)).isoweekday()
        for start, _ in ranges(hours, weekday):
            if ahead == 0 and start <= clock:
                continue
            day = ("", "demain ")[ahead] if ahead < 2 else f"{DAYS[weekday - 1]} "
            yield f"ouvre {day}à {hour(start)}"
