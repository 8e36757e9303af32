"""The bilan of the region, for the CREFOP and for whoever reads it once published: every room of the house in one
document, each figure with how many answered (B3, D9; GE art. 5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bilans.consolidating import consolidate
from bilans.consolidation import Figure
from bilans.contents import blocks, psad
from bilans.contents.frame import assembled, ordered
from bilans.contents.organisation import explanations, intro
from bilans.contents.own import Own, headlines, own, themes, told
from bilans.contents.region_answers import answers
from bilans.contents.region_places import by_basin, by_platform, by_territory, networks_charts
from bilans.contents.region_words import brief
from bilans.contents.shapes import Json, figure, section, table
from bilans.models import Adding, Bilan, Breakdown, Campaign, Indicator, Kind

# What a councillor looks for first; where an indicator is not asked, the next key figure takes its place.
FIRST = (
    "personnes-accueillies", "accompagnements", "region-lieux", "region-evenements", "actions-realisees", "psad-solutions",
)  # fmt: skip
_FILLERS = (Kind.ORGANISATION, Kind.REGION, Kind.TERRITORY, Kind.PSAD)
PSAD_TITLE = "Les jeunes sortis de l’école\u00a0: les PSAD"
TERRITORIES_TITLE = "Les territoires et leurs concertations"


@dataclass(frozen=True)
class Ground:
    """What the document is made of: its own figures, those of the three other kinds, the bilans they come from."""

    bilan: Bilan
    mine: Own
    by_kind: Mapping[Kind, Mapping[str, Figure]]
    others: list[Bilan]
    whole: bool

    @property
    def campaign(self) -> Campaign:
        return self.bilan.campaign

    @property
    def figures(self) -> dict[str, Figure]:
        """Every figure, by key."""
        return {key: one for kind in _FILLERS for key, one in self.by_kind[kind].items()}

    def of(self, kind: Kind) -> list[Figure]:
        """The figures of a kind that make one at the level of the region."""
        return [
            one for one in self.by_kind[kind].values()
            if kind == Kind.REGION or one.indicator.adding != Adding.NONE
        ]  # fmt: skip


def ground_of(bilan: Bilan, *, whole: bool = False) -> Ground:
    """Read everything once: a fixed number of queries."""
    campaign = bilan.campaign
    mine = own(bilan, public=True)
    if not whole:
        mine = told(mine, consolidate(campaign, kind=Kind.REGION))
    by_kind: dict[Kind, Mapping[str, Figure]] = {
        kind: {
            key: one for key, one in consolidate(campaign, kind=kind, whole=whole).items() if one.indicator.public
        }
        for kind in (Kind.ORGANISATION, Kind.TERRITORY, Kind.PSAD)
    }  # fmt: skip
    rows = Bilan.objects.filter(campaign=campaign).exclude(kind=Kind.REGION).select_related("organisation__network")
    return Ground(bilan, mine, {**by_kind, Kind.REGION: mine.figures}, ordered(rows), whole)


def content(bilan: Bilan, *, at: dt.date, whole: bool = False) -> dict[str, Any]:
    """What the document of the region says, and its public page; small counts closed unless `whole`."""
    ground = ground_of(bilan, whole=whole)
    figures = ground.figures
    return assembled(
        ground.mine,
        subject={"name": bilan.name, "slug": "region", "detail": _detail(ground)},
        headlines=[figure(one, ground.campaign) for one in first_figures(ground)],
        sections=[
            section("summary", "L’année en bref", intro=brief(figures, ground.campaign.year)),
            *answers(ground.mine, ground.others),
            *_of_organisations(ground),
            *_of_territories(ground),
            *_of_platforms(ground),
            *_of_region(ground),
            *by_territory(ground.campaign, figures),
            *by_basin(ground.campaign, figures),
            *_years(ground),
            *explanations(ground.mine),
        ],
        definitions=_definitions(ground),
        others=ground.others,
        notes=[
            "Les chiffres des organismes, des territoires et des PSAD s’additionnent à partir des bilans déposés ou acceptés. "
            "Pour chacun, le nombre de réponses est dit.",
            "D’une année à l’autre, seuls sont comparés les organismes qui ont répondu les deux années.",
            psad.NOTE,
        ],
    )  # fmt: skip


def _detail(ground: Ground) -> str:
    kinds = [
        (Kind.ORGANISATION, "organisme", "organismes"),
        (Kind.TERRITORY, "territoire", "territoires"),
        (Kind.PSAD, "PSAD", "PSAD"),
    ]
    counts = [(sum(one.kind == kind for one in ground.others), single, several) for kind, single, several in kinds]
    return " · ".join(blocks.numbers.counted(count, single, several) for count, single, several in counts if count)


def first_figures(ground: Ground, most: int = 6) -> list[Figure]:
    """The key figures of the first page: those that people look for, then the others by rank, told ones first."""
    figures = ground.figures
    ranked = [figures[key] for key in FIRST if key in figures]
    spare = [one for rank in range(most) for kind in _FILLERS for one in headlines(ground.of(kind))[rank : rank + 1]]
    ranked += [one for one in spare if one not in ranked]
    known = [one for one in ranked if one.amount is not None and not one.hidden]
    return known[:most] or ranked[:most]


def _of_organisations(ground: Ground) -> list[Json]:
    """A section a theme: figures, who came, by network, where."""
    year, sections = ground.campaign.year, []
    networks = networks_charts(ground.campaign, ground.of(Kind.ORGANISATION), whole=ground.whole)
    for rank, (theme, among) in enumerate(themes(ground.of(Kind.ORGANISATION)).items(), start=1):
        shown = [figure(one, ground.campaign) for one in among]
        main = next(
            (one for one, of in zip(shown, among, strict=True) if of.indicator.headline and one["breakdowns"]), None
        )
        main = main or next((one for one in shown if one["breakdowns"]), None)
        charts, maps = [], []
        if main:
            charts += blocks.people_charts(main, year)
            maps += [*blocks.place_map(main, Breakdown.AGENCY), *blocks.place_map(main, Breakdown.BASIN)]
        charts += [drawn for one in shown if (drawn := networks.get(one["key"]))]
        charts += blocks.years_charts(shown, year)
        tables = [
            row for key, title in ((Breakdown.STATUS, "Par statut"), (Breakdown.SEX, "Par sexe"), (Breakdown.AGE, "Par âge"))
            for row in blocks.classes_table([one for one in shown if blocks.breakdown_of(one, key)][:4], key, title)
        ]  # fmt: skip
        sections.append(section(
            f"organisations-{rank}", theme, intro=intro(shown), figures=shown, charts=charts, maps=maps, tables=tables
        ))  # fmt: skip
    return sections


def _of_territories(ground: Ground) -> list[Json]:
    among = ground.of(Kind.TERRITORY)
    shown = [figure(one, ground.campaign) for one in among]
    if not shown:
        return []
    charts = [row for one in shown for row in blocks.people_charts(one, ground.campaign.year)]
    maps = [row for one in shown for row in blocks.place_map(one, Breakdown.BASIN)][:1]
    return [section("territories", TERRITORIES_TITLE, intro=intro(shown), figures=shown, maps=maps,
                    charts=[*charts, *blocks.years_charts(shown, ground.campaign.year)])]  # fmt: skip


def _of_platforms(ground: Ground) -> list[Json]:
    figures = ground.by_kind[Kind.PSAD]
    shown = [figure(one, ground.campaign) for one in ground.of(Kind.PSAD)]
    if not shown:
        return []
    drawn = psad.charts(figures, ground.campaign.year)
    return [section("psad", PSAD_TITLE, intro=intro(shown), figures=shown, charts=drawn, tables=by_platform(figures))]


def _of_region(ground: Ground) -> list[Json]:
    """What the Region itself gives account of: the network, the agenda, Lorfolio as a bare count, its own steering."""
    year, sections = ground.campaign.year, []
    for rank, (theme, among) in enumerate(themes(ground.mine.figures.values()).items(), start=1):
        shown = [figure(one, ground.campaign, comment=ground.mine.comments.get(one.indicator.key, "")) for one in among]
        maps = [
            row for one in shown if one["breakdowns"]
            for row in (blocks.place_map(one, Breakdown.BASIN) or blocks.place_map(one, Breakdown.AGENCY))
        ]  # fmt: skip
        sections.append(section(
            f"region-{rank}", theme, intro=intro(shown), figures=shown, maps=maps, charts=blocks.years_charts(shown, year)
        ))  # fmt: skip
    return sections


def _years(ground: Ground) -> list[Json]:
    """Every figure beside the year before, over those that answered both years."""
    year = ground.campaign.year
    rows = [
        [one.indicator.label, blocks.numbers.of(one.indicator, one.comparable[0]),
         blocks.numbers.of(one.indicator, one.comparable[1]), change["said"].split(" par rapport")[0].split(", à périmètre")[0]]
        for kind in (Kind.ORGANISATION, Kind.TERRITORY, Kind.PSAD, Kind.REGION) for one in ground.of(kind)
        if one.comparable and not one.hidden and (change := figure(one, ground.campaign)["change"])
    ]  # fmt: skip
    if not rows:
        return []
    note = "Seuls sont comptés ici les bilans qui ont répondu les deux années\u00a0: les totaux peuvent différer de ceux des pages précédentes."
    header = ["Indicateur", str(year - 1), str(year), "Évolution"]
    return [section("years", f"{year - 1} et {year}, à périmètre comparable", tables=[
        table("years", "Tous les indicateurs d’une année à l’autre", header, rows, note=note)
    ])]  # fmt: skip


def _definitions(ground: Ground) -> list[Indicator]:
    return [one.indicator for kind in _FILLERS for one in ground.of(kind)]
