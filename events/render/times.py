"""When, in French words, in the wall-clock time of Europe/Paris: « mardi 16 mars 2027, 14 h – 16 h » (A3).

Used by everything that says a date of the agenda: cards, pages, feeds, mails. Spaces do not break inside an hour nor
between a day and its month.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
NBSP = "\u00a0"
DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip
SHORT_MONTHS = (
    "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.",
)  # fmt: skip
_INSTANT = timedelta(microseconds=1)


def local(moment: datetime) -> datetime:
    """`moment` on the clocks of Paris."""
    return moment.astimezone(PARIS)


def span(starts_at: datetime, ends_at: datetime) -> tuple[date, date]:
    """The first and the last day, both included: what ends at midnight ends the day before."""
    return local(starts_at).date(), local(ends_at - _INSTANT).date()


@lru_cache(maxsize=4096)
def day(value: date, *, name: bool = True, month: bool = True, year: bool = True) -> str:
    """« mardi 16 mars 2027 », « 1er mai »."""
    number = "1er" if value.day == 1 else str(value.day)
    said = f"{DAYS[value.weekday()]} {number}" if name else number
    if month:
        said += f"{NBSP}{MONTHS[value.month - 1]}"
    return f"{said} {value.year}" if month and year else said


def clock(moment: datetime) -> str:
    """« 14 h », « 9 h 30 », « minuit »; of a moment already on the clocks of Paris."""
    if moment.hour == 0 and moment.minute == 0:
        return "minuit"
    return f"{moment.hour}{NBSP}h{NBSP}{moment.minute:02d}" if moment.minute else f"{moment.hour}{NBSP}h"


def hours(starts_at: datetime, ends_at: datetime) -> str:
    """« 14 h – 16 h »."""
    return _range(local(starts_at), local(ends_at))


def _range(start: datetime, end: datetime) -> str:
    return f"{clock(start)}{NBSP}–{NBSP}{clock(end)}"


def days(first: date, last: date, *, name: bool = False, year: bool = True) -> str:
    """« 3 mai 2027 », « du 3 au 5 mai 2027 », « du 30 avril au 2 mai 2027 »; both years when they differ."""
    if first == last:
        return day(first, name=name, year=year)
    same_year = first.year == last.year
    same_month = same_year and first.month == last.month
    start = day(first, name=name, month=not same_month, year=year and not same_year)
    return f"du {start} au {day(last, name=name, year=year)}"


def when(starts_at: datetime, ends_at: datetime, *, all_day: bool = False, year: bool = True) -> str:
    """The whole of it: « mardi 16 mars 2027, 14 h – 16 h », « samedi 20 mars 2027, toute la journée »,
    « du 3 au 5 mai 2027 », « du lundi 3 mai, 9 h, au mercredi 5 mai 2027, 17 h »."""
    first, last = span(starts_at, ends_at)
    if all_day:
        said = days(first, last, name=first == last, year=year)
        return f"{said}, toute la journée" if first == last else said
    start, end = local(starts_at), local(ends_at)
    # What ends in the night is of the evening before: « vendredi 5 mars, 20 h – 2 h ».
    if first == last or (end - start <= timedelta(hours=12) and end.hour < 6):
        return f"{day(first, year=year)}, {_range(start, end)}"
    opening = day(first, year=year and first.year != last.year)
    return f"du {opening}, {clock(start)}, au {day(last, year=year)}, {clock(end)}"


def moment(at: datetime, *, all_day: bool = False, year: bool = True) -> str:
    """One instant: « mardi 16 mars 2027 à 14 h »."""
    here = local(at)
    said = day(here.date(), year=year)
    return said if all_day else f"{said} à {clock(here)}"


def nearness(starts_at: datetime, ends_at: datetime, now: datetime) -> str:
    """« Aujourd’hui », « Demain », « En ce moment », « Passé »; empty for another day."""
    if ends_at <= now:
        return "Passé"
    if starts_at <= now:
        return "En ce moment"
    ahead = (local(starts_at).date() - local(now).date()).days
    return ("Aujourd’hui", "Demain")[ahead] if ahead < 2 else ""
