"""The calendar around VEVENTs: what a subscription is called, how often it is read, and the hours of Paris (A8).

There is no METHOD: this is a calendar that one reads (RFC 5545), not an invitation that one answers (RFC 5546).
"""

from __future__ import annotations

from collections.abc import Iterable

from core.ical import fold, text, uri
from core.text import fold as without_accents

CONTENT_TYPE = "text/calendar; charset=utf-8"
PRODID = "-//Service public régional de l’orientation//Agenda//FR"
REFRESH = "PT6H"  # a subscription is read four times a day
# The rule in force since 1996 (directive 2000/84/CE): the last Sundays of March and October, at 1:00 UTC.
VTIMEZONE = "\r\n".join(
    (
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Paris",
        "BEGIN:DAYLIGHT",
        "DTSTART:19960331T020000",
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        "TZNAME:CEST",
        "END:DAYLIGHT",
        "BEGIN:STANDARD",
        "DTSTART:19961027T030000",
        "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
        "TZOFFSETFROM:+0200",
        "TZOFFSETTO:+0100",
        "TZNAME:CET",
        "END:STANDARD",
        "END:VTIMEZONE\r\n",
    )
)
END = "END:VCALENDAR\r\n"


def calendar(vevents: Iterable[str], *, name: str, source: str = "", page: str = "", description: str = "") -> str:
    """A whole file: stored VEVENTs joined. `source` is the address of the feed itself (empty for a file that is not
    subscribed to), `page` the page people read; both absolute."""
    return f"{head(name=name, source=source, page=page, description=description)}{''.join(vevents)}{END}"


def head(*, name: str, source: str = "", page: str = "", description: str = "") -> str:
    """Everything before the first VEVENT, for who streams."""
    said = text(name)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODID}", "CALSCALE:GREGORIAN"]
    if source:
        # The old names and the new ones (RFC 7986): each client reads its own.
        lines += [f"NAME:{said}", f"X-WR-CALNAME:{said}"]
        if description:
            lines += [f"DESCRIPTION:{text(description)}", f"X-WR-CALDESC:{text(description)}"]
        lines += [
            "X-WR-TIMEZONE:Europe/Paris",
            f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}",
            f"X-PUBLISHED-TTL:{REFRESH}",
            f"SOURCE;VALUE=URI:{uri(source)}",
        ]
    if page:
        lines.append(f"URL:{uri(page)}")
    return "".join(fold(line) for line in lines) + VTIMEZONE


def filename(name: str) -> str:
    """« agenda-colmar.ics » for the header of a download."""
    words = without_accents(name).replace(" ", "-")[:60].strip("-") or "agenda"
    return f"{words}.ics"
