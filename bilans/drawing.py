"""The paper of a bilan: what its content says (`bilans/content.py`), as a page to draw, and nothing else (B3).

`DRAWING` is the version of everything that a page depends on besides its content: raise it whenever a template, the
style sheet, the charts, the maps change, and every document is drawn anew. `tests/bilans/test_drawing.py` holds it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.template.loader import render_to_string

from bilans.charts import chart_svg
from bilans.content import Content
from bilans.maps import decimal, map_svg
from core.pdf import Page
from territories.models import Contour

DRAWING: Final = 1
STYLESHEETS: Final = ("css/documents.css", "css/bilan-paper.css")
NBSP: Final = "\u00a0"
WHAT: Final = {
    "organisation": "Bilan annuel de l’organisme",
    "territory": "Bilan annuel du territoire",
    "psad": "Bilan annuel de la plateforme de suivi et d’appui aux décrocheurs",
    "region": "Bilan régional",
}
NAMES: Final = 8  # of who did not answer, said at once
SMALL_CHART: Final = 5  # bars; two such charts stand side by side
NARROW_MAP, WIDE_MAP = 300, 330  # points; a map of the whole region is larger


def page_of(content: Content) -> Page:
    """The page of a content. The same content makes the same page, to the letter."""
    kind = content["kind"]
    context = {
        "content": content,
        "year": content["year"],
        "before": content["year"] - 1,
        "kind": kind,
        "what": WHAT.get(kind, "Bilan"),
        "final": content["state"]["key"] == "accepted",
        "named": len(content["completeness"]["missing"]) <= NAMES,
        "headlines": [_headline(figure, content["year"]) for figure in content["headlines"]],
        "sections": [_section(section, content["year"]) for section in content["sections"]],
        "consolidated": content["completeness"]["expected"] > 0,
        # Said once: there is a section for what changed, for what was not answered.
        "apart": {section["key"] for section in content["sections"]},
    }
    return Page(render_to_string(f"documents/bilans/{kind}.html", context), STYLESHEETS)


def _headline(figure: Mapping[str, Any], year: int) -> dict[str, Any]:
    """A key figure: its number large, what it counts small."""
    number, _, unit = figure["said"].partition(NBSP)
    told = figure["value"] is not None
    return {
        "label": figure["label"], "number": number if told else figure["said"], "unit": unit if told else "",
        "told": told, "change": figure["change"], "answers": _answers(figure),
    }  # fmt: skip


def _answers(figure: Mapping[str, Any]) -> str:
    """« 12 sur 14 » when some of several did not answer."""
    if figure["expected"] < 2:
        return ""
    return f"{figure['answered']} sur {figure['expected']}"


def _section(section: Mapping[str, Any], year: int) -> dict[str, Any]:
    figures = [_row(figure, year) for figure in section["figures"]]
    return {
        "key": section["key"],
        "title": section["title"],
        "intro": section["intro"],
        "figures": figures,
        "compared": any(figure["previous"] for figure in figures),
        "answered": any(figure["answers"] for figure in figures),
        "charts": _charts(section["charts"]),
        "maps": [_map(one) for one in section["maps"]],
        "tables": [_table(table) for table in section["tables"]],
    }


def _row(figure: Mapping[str, Any], year: int) -> dict[str, Any]:
    change = figure["change"] or {}
    return {
        "label": figure["label"], "said": figure["said"], "told": figure["value"] is not None,
        "previous": figure["previous_said"] or "", "answers": _answers(figure), "comment": figure["comment"],
        # The heading of the column says the year.
        "change": change.get("said", "").replace(f" par rapport à {year - 1}", ""), "good": change.get("good"),
    }  # fmt: skip


def _charts(charts: Sequence[Mapping[str, Any]]) -> list[list[dict[str, Any]]]:
    """The charts by lines: one, or two small ones that follow each other."""
    lines: list[list[Mapping[str, Any]]] = []
    for chart in charts:
        if lines and len(lines[-1]) == 1 and _small(chart) and _small(lines[-1][0]):
            lines[-1].append(chart)
        else:
            lines.append([chart])
    return [
        [{"title": c["title"], "text": c["text"], "svg": chart_svg(c, paper=True, half=len(line) > 1)} for c in line]
        for line in lines
    ]


def _small(chart: Mapping[str, Any]) -> bool:
    points = max((len(one["points"]) for one in chart["series"]), default=0)
    return points <= SMALL_CHART and len(chart["series"]) < 3


def _map(drawn: Mapping[str, Any]) -> dict[str, Any]:
    """A map; those of the basins bear numbers, said under them."""
    whole = drawn["level"] == "agency" or len(drawn["values"]) > 12
    svg = map_svg(drawn, paper=True, width=WIDE_MAP if whole else NARROW_MAP)
    return {
        "title": drawn["title"], "text": drawn["text"], "svg": svg, "whole": whole,
        "zones": _zones(drawn) if whole and drawn["level"] == "basin" and svg else [],
    }  # fmt: skip


def _zones(drawn: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The zones in the order of their numbers, each with its figure."""
    names = dict(Contour.objects.filter(kind=drawn["level"]).values_list("code", "name"))
    return [
        {"code": code, "name": names[code], "said": value["said"], "told": decimal(value) is not None}
        for code, value in sorted(drawn["values"].items(), key=lambda item: item[0].zfill(3))
        if code in names
    ]


def _table(table: Mapping[str, Any]) -> dict[str, Any]:
    """A table with the widths of its columns, in percent: none is worked out from what its cells hold (it is slow)."""
    rows, numeric = table["rows"], table["numeric"]
    wide = [
        max([min(len(row[rank]), 60) for row in rows] + [min(len(title), 60 if not numeric[rank] else 12)], default=1)
        for rank, title in enumerate(table["header"])
    ]
    wide = [max(width, 5) + 2 for width in wide]
    last = len(rows) - 1 if table["total"] else -1
    return {
        "title": table["title"],
        "note": table["note"],
        "columns": [
            {"title": title, "number": number, "width": f"{width * 100 / sum(wide):.1f}"}
            for title, number, width in zip(table["header"], numeric, wide, strict=True)
        ],
        "rows": [
            {
                "total": rank == last,
                "cells": [{"said": cell, "number": n} for cell, n in zip(row, numeric, strict=True)],
            }
            for rank, row in enumerate(rows)
        ],
    }
