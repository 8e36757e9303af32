"""Days as visitors say them, in Europe/Paris, and the instants they stand for (A2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.utils import timezone

PARIS: Final = ZoneInfo("Europe/Paris")
FIRST, LAST = date(2000, 1, 1), date(2099, 12, 31)  # as the truth (`events.models.session`)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_FRENCH = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)


def today() -> date:
    """The present day in Paris."""
    return timezone.now().astimezone(PARIS).date()


def midnight(day: date) -> datetime:
    """The instant a day of Paris begins: 23 or 25 hours separate two of them when the hour changes."""
    return datetime(day.year, day.month, day.day, tzinfo=PARIS)


def parse(text: str) -> date | None:
    """`2027-03-16`, or `16/03/2027` as French people write it; None for what is no day of our time."""
    if match := _ISO.fullmatch(text):
        year, month, day = map(int, match.groups())
    elif match := _FRENCH.fullmatch(text):
        day, month, year = map(int, match.groups())
    else:
        return None
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if FIRST <= found <= LAST else None


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One link to a span of days, both inclusive."""

    label: str
    starts: date
    ends: date


def shortcuts(day: date | None = None) -> list[Shortcut]:
    """The spans people ask for, from `day` (today) on: what is behind us is left out, and of two names of the same days
    the narrower stays (a Sunday is « aujourd’hui », not also the week-end and the week). From Saturday on, one prepares
    the next week."""
    day = day or today()
    sunday = day + timedelta(days=6 - day.weekday())
    saturday = max(day, sunday - timedelta(days=1))
    month_end = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    every = [
        Shortcut("Aujourd’hui", day, day),
        Shortcut("Cette semaine", day, sunday),
        Shortcut("Ce week-end", saturday, sunday),
        Shortcut("Ce mois-ci", day, month_end),
        Shortcut("30 jours", day, day + timedelta(days=30)),
    ]
    named: dict[tuple[date, date], Shortcut] = {}
    for rank in (0, 2, 1, 3, 4):
        named.setdefault((every[rank].starts, every[rank].ends), every[rank])
    found = [span for span in every if span in named.values()]
    if day.weekday() >= 5:
        after = sum(span.ends <= sunday for span in found)
        found.insert(after, Shortcut("La semaine prochaine", *week_after(sunday)))
    return found


def week_after(day: date) -> tuple[date, date]:
    """The Monday and the Sunday of the week that follows that of `day`."""
    monday = day + timedelta(days=7 - day.weekday())
    return monday, monday + timedelta(days=6)
