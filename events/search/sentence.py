"""A search said in plain French: the title of a feed, of an alert, of a page of results."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.formats import date_format

from core.reference import Access, EventType, Sector, Status
from core.templatetags.typography import french
from events.search.asked import Search
from territories.toponyms import at, of

NBSP = "\u00a0"
PLURALS = {
    EventType.PORTES_OUVERTES: "portes ouvertes",
    EventType.FORUM: "forums",
    EventType.SALON: "salons",
    EventType.ATELIER: "ateliers",
    EventType.CONFERENCE: "conférences",
    EventType.WEBINAIRE: "webinaires",
    EventType.VISITE: "visites",
    EventType.JOB_DATING: "job datings",
    EventType.STAGE: "stages",
    EventType.REUNION_INFORMATION: "réunions d’information",
}


def sentence(search: Search) -> str:
    """« Ateliers et forums «\u00a0robotique\u00a0», à moins de 30 km d’Épinal, du 3 au 7 mai 2027 »."""
    what = listed([PLURALS[EventType(value)] for value in search.types]) or "évènements"
    head = what[:1].upper() + what[1:] + (f" «{NBSP}{search.q}{NBSP}»" if search.q else "")
    return french(", ".join([head, *filter(None, (_where(search), *_whose(search), *_for(search), when(search)))]))


def listed(words: Sequence[str]) -> str:
    """« a, b et c »."""
    return " et ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def when(search: Search) -> str:
    """The days asked: « le 3 mai 2027 », « du 3 au 7 mai 2027 », « à partir du 3 mai 2027 »; empty without days."""
    starts, ends = search.starts, search.ends
    if starts and ends:
        return _span(starts, ends)
    if starts:
        return f"à partir du {_day(starts)}"
    return f"jusqu’au {_day(ends)}" if ends else ""


def _span(starts: date, ends: date) -> str:
    if starts == ends:
        return f"le {_day(starts)}"
    if (starts.year, starts.month) == (ends.year, ends.month):
        return f"du {_first(starts.day)} au {_day(ends)}"
    if starts.year == ends.year:
        return f"du {_first(starts.day)} {date_format(starts, 'F')} au {_day(ends)}"
    return f"du {_day(starts)} au {_day(ends)}"


def _day(day: date) -> str:
    return f"{_first(day.day)} {date_format(day, 'F Y')}"


def _first(day: int) -> str:
    return "1er" if day == 1 else str(day)


def _where(search: Search) -> str:
    if search.within and search.town:
        return f"{'en ligne et ' if search.online else ''}{at(search.town.name)}"
    if search.online:
        return "en ligne"
    if search.town:
        return f"à moins de {search.reach}{NBSP}km {of(search.town.name)}"
    return f"à moins de {search.reach}{NBSP}km d’une position" if search.point else ""


def _whose(search: Search) -> list[str]:
    return [
        f"territoire {search.agency.label}" if search.agency else "",
        f"bassin {search.basin.label}" if search.basin else "",
        f"réseau {search.network.label}" if search.network else "",
        f"par {search.organisation_name}" if search.organisation_name else "",
    ]


def _for(search: Search) -> list[str]:
    sectors = [Sector(value).label for value in search.sectors]
    publics = [Status(value).label for value in search.publics]
    return [
        f"secteur{'s' if len(sectors) > 1 else ''} {listed(sectors)}" if sectors else "",
        f"public{NBSP}: {listed(publics)}" if publics else "",
        listed([Access(value).label for value in search.access]).lower() if search.access else "",
    ]
