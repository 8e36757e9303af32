"""Where the bilans of a year are, by territory and by network, and who has not submitted (issue 8, 2).

Counts are of bilans, never of people. A bilan that speaks of several territories is counted in each of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import Max

from accounts.rules import is_region_staff
from bilans import kinds, subjects
from bilans.addressees import fillers
from bilans.models import Act, Bilan, Campaign
from bilans.rules import followed
from members.models import Network
from territories.models import Agency
from territories.rules import agencies_of

# Where a bilan is, as the board counts it: what is drawn first is furthest on.
STEPS = {
    "accepte": "Accepté", "depose": "Déposé", "a-reprendre": "À reprendre", "commence": "Commencé",
    "a-remplir": "À remplir",
}  # fmt: skip
STATES = {"attendus": "Pas encore déposés", "tous": "Tous"} | STEPS
_RECEIVED = ("accepte", "depose")


def step_of(bilan: Bilan) -> str:
    """Which of `STEPS` a bilan is at."""
    if bilan.state == Bilan.State.DRAFT:
        return "commence" if bilan.first_saved_at else "a-remplir"
    names = {Bilan.State.ACCEPTED: "accepte", Bilan.State.SUBMITTED: "depose", Bilan.State.RETURNED: "a-reprendre"}
    return names[Bilan.State(bilan.state)]


@dataclass(frozen=True)
class Asked:
    """What the address asks for; an unknown word asks for nothing."""

    territoire: str = ""
    reseau: str = ""
    sorte: str = ""
    etat: str = "attendus"

    @classmethod
    def of(cls, typed: Mapping[str, Any]) -> Asked:
        sorte, etat = str(typed.get("sorte", "")), str(typed.get("etat", ""))
        return cls(
            str(typed.get("territoire", ""))[:80], str(typed.get("reseau", ""))[:80],
            sorte if sorte in kinds.names() else "", etat if etat in STATES else "attendus",
        )  # fmt: skip

    def words(self, **changes: str) -> dict[str, str]:
        found = vars(self) | changes
        return {name: value for name, value in found.items() if value and (name, value) != ("etat", "attendus")}

    def query(self, **changes: str) -> str:
        """« ?territoire=troyes&etat=tous »; empty when nothing is asked."""
        words = self.words(**changes)
        return f"?{urlencode(words)}" if words else "?"


@dataclass
class Counts:
    """How many bilans are at each step."""

    by_step: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STEPS, 0))

    def add(self, bilan: Bilan) -> None:
        self.by_step[step_of(bilan)] += 1

    @property
    def total(self) -> int:
        return sum(self.by_step.values())

    @property
    def received(self) -> int:
        return sum(self.by_step[step] for step in _RECEIVED)

    @property
    def percent(self) -> int:
        """Submitted or accepted, of all: 100 only when it is all of them."""
        return self.received * 100 // self.total if self.total else 0

    @property
    def parts(self) -> list[dict[str, Any]]:
        """The pieces of a bar of 100: `{step, label, count, x, width}`, those that hold something."""
        found, x = [], 0.0
        for step, count in self.by_step.items():
            if count:
                width = count * 100 / self.total
                part = {"step": step, "label": STEPS[step], "count": count, "x": f"{x:.2f}", "width": f"{width:.2f}"}
                found.append(part)
                x += width
        return found

    @property
    def said(self) -> str:
        """« 3 acceptés, 1 déposé, 2 à remplir »."""
        return ", ".join(f"{part['count']} {_agreed(part['step'], part['count'])}" for part in self.parts) or "aucun"


def _agreed(step: str, count: int) -> str:
    label = STEPS[step].lower()
    return f"{label}s" if count > 1 and not label.startswith("à ") else label


@dataclass(frozen=True)
class Row:
    """A line of counts: a kind, a territory, a network; `key` is its word in the address."""

    key: str
    label: str
    counts: Counts


@dataclass
class Line:
    """A bilan in the list: what it speaks of, when something last happened, whether somebody may fill it."""

    bilan: Bilan
    step: str
    network: Network | None
    places: list[Agency]
    last_at: dt.datetime | None
    reminded_at: dt.datetime | None
    left: bool = False
    orphan: bool = False

    @property
    def said(self) -> str:
        return STEPS[self.step]


@dataclass
class Board:
    """Everything the page shows; `lines` are those that the address asks for."""

    everything: Counts
    kinds: list[Row]
    places: list[Row]
    networks: list[Row]
    lines: list[Line]
    place: Agency | None = None
    network: Network | None = None


def board(user: Any, campaign: Campaign, asked: Asked) -> Board:
    """The board of `campaign` for `user`: everything for the Region, their territories for an officer.

    A fixed number of queries, whatever the number of bilans.
    """
    rows = list(
        followed(user, campaign)
        .select_related("campaign", "organisation__network", "agency", "platform")
        .order_by("kind", "name", "pk")
    )
    agencies = {agency.pk: agency for agency in _agencies(user)}
    whereabouts = _places(rows, agencies)
    place = next((agency for agency in agencies.values() if agency.slug == asked.territoire), None)
    known = {bilan.organisation.network for bilan in rows if bilan.organisation and bilan.organisation.network}
    networks = sorted(known, key=lambda network: (network.number, network.pk))
    network = next((network for network in networks if network.slug == asked.reseau), None)
    kept = [
        bilan for bilan in rows
        if (not asked.sorte or bilan.kind == asked.sorte)
        and (place is None or place in whereabouts[bilan.pk])
        and (network is None or _network(bilan) == network)
    ]  # fmt: skip
    shown = [bilan for bilan in kept if _asked(bilan, asked.etat)]
    return Board(
        everything=_count(kept),
        kinds=_grouped(rows, [(kind.key, kind.plural) for kind in kinds.every()], lambda bilan: [bilan.kind]),
        places=_grouped(
            rows, [(agency.slug, agency.name) for agency in agencies.values()],
            lambda bilan: [agency.slug for agency in whereabouts[bilan.pk]],
        ),
        networks=_grouped(rows, [(found.slug, found.display_name) for found in networks], _network_slug),
        lines=_lines(shown, whereabouts), place=place, network=network,
    )  # fmt: skip


def _asked(bilan: Bilan, state: str) -> bool:
    if state == "tous":
        return True
    step = step_of(bilan)
    return step not in _RECEIVED if state == "attendus" else step == state


def _agencies(user: Any) -> list[Agency]:
    rows = Agency.objects.order_by("order")
    return list(rows if is_region_staff(user) else rows.filter(pk__in=agencies_of(user)))


def _places(rows: list[Bilan], agencies: Mapping[int, Agency]) -> dict[int, list[Agency]]:
    """The territories that each bilan speaks of, in order: its agency, its platform's communes', its places'."""
    keys: dict[int, set[int]] = {}
    for kind in kinds.every():
        if among := [row for row in rows if row.kind == kind.key]:
            keys |= kind.places(among)
    return {
        row.pk: [agency for key, agency in agencies.items() if key in keys.get(row.pk, set())] for row in rows
    }  # fmt: skip


def _network(bilan: Bilan) -> Network | None:
    return bilan.organisation.network if bilan.organisation else None


def _network_slug(bilan: Bilan) -> list[str]:
    network = _network(bilan)
    return [network.slug] if network else []


def _count(rows: Iterable[Bilan]) -> Counts:
    counts = Counts()
    for bilan in rows:
        counts.add(bilan)
    return counts


def _grouped(rows: list[Bilan], names: list[tuple[str, str]], keys: Callable[[Bilan], list[str]]) -> list[Row]:
    """A row for each of `names` that counts something, in their order."""
    counts: dict[str, Counts] = {}
    for bilan in rows:
        for key in keys(bilan):
            counts.setdefault(key, Counts()).add(bilan)
    return [Row(str(key), label, counts[key]) for key, label in names if key in counts]


def _lines(rows: list[Bilan], whereabouts: Mapping[int, list[Agency]]) -> list[Line]:
    keys = [row.pk for row in rows]
    acts = dict(Act.objects.filter(bilan__in=keys).order_by().values_list("bilan").annotate(at=Max("at")))
    told = Act.objects.filter(bilan__in=keys, done=Act.Done.REMINDED).order_by()
    reminded = dict(told.values_list("bilan").annotate(at=Max("at")))
    people = fillers(rows)
    return [
        Line(
            bilan=row, step=step_of(row), network=_network(row), places=whereabouts[row.pk],
            last_at=max((at for at in (row.saved_at, acts.get(row.pk)) if at), default=None),
            reminded_at=reminded.get(row.pk), left=subjects.has_left(row), orphan=not people[row.pk],
        )
        for row in rows
    ]  # fmt: skip


HEADER = (
    "Bilan", "Sorte", "Réseau", "Territoires", "État", "Dernière activité", "Dernière relance", "Déposé le", "Remarque",
)  # fmt: skip


def table(lines: list[Line]) -> list[list[Any]]:
    """The list as a file has it, under `HEADER`."""
    return [
        [
            line.bilan.name, line.bilan.get_kind_display(), line.network.display_name if line.network else "",
            ", ".join(agency.name for agency in line.places), line.said, line.last_at, line.reminded_at,
            line.bilan.submitted_at, remark(line),
        ]
        for line in lines
    ]  # fmt: skip


def remark(line: Line) -> str:
    if line.left:
        return "A quitté le réseau"
    return "Personne n’a de compte pour le remplir" if line.orphan else ""
