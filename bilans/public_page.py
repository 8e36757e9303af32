"""A published content turned into what its page shows: pictures with their figures in words, tables, what is missing.

Pictures depend on the document alone, so they are drawn once and kept; what is told is the content itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.utils.safestring import SafeString, mark_safe

from bilans.breakdowns import classes
from bilans.charts import chart_svg
from bilans.drawing import row_of, told_figures
from bilans.maps import map_svg, outlines_svg
from bilans.models import Breakdown, Document

if TYPE_CHECKING:
    from bilans.content import Content

PICTURES_SECONDS = 600
ANSWERS = "answers"
SHEETS = 4  # columns
_NAMES = {"agency": ("Territoire", Breakdown.AGENCY), "basin": ("Bassin d’emploi", Breakdown.BASIN)}


def sections_of(document: Document) -> list[dict[str, Any]]:
    """The sections in their order, each picture beside its title, its sentence and the table of what it shows.

    Results come first: who answered, of whom the first lines say how many, is read last, folded.
    """
    content: Content = document.content
    drawn, names, year = _drawings(document), _places(content), int(content["year"])
    found: list[dict[str, Any]] = [
        section
        | {
            "charts": [_chart(chart, drawn[f"{rank}-chart-{at}"]) for at, chart in enumerate(section["charts"])],
            "maps": [_map(one, drawn[f"{rank}-map-{at}"], names) for at, one in enumerate(section["maps"])],
            "tables": [_table(table) for table in section["tables"]],
            "figures": [{**one, "row": row_of(one, year)} for one in told_figures(section)],
            "alone": len(section["charts"]) + len(section["maps"]) == 1 and bool(told_figures(section)),
            "starred": any(row_of(one, year)["comparable"] for one in told_figures(section)),
            "answered": any(row_of(one, year)["answers"] for one in told_figures(section)),
            "folded": section["key"] == ANSWERS,
            "blank": [one["label"] for one in section["figures"] if one not in told_figures(section)],
            "anchor": f"partie-{section['key']}",
        }
        for rank, section in enumerate(content["sections"])
        if told_figures(section) or any(section[part] for part in ("charts", "maps", "tables", "intro"))
    ]
    return sorted(found, key=lambda section: bool(section["folded"]))


def outlines_of(document: Document) -> SafeString:
    """The outlines that the maps of the page borrow: a page of several maps is a third lighter."""
    return _drawings(document)["outlines"]


def _drawings(document: Document) -> dict[str, SafeString]:
    """Every picture of the document as SVG, by its place: one indicator may be on several maps, each with its ids."""
    name = f"bilans.drawn.{document.digest}"
    kept: dict[str, str] | None = cache.get(name)
    if kept is None:
        lent: dict[str, str] = {}
        kept = {}
        for rank, section in enumerate(document.content["sections"]):
            for at, one in enumerate(section["charts"]):
                kept[f"{rank}-chart-{at}"] = str(chart_svg(one | {"key": f"{rank}-{at}"}))
            for at, one in enumerate(section["maps"]):
                kept[f"{rank}-map-{at}"] = str(map_svg(one | {"key": f"{rank}-{at}"}, lent=lent))
        kept["outlines"] = str(outlines_svg(lent))
        cache.set(name, kept, PICTURES_SECONDS)
    return {key: mark_safe(svg) for key, svg in kept.items()}  # escaped by who drew them


def _chart(chart: dict[str, Any], svg: SafeString) -> dict[str, Any]:
    """A chart with its table: one column a series."""
    series = chart["series"]
    labels = list(dict.fromkeys(point["label"] for one in series for point in one["points"]))
    said = [{point["label"]: point["said"] for point in one["points"]} for one in series]
    return chart | {
        "svg": svg,
        "header": [one["name"] or "Valeur" for one in series],
        "rows": [[label, *(column.get(label, "–") for column in said)] for label in labels],
    }


def _map(drawn_map: dict[str, Any], svg: SafeString, names: dict[str, dict[str, str]]) -> dict[str, Any]:
    """A map with its table, in the order of its zones."""
    level = drawn_map["level"]
    values = sorted(drawn_map["values"].items(), key=lambda item: (item[0].zfill(3), item[0]))
    rows = [(_zone(level, code, names), cell["said"]) for code, cell in values]
    return drawn_map | {"svg": svg, "place": _NAMES[level][0], "rows": rows}


def _zone(level: str, code: str, names: dict[str, dict[str, str]]) -> str:
    """A basin keeps its number, which is what the map writes."""
    name = names[level].get(code, code)
    return f"{code}. {name}" if level == "basin" and name != code else name


def _table(table: dict[str, Any]) -> dict[str, Any]:
    """A table whose cells know their column: its heading on a telephone, whether it is a number."""
    columns = list(zip(table["header"], table["numeric"], strict=True))
    rows = [
        {
            "cells": [
                {"text": text, "label": label, "numeric": numeric}
                for text, (label, numeric) in zip(row, columns, strict=True)
            ],
            "total": table["total"] and row is table["rows"][-1],
        }
        for row in table["rows"]
    ]
    # Many numbers to compare scroll sideways on a telephone: as sheets they would be a column of a hundred lines.
    return table | {"columns": columns, "lines": rows, "sheets": len(columns) <= SHEETS}


def _places(content: Content) -> dict[str, dict[str, str]]:
    """The names of the zones of the maps: a query for each sort of zone, at most two."""
    levels = dict.fromkeys(one["level"] for section in content["sections"] for one in section["maps"])
    return {level: dict(classes(_NAMES[level][1])) for level in levels}


def over_years(contents: Sequence[Content]) -> dict[str, Any]:
    """The key figures of the years published, oldest first: a line a figure, those of the last year in their order."""
    years = sorted(contents, key=lambda content: int(content["year"]))
    if not years:
        return {"years": [], "lines": []}
    said = [{figure["key"]: figure["said"] for figure in content["headlines"]} for content in years]
    lines = [
        {"label": figure["label"], "said": [found.get(figure["key"], "–") for found in said]}
        for figure in years[-1]["headlines"]
    ]
    return {"years": [content["year"] for content in years], "lines": lines}


def neighbours(year: int, years: Iterable[int]) -> tuple[int | None, int | None]:
    """The years published just before and just after `year`."""
    known = sorted(years)
    before = next((one for one, two in pairwise(known) if two == year), None)
    after = next((two for one, two in pairwise(known) if one == year), None)
    return before, after
