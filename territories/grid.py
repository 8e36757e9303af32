"""Networks × territories at a glance: who is named where, what is vacant, what nobody confirmed (E3)."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db.models import Count, Q

from members.models import Network, Organisation
from territories.confirmed import stale
from territories.directory import NO_NETWORK, REGION, VACANT
from territories.models import Agency, Referent

_Counts = Counter[str]
_Key = tuple[int | None, int | None]  # a network or an organisation, an agency (None: the whole region)


@dataclass(frozen=True)
class Cell:
    """The posts of a line in a territory: people named, of whom `stale` to confirm; vacant posts. `url` lists them."""

    column: str
    named: int
    vacant: int
    stale: int
    url: str

    @property
    def empty(self) -> bool:
        return not (self.named or self.vacant)


@dataclass(frozen=True)
class Line:
    """A network, or an organisation under it; `slug` unfolds a network, `lines` are those unfolded."""

    label: str
    slug: str
    cells: list[Cell]
    total: Cell
    lines: list[Line] = field(default_factory=list)
    organisations: int = 0


def columns() -> list[tuple[str, str]]:
    """The territories in the order of the charter, after the whole region: identifier and name."""
    return [(REGION, "Région"), *Agency.objects.order_by("order").values_list("slug", "name")]


def lines(day: dt.date, *, open_slug: str = "", place: str = "") -> list[Line]:
    """Every network that names somebody, with its organisations if `open_slug` is its own (or `tout`).

    With `place` (an agency's identifier, or that of the whole region), this column alone, and those who name there.

    Four queries, whatever the number of referents.
    """
    agencies = {None: (REGION, "Région")} | {
        key: (slug, name) for key, slug, name in Agency.objects.order_by("order").values_list("pk", "slug", "name")
    }
    if place:
        agencies = {key: column for key, column in agencies.items() if column[0] == place}
    by_network, by_organisation, members = _counted(day)
    shown = []
    for network in [*Network.objects.order_by("number"), None]:
        key = network.pk if network else None
        if not members[key]:
            continue
        slug, label = (network.slug, network.display_name) if network else (NO_NETWORK, "Sans réseau")
        opened = _organisations(members[key], by_organisation, agencies) if open_slug in (slug, "tout") else []
        if place:
            opened = [line for line in opened if not line.total.empty]
        cells = _cells({"reseau": slug}, key, by_network, agencies)
        if place and cells[1].empty:
            continue
        shown.append(Line(label, slug, *cells, lines=opened, organisations=len(members[key])))
    return shown


def _counted(day: dt.date) -> tuple[dict[_Key, _Counts], dict[_Key, _Counts], dict[int | None, set[int]]]:
    by_network: dict[_Key, _Counts] = defaultdict(Counter)
    by_organisation: dict[_Key, _Counts] = defaultdict(Counter)
    members: dict[int | None, set[int]] = defaultdict(set)
    keys = ("organisation__network_id", "organisation_id", "agency_id")
    figures = (
        Referent.objects.public().order_by().values_list(*keys).annotate(
            holders=Count("pk", filter=~VACANT), free=Count("pk", filter=VACANT),
            old=Count("pk", filter=~VACANT & stale(day)),
        )
    )  # fmt: skip
    for network, organisation, agency, named, vacant, old in figures:
        counts = Counter(named=named, vacant=vacant, stale=old)
        by_network[network, agency].update(counts)
        by_organisation[organisation, agency].update(counts)
        members[network].add(organisation)
    return by_network, by_organisation, members


def _organisations(
    keys: Iterable[int], counts: dict[_Key, _Counts], agencies: dict[int | None, tuple[str, str]]
) -> list[Line]:
    found = Organisation.objects.filter(Q(pk__in=list(keys))).only("slug", "name", "current_name").order_by("sort_key")
    return [Line(o.display_name, o.slug, *_cells({"organisme": o.slug}, o.pk, counts, agencies)) for o in found]


def _cells(
    asks: dict[str, str], key: int | None, counts: dict[_Key, _Counts], agencies: dict[int | None, tuple[str, str]]
) -> tuple[list[Cell], Cell]:
    """A cell a territory, and their total."""
    cells = [
        _cell(name, counts.get((key, agency), Counter()), asks | {"agence": place})
        for agency, (place, name) in agencies.items()
    ]
    total: _Counts = Counter()
    for cell in cells:
        total.update(named=cell.named, vacant=cell.vacant, stale=cell.stale)
    return cells, _cell("Total", total, asks)


def _cell(column: str, counts: _Counts, asks: dict[str, str]) -> Cell:
    return Cell(column, counts["named"], counts["vacant"], counts["stale"], "?" + urlencode(asks))
