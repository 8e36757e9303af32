"""The bilan of a territory: what its agency and its CTO did, what organisations declare there, where, who answered."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from bilans import numbers
from bilans.consolidating import consolidate, there_and_everywhere
from bilans.consolidation import Figure
from bilans.contents import blocks, sentences
from bilans.contents.agenda import events_section
from bilans.contents.frame import assembled, completeness, ordered, received_said
from bilans.contents.organisation import explanations, intro, unanswered
from bilans.contents.own import Own, headlines, own, themes, told
from bilans.contents.shapes import Json, breakdown_of, figure, section, table
from bilans.contents.words import fraction, of_territory
from bilans.models import Adding, Bilan, Breakdown, Kind
from bilans.numbers import NBSP, counted
from core.text import sort_key
from territories.models import Agency, EmploymentBasin

DECLARED = (
    "Ce que les organismes déclarent de ce territoire vient de leurs bilans\u00a0: qui n’a pas dit où il a reçu son "
    "public n’y est pas compté. Ces chiffres ne se mêlent pas à ceux de l’agence et de la concertation."
)


def content(bilan: Bilan, *, at: dt.date, whole: bool = False) -> dict[str, Any]:
    """What the document of a territory says; small counts closed unless `whole`."""
    agency = bilan.agency
    if agency is None:
        raise ValueError("the bilan of a territory has an agency")
    found = own(bilan)
    if not whole:
        found = told(found, consolidate(bilan.campaign, kind=Kind.TERRITORY, agency=agency))
    declared, everywhere = there_and_everywhere(bilan.campaign, agency, whole=whole)
    others = ordered(bilans_there(bilan, agency))
    basins = [str(number) for number in agency.basins.order_by("number").values_list("number", flat=True)]
    definitions = [one.indicator for one in (*found.figures.values(), *declared.values())]
    return assembled(
        found,
        subject={"name": agency.name, "slug": agency.slug, "detail": _detail(agency)},
        headlines=[figure(one, bilan.campaign) for one in headlines(found.figures.values())],
        sections=[
            *_themes(found, basins),
            *_declared(bilan, agency, declared, everywhere),
            *events_section(bilan, at),
            *_answers(found, others),
            *explanations(found),
            *unanswered(found),
        ],
        definitions=definitions,
        others=others,
        notes=[DECLARED] if declared else [],
    )


def bilans_there(bilan: Bilan, agency: Agency) -> Any:
    """The bilans of the organisations that receive the public on the territory, this year."""
    rows = Bilan.objects.filter(campaign=bilan.campaign_id, kind=Kind.ORGANISATION)
    return rows.filter(organisation__sites__agency=agency, organisation__sites__listed=True).select_related(
        "organisation__network"
    )


def _detail(agency: Agency) -> str:
    basins = EmploymentBasin.objects.filter(agency=agency).count()
    parts = [counted(basins, "bassin d’emploi", "bassins d’emploi")] if basins else []
    if agency.cto_installed_year:
        parts.append(f"concertation territoriale installée en {agency.cto_installed_year}")
    return " · ".join(parts)


def _themes(found: Own, basins: Sequence[str]) -> list[Json]:
    campaign = found.bilan.campaign
    sections = []
    for rank, (theme, among) in enumerate(themes(found.figures.values()).items(), start=1):
        shown = [figure(one, campaign, comment=found.comments.get(one.indicator.key, "")) for one in among]
        charts = [row for one in shown for row in blocks.people_charts(one, campaign.year)][:3]
        maps = [row for one in shown for row in blocks.place_map(one, Breakdown.BASIN, codes=basins)]
        tables = _by_basin(shown, basins)
        sections.append(section(
            f"theme-{rank}", theme, intro=intro(shown, charts, campaign.year), figures=shown, charts=charts,
            tables=tables, maps=maps,
        ))  # fmt: skip
    return sections


def _by_basin(shown: Sequence[Json], basins: Sequence[str]) -> list[Json]:
    """The basins of the territory alone, and what was held elsewhere when something was."""
    kept = []
    for one in shown:
        cells = [
            cell for cell in breakdown_of(one, Breakdown.BASIN)
            if cell["key"] in basins or cell["value"] not in (None, "0")
        ]  # fmt: skip
        if cells:
            part = {"key": str(Breakdown.BASIN), "title": "Par bassin d’emploi", "cells": cells}
            kept.append({**one, "breakdowns": [part]})
    return blocks.classes_table(kept[:4], Breakdown.BASIN, "Par bassin d’emploi")


def _declared(
    bilan: Bilan, agency: Agency, declared: Mapping[str, Figure], region: Mapping[str, Figure]
) -> list[Json]:  # fmt: skip
    """What organisations declare there, beside the region."""
    shown = [figure(one, bilan.campaign) for one in declared.values() if one.answered]
    if not shown:
        return []
    keys = [one["key"] for one in shown]
    rows = []
    first: tuple[Figure, Decimal] | None = None
    for key in keys:
        here, all_ = declared[key], region.get(key)
        if all_ is None or all_.amount is None or all_.hidden or here.indicator.adding != Adding.SUM:
            continue
        share = "–" if here.amount is None or here.hidden else numbers.percent_of(here.amount, all_.amount) or "–"
        said = numbers.HIDDEN if here.hidden else numbers.of(here.indicator, here.amount)
        rows.append([
            here.indicator.label, said, numbers.of(all_.indicator, all_.amount), share,
            f"{here.answered} sur {here.expected}",
        ])  # fmt: skip
        if first is None and here.amount and not here.hidden and here.indicator.of_people and all_.amount:
            first = here, all_.amount
    text = ""
    if first is not None and first[0].amount is not None:
        part = fraction(first[0].amount, first[1])
        text = (
            f"Les organismes y déclarent {numbers.of(first[0].indicator, first[0].amount)} pour l’indicateur "
            f"«{NBSP}{first[0].indicator.label}{NBSP}», soit {part} du total de la région. "
        )
    header = ["Déclaré par les organismes", of_territory(agency.name), "Dans la région", "Part", "Réponses"]
    tables = [table("declared", "Le territoire dans la région", header, rows)] if rows else []
    text = (text + intro(shown, (), bilan.campaign.year)).strip()
    return [section("declared", "Ce que les organismes y déclarent", intro=text, figures=shown,
                    tables=tables)]  # fmt: skip


def _answers(found: Own, others: Sequence[Bilan]) -> list[Json]:
    """Who gave account of the year there, network by network."""
    if not others:
        return []
    done = completeness(found, others)
    by_network: dict[str, list[Bilan]] = defaultdict(list)
    for bilan in others:
        network = bilan.organisation.network if bilan.organisation else None
        by_network[network.display_name if network else "Sans réseau"].append(bilan)
    rows = [answers_row(name, among) for name, among in sorted(by_network.items(), key=lambda row: sort_key(row[0]))]
    rows.append(answers_row("Ensemble", others))
    missing = done["missing"]
    text = received_said(done, "bilan d’organisme", "bilans d’organismes")
    if missing:
        text += f" {'Manque' if len(missing) == 1 else 'Manquent'}{NBSP}: {sentences.names(missing)}."
    header = ["Réseau", "Attendus", "Déposés", "Acceptés"]
    return [section("answers", "Les bilans des organismes du territoire", intro=text, tables=[
        table("answers", "Bilans par réseau", header, rows, total=True)
    ])]  # fmt: skip


def answers_row(name: str, among: Sequence[Bilan]) -> list[str]:
    """Expected, submitted, accepted."""
    received = [bilan for bilan in among if bilan.state in Bilan.COUNTED]
    accepted = [bilan for bilan in received if bilan.state == Bilan.State.ACCEPTED]
    return [name, str(len(among)), str(len(received)), str(len(accepted))]
