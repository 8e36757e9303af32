"""Opening hours in French: « ouvert, ferme à 17 h », « fermé, ouvre lundi à 9 h » (Europe/Paris).

Hours are `{"1": [["09:00", "12:00"], …], …}`: ISO weekday to ranges; empty when nobody said. A place is never said
open on a day of its closures (`territories.closures`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from territories import closures
from territories.closures import Span

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_WEEKDAYS = frozenset("1234567")
NBSP = "\u00a0"
Hours = Mapping[str, Sequence[Sequence[str]]]
_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True, slots=True)
class State:
    """Whether a place is open now, and the sentence that says so and what comes next."""

    open: bool
    sentence: str


def check_hours(value: Any) -> None:
    """The one rule of `Site.hours`. Raises `ValidationError` (French) on what the pages could not read."""
    if not isinstance(value, dict) or any(day not in _WEEKDAYS for day in value):
        raise ValidationError("Les horaires vont par jour, de 1 (lundi) à 7 (dimanche).", code="hours")
    for said in value.values():
        if not isinstance(said, list) or not all(map(_is_range, said)):
            raise ValidationError("Une plage va d’une heure à une heure plus tardive, écrites HH:MM.", code="hours")
        if any(after[0] <= before[1] for before, after in pairwise(said)):
            raise ValidationError("Les plages d’un jour se suivent sans se toucher.", code="hours")


def _is_range(said: Any) -> bool:
    return (
        isinstance(said, (list, tuple))
        and len(said) == 2
        and all(isinstance(clock, str) and _CLOCK.fullmatch(clock) for clock in said)
        and said[0] < said[1]
    )


def hour(clock: str) -> str:
    """« 9 h », « 9 h 30 », « midi » stays « 12 h ». Raises `ValueError` when `clock` is not HH:MM."""
    if not _CLOCK.fullmatch(clock):
        raise ValueError("not HH:MM")
    hours, _, minutes = clock.partition(":")
    return f"{int(hours)}{NBSP}h" + (f"{NBSP}{minutes}" if minutes != "00" else "")


def ranges(hours: Any, weekday: int) -> list[tuple[str, str]]:
    """The opened ranges of an ISO weekday, in order; whatever else `hours` may hold is left out."""
    said = hours.get(str(weekday)) if isinstance(hours, Mapping) else None
    return sorted((r[0], r[1]) for r in said if _is_range(r)) if isinstance(said, (list, tuple)) else []


def known(hours: Any) -> bool:
    """Whether at least one range can be read."""
    return bool(hours) and any(ranges(hours, weekday) for weekday in range(1, 8))


def sentence_of_day(hours: Hours, weekday: int) -> str:
    """« 9 h – 12 h et 14 h – 17 h », or « Fermé »."""
    return " et ".join(f"{hour(start)} – {hour(end)}" for start, end in ranges(hours, weekday)) or "Fermé"


def week(hours: Hours) -> list[tuple[str, str]]:
    """The seven days with their sentence; empty when nothing is known."""
    return [(name, sentence_of_day(hours, i)) for i, name in enumerate(DAYS, start=1)] if known(hours) else []


def today(hours: Hours, now: datetime | None = None, closed: Sequence[Span] = ()) -> str:
    """« Aujourd’hui : 9 h – 12 h », for a list; empty when nothing is known."""
    if not known(hours):
        return ""
    moment = timezone.localtime(now)
    said = sentence_of_day(hours, moment.isoweekday())
    if said == "Fermé" or (closed and closures.closed_on(closed, moment.date())):
        said = "fermé"
    return f"Aujourd’hui{NBSP}: {said}"


def state(hours: Hours, now: datetime | None = None, closed: Sequence[Span] = ()) -> State | None:
    """Open or closed at `now` (the present by default), and until when; None when nothing is known.

    A closure of that day comes before the hours, known or not.
    """
    moment = timezone.localtime(now)
    if span := closures.closed_on(closed, moment.date()):
        said = closures.sentence(span, moment.date())
    elif not known(hours):
        return None
    else:
        clock = moment.strftime("%H:%M")
        for start, end in ranges(hours, moment.isoweekday()):
            if start <= clock < end:
                return State(True, f"Ouvert maintenant, ferme à {hour(end)}")
        said = "Fermé"
    following = next(_following(hours, moment, closures.merged(closed)), None)
    return State(False, f"{said}, {following}" if following else said)


def _following(hours: Hours, moment: datetime, closed: Sequence[Span]) -> Iterator[str]:
    """The next openings: « ouvre à 14 h », « ouvre demain à 9 h », « ouvre lundi à 9 h », « … lundi 4 janvier… »."""
    clock, here = moment.strftime("%H:%M"), moment.date()
    for day in _open_days(here, closed):
        for start, _ in ranges(hours, day.isoweekday()):
            ahead = (day - here).days
            if ahead == 0 and start <= clock:
                continue
            yield f"ouvre {_when(day, ahead)}à {hour(start)}"


def _open_days(first: date, closed: Sequence[Span]) -> Iterator[date]:
    """Eight days of no closure from `first` on: a week, and the same weekday again."""
    day = first
    for _ in range(8):
        while span := closures.closed_on(closed, day):
            day = span[1] + timedelta(days=1)
        yield day
        day += timedelta(days=1)


def _when(day: date, ahead: int) -> str:
    if ahead < 2:
        return ("", "demain ")[ahead]
    return f"{DAYS[day.weekday()]} " if ahead < 8 else f"{closures.full_day(day, DAYS)} "
