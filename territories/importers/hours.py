"""Reads opening hours written in French: « Lundi au vendredi : 9 h–12 h, 13 h 30–17 h ; Samedi : 9 h–12 h ».

Only what is regular is understood; for anything else the text alone is shown (`Site.hours_text`).
"""

from __future__ import annotations

import re

from core.text import fold

Hours = dict[str, list[list[str]]]
DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")

_DAY = rf"(?:{'|'.join(DAYS)})s?"
_DAYS_PART = re.compile(rf"(?P<days>{_DAY}(?:(?: au | a | et | , ?|, ?){_DAY})*) ?: ?(?P<ranges>.+)")
_CLOCK = r"(?P<{0}>[0-9]{{1,2}}) ?h ?(?P<{0}_minutes>[0-9]{{2}})?"
_RANGE = re.compile(rf"(?:de )?{_CLOCK.format('start')} ?(?:-| a ) ?{_CLOCK.format('end')}")


def parse_hours(text: str) -> Hours | None:
    """ISO weekday to opened ranges, as `Site.hours` keeps them; None when the text is empty or not regular.

    A day said twice, a range that ends before it begins or ranges that overlap are not regular.
    """
    hours: Hours = {}
    for part in filter(None, (_plain(part) for part in re.split(r"[;\n]", text))):
        found = _DAYS_PART.fullmatch(part)
        days = _days(found["days"]) if found else None
        ranges = _ranges(found["ranges"]) if found else None
        if not days or not ranges or any(str(day) in hours for day in days):
            return None
        hours.update({str(day): ranges for day in days})
    return dict(sorted(hours.items())) or None


def _plain(text: str) -> str:
    """Lower case, no accent, one space, one dash."""
    text = re.sub(r"[\u2010-\u2015\u2212]", "-", text)
    return " ".join(re.sub(r"[^\w:,\-\s]", " ", "".join(map(_letter, text))).split())


def _letter(character: str) -> str:
    return fold(character) if character.isalpha() else character


def _days(text: str) -> list[int] | None:
    """« lundi au jeudi », « lundi, mardi et jeudi » as ISO weekdays; None if a span goes backwards."""
    days: list[int] = []
    for words in re.split(r" et | ?, ?", text):
        names = [DAYS.index(name.removesuffix("s")) + 1 for name in re.split(r" au | a ", words)]
        if len(names) > 2 or (len(names) == 2 and names[0] >= names[1]):
            return None
        days.extend(range(names[0], names[-1] + 1))
    return days if len(set(days)) == len(days) else None


def _ranges(text: str) -> list[list[str]] | None:
    ranges: list[list[str]] = []
    for part in re.split(r" ?, ?| et ", text):
        found = _RANGE.fullmatch(part)
        start, end = (_clock(found, name) for name in ("start", "end")) if found else (None, None)
        if start is None or end is None or start >= end or (ranges and start <= ranges[-1][1]):
            return None
        ranges.append([start, end])
    return ranges


def _clock(found: re.Match[str], name: str) -> str | None:
    hour, minutes = int(found[name]), int(found[f"{name}_minutes"] or 0)
    return f"{hour:02}:{minutes:02}" if hour < 24 and minutes < 60 else None
