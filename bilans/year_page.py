"""What the pages of the year's figures show: the figures of the documents, by kind and theme, with their pictures (B3).

The same functions as the documents give the numbers and the words (`consolidating.py`, `contents/`), so that both say
the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from bilans import kinds, numbers
from bilans.adding import weighs
from bilans.charts import chart_svg
from bilans.consolidating import consolidate, level_bilan
from bilans.consolidation import Figure, Part
from bilans.contents import blocks, shapes
from bilans.gathering import Scope, asked_of
from bilans.kinds import BilanKind
from bilans.maps import map_svg
from bilans.models import Adding, Breakdown, Campaign, Indicator, Kind
from bilans.sources import compute, remembered
from members.models import Network
from territories.models import Agency

Json = dict[str, Any]
KEYS = 6
"""Key figures of a kind, at most."""
STATES = {"missing": numbers.MISSING, "unavailable": numbers.UNAVAILABLE, "hidden": numbers.HIDDEN}


@dataclass(frozen=True)
class Level:
    """What the page looks at, and who reads: the region, a territory or a network; small counts or not."""

    campaign: Campaign
    agency: Agency | None = None
    network: Network | None = None
    whole: bool = False

    @property
    def name(self) -> str:
        return str(self.agency or self.network or "Toute la région")

    @property
    def query(self) -> str:
        """What the addresses of the level end with."""
        if self.agency:
            return "?" + urlencode({"agence": self.agency.slug})
        return "?" + urlencode({"reseau": self.network.slug}) if self.network else ""

    @property
    def kinds(self) -> list[BilanKind]:
        if self.network:
            return [kinds.get(Kind.ORGANISATION)]
        return [kind for kind in kinds.every() if kind.title_there or not self.agency]

    def title(self, kind: BilanKind) -> str:
        return kind.title_there if self.agency else kind.title

    def figures(self, kind: str, only: Iterable[str] | None = None) -> dict[str, Figure]:
        wanted = None if only is None else list(only)
        return consolidate(
            self.campaign, kind=kind, agency=self.agency, network=self.network, whole=self.whole, only=wanted
        )


def sections(level: Level) -> list[Json]:
    """Every kind that has figures at this level: how many bilans came in, its key figures, its themes."""
    found = []
    for kind in level.kinds:
        figures = level.figures(kind.key)
        if not figures:
            continue
        shown = {key: _line(figure, level) for key, figure in figures.items()}
        ranked = sorted(
            (figure.indicator for figure in figures.values() if figure.indicator.headline),
            key=lambda one: one.headline or 0,
        )
        keys = [_key(shown[one.key]) for one in ranked[:KEYS]]
        charts = blocks.years_charts(keys, level.campaign.year, least=2)
        found.append({
            "key": kind.key, "title": level.title(kind), "received": received(level, kind.key), "keys": keys,
            "themes": _themes(figures, shown), "charts": [drawn(chart) for chart in charts],
        })  # fmt: skip
    return found


def _line(figure: Figure, level: Level) -> Json:
    """FIGURE of a content, with the page of its parts."""
    url = reverse("bilans_figure", args=[level.campaign.year, figure.indicator.key]) + level.query
    return shapes.figure(figure, level.campaign) | {"url": url, "nature": figure.indicator.get_nature_display()}


def _key(shown: Json) -> Json:
    """A tile: its number and its unit apart, for the unit to be small and to go to the next line when it must."""
    if shown["value"] is None:
        return shown | {"number": shown["said"], "unit_said": ""}
    number = numbers.bare(Decimal(shown["value"]), shown["unit"], shown["decimals"])
    return shown | {"number": number, "unit_said": shown["said"].removeprefix(number).strip()}


def _themes(figures: dict[str, Figure], shown: dict[str, Json]) -> list[Json]:
    themes: dict[str, list[Json]] = {}
    for key, figure in figures.items():
        themes.setdefault(figure.indicator.theme, []).append(shown[key])
    return [
        {"title": title, "figures": lines, "flagged": sum(bool((one["change"] or {}).get("flagged")) for one in lines)}
        for title, lines in themes.items()
    ]


def received(level: Level, kind: str) -> Json:
    """How many bilans of a kind were asked, came in, are accepted."""
    asked = asked_of(level.campaign, Scope(kind, level.agency, level.network))
    return {
        "expected": len(asked),
        "received": sum(one.counted for one in asked),
        "accepted": sum(one.accepted for one in asked),
    }


def drawn(chart: Json) -> Json:
    """A CHART with its picture and the table of what it shows."""
    series = chart["series"]
    labels = list(dict.fromkeys(point["label"] for one in series for point in one["points"]))
    columns = [{point["label"]: point["said"] for point in one["points"]} for one in series]
    return chart | {
        "svg": chart_svg(chart),
        "header": [one["name"] or "Valeur" for one in series],
        "rows": [[label, *(column.get(label, "–") for column in columns)] for label in labels],
    }


def drawn_map(of: Json, cells: list[Json]) -> Json:
    """A MAP with its picture and the table of what it shows."""
    place = "Territoire" if of["level"] == Breakdown.AGENCY else "Bassin d’emploi"
    return of | {"svg": map_svg(of), "place": place, "rows": [(cell["label"], cell["said"]) for cell in cells]}


# --- One figure and what makes it


def opened(level: Level, figure: Figure) -> Json:
    """A figure, its classes in pictures and in words, its parts."""
    indicator, line = figure.indicator, _line(figure, level)
    year = level.campaign.year
    charts = [drawn(chart) for chart in blocks.people_charts(line, year)]
    maps, pictured = [], {chart["key"].removeprefix(f"{indicator.key}-") for chart in charts}
    for one in line["breakdowns"]:
        if one["key"] in (Breakdown.AGENCY, Breakdown.BASIN):
            maps += [drawn_map(found, one["cells"]) for found in blocks.place_map(line, one["key"])]
            pictured |= {one["key"]} if maps else set()
    return {
        "line": line,
        "charts": charts,
        "maps": maps,
        "classes": [one for one in line["breakdowns"] if one["key"] not in pictured],
        "parts": parts(level, figure),
        "weighted": indicator.adding == Adding.MEAN,
        "how": how(indicator),
        "comparable": compared(figure, year),
    }


def how(indicator: Indicator) -> str:
    """How the values of several make this one, in a sentence."""
    if indicator.adding == Adding.MEAN:
        return (
            "Moyenne des réponses, chacune comptant autant que ce qu’elle représente\u00a0; sans ce poids, une réponse "
            "n’entre pas."
        )
    if indicator.adding == Adding.DISTINCT:
        return (
            "Compté à la source pour tout le niveau\u00a0: ce que plusieurs déclarent n’y compte qu’une fois, et les "
            "réponses ne s’additionnent pas."
        )
    if indicator.adding == Adding.NONE:
        return "Ces réponses ne s’additionnent pas\u00a0: elles se lisent une à une."
    return "Somme des réponses reçues\u00a0; une réponse qui manque n’est pas un zéro."


def compared(figure: Figure, year: int) -> str:
    """The figure of those that answered in both years, when it is not the whole of both."""
    if figure.comparable is None or figure.comparable == (figure.previous, figure.amount):
        return ""
    before, now = (numbers.of(figure.indicator, amount) for amount in figure.comparable)
    return f"Chez ceux qui ont répondu les deux années\u00a0: {before} en {year - 1}, {now} en {year}."


def parts(level: Level, figure: Figure) -> list[Json]:
    """The subjects, the largest first, then those that did not say."""
    rank = {"answered": 0, "hidden": 1, "unavailable": 2, "missing": 3}
    rows = sorted(figure.parts, key=lambda part: (rank[part.state], -(part.amount or 0)))
    return [_part(level, figure.indicator, part) for part in rows]


def _part(level: Level, indicator: Indicator, part: Part) -> Json:
    left_out = indicator.adding == Adding.MEAN and part.state == "answered" and not weighs(part.weight)
    return {
        "name": part.name, "state": part.state, "amount": part.amount, "weight": part.weight,
        "url": reverse("pro_bilan", args=[part.public_id]) if level.whole else "",
        "said": STATES.get(part.state) or numbers.of(indicator, part.amount),
        "weight_said": "" if part.weight is None else numbers.number(part.weight),
        "left_out": left_out and level.whole,
        "accepted": part.accepted,
    }  # fmt: skip


def file_rows(level: Level, figure: Figure) -> tuple[list[str], list[list[Any]]]:
    """The parts, as a file holds them: (header, rows). What is not told has an empty value and its reason."""
    header = ["Année", "Niveau", "Indicateur", "Unité", "Réponse de", "État de la réponse", "Valeur", "Bilan accepté"]
    weighted = figure.indicator.adding == Adding.MEAN
    rows = []
    for part in parts(level, figure):
        state = "renseigné" if part["state"] == "answered" else part["said"]
        row = [
            level.campaign.year, level.name, figure.indicator.label, figure.indicator.get_unit_display(), part["name"],
            state, plain(part["amount"]), part["accepted"],
        ]  # fmt: skip
        rows.append([*row, plain(part["weight"])] if weighted else row)
    return ([*header, "Poids dans la moyenne"] if weighted else header), rows


def plain(amount: Decimal | None) -> int | float | None:
    """A number that a spreadsheet knows."""
    if amount is None:
        return None
    return int(amount) if amount == amount.to_integral_value() else float(amount)


# --- Before the year is asked


def already_known(year: int, agency: Agency | None) -> list[Json]:
    """What the portal works out by itself of a year that nobody was asked about yet, by theme."""
    level = level_bilan(Campaign(year=year), agency)
    themes: dict[str, list[Json]] = {}
    seen: set[str] = set()
    asked = Indicator.objects.of_year(year).exclude(source="").exclude(adding=Adding.MEAN)
    with remembered():
        for indicator in sorted(asked, key=lambda one: one.filled_by != level.kind):
            if indicator.source in seen:
                continue
            found = compute(indicator.source, level)
            if found.amount is None and not found.hidden:
                continue
            seen.add(indicator.source)
            said = numbers.HIDDEN if found.hidden else numbers.of(indicator, found.amount)
            themes.setdefault(indicator.theme, []).append(
                {"label": indicator.label, "said": said, "definition": indicator.definition}
            )
    return [{"title": title, "figures": lines} for title, lines in themes.items()]


# --- The years side by side


def over_years(campaigns: Sequence[Campaign], *, whole: bool) -> Json:
    """Key figures of the region, a line each, the years from the oldest to the last.

    A figure carries that of the year before: every other year is read."""
    said: dict[str, dict[int, str]] = {}
    labels: dict[str, Json] = {}
    years = {campaign.year for campaign in campaigns}
    done: set[int] = set()
    for campaign in sorted(campaigns, key=lambda one: -one.year):
        if campaign.year in done:
            continue
        done |= {campaign.year, campaign.year - 1}
        for kind in kinds.every():
            keys = Indicator.objects.of_year(campaign.year).filter(filled_by=kind.key, headline__lte=3)
            figures = consolidate(campaign, kind=kind.key, whole=whole, only=[one.key for one in keys])
            for key, figure in figures.items():
                labels.setdefault(key, {"label": figure.indicator.label, "kind": kind.title})
                cells = said.setdefault(key, {})
                cells[campaign.year] = shapes.said(figure)
                if campaign.year - 1 in years and figure.previous is not None:
                    cells[campaign.year - 1] = numbers.of(figure.indicator, figure.previous)
    ordered = sorted(years)
    return {
        "years": ordered,
        "lines": [one | {"said": [said[key].get(year, "–") for year in ordered]} for key, one in labels.items()],
    }
