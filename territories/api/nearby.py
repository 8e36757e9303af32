"""From the parameters of a request to « who can help, near here, with this? » (M4); `territories.near` answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import Max, Min, Q
from rest_framework.exceptions import ValidationError

from core.geo import distance_km
from territories.models import Commune
from territories.near import Found, Narrowing, Start, nearest
from territories.routing import Branch, Choice, Kind, Table, table

# A list by score is walked from its first place: so far, and the cost stays bounded whatever the table holds.
FARTHEST_RANK = 500
REGION_KM = 300.0
FAR = "Ce point est très loin de la région\u00a0: donnez la latitude d’abord, puis la longitude."


@dataclass(frozen=True, slots=True)
class ApiNarrowing(Narrowing):
    """What the API asks of places besides what the page asks."""

    organisation: str = ""
    kind: int | None = None
    channel: str = ""
    access: tuple[str, ...] = ()

    def sql(self) -> tuple[str, list[Any]]:
        sql, values = Narrowing.sql(self)  # dataclasses with slots have no zero-argument super()
        for value, condition in (
            (self.organisation, "organisation_id = (SELECT id FROM members_organisation WHERE slug = %s)"),
            (self.kind, "kind_id = %s"),
            (self.channel, "channels @> ARRAY[%s]::varchar[]"),
            (list(self.access), "access @> %s::varchar[]"),
        ):
            if value:
                sql += f" AND {condition}"
                values.append(value)
        return sql, values


@dataclass(frozen=True)
class Question:
    """Who asks, for what, from where; `start` is None when nobody said where."""

    table: Table
    status: str
    need: str
    start: Start | None
    radius: float | None
    narrowing: ApiNarrowing

    @classmethod
    def read(cls, given: dict[str, Any]) -> Question:
        """The question that valid parameters ask. Raises `ValidationError` on those that do not go together."""
        known = table()
        start, radius = _start(given, known), given.get("radius")
        if radius and start is None:
            raise ValidationError({"radius": ["Indiquez aussi d’où partir : « commune » ou « near »."]})
        narrowing = ApiNarrowing(
            words=given.get("q") or "",
            services=tuple(given.get("service") or ()),
            network=_key(known.networks, given, "network", "Aucun réseau ne s’appelle « {} »."),
            agency=_key(known.agencies, given, "agency", "Aucune agence ne s’appelle « {} »."),
            basin=_key(known.basins, given, "basin", "Aucun bassin d’emploi ne porte le numéro {}."),
            kind=_kind(known.kinds.values(), given),
            organisation=given.get("organisation") or "",
            channel=given.get("channel") or "",
            access=tuple(given.get("accessibility") or ()),
        )
        return cls(
            known,
            given.get("status") or "",
            given.get("need") or "",
            start,
            float(radius) if radius else None,
            narrowing,
        )

    def nearest(self, offset: int, limit: int) -> list[Found]:
        """The places from rank `offset` on, best and nearest first: one statement."""
        if self.start is None:
            return []
        return nearest(
            self.table, self.start, status=self.status, need=self.need, radius=self.radius, narrowing=self.narrowing,
            offset=offset, limit=limit,
        )  # fmt: skip

    def said_of(self, place: Found) -> dict[str, Any]:
        """How far, at which rank and why."""
        distance = None if place.distance is None else round(place.distance, 1)
        return {"distance_km": distance, **self._why(place.branch)}

    def why(self, organisation: int, kind: int, network: int | None) -> dict[str, Any]:
        """Rank and reason of a place: what is said of its organisation passes before its kind, then its network."""
        said = {(b.family, b.key): b for b in self.table.branches(self.status, self.need) if b.rule}
        targets = (("organisation", organisation), ("kind", kind), ("network", network))
        return self._why(next((said[t] for t in targets if t in said), None))  # type: ignore[index]

    def _why(self, branch: Branch | None) -> dict[str, Any]:
        if branch is None or branch.rule is None or not (self.status or self.need):
            return {"rank": None, "reason": None}
        return {"rank": branch.rule.rank, "reason": branch.rule.reason}

    def may_answer(self) -> Q:
        """The places that may answer, when nobody said where."""
        condition = Q(kind__in=self.table.public_kinds)
        return condition & ~Q(not_for__contains=[self.status]) if self.status else condition


def _start(given: dict[str, Any], known: Table) -> Start | None:
    insee, position = given.get("commune"), given.get("near")
    if insee and position:
        raise ValidationError({"near": ["Donnez « commune » ou « near », pas les deux."]})
    if position:
        if _far(known.token, *position):
            raise ValidationError({"near": [FAR]})
        return Start(*position)
    if not insee:
        return None
    if (start := _centre(known.token, insee)) is None:
        raise ValidationError({"commune": [f"Aucune commune de la région ne porte le code {insee}."]})
    return start


def is_far(lat: float, lon: float) -> bool:
    """Whether this point is so far from the region that its two numbers must be swapped."""
    return _far(table().token, lat, lon)


def _far(token: str, lat: float, lon: float) -> bool:
    """Whether this point is more than `REGION_KM` away from the frame of the region: its two numbers are swapped."""
    frame = _frame(token)
    if frame is None:
        return False
    south, north, west, east = frame
    return distance_km(lat, lon, min(max(lat, south), north), min(max(lon, west), east)) > REGION_KM


@lru_cache(maxsize=8)
def _frame(token: str) -> tuple[float, float, float, float] | None:
    """South, north, west and east of the communes; None before any is loaded. Remembered as `_centre`."""
    ends = Commune.objects.aggregate(south=Min("lat"), north=Max("lat"), west=Min("lon"), east=Max("lon"))
    return None if ends["south"] is None else (ends["south"], ends["north"], ends["west"], ends["east"])


@lru_cache(maxsize=8192)
def _centre(token: str, insee: str) -> Start | None:
    """The centre of a commune by its code, present or former; remembered until the lists change (`token`)."""
    present = Q(insee=insee) | Q(former_codes__former_insee=insee)
    places = Commune.objects.filter(present).order_by("insee").values_list("lat", "lon")
    return next((Start(*place) for place in places[:1]), None)


def _key(choices: Iterable[Choice], given: dict[str, Any], name: str, unknown: str) -> int | None:
    value = given.get(name)
    if not value:
        return None
    wanted = str(int(value)) if name == "basin" else value  # « 02 » is basin 2; a slug is taken as it is
    for choice in choices:
        if choice.value == wanted:
            return choice.key
    raise ValidationError({name: [unknown.format(value)]})


def _kind(kinds: Iterable[Kind], given: dict[str, Any]) -> int | None:
    choices = [Choice(kind.id, kind.slug, kind.label) for kind in kinds]
    return _key(choices, given, "kind", "Aucune sorte de lieu ne s’appelle « {} ».")
