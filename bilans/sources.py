"""The functions that the portal works indicators out with, by name (B1, B2).

Each room says its own figures of a year in `<room>/yearly.py`, which knows nothing of bilans; this module names them
and gives each the subject of a bilan. A function answers for one subject, of any kind for which it means something;
`Computed.amount` none means that the portal does not know (never zero). A `distinct` indicator is asked here of the
very level that is wanted: of the region with a bilan of the region, which need not be saved.

Rooms answer for everybody at once; inside `remembered()` they are asked once, which is what prefills 140 bilans in
seconds.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from bilans.breakdowns import ELSEWHERE
from bilans.computing import UNKNOWN, Computed, Source, facts_of, number, once, remembered, still_known
from bilans.kinds import SOURCES
from bilans.models import Bilan, Breakdown, Kind
from bilans.sources_agenda import AGENDA
from lorfolio import yearly as portfolios
from members import yearly as houses
from psad import yearly as platforms
from recognition import yearly as rights
from territories import yearly as directory

__all__ = ["SOURCES", "Computed", "Source", "compute", "remembered"]


def compute(name: str, bilan: Bilan) -> Computed:
    """What the portal knows of one indicator for the subject of `bilan`. Raises `KeyError` for an unknown name."""
    return SOURCES[name](bilan)


# --- the directory and the référent·es


def _counted(facts: Callable[[], Iterable[Any]], kept: Callable[[Any, Bilan], bool], *by: str) -> Source:
    """How many of the facts that stand today are kept, shared out by territory and basin."""

    def count(bilan: Bilan) -> Computed:
        rows = facts_of(bilan, facts) if still_known(bilan) else None
        if rows is None:
            return UNKNOWN
        held = [row for row in rows if kept(row, bilan)]
        return Computed(number(len(held)), _shared(held, by))

    return count


def _shared(rows: Iterable[Any], by: Iterable[str]) -> dict[tuple[str, str], Decimal]:
    rows = list(rows)
    found: dict[tuple[str, str], Decimal] = {}
    for breakdown in by:
        attribute = "agency_slug" if breakdown == Breakdown.AGENCY else "basin"
        counts = Counter(str(getattr(row, attribute) or ELSEWHERE[0]) for row in rows)
        found |= {(breakdown, category): number(count) for category, count in counts.items()}
    return found


def _accessible_share(bilan: Bilan) -> Computed:
    places = facts_of(bilan, directory.places) if still_known(bilan) else None
    if not places:
        return UNKNOWN
    return Computed(number(100 * sum(place.accessible for place in places) / len(places)))


def _opening_hours(bilan: Bilan) -> Computed:
    places = facts_of(bilan, directory.places) if still_known(bilan) else None
    said = [place.hours for place in places or [] if place.hours is not None]
    return Computed(number(sum(said) / len(said))) if said else UNKNOWN


def _confirmed(post: directory.Post, bilan: Bilan) -> bool:
    since = dt.date(bilan.campaign.year, 1, 1)
    return not post.vacant and post.confirmed_on is not None and post.confirmed_on >= since


# --- bare counts of the region


def _of_region(count: Callable[[int], int], *, stands_today: bool = False) -> Source:
    def source(bilan: Bilan) -> Computed:
        if bilan.kind != Kind.REGION or (stands_today and not still_known(bilan)):
            return UNKNOWN
        return Computed(number(once(count, bilan.campaign.year)))

    return source


def _last_day(year: int) -> dt.date:
    return dt.date(year, 12, 31)


def _members(_: int) -> int:
    return len(once(houses.belonging))


def _platforms(_: int) -> int:
    return platforms.in_service()


def _recognitions(year: int) -> int:
    return rights.in_force(_last_day(year))


def _accounts(year: int) -> int:
    return portfolios.accounts(_last_day(year))


def _fte(bilan: Bilan) -> Computed:
    if bilan.kind != Kind.ORGANISATION or not still_known(bilan):
        return UNKNOWN
    return Computed(once(houses.belonging).get(bilan.organisation_id))


# --- the platforms: what was published, hidden where it is hidden


def _psad(measure: str, dimension: str = "", category: str = "") -> Source:
    def source(bilan: Bilan) -> Computed:
        rows = once(platforms.published, bilan.campaign.year) if bilan.kind in (Kind.PSAD, Kind.REGION) else None
        node = ("platform", bilan.platform.slug) if bilan.platform else platforms.REGION
        cells = (rows or {}).get(node, {})
        cell = (measure, dimension, category)
        if cell not in cells:
            return UNKNOWN
        return Computed(None, hidden=True) if cells[cell] is None else Computed(number(cells[cell]))

    return source


_TERRITORIES = (Breakdown.AGENCY.value, Breakdown.BASIN.value)
SOURCES |= AGENDA | {
    "sites_open": _counted(directory.places, lambda *_: True, *_TERRITORIES),
    "sites_accessible": _counted(directory.places, lambda place, _: place.accessible, *_TERRITORIES),
    "sites_accessible_share": _accessible_share,
    "sites_remote": _counted(directory.places, lambda place, _: place.remote, *_TERRITORIES),
    "opening_hours": _opening_hours,
    "referents_named": _counted(directory.posts, lambda post, _: not post.vacant, Breakdown.AGENCY.value),
    "referents_confirmed": _counted(directory.posts, _confirmed, Breakdown.AGENCY.value),
    "referents_vacant": _counted(directory.posts, lambda post, _: post.vacant, Breakdown.AGENCY.value),
    "fte": _fte,
    "members": _of_region(_members, stands_today=True),
    "platforms": _of_region(_platforms, stands_today=True),
    "recognitions": _of_region(_recognitions),
    "candidatures_lodged": _of_region(rights.lodged),
    "recognitions_granted": _of_region(rights.granted),
    "lorfolio_accounts": _of_region(_accounts),
    "psad_received": _psad("received"),
    "psad_received_rio": _psad("received", "source", "rio"),
    "psad_received_women": _psad("received", "sex", "f"),
    "psad_received_minors": _psad("received", "age", "16"),
    "psad_prepared": _psad("prepared"),
    "psad_contacted": _psad("contacted"),
    "psad_contacted_15": _psad("contacted", "delay", "15"),
    "psad_proposed": _psad("proposed"),
    "psad_solved": _psad("solved"),
    "psad_solved_school": _psad("solved", "kind", "school"),
    "psad_solved_apprentice": _psad("solved", "kind", "apprentice"),
    "psad_solved_training": _psad("solved", "kind", "training"),
    "psad_solved_other": _psad("solved", "kind", "other"),
    "psad_closed": _psad("closed"),
    "psad_held3": _psad("held3"),
    "psad_lost3": _psad("lost3"),
    "psad_held6": _psad("held6"),
    "psad_lost6": _psad("lost6"),
}
