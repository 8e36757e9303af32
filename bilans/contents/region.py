"""The bilan of the region, for the CREFOP and for whoever reads it once published: every room of the house in one
document, each figure with how many answered (B3, D9; GE art. 5)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bilans import kinds, numbers
from bilans.consolidating import consolidate
from bilans.consolidation import Figure
from bilans.contents import blocks, psad
from bilans.contents.frame import assembled, ordered
from bilans.contents.organisation import DRAWN, explanations, intro, main_of, people_tables
from bilans.contents.own import Own, headlines, own, themes, told
from bilans.contents.region_answers import answers
from bilans.contents.region_places import by_agency, by_platform, by_territory, networks_charts
from bilans.contents.region_words import brief
from bilans.contents.shapes import Json, figure, section, table
from bilans.models import Adding, Bilan, Breakdown, Campaign, Indicator, Kind, Unit
from bilans.numbers import counted

# What a councillor looks for first; where an indicator is not asked, the next key figure takes its place.
FIRST = (
    "personnes-accueillies", "accompagnements", "orientations-sortantes", "region-evenements", "actions-realisees",
    "psad-solutions",
)  # fmt: skip
PSAD_TITLE = "Les jeunes sortis de l’école\u00a0: les PSAD"
TERRITORIES_TITLE = "Les territoires et leurs concertations"


def fillers() -> list[str]:
    """The kinds in the order of their key figures: what organisations count, what the Region counts, the others."""
    first = (Kind.ORGANISATION, Kind.REGION)
    return [*first, *(kind.key for kind in kinds.every() if kind.key not in first)]


@dataclass(frozen=True)
class Ground:
    """What the document is made of: its own figures, those of the other kinds, the bilans they come from."""

    bilan: Bilan
    mine: Own
    by_kind: Mapping[str, Mapping[str, Figure]]
    others: list[Bilan]
    whole: bool

    @property
    def campaign(self) -> Campaign:
        return self.bilan.campaign

    @property
    def figures(self) -> dict[str, Figure]:
        """Every figure, by key."""
        return {key: one for kind in fillers() for key, one in self.by_kind[kind].items()}

    def of(self, kind: str) -> list[Figure]:
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
    by_kind: dict[str, Mapping[str, Figure]] = {
        kind.key: {
            key: one for key, one in consolidate(campaign, kind=kind.key, whole=whole).items() if one.indicator.public
        }
        for kind in kinds.asked()
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
            *(row for kind in kinds.asked() for row in kind.regional(ground, ground.of(kind.key))),
            *_of_region(ground),
            *by_territory(ground.campaign, figures),
            *_years(ground),
            *explanations(ground.mine),
        ],
        definitions=_definitions(ground),
        others=ground.others,
        notes=[
            "Les chiffres s’additionnent à partir des bilans déposés ou acceptés\u00a0; le nombre de réponses est dit.",
            "D’une année à l’autre, seuls sont comparés les organismes qui ont répondu les deux années.",
            *([] if psad.unpublished(ground.by_kind[Kind.PSAD]) else [psad.NOTE]),
        ],
    )  # fmt: skip


def _detail(ground: Ground) -> str:
    found = Counter(one.kind for one in ground.others)
    return " · ".join(counted(found[kind.key], *kind.counted) for kind in kinds.asked() if kind.key in found)


def first_figures(ground: Ground, most: int = 6) -> list[Figure]:
    """The key figures of the first page: those that people look for, then the others by rank, told ones first."""
    figures = ground.figures
    ranked = [figures[key] for key in FIRST if key in figures]
    spare = [one for rank in range(most) for kind in fillers() for one in headlines(ground.of(kind))[rank : rank + 1]]
    ranked += [one for one in spare if one not in ranked]
    known = [one for one in ranked if one.amount is not None and not one.hidden]
    return known[:most] or ranked[:most]


def of_organisations(ground: Ground) -> list[Json]:
    """A section a theme: figures, who came, by network, where."""
    year, sections = ground.campaign.year, []
    networks = networks_charts(ground.campaign, ground.of(Kind.ORGANISATION), whole=ground.whole)
    for rank, (theme, among) in enumerate(themes(ground.of(Kind.ORGANISATION)).items(), start=1):
        shown = [figure(one, ground.campaign) for one in among]
        main = main_of(among)
        drawn = figure(main, ground.campaign) if main else None
        charts = blocks.people_charts(drawn, year) if drawn else []
        # Places and events are mapped once, where the Region counts them itself.
        mapped = main and main.indicator.of_people and rank <= DRAWN
        maps = blocks.place_map(drawn, Breakdown.AGENCY) if drawn and mapped else []
        charts += [networks[one["key"]] for one in shown if one["key"] in networks][:1]
        text = f"{intro(shown, charts, year)} {_counted_too(ground, among)}".strip()
        sections.append(section(
            f"organisations-{rank}", theme, intro=text, figures=shown, charts=charts, maps=maps,
            tables=people_tables(shown, least=3, only=(Breakdown.SEX,)),
        ))  # fmt: skip
    return sections


def _counted_too(ground: Ground, among: Sequence[Figure]) -> str:
    """Where the Region counts more by the same rule: the two numbers would seem to contradict each other."""
    whole = {one.indicator.source: one for one in ground.of(Kind.REGION) if one.indicator.source and not one.hidden}
    rows = [(one, whole[one.indicator.source]) for one in among if one.indicator.source in whole and not one.hidden]
    return " ".join(
        f"«\u00a0{one.indicator.label}\u00a0»\u00a0: le portail en compte "
        f"{numbers.of(all_.indicator, all_.amount)} en tout, avec ceux de qui n’a pas rendu son bilan."
        for one, all_ in rows
        if one.amount is not None and all_.amount is not None and one.amount < all_.amount
    )


def of_territories(ground: Ground) -> list[Json]:
    among, year = ground.of(Kind.TERRITORY), ground.campaign.year
    if not among:
        return []
    shown = [figure(one, ground.campaign) for one in among]
    charts = [row for one in shown for row in blocks.people_charts(one, year)]
    tables = by_agency([one for one in among if one.indicator.headline])
    return [section(
        "territories", TERRITORIES_TITLE, intro=intro(shown, charts, year), figures=shown, charts=charts, tables=tables
    )]  # fmt: skip


def of_platforms(ground: Ground) -> list[Json]:
    figures, year = ground.by_kind[Kind.PSAD], ground.campaign.year
    shown = [figure(one, ground.campaign) for one in ground.of(Kind.PSAD)]
    if not shown:
        return []
    charts = psad.charts(figures, year)
    text = f"{psad.silence(figures, year)} {intro(shown, charts, year)}"
    return [section(
        "psad", PSAD_TITLE, intro=text.strip(), figures=shown, charts=charts, tables=by_platform(figures)
    )]  # fmt: skip


def _of_region(ground: Ground) -> list[Json]:
    """What the Region itself gives account of: the network, the agenda, Lorfolio as a bare count, its own steering."""
    year, sections = ground.campaign.year, []
    for rank, (theme, among) in enumerate(themes(ground.mine.figures.values()).items(), start=1):
        shown = ground.mine.shown(one.indicator.key for one in among)
        key = [one.indicator.key for one in among if one.indicator.headline]
        maps = [
            row for one in shown if one["key"] in key
            for row in (blocks.place_map(one, Breakdown.BASIN) or blocks.place_map(one, Breakdown.AGENCY))
        ]  # fmt: skip
        charts: list[Json] = []
        sections.append(section(
            f"region-{rank}", theme, intro=intro(shown, charts, year), figures=shown, maps=maps, charts=charts
        ))  # fmt: skip
    return sections


def _years(ground: Ground) -> list[Json]:
    """Over those that answered both years, the key figures, and those that a newcomer would seem to have changed."""
    year = ground.campaign.year
    rows = [
        [one.indicator.label, *(numbers.of(one.indicator, amount) for amount in one.comparable), _move(one)]
        for kind in kinds.every()
        for one in ground.of(kind.key)
        if one.comparable and not one.hidden and one.comparable != (one.previous, one.amount) and _telling(one)
    ]
    if not rows:
        return []
    note = (
        "Seuls sont comptés ici les bilans qui ont répondu les deux années\u00a0: ces totaux peuvent différer de ceux "
        "des autres pages."
    )
    header = ["Indicateur", str(year - 1), str(year), "Évolution"]
    listed = table("years", "Ceux qui ont répondu les deux années", header, rows, note=note)
    return [section("years", f"De {year - 1} à {year}", tables=[listed])]


def _telling(one: Figure) -> bool:
    """A key figure, or one whose totals of the two years would mislead."""
    if one.indicator.headline or not one.comparable or not one.previous or not one.amount or not one.comparable[0]:
        return bool(one.indicator.headline)
    gap = one.amount / one.previous - one.comparable[1] / one.comparable[0]
    return one.indicator.adding == Adding.SUM and abs(gap) * 10 > 1


def _move(one: Figure) -> str:
    """« + 12 % », « + 0,2 point », « stable »; empty where the two numbers say it all."""
    if one.comparable is None:
        return ""
    before, now = one.comparable
    if one.indicator.unit in (Unit.SHARE, Unit.SCORE):
        gap = numbers.number(abs(now - before), one.indicator.decimals)
        return "stable" if now == before else f"{'+' if now > before else '−'}{numbers.NBSP}{gap}"
    if now == before:
        return "stable"
    return "presque stable" if abs(now - before) * 200 < before else numbers.ratio(now, before) or "–"


def _definitions(ground: Ground) -> list[Indicator]:
    """Of what is told: not of the flows of the PSAD in a year that tells none."""
    kept = psad.asked_of(ground.by_kind[Kind.PSAD])
    return [
        one.indicator for kind in fillers() for one in ground.of(kind)
        if kind != Kind.PSAD or one.indicator.key in kept
    ]  # fmt: skip
