"""The doors that open from anywhere: a national number or site for each kind of place (M4: services at a distance when
none is near). They come from `site_kinds.csv` through the routing table kept in memory: they cost no statement.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from territories.models import SiteKind
from territories.routing import Branch, Kind, Table

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Door:
    """One way in without moving. `reason` is why this kind answers; `absent`: no place of this kind is near."""

    kind: str
    blaze: str
    name: str
    url: str
    phone: str
    reason: str = ""
    absent: bool = False

    @property
    def site(self) -> str:
        """« www.apec.fr » becomes « apec.fr »."""
        return self.url.partition("://")[2].removeprefix("www.").rstrip("/")

    @property
    def phone_link(self) -> str:
        return dialled(self.phone)


def dialled(phone: str) -> str:
    """What `tel:` takes of a number."""
    return "".join(c for c in phone if c.isdigit() or c == "+")


def best(table: Table, status: str, need: str) -> list[Branch]:
    """The kinds that answer first for this status and need, best first: ranks 1 and 2.

    A rule for anybody at rank 2 may not suit a status that has rules of its own (the Apec is not for a pupil).
    """
    return [
        branch
        for branch in table.branches(status, need)
        if branch.family == "kind" and branch.rule and branch.rule.rank < 3
        if branch.rule.rank == 1 or branch.rule.status == status
    ]


def doors(table: Table, status: str, need: str, absent: Collection[int] = ()) -> list[Door]:
    """The doors of the kinds that answer best; those of `absent` (kinds without a place near) are there even closed."""
    shown: dict[str, Door] = {}
    for branch in best(table, status, need):
        kind = table.kinds[branch.key]
        missing = kind.id in absent
        if kind.open_from_afar or missing:
            reason = branch.rule.reason if branch.rule else ""
            shown.setdefault(kind.national_name or kind.slug, _door(kind, reason, absent=missing))
    first = sorted(shown.values(), key=lambda door: not door.absent)
    return first[:SHOWN]


def of_kind(kind: SiteKind) -> Door | None:
    """The national door of a kind of place, if it has one."""
    if not (kind.national_url or kind.national_phone):
        return None
    return _door(kind, "", absent=False)


def _door(kind: Kind | SiteKind, reason: str, *, absent: bool) -> Door:
    return Door(
        kind.label, kind.blaze, kind.national_name, kind.national_url, kind.national_phone, reason=reason, absent=absent
    )
