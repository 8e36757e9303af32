"""The figures of the region by network, by territory, by basin and by platform: charts and whole tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from bilans import numbers
from bilans.consolidating import consolidate
from bilans.consolidation import Figure
from bilans.contents import blocks, sentences
from bilans.contents.psad import STEPS
from bilans.contents.shapes import Json, chart, figure, point, section, table
from bilans.contents.words import network as network_said
from bilans.models import Adding, Breakdown, Campaign, Kind
from bilans.numbers import HIDDEN
from members.models import Network

COLUMNS = 5  # of numbers in a table of places, so that it fits a page
_CHARTS = 6  # charts by network in the whole document


def networks_charts(campaign: Campaign, figures: Sequence[Figure], *, whole: bool) -> dict[str, Json]:
    """By key of the indicator, the chart of its networks: for the key figures that add up or have a mean."""
    kept = [
        one for one in sorted(figures, key=lambda one: (one.indicator.headline or 99, one.indicator.order))
        if one.indicator.adding in (Adding.SUM, Adding.MEAN) and (one.indicator.headline or one.indicator.adding == Adding.MEAN)
    ][:_CHARTS]  # fmt: skip
    keys = [one.indicator.key for one in kept]
    networks = list(Network.objects.order_by("number")) if keys else []
    found = {
        network.display_name: consolidate(campaign, kind=Kind.ORGANISATION, network=network, whole=whole, only=keys)
        for network in networks
    }
    charts = {key: _network_chart(key, campaign.year, found) for key in keys}
    return {key: drawn for key, drawn in charts.items() if drawn}


def _network_chart(key: str, year: int, found: Mapping[str, Mapping[str, Figure]]) -> Json | None:
    rows = [(name, figures[key]) for name, figures in found.items() if key in figures and figures[key].expected]
    told = [(name, one) for name, one in rows if one.amount is not None and not one.hidden]
    if len(told) < 2:
        return None
    asked = told[0][1].indicator
    cells = [
        {"key": name, "label": name, "value": str(one.amount) if (name, one) in told else None,
         "said": HIDDEN if one.hidden else numbers.bare(one.amount, asked.unit, asked.decimals)}
        for name, one in rows
    ]  # fmt: skip
    ranked = [cell for _, cell in sentences.told(cells)] + [cell for cell in cells if cell["value"] is None]
    adds = asked.adding == Adding.SUM
    text = sentences.places(cells, network_said, asked.unit, asked.decimals, adds=adds)
    points = [point(str(cell["label"]), cell["value"], str(cell["said"])) for cell in ranked]
    return chart(
        f"{key}-network", "bars", f"{asked.label} par réseau", unit=asked.unit, series=[(str(year), points)], text=text
    )


def by_territory(campaign: Campaign, figures: Mapping[str, Figure]) -> list[Json]:
    """A line a territory: what organisations declare there, its events, its places."""
    return _by_place(
        "by-territory", "Territoire par territoire", campaign, figures, Breakdown.AGENCY,
        "Ce que les organismes déclarent de chaque territoire, et ce que le portail y compte.",
    )  # fmt: skip


def by_basin(campaign: Campaign, figures: Mapping[str, Figure]) -> list[Json]:
    """A line an employment basin."""
    return _by_place("by-basin", "Bassin par bassin", campaign, figures, Breakdown.BASIN, "")


def _by_place(
    key: str, title: str, campaign: Campaign, figures: Mapping[str, Figure], breakdown: str, text: str
) -> list[Json]:  # fmt: skip
    having = [figure(one, campaign) for one in figures.values() if breakdown in one.breakdowns]
    having = [one for one in having if blocks.breakdown_of(one, breakdown)]
    # The key figures first; what two kinds of bilans count under one name is told once.
    ranked = sorted(having, key=lambda one: figures[one["key"]].indicator.headline or 99)
    once = list({one["label"]: one for one in reversed(ranked)}.values())[::-1][:COLUMNS]
    tables = blocks.classes_table(
        once, breakdown, "Par territoire" if breakdown == Breakdown.AGENCY else "Par bassin d’emploi"
    )
    return [section(key, title, intro=text, tables=tables)] if tables else []


def by_platform(figures: Mapping[str, Figure]) -> list[Json]:
    """A line a platform, for the published steps: what is hidden there is hidden here (D8)."""
    steps = [one for name in STEPS for one in figures.values() if one.indicator.source == name and one.parts]
    names = dict.fromkeys(part.name for one in steps for part in one.parts)
    if not steps or not names:
        return []
    said = [{part.name: _said(part.state, part.amount) for part in one.parts} for one in steps]
    rows = [[name, *(of.get(name, numbers.MISSING) for of in said)] for name in sorted(names)]
    rows.append(["Région", *(HIDDEN if one.hidden else numbers.bare(one.amount, one.indicator.unit) for one in steps)])
    header = ["Plateforme", *(one.indicator.label for one in steps)]
    note = "Chiffres publiés par le portail\u00a0; la ligne de la région compte aussi ce qui n’est pas communiqué plus bas."
    return [table("platforms", "Plateforme par plateforme", header, rows, note=note, total=True)]


def _said(state: str, amount: Decimal | None) -> str:
    if state == "hidden":
        return HIDDEN
    if state == "unavailable":
        return numbers.UNAVAILABLE
    return numbers.MISSING if amount is None else numbers.number(amount)
