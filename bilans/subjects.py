"""Who owes a bilan, and who no longer does: read from the rooms below, never kept twice (B3)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from bilans.models import Bilan, Campaign, Kind
from members.models import Organisation
from psad.models import Platform
from recognition.letters.about import region_name
from territories.models import Agency

# A partner that is merely associated signed nothing: nothing is asked of it.
OWING = tuple(status for status in Organisation.BELONGING if status != Organisation.Status.ASSOCIATED)


def owing() -> QuerySet[Organisation]:
    """The organisations that give account of their year: those that belong, by right or by recognition."""
    return Organisation.objects.public().filter(status__in=OWING)


def missing(campaign: Campaign) -> list[Bilan]:
    """The bilans that `campaign` lacks, not saved: those of every subject when it opens, then of who joins."""
    known = campaign.bilans.values
    organisations = owing().exclude(pk__in=known("organisation").filter(organisation__isnull=False))
    agencies = Agency.objects.exclude(pk__in=known("agency").filter(agency__isnull=False))
    platforms = Platform.objects.filter(active=True).exclude(pk__in=known("platform").filter(platform__isnull=False))
    found = [
        *(_bilan(campaign, Kind.ORGANISATION, row.display_name, organisation=row)
          for row in organisations.order_by("sort_key", "pk")),
        *(_bilan(campaign, Kind.TERRITORY, row.name, agency=row) for row in agencies.order_by("order", "pk")),
        *(_bilan(campaign, Kind.PSAD, row.name, platform=row) for row in platforms.order_by("name", "pk")),
    ]  # fmt: skip
    if not campaign.bilans.filter(kind=Kind.REGION).exists():
        found.append(_bilan(campaign, Kind.REGION, region_name()))
    return found


def _bilan(campaign: Campaign, kind: Kind, name: str, **subject: Any) -> Bilan:
    return Bilan(campaign=campaign, kind=kind, name=name[:300], **subject)


# A subject that left after the opening: its bilan stays, what it said counts, nobody is written to any more.
LEFT = (Q(kind=Kind.ORGANISATION) & ~Q(organisation__status__in=OWING)) | Q(kind=Kind.PSAD, platform__active=False)


def has_left(bilan: Bilan) -> bool:
    """As `LEFT`, for a row at hand with its subject."""
    if bilan.organisation is not None:
        return bilan.organisation.status not in OWING
    return bilan.platform is not None and not bilan.platform.active
