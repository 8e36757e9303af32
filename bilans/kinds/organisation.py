"""The bilan of an organisation, filled by who holds its mandate; its document is read by itself and the Region."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from bilans.contents import organisation, region
from bilans.kinds import BilanKind, Json, Whose, pairs
from bilans.models import Bilan, Campaign, Kind
from members.models import Mandate, Organisation
from members.rules import held
from territories.models import Site

# A partner that is merely associated signed nothing: nothing is asked of it.
OWING = tuple(status for status in Organisation.BELONGING if status != Organisation.Status.ASSOCIATED)


def owing() -> QuerySet[Organisation]:
    """The organisations that give account of their year: those that belong, by right or by recognition."""
    return Organisation.objects.public().filter(status__in=OWING)


class OrganisationKind(BilanKind):
    key, order = Kind.ORGANISATION.value, 10
    label, plural, title = "Organisme", "Organismes", "Les organismes"
    title_there = "Ce que les organismes déclarent pour ce territoire"
    words, cover = "Bilan de l’organisme", "Bilan annuel de l’organisme"
    counted = ("organisme", "organismes")
    column, group, ordering = "organisation", "organisation__network__slug", ("organisation__sort_key", "name")
    template = "documents/bilans/organisation.html"
    own_document = True

    def missing(self, campaign: Campaign) -> Iterable[Bilan]:
        known = campaign.bilans.filter(organisation__isnull=False).values("organisation")
        for row in owing().exclude(pk__in=known).order_by("sort_key", "pk"):
            yield Bilan(campaign=campaign, kind=self.key, name=row.display_name[:300], organisation=row)

    def left(self) -> Q:
        return ~Q(organisation__status__in=OWING)

    def has_left(self, bilan: Bilan) -> bool:
        return bilan.organisation is not None and bilan.organisation.status not in OWING

    def own(self, user: Any) -> Q:
        return Q(organisation__in=[mandate.organisation_id for mandate in held(user) if mandate.organisation.public])

    def fillers(self, keys: Collection[Any]) -> Whose:
        return pairs(Mandate.objects.in_force().filter(organisation__in=keys).values_list("organisation", "user"))

    def there(self, agencies: Any) -> Q:
        return Q(organisation__sites__agency__in=agencies)

    def places(self, bilans: Sequence[Bilan]) -> Whose:
        sites = Site.objects.filter(organisation__in={bilan.organisation_id for bilan in bilans}).order_by()
        houses = pairs(sites.values_list("organisation", "agency").distinct())
        return {bilan.pk: houses.get(bilan.organisation_id, set()) for bilan in bilans}

    def content(self, bilan: Bilan, *, at: dt.date, whole: bool) -> Json:
        return organisation.content(bilan, at=at)

    def regional(self, ground: Any, figures: Any) -> list[Json]:
        return region.of_organisations(ground)
