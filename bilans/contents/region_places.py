"""The figures of the region by network, by territory, by basin and by platform: charts and whole tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from bilans import numbers
from bilans.consolidating import by_network
from bilans.consolidation import Figure, Part
from bilans.contents import blocks, sentences
from bilans.contents.psad import STEPS, unpublished
from bilans.contents.shapes import Json, chart, figure, point, section, table
from bilans.contents.words import listed
from bilans.models import Adding, Breakdown, Campaign, Kind, Unit
from bilans.numbers import HIDDEN
from members.models import Network

_CHARTS = 4  # by network, of sums; two more are of means


def networks_charts(campaign: Campaign, figures: Sequence[Figure], *, whole: bool) -> dict[str, Json]:
    """By key of the indicator, the chart of its networks: for the key figures that add up or have a mean."""
    ranked = sorted(figures, key=lambda one: (one.indicator.headline or 99, one.indicator.order, one.indicator.key))
    means = [one for one in ranked if one.indicator.adding == Adding.MEAN]
    kept = [one for one in ranked if one.indicator.adding == Adding.SUM and one.indicator.headline][:_CHARTS] + means[
        :2
    ]
    keys = [one.indicator.key for one in kept]
    networks = list(Network.objects.order_by("number")) if keys else []
    figures_of = by_network(campaign, networks, whole=whole, only=keys) if networks else {}
    found = {network.display_name: figures_of[network.slug] for network in networks}
    totals = {one.indicator.key: one.amount for one in kept}
    charts = {key: _network_chart(key, campaign.year, found, totals[key]) for key in keys}
    return {key: drawn for key, drawn in charts.items() if drawn}


def _network_chart(
    key: str, year: int, found: Mapping[str, Mapping[str, Figure]], total: Decimal | None
) -> Json | None:  # fmt: skip
    rows = [(name, figures[key]) for name, figures in found.items() if key in figures and figures[key].expected]
    told = [(name, one) for name, one in rows if one.amount is not None and not one.hidden]
    if len(told) < 2 or not any(one.amount for _, one in told):
        return None
    asked = told[0][1].indicator
    cells = [
        {"key": name, "label": name, "value": str(one.amount) if (name, one) in told else None,
         "said": HIDDEN if one.hidden else numbers.bare(one.amount, asked.unit, asked.decimals)}
        for name, one in rows
    ]  # fmt: skip
    ranked = [cell for _, cell in sentences.told(cells)] + [cell for cell in cells if cell["value"] is None]
    adds = asked.adding == Adding.SUM
    text = sentences.places(
        cells, sentences.NETWORKS, asked.unit, asked.decimals, adds=adds, total=total if adds else None
    )
    points = [point(str(cell["label"]), cell["value"], str(cell["said"])) for cell in ranked]
    if adds and total is not None and (outside := _outside(total, [one for _, one in rows])):
        points.append(point("Organismes sans réseau", str(outside), numbers.bare(outside, asked.unit, asked.decimals)))
    return chart(
        f"{key}-network", "bars", f"{asked.label} par réseau", unit=asked.unit, series=[(str(year), points)], text=text
    )


def _outside(total: Decimal, networks: Sequence[Figure]) -> Decimal:
    """What the organisations of no network make: said once every network is told: anybody could subtract."""
    if any(one.hidden for one in networks):
        return Decimal(0)
    return total - sum((one.amount for one in networks if one.amount is not None), Decimal(0))


def by_territory(campaign: Campaign, figures: Mapping[str, Figure]) -> list[Json]:
    """A line a territory: what organisations declare there, its events, its places."""
    text = "Ce que les organismes déclarent de chaque territoire, et ce que le portail y compte."
    tables = _by_place(campaign, figures, Breakdown.AGENCY, "Par territoire")
    return [section("by-territory", "Territoire par territoire", intro=text, tables=tables)] if tables else []


def _by_place(campaign: Campaign, figures: Mapping[str, Figure], breakdown: str, title: str) -> list[Json]:
    """The key figures first; of places and of events, which several kinds of bilans count, what the Region counts."""
    having = [one for one in figures.values() if breakdown in one.breakdowns]
    ranked = sorted(having, key=lambda one: (one.indicator.headline or 99, one.indicator.filled_by != Kind.REGION))
    counted = {str(one.indicator.unit) for one in having if one.indicator.filled_by == Kind.REGION}
    once = [
        one for one in ranked
        if one.indicator.filled_by == Kind.REGION or one.indicator.unit not in counted - {str(Unit.COUNT)}
    ]  # fmt: skip
    first = sorted(once[: blocks.COLUMNS], key=lambda one: one.indicator.unit != Unit.PEOPLE)  # people side by side
    return blocks.classes_table([figure(one, campaign) for one in first], breakdown, title)


def by_agency(figures: Sequence[Figure]) -> list[Json]:
    """A line an agency, for what agencies themselves answered."""
    shown = figures[: blocks.COLUMNS]
    whole = [f"«\u00a0{one.indicator.label}\u00a0»" for one in shown if one.indicator.adding == Adding.DISTINCT]
    note = ""
    if whole and any(_silent(one) for one in shown):
        note = (
            f"Pour {listed(whole)}, que le portail compte lui-même, la dernière ligne compte aussi les territoires qui "
            "n’ont pas répondu."
        )
    return _by_part("agencies", "Ce que chaque territoire a répondu", "Territoire", shown, note=note)


def by_platform(figures: Mapping[str, Figure]) -> list[Json]:
    """A line a platform, for the published steps: what is hidden there is hidden here (D8)."""
    if unpublished(figures):
        return []
    steps = [one for name in STEPS for one in figures.values() if one.indicator.source == name]
    note = "Chiffres publiés\u00a0; la ligne de la région compte aussi ce qui n’est pas communiqué au-dessus (n.c.)"
    note += " et les plateformes qui n’ont pas déposé leur bilan." if any(map(_silent, steps)) else "."
    return _by_part("platforms", "Plateforme par plateforme", "Plateforme", steps, note=note)


def _silent(one: Figure) -> bool:
    """Whether one of those asked did not answer."""
    return any(part.state == "missing" for part in one.parts)


def _by_part(key: str, title: str, first: str, figures: Sequence[Figure], *, note: str = "") -> list[Json]:
    """A line for each who was asked, as the figures open to their parts; the region below."""
    names = dict.fromkeys(part.name for one in figures for part in one.parts)
    if not names:
        return []
    of = [{part.name: _said(part, one) for part in one.parts} for one in figures]
    rows = [[name, *(found.get(name, numbers.MISSING) for found in of)] for name in names]
    rows.append(["Région", *(_whole(one) for one in figures)])
    return [table(key, title, [first, *(one.indicator.label for one in figures)], rows, note=note, total=True)]


def _whole(one: Figure) -> str:
    if one.hidden:
        return HIDDEN
    if one.amount is None:
        return "–" if one.indicator.adding == Adding.NONE else numbers.MISSING
    return numbers.bare(one.amount, one.indicator.unit, one.indicator.decimals)


def _said(part: Part, one: Figure) -> str:
    if part.state == "hidden":
        return HIDDEN
    if part.state == "unavailable":
        return numbers.UNAVAILABLE
    return numbers.bare(part.amount, one.indicator.unit, one.indicator.decimals)
