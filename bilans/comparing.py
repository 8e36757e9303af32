"""A bilan beside the same subject's of the year before: what is compared, and which change asks for a word (B2, B3)."""

from __future__ import annotations

from decimal import Decimal

from bilans.models import Bilan, Campaign, Value

Key = tuple[int, str, str]
"""An indicator, and the breakdown and class of the value; both empty for its total."""

# Smaller moves are those of any year: they ask for no word, whatever the percentage.
LEAST_MOVE = 5


def last_year(bilan: Bilan) -> dict[Key, Decimal]:
    """What the same subject said the year before, once it had handed its bilan in. One query.

    Only what was told: a missing or unavailable answer, a hidden count, is not there (B3).
    """
    rows = Value.objects.filter(
        bilan__campaign__year=bilan.campaign.year - 1, bilan__state__in=Bilan.COUNTED, bilan__kind=bilan.kind,
        bilan__organisation=bilan.organisation_id, bilan__platform=bilan.platform_id, bilan__subject=bilan.subject,
        amount__isnull=False, **({} if bilan.subject else {"bilan__agency": bilan.agency_id}),
    )  # fmt: skip
    found = rows.order_by("pk").values_list("indicator_id", "breakdown", "category", "amount")
    return {(row[0], row[1], row[2]): row[3] for row in found if row[3] is not None}


def flagged(now: Decimal | None, before: Decimal | None, campaign: Campaign) -> bool:
    """Whether a value moved so much since the year before that who fills says why: beyond `campaign.variation` percent,
    and by five at least."""
    if now is None or before is None:
        return False
    move = abs(now - before)
    return move >= LEAST_MOVE and move * 100 > campaign.variation * before
