"""What an organisation weighs in its network: two queries, since a year has a hundred such documents."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from bilans import numbers
from bilans.adding import counts_people
from bilans.contents.own import Own, headlines
from bilans.contents.shapes import Json, section, table
from bilans.contents.words import first_letter, fraction
from bilans.hiding import Unit, told
from bilans.models import Adding, Bilan, Campaign, Indicator, Kind, Value
from bilans.numbers import NBSP
from core.small_counts import LEAST
from members.models import Network

FROM = 3  # answers in the network: of two, one would read the other's
Totals = dict[int, tuple[str, Decimal]]
"""By organisation: its network and what it says."""


def network_section(found: Own, network: Network | None) -> list[Json]:
    """Its share of the sums of its network, where that leaves nobody else to be recognised (D8)."""
    if network is None or found.bilan.state not in Bilan.COUNTED:
        return []
    asked = [
        one
        for one in headlines(found.figures.values())
        if one.indicator.adding == Adding.SUM and one.amount is not None
    ]
    years = _totals(found.bilan.campaign, [one.indicator.key for one in asked])
    expected = Bilan.objects.filter(
        campaign=found.bilan.campaign_id, kind=Kind.ORGANISATION, organisation__network=network
    ).count()
    rows, text = [], ""
    for one in asked:
        mine, indicator = one.amount or Decimal(0), one.indicator
        now, before = years[True, indicator.key], years[False, indicator.key]
        answers = [amount for slug, amount in now.values() if slug == network.slug]
        whole = sum(answers, Decimal(0))
        if len(answers) < FROM or not _may_tell(indicator, network.slug, now, before, whole - mine):
            continue
        rows.append([
            indicator.label, numbers.of(indicator, mine), numbers.of(indicator, whole),
            numbers.percent_of(mine, whole) or "–", f"{len(answers)} sur {expected}",
        ])  # fmt: skip
        if not text and indicator.of_people and mine and mine < whole:
            text = (
                f"{first_letter(fraction(mine, whole))} du total du réseau, pour l’indicateur «{NBSP}{indicator.label}"
                f"{NBSP}», vient de cet organisme."
            )
    if not rows:
        return []
    header = ["Indicateur", "L’organisme", "Son réseau", "Part", "Réponses dans le réseau"]
    title = f"L’organisme et le réseau «{NBSP}{network.display_name}{NBSP}»"
    return [section("network", "Sa place dans son réseau", intro=text, tables=[table("network", title, header, rows)])]


def _totals(campaign: Campaign, keys: list[str]) -> dict[tuple[bool, str], Totals]:
    """By (this year or the one before, indicator): the totals of the bilans that count."""
    rows = Value.objects.filter(
        bilan__campaign__year__in=[campaign.year - 1, campaign.year], bilan__kind=Kind.ORGANISATION,
        bilan__state__in=Bilan.COUNTED, breakdown="", amount__isnull=False, indicator__key__in=keys,
    )  # fmt: skip
    found: dict[tuple[bool, str], Totals] = defaultdict(dict)
    for year, key, house, slug, amount in rows.order_by("pk").values_list(
        "bilan__campaign__year", "indicator__key", "bilan__organisation", "bilan__organisation__network__slug", "amount"
    ):
        if house is not None and amount is not None:
            found[year == campaign.year, key][house] = slug or "", amount
    return found


def _may_tell(indicator: Indicator, slug: str, now: Totals, before: Totals, rest: Decimal) -> bool:
    """Whether the total of the network is told elsewhere, and what the others make is no small count."""
    if not counts_people(indicator):
        return True
    units = [Unit(house, of, int(amount), {}, house in before) for house, (of, amount) in now.items() if amount]
    return (rest == 0 or rest >= LEAST) and told(units).group(slug)
