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
from bilans.contents import blocks, sentences
from bilans.contents.agenda import events_section
from bilans.contents.frame import assembled, comments_rows, named
from bilans.contents.own import Own, headlines, own, themes
from bilans.contents.shapes import Json, figure, section, table
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
            *theme_sections(found, of_headline=[one["key"] for one in first]),
            *_network(found, network),
            *events_section(bilan, at),
            *explanations(found),
            *unanswered(found),
        ],
        definitions=[one.indicator for one in found.figures.values()],
    )


def theme_sections(found: Own, *, of_headline: Sequence[str] = ()) -> list[Json]:
    """A section a theme: its figures, charts of who came for the key figure of people, tables of the other classes."""
    bilan, year = found.bilan, found.bilan.campaign.year
    sections = []
    for rank, (theme, figures) in enumerate(themes(found.figures.values()).items(), start=1):
        shown = [figure(one, bilan.campaign, comment=found.comments.get(one.indicator.key, "")) for one in figures]
        people = [one for one in shown if one["breakdowns"]]
        main = next((one for one in people if one["key"] in of_headline), people[0] if people else None)
        charts, maps, tables = [], [], []
        if main:
            charts += blocks.people_charts(main, year)
            tables += [
                row for key, title in ((Breakdown.STATUS, "Par statut"), (Breakdown.SEX, "Par sexe"), (Breakdown.AGE, "Par âge"))
                if sum(bool(_has(one, key)) for one in people) > 1
                for row in blocks.classes_table([one for one in people if _has(one, key)][:4], key, title)
            ]  # fmt: skip
            placed = [one for one in people if _has(one, Breakdown.AGENCY)]
            if sum(cell["value"] not in (None, "0") for cell in _has(main, Breakdown.AGENCY)) > 1:
                charts += blocks.place_chart(main, Breakdown.AGENCY, year)
            elif placed:
                tables += _only_filled(blocks.classes_table(placed[:4], Breakdown.AGENCY, "Par territoire"))
        charts += blocks.years_charts(shown, year)
        sections.append(section(
            f"theme-{rank}", theme, intro=intro(shown), figures=shown, tables=tables, charts=charts, maps=maps
        ))  # fmt: skip
    return sections


def intro(shown: Sequence[Json]) -> str:
    """What moved most in a theme, in a sentence; nothing when it is the first year or nothing stands out."""
    pairs = [
        (one["label"], Decimal(one["previous"]), Decimal(one["value"]))
        for one in shown
        if one["value"] is not None and one["previous"] is not None and one["unit"] not in ("share", "score")
    ]
    if len(pairs) < 2:
        return ""
    year = next((one["change"]["said"] for one in shown if one["change"]), "")
    found = next((int(word) for word in year.replace(",", " ").split() if word.isdigit() and len(word) == 4), 0)
    return sentences.since(pairs, found) if found else ""


def _has(shown: Json, key: str) -> list[Json]:
    return blocks.breakdown_of(shown, key)


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
        text = f"{first_letter(share)} du total du réseau «{numbers.NBSP}{name}{numbers.NBSP}» pour l’indicateur " \
               f"«{numbers.NBSP}{best[0]}{numbers.NBSP}» vient de cet organisme."  # fmt: skip
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
        parts.append(f"{'Reste' if len(blank) == 1 else 'Restent'} non renseigné{'s' if len(blank) > 1 else ''}"
                     f"{numbers.NBSP}: {named(blank)}.")  # fmt: skip
    if unavailable:
        parts.append(f"{'Est déclaré' if len(unavailable) == 1 else 'Sont déclarés'} non "
                     f"disponible{'s' if len(unavailable) > 1 else ''}{numbers.NBSP}: {named(unavailable)}.")  # fmt: skip
    return [section("unanswered", "Ce qui manque", intro=" ".join(parts))] if parts else []
