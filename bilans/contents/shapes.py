"""The parts that every content is made of (`bilans/content.py`): FIGURE, TABLE, CHART, MAP, definitions.

They are plain data. What is hidden or not told has no value, here as in what is drawn from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from bilans import numbers
from bilans.comparing import flagged
from bilans.consolidation import Cell, Figure
from bilans.models import Adding, Breakdown, Campaign, Indicator
from core.text import without_lines

Json = dict[str, Any]

TITLES = {
    Breakdown.STATUS: "Par statut",
    Breakdown.SEX: "Par sexe",
    Breakdown.AGE: "Par âge",
    Breakdown.AGENCY: "Par territoire",
    Breakdown.BASIN: "Par bassin d’emploi",
}
STATES = {"hidden": numbers.HIDDEN, "unavailable": numbers.UNAVAILABLE, "missing": numbers.MISSING}


def text_of(amount: Decimal | None) -> str | None:
    """A value as data holds it: « 1234.5 », at most two decimals, no zero for nothing."""
    return None if amount is None else f"{numbers.rounded(amount, 2).normalize():f}"


def state_of(figure: Figure) -> str:
    """answered | partial | unavailable | missing | hidden."""
    if figure.hidden:
        return "hidden"
    if figure.amount is not None:
        return "answered" if figure.complete else "partial"
    # Asked of one alone, « non disponible » is its word; of many, nobody answered.
    return "unavailable" if figure.unavailable and figure.answered + len(figure.missing) == 0 else "missing"


def said(figure: Figure) -> str:
    """The value with its unit, or why there is none."""
    return STATES.get(state_of(figure)) or numbers.of(figure.indicator, figure.amount)


def figure(shown: Figure, campaign: Campaign, *, comment: str = "") -> Json:
    """FIGURE of a content."""
    asked, amount = shown.indicator, None if shown.hidden else shown.amount
    before = None if shown.hidden else shown.previous
    return {
        "key": asked.key,
        "label": asked.label,
        "unit": asked.unit,
        "decimals": asked.decimals,
        "value": text_of(amount),
        "said": said(shown),
        "state": state_of(shown),
        "previous": text_of(before),
        "previous_said": "" if before is None else numbers.of(asked, before),
        "comparable": None if shown.hidden or shown.comparable is None else [text_of(one) for one in shown.comparable],
        "change": _change(shown, campaign),
        "comment": comment,
        "answered": shown.answered,
        "expected": shown.expected,
        "missing": list(shown.missing),
        "breakdowns": [
            {"key": str(key), "title": TITLES[Breakdown(key)], "cells": cells(shown, found)}
            for key, found in shown.breakdowns.items()
            if any(cell.amount is not None or cell.hidden for cell in found)
        ],
    }


def _change(shown: Figure, campaign: Campaign) -> Json | None:
    """Over those that answered both years, and said so when others answered one of the two."""
    if shown.hidden or shown.comparable is None:
        return None
    asked, (before, now) = shown.indicator, shown.comparable
    same = now == shown.amount and before == shown.previous
    return numbers.change(
        now, before, asked.unit, asked.decimals, year=campaign.year - 1, wanted=asked.wanted, same=same,
        flagged=flagged(now, before, campaign),
    )  # fmt: skip


def cells(shown: Figure, found: Sequence[Cell]) -> list[Json]:
    """The classes of a breakdown. `share`: « 43 % » of the total, when both are told."""
    asked, total = shown.indicator, None if shown.hidden else shown.amount
    return [
        {
            "key": cell.category,
            "label": cell.label,
            "value": None if cell.hidden else text_of(cell.amount),
            "said": numbers.HIDDEN if cell.hidden else numbers.bare(cell.amount, asked.unit, asked.decimals),
            "share": numbers.percent_of(cell.amount, total)
            if cell.amount is not None and not cell.hidden and total and asked.adding == Adding.SUM
            else "",
        }
        for cell in found
    ]


def breakdown_of(shown: Json, key: str) -> list[Json]:
    """The cells of one breakdown of a FIGURE; none when it has it not."""
    return next((row["cells"] for row in shown["breakdowns"] if row["key"] == key), [])


def table(
    key: str, title: str, header: Sequence[str], rows: Iterable[Sequence[str]], *, note: str = "", total: bool = False,
    words: int = 1,
) -> Json:  # fmt: skip
    """TABLE of a content: its first `words` columns are words, the others numbers."""
    return {
        "key": key, "title": title, "note": note, "header": list(header), "rows": [list(row) for row in rows],
        "numeric": [rank >= words for rank in range(len(header))], "total": total,
    }  # fmt: skip


def point(label: str, value: str | None, shown: str) -> Json:
    return {"label": label, "value": value, "said": shown}


def chart(
    key: str, kind: str, title: str, *, unit: str, series: Sequence[tuple[str, list[Json]]], text: str
) -> Json:  # fmt: skip
    """CHART of a content; `series`: (name, points)."""
    return {
        "key": key, "kind": kind, "title": title, "unit": str(unit),
        "series": [{"name": name, "points": points} for name, points in series], "text": text,
    }  # fmt: skip


def map_of(key: str, title: str, *, unit: str, level: str, found: Iterable[Json], text: str) -> Json:
    """MAP of a content, from the cells of a breakdown."""
    return {
        "key": key, "title": title, "unit": str(unit), "level": level,
        "values": {cell["key"]: {"value": cell["value"], "said": cell["said"]} for cell in found}, "text": text,
    }  # fmt: skip


def section(
    key: str, title: str, *, intro: str = "", figures: Iterable[Json] = (), tables: Iterable[Json] = (),
    charts: Iterable[Json] = (), maps: Iterable[Json] = (),
) -> Json:  # fmt: skip
    """A section of a content."""
    return {
        "key": key, "title": title, "intro": intro, "figures": list(figures), "tables": list(tables),
        "charts": list(charts), "maps": list(maps),
    }  # fmt: skip


def empty(found: Json) -> bool:
    """Whether a section has nothing to show."""
    return not any(found[part] for part in ("intro", "figures", "tables", "charts", "maps"))


def definition(asked: Indicator) -> Json:
    """A line of the definitions; its origin without the line numbers of our extracts."""
    return {
        "key": asked.key,
        "label": asked.label,
        "definition": asked.definition,
        "unit": asked.get_unit_display(),
        "adding": asked.get_adding_display(),
        "filled_by": asked.get_filled_by_display(),
        "origin": without_lines(asked.origin),
    }
