"""The bilan of an organisation: its own figures, whole, its part in its network, its events, its words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from bilans import numbers
from bilans.adding import counts_people
from bilans.consolidating import consolidate
from bilans.consolidation import Figure
from bilans.contents import blocks
from bilans.contents.agenda import events_section
from bilans.contents.frame import assembled, comments_rows, named
from bilans.contents.own import Own, headlines, own, themes
from bilans.contents.shapes import Json, breakdown_of, figure, section, table
from bilans.contents.words import first_letter, fraction
from bilans.models import Adding, Bilan, Breakdown, Kind
from core.small_counts import LEAST
from members.models import Network


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
            *_network(found, network),
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
        tables = people_tables(shown, least=2)
        if main:
            drawn = figure(main, found.bilan.campaign)
            charts += blocks.people_charts(drawn, year)
            placed = blocks.place_chart(drawn, Breakdown.AGENCY, year, least=3)
            charts += placed
            if not placed:
                tables += _only_filled(blocks.classes_table(shown, Breakdown.AGENCY, "Par territoire"))
        charts += blocks.years_charts(shown, year)
        sections.append(section(
            f"theme-{rank}", theme, intro=intro(shown, charts, year), figures=shown, tables=tables, charts=charts
        ))  # fmt: skip
    return sections


def main_of(among: Sequence[Figure]) -> Figure | None:
    """The figure of a theme whose classes are drawn: its key figure if it has classes, or the first that has."""
    having = [one for one in among if one.breakdowns and one.amount]
    return next((one for one in having if one.indicator.headline), having[0] if having else None)


def people_tables(shown: Sequence[Json], *, least: int) -> list[Json]:
    """Who they are, class by class: the indicators of a theme side by side, when `least` of them have the classes."""
    found = []
    for key, title in ((Breakdown.STATUS, "Par statut"), (Breakdown.SEX, "Par sexe"), (Breakdown.AGE, "Par âge")):
        having = [one for one in shown if breakdown_of(one, key)]
        if len(having) >= least:
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


def _network(found: Own, network: Network | None) -> list[Json]:
    """What the organisation weighs in its network, for sums that leave nobody else to be recognised (D8)."""
    if network is None or found.bilan.state not in Bilan.COUNTED:
        return []
    keys = [one.indicator.key for one in headlines(found.figures.values()) if one.indicator.adding == Adding.SUM]
    whole = consolidate(found.bilan.campaign, kind=Kind.ORGANISATION, network=network, only=keys)
    rows, best = [], ("", Decimal(0), Decimal(0))
    for key in keys:
        mine, all_ = found.figures[key], whole.get(key)
        if mine.amount is None or all_ is None or not _may_compare(mine, all_):
            continue
        amount = all_.amount or Decimal(0)
        rows.append([
            mine.indicator.label, numbers.of(mine.indicator, mine.amount), numbers.of(mine.indicator, amount),
            numbers.percent_of(mine.amount, amount) or "–", f"{all_.answered} sur {all_.expected}",
        ])  # fmt: skip
        if not best[0] and mine.indicator.of_people and amount:
            best = (mine.indicator.label, mine.amount, amount)
    if not rows:
        return []
    name = network.display_name
    text = ""
    if best[0] and best[1]:
        share = fraction(best[1], best[2])
        text = (
            f"{first_letter(share)} du total du réseau «{numbers.NBSP}{name}{numbers.NBSP}» pour l’indicateur "
            f"«{numbers.NBSP}{best[0]}{numbers.NBSP}» vient de cet organisme."
        )
    header = ["Indicateur", "L’organisme", "Son réseau", "Part", "Réponses dans le réseau"]
    return [section("network", "Sa place dans son réseau", intro=text, tables=[
        table("network", f"L’organisme et le réseau «{numbers.NBSP}{name}{numbers.NBSP}»", header, rows)
    ])]  # fmt: skip


def _may_compare(mine: Figure, all_: Figure) -> bool:
    """Whether several others answered, and what they leave is no small count."""
    if all_.hidden or all_.amount is None or mine.amount is None or all_.answered < 3:
        return False
    rest = all_.amount - mine.amount
    return not counts_people(mine.indicator) or rest == 0 or rest >= LEAST


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
