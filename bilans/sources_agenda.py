"""The sources that count the events of the agenda (A1), each of them once at whatever level is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from django.utils import timezone

from bilans.breakdowns import ELSEWHERE
from bilans.computing import UNKNOWN, Computed, Source, facts_of, number
from bilans.models import Bilan, Breakdown, Kind
from core.reference import EventType
from events import yearly

FAIRS = (EventType.SALON, EventType.FORUM, EventType.PORTES_OUVERTES)
WORKSHOPS = (EventType.ATELIER, EventType.CONFERENCE, EventType.WEBINAIRE, EventType.REUNION_INFORMATION)
FIRMS = (EventType.VISITE, EventType.STAGE, EventType.JOB_DATING)


def _happenings(year: int) -> list[yearly.Happening]:
    return yearly.of_year(year, timezone.now())


def _events(bilan: Bilan, *, held: bool, kinds: Iterable[str] = ()) -> list[tuple[yearly.Happening, list[Any]]] | None:
    """The events of the subject with their places there: of a territory, those held on it and nothing else of them."""
    rows = facts_of(bilan, _happenings, bilan.campaign.year)
    if rows is None:
        return None
    wanted, found = set(kinds), []
    for row in rows:
        places = list(row.places if held else row.announced_at)
        if bilan.kind == Kind.TERRITORY:
            places = [place for place in places if place.agency == bilan.agency_id]
        counted = row.held if held else True
        if counted and (places or bilan.kind != Kind.TERRITORY) and (not wanted or row.kind in wanted):
            found.append((row, places))
    return found


def events_counted(*, held: bool, kinds: Iterable[str] = ()) -> Source:
    """How many events, each once; by territory and basin, at the place of its first date."""

    def count(bilan: Bilan) -> Computed:
        rows = _events(bilan, held=held, kinds=kinds)
        if rows is None:
            return UNKNOWN
        agencies = Counter(places[0].agency_slug if places else ELSEWHERE[0] for _, places in rows)
        basins = Counter(str(places[0].basin) if places else ELSEWHERE[0] for _, places in rows)
        parts = {(Breakdown.AGENCY.value, slug): number(some) for slug, some in agencies.items()}
        parts |= {(Breakdown.BASIN.value, basin): number(some) for basin, some in basins.items()}
        return Computed(number(len(rows)), parts)

    return count


def attended(bilan: Bilan) -> Computed:
    rows = _events(bilan, held=True) or []
    said = [row.attended for row, _ in rows if row.attended is not None]
    return Computed(number(sum(said))) if said else UNKNOWN


def event_set(of: Callable[[yearly.Happening, list[Any]], Iterable[Any]]) -> Source:
    """How many different things the events held name, each once."""

    def count(bilan: Bilan) -> Computed:
        rows = _events(bilan, held=True)
        if rows is None:
            return UNKNOWN
        return Computed(number(len({thing for row, places in rows for thing in of(row, places)})))

    return count


AGENDA: dict[str, Source] = {
    "events_announced": events_counted(held=False),
    "events_held": events_counted(held=True),
    "events_fairs": events_counted(held=True, kinds=FAIRS),
    "events_workshops": events_counted(held=True, kinds=WORKSHOPS),
    "events_firms": events_counted(held=True, kinds=FIRMS),
    "events_attended": attended,
    "event_partners": event_set(lambda row, _: row.partners),
    "event_towns": event_set(lambda _, places: {place.insee for place in places}),
    "active_organisations": event_set(lambda row, _: {row.organisation} - {None}),
}
