"""The bilan of an organisation: its own figures, whole, its part in its network, its events, its words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from bilans import numbers
from bilans.consolidation import Figure
from bilans.contents import blocks
from bilans.contents.agenda import events_section
from bilans.contents.frame import assembled, comments_rows, named
from bilans.contents.network import network_section
from bilans.contents.own import Own, headlines, own, themes
from bilans.contents.shapes import Json, breakdown_of, figure, section, table
from bilans.models import Bilan, Breakdown

DRAWN = 2  # themes, the first ones, whose places are drawn
FEW_PLACES = 2  # lines, the total among them


def content(bilan: Bilan, *, at: dt.date) -> dict[str, Any]:
    """What the document of an organisation says. Read by itself and the Region: nothing of its own is hidden."""
    found = own(bilan)
    organisation = bilan.organisation
    network = organisation.network if organisation else None
    first = [figure(one, bilan.campaign) for one in headlines(found.figures.values())]
    detail = [network.display_name if network else "", organisation.towns if organisation else ""]
    return assembled(
        found,
        subject={
            "name": bilan.name,
            "slug": organisation.slug if organisation else "",
            "detail": " · ".join(part for part in detail if part),
        },
        headlines=first,
        sections=[
            *theme_sections(found),
            *network_section(found, network),
            *events_section(bilan, at),
            *explanations(found),
            *unanswered(found),
        ],
        definitions=[one.indicator for one in found.figures.values()],
    )


def theme_sections(found: Own) -> list[Json]:
    """A section a theme: its figures, charts of who came for the key figure of people, tables of the other classes."""
    year, sections = found.bilan.campaign.year, []
    for rank, (theme, among) in enumerate(themes(found.figures.values()).items(), start=1):
        shown = found.shown(one.indicator.key for one in among)
        main = main_of(among)
        charts: list[Json] = []
        tables = people_tables(shown, least=3)
        if main:
            drawn = figure(main, found.bilan.campaign)
            charts += blocks.people_charts(drawn, year)
            people = main.indicator.of_people
            placed = blocks.place_chart(drawn, Breakdown.AGENCY, year, least=3) if people and rank <= DRAWN else []
            charts += placed
            if not placed and (rank <= DRAWN or not people):
                tables += _told_somewhere(_only_filled(blocks.classes_table(shown, Breakdown.AGENCY, "Par territoire")))
        sections.append(section(
            f"theme-{rank}", theme, intro=intro(shown, charts, year), figures=shown, tables=tables, charts=charts
        ))  # fmt: skip
    return sections


def main_of(among: Sequence[Figure]) -> Figure | None:
    """The figure of a theme whose classes are drawn: its key figure if it has classes, or the first that has."""
    having = [one for one in among if one.breakdowns and one.amount]
    return next((one for one in having if one.indicator.headline), having[0] if having else None)


def people_tables(
    shown: Sequence[Json], *, least: int, only: Collection[str] = (Breakdown.STATUS, Breakdown.SEX, Breakdown.AGE)
) -> list[Json]:
    """Who they are, class by class: the indicators of a theme side by side, when `least` of them have the classes."""
    found = []
    for key, title in ((Breakdown.STATUS, "Par statut"), (Breakdown.SEX, "Par sexe"), (Breakdown.AGE, "Par âge")):
        having = [one for one in shown if breakdown_of(one, key)]
        if key in only and len(having) >= least:
            found += blocks.classes_table(having, key, title)
    return found


def intro(shown: Sequence[Json], charts: Sequence[Json], year: int) -> str:
    """What moved most in a theme; nothing when a chart says it, or a single figure can be compared."""
    text = blocks.moves(shown, year)
    alone = sum(one["comparable"] is not None for one in shown) < 2
    return "" if alone or any(one["text"] == text for one in charts) else text


def _only_filled(tables: list[Json]) -> list[Json]:
    """Without the lines where every number is zero."""
    for one in tables:
        one["rows"] = [
            row for rank, row in enumerate(one["rows"])
            if rank == len(one["rows"]) - 1 or any(cell not in ("0", "–", numbers.MISSING) for cell in row[1:])
        ]  # fmt: skip
    return tables


def _told_somewhere(tables: list[Json]) -> list[Json]:
    """Those of three lines at least: one place and its total say what the figure above says."""
    return [one for one in tables if len(one["rows"]) > FEW_PLACES]


def explanations(found: Own) -> list[Json]:
    """The comments on what moved, or was said beside a figure."""
    rows = comments_rows(found, found.shown())
    if not rows:
        return []
    header = ["Indicateur", "Évolution ou valeur", "Ce qu’en dit qui a rempli le bilan"]
    return [section("comments", "Ce qui a changé, et pourquoi", tables=[
        table("comments", "Explications", header, rows, words=3)
    ])]  # fmt: skip


def unanswered(found: Own) -> list[Json]:
    """What is missing and what is not available, by name."""
    parts = []
    blank, unavailable = found.blank, found.unavailable
    if blank:
        words = "Reste non renseigné" if len(blank) == 1 else "Restent non renseignés"
        parts.append(f"{words}{numbers.NBSP}: {named(blank)}.")
    if unavailable:
        words = "Est déclaré non disponible" if len(unavailable) == 1 else "Sont déclarés non disponibles"
        parts.append(f"{words}{numbers.NBSP}: {named(unavailable)}.")
    return [section("unanswered", "Ce qui manque", intro=" ".join(parts))] if parts else []
