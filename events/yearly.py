"""What a yearly account asks of the agenda: the events of a year, where they were held, who came (A1, G4)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from events.models import Event, Session

PARIS = ZoneInfo("Europe/Paris")
_NOT_HELD = (Session.Status.CANCELLED, Session.Status.POSTPONED)


@dataclass(frozen=True)
class Where:
    """A commune where an event was held."""

    insee: str
    basin: int
    agency: int
    agency_slug: str


@dataclass(frozen=True)
class Happening:
    """An event with dates in the year. `held`: one of them has passed and was neither cancelled nor put off.

    `places` are those of the dates held, the first one first; none for an event online alone or out of the region.
    """

    event: int
    kind: str
    organisation: int | None
    held: bool
    attended: int | None
    places: tuple[Where, ...] = ()
    announced_at: tuple[Where, ...] = ()
    partners: frozenset[int] = field(default_factory=frozenset)

    @property
    def agencies(self) -> frozenset[int]:
        return frozenset(place.agency for place in self.announced_at)


def of_year(year: int, now: dt.datetime) -> list[Happening]:
    """The public events of `year`, withdrawn ones included (announced, not held). Two queries."""
    starts, ends = (dt.datetime(when, 1, 1, tzinfo=PARIS) for when in (year, year + 1))
    sessions = (
        Session.objects.filter(starts_at__gte=starts, starts_at__lt=ends)
        .filter(event__state__in=[Event.State.PUBLISHED, Event.State.WITHDRAWN])
        .order_by("event", "starts_at", "pk")
        .values_list(
            "event", "event__kind", "event__organisation", "event__state", "status", "happened", "ends_at", "attended",
            "commune", "commune__basin", "commune__agency", "commune__agency__slug",
        )
    )  # fmt: skip
    dates: dict[tuple[int, str, int | None], list[tuple[bool, int | None, Where | None]]] = defaultdict(list)
    for event, kind, house, state, status, happened, over, attended, insee, basin, agency, slug in sessions:
        held = (
            state == Event.State.PUBLISHED and status not in _NOT_HELD and happened is not False and over <= now
        )  # fmt: skip
        where = Where(insee, basin, agency, slug) if insee else None
        dates[event, kind, house].append((held, attended if held else None, where))
    partners = _partners({event for event, _, _ in dates})
    return [_happening(key, rows, partners) for key, rows in dates.items()]


def _happening(
    key: tuple[int, str, int | None], rows: list[tuple[bool, int | None, Where | None]], partners: dict[int, set[int]]
) -> Happening:
    event, kind, house = key
    counts = [attended for _, attended, _ in rows if attended is not None]
    return Happening(
        event, kind, house, held=any(held for held, _, _ in rows), attended=sum(counts) if counts else None,
        places=tuple(dict.fromkeys(where for held, _, where in rows if held and where)),
        announced_at=tuple(dict.fromkeys(where for _, _, where in rows if where)),
        partners=frozenset(partners[event]),
    )  # fmt: skip


def _partners(events: set[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    rows = Event.partners.through.objects.filter(event__in=events).values_list("event_id", "organisation_id")
    for event, organisation in rows:
        found[event].add(organisation)
    return found
