"""The bilan of a territory, filled by the officers of its agency."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Q

from bilans.contents import region, territory
from bilans.kinds import BilanKind, Json, Whose, pairs
from bilans.models import Bilan, Campaign, Kind
from territories.models import Agency, OfficerMandate
from territories.rules import agencies_of


class TerritoryKind(BilanKind):
    key, order = Kind.TERRITORY.value, 20
    label, plural, title = "Territoire", "Territoires", "Les territoires"
    title_there = "L’agence et sa concertation"
    words, cover = "Bilan du territoire", "Bilan annuel du territoire"
    counted = ("territoire", "territoires")
    column, group, ordering = "agency", "agency__slug", ("agency__order",)
    template = "documents/bilans/territory.html"

    def missing(self, campaign: Campaign) -> Iterable[Bilan]:
        known = campaign.bilans.filter(kind=self.key).values("agency")
        for row in Agency.objects.exclude(pk__in=known).order_by("order", "pk"):
            yield Bilan(campaign=campaign, kind=self.key, name=row.name[:300], agency=row)

    def own(self, user: Any) -> Q:
        return Q(agency__in=agencies_of(user))

    def fillers(self, keys: Collection[Any]) -> Whose:
        return pairs(OfficerMandate.objects.in_force().filter(agency__in=keys).values_list("agency", "user"))

    def content(self, bilan: Bilan, *, at: dt.date, whole: bool) -> Json:
        return territory.content(bilan, at=at, whole=whole)

    def regional(self, ground: Any, figures: Any) -> list[Json]:
        return region.of_territories(ground)
