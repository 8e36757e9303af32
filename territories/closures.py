"""Closures of a place as pages say them: « Fermé du 24 décembre 2026 au 2 janvier 2027 » (days of Europe/Paris).

A span is a pair of days, both included. Nothing here asks the database: `openings` and `cards` stand on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

NBSP = "\u00a0"
Span = tuple[date, date]
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip
TOLD_AHEAD = timedelta(days=14)  # a list says a closure that begins within two weeks


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same days in order, those that touch or overlap made one span."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1] + timedelta(days=1):
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def closed_on(spans: Iterable[Span], day: date) -> Span | None:
    """The span that holds `day`, whole; None when the place is not closed that day."""
    return next((span for span in merged(spans) if span[0] <= day <= span[1]), None)


def announced(spans: Iterable[Span], today: date) -> Span | None:
    """The span that holds today, or the next one if it begins within two weeks."""
    return next((span for span in merged(spans) if span[1] >= today and span[0] <= today + TOLD_AHEAD), None)


def sentence(span: Span, today: date) -> str:
    """« Fermé le 24 décembre », « Fermé du 24 au 31 décembre »; « Sera fermé… » before it begins.

    The years are said as soon as one of them is not the present one.
    """
    start, end = span
    verb = "Fermé" if start <= today else "Sera fermé"
    years = not (start.year == end.year == today.year)
    if start == end:
        return f"{verb} le {_day(start, month=True, year=years)}"
    same = (start.year, start.month) == (end.year, end.month)
    first = _day(start, month=not same, year=years and start.year != end.year)
    return f"{verb} du {first} au {_day(end, month=True, year=years)}"


def written(spans: Iterable[Span]) -> str:
    """`spans` as the card keeps them: « 2026-12-24/2027-01-02 2027-03-01/2027-03-02 »."""
    return " ".join(f"{start.isoformat()}/{end.isoformat()}" for start, end in merged(spans))


def read(text: str) -> list[Span]:
    """What `written` wrote."""
    pairs = (pair.split("/") for pair in text.split())
    return [(date.fromisoformat(start), date.fromisoformat(end)) for start, end in pairs]


def full_day(day: date, weekdays: Sequence[str]) -> str:
    """« lundi 4 janvier »; `weekdays` from Monday on."""
    return f"{weekdays[day.weekday()]} {_day(day, month=True, year=False)}"


def _day(day: date, *, month: bool, year: bool) -> str:
    number = "1er" if day.day == 1 else str(day.day)
    words = [number, *([MONTHS[day.month - 1]] if month else []), *([str(day.year)] if year else [])]
    return NBSP.join(words[:2]) + "".join(f" {word}" for word in words[2:])
