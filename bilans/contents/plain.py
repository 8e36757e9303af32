"""What the document of a kind says that has no words of its own: its themes one after the other, and its section of
the regional document (B3). Small counts of people are closed there as the figures of the year close them (D8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bilans.adding import counts_people
from bilans.consolidating import consolidate
from bilans.consolidation import Figure
from bilans.contents import blocks
from bilans.contents.frame import assembled
from bilans.contents.organisation import explanations, intro, unanswered
from bilans.contents.own import Own, headlines, own, themes
from bilans.contents.shapes import Json, figure, section
from bilans.models import Adding, Bilan

if TYPE_CHECKING:
    from bilans.contents.region import Ground


def content(bilan: Bilan, *, whole: bool = False) -> dict[str, Any]:
    """What the document of a bilan says, its figures theme by theme; small counts closed unless `whole`."""
    found = own(bilan)
    if not whole:
        found = _told(found, consolidate(bilan.campaign, kind=bilan.kind))
    return assembled(
        found,
        subject={"name": bilan.name, "slug": bilan.subject, "detail": bilan.agency.name if bilan.agency else ""},
        headlines=[figure(one, bilan.campaign) for one in headlines(found.figures.values())],
        sections=[*_themes(found), *explanations(found), *unanswered(found)],
        definitions=[one.indicator for one in found.figures.values()],
    )


def regional(key: str, title: str, ground: Ground, figures: Sequence[Figure]) -> list[Json]:
    """One section of the regional document: the figures of the kind, and who they are about."""
    if not figures:
        return []
    year = ground.campaign.year
    shown = [figure(one, ground.campaign) for one in figures]
    charts = [row for one in shown for row in blocks.people_charts(one, year)]
    return [section(f"{key}-all", title, intro=intro(shown, charts, year), figures=shown, charts=charts)]


def _themes(found: Own) -> list[Json]:
    year, sections = found.bilan.campaign.year, []
    for rank, (theme, among) in enumerate(themes(found.figures.values()).items(), start=1):
        shown = found.shown(one.indicator.key for one in among)
        charts = [row for one in shown for row in blocks.people_charts(one, year)]
        text = intro(shown, charts, year)
        sections.append(section(f"theme-{rank}", theme, intro=text, figures=shown, charts=charts))
    return sections


def _told(found: Own, consolidated: Mapping[str, Figure]) -> Own:
    """`found` as officers read it: a count of people stands where the figures of the region tell this very part, and
    without its classes nor the year before, between which more could be found."""
    figures = {key: _one(one, found.bilan, consolidated.get(key)) for key, one in found.figures.items()}
    return replace(found, figures=figures)


def _one(one: Figure, bilan: Bilan, of_all: Figure | None) -> Figure:
    if not counts_people(one.indicator) and one.indicator.adding != Adding.MEAN:
        return one
    closed = replace(one, breakdowns={}, previous=None, comparable=None)
    part = next((part for part in of_all.parts if part.bilan == bilan.pk), None) if of_all else None
    if part is None or part.state == "hidden":
        return replace(closed, hidden=True, amount=None) if one.amount is not None else closed
    return closed
