"""The paper of a bilan: what its content says (`bilans/content.py`), as a page to draw, and nothing else (B3).

`DRAWING` is the version of everything that a page depends on besides its content: raise it whenever a template, the
style sheet, the charts, the maps change, and every document is drawn anew. `tests/bilans/test_drawing.py` holds it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, Final

from django.template.loader import render_to_string

from bilans import digests, kinds
from bilans.charts import chart_svg, fits_half, parts_of
from bilans.content import Content
from bilans.maps import decimal, map_svg
from core.pdf import Page
from territories.models import Contour

DRAWING: Final = 4
STYLESHEETS: Final = ("css/documents.css", "css/bilan-paper.css")
NBSP: Final = "\u00a0"
PART: Final = "dont "  # how the label of a part of the figure above begins
COMPARABLE: Final = ", à périmètre comparable"
_SENTENCES = re.compile(r"(?<=\.) (?=[A-ZÀÉ])")
_TALL = re.compile(r' height="([\d.]+)pt"')
NAMES: Final = 8  # of who did not answer, said at once
MAP, LOW, FEW_LOW = 330, 205, 160  # points: how wide a map is that names its zones, how tall; of a few zones
NUMBERED = 268  # points: how wide is one that bears numbers, said beside it in two columns
ASIDE = 14  # zones at the right of a map, with its words under them
FEW, FEW_ZONES = 8, 12
ALIKE, MUCH = 0.6, 1.2  # of two columns side by side, how tall the second may be over the first
LETTERS: Final = 58  # of a line of words under a picture half as wide as the sheet
BLANKS: Final = 4  # figures of a section that tell nothing: they are no rows
SHARED: Final = 4  # definitions that end with the same sentence
MARKS: Final = ("†", "‡")
LONG_TABLE: Final = 24  # rows
NARROW_TABLE: Final = 3  # columns; two such tables stand side by side


def page_of(content: Content) -> Page:
    """The page of a content. The same content makes the same page, to the letter."""
    kind = content["kind"]
    terms, shared = _definitions(content)
    context = {
        "terms": terms,
        "shared": shared,
        "content": content,
        "reference": digests.reference(digests.digest(content, DRAWING)),
        "year": content["year"],
        "before": content["year"] - 1,
        "kind": kind,
        "what": kinds.get(kind).cover,
        "final": content["state"]["key"] == "accepted",
        "named": len(content["completeness"]["missing"]) <= NAMES,
        "headlines": [_headline(figure, content["year"]) for figure in content["headlines"]],
        "sections": [one for one in (_section(section, content["year"]) for section in content["sections"]) if one],
        "consolidated": content["completeness"]["expected"] > 0,
        # Said once: there is a section for what changed, for what was not answered.
        "apart": {section["key"] for section in content["sections"]},
    }
    return Page(render_to_string(kinds.get(kind).template, context), STYLESHEETS)


def _definitions(content: Content) -> tuple[list[dict[str, Any]], list[str]]:
    """The definitions, without the sentences that many of them end with, each said once before them all.

    Of several kinds of bilans, which name some indicators alike, each kind has its heading.
    """
    asked, words = content["definitions"], {kind.label: kind.words for kind in kinds.every()}
    group = "" if len({one["filled_by"] for one in asked}) > 1 else None
    often: Counter[str] = Counter()
    for one in asked:
        often.update(set(_SENTENCES.split(one["definition"])[1:]))
    shared = sorted(text for text, count in often.items() if count >= SHARED and text)
    terms = []
    for one in asked:
        first, *others = _SENTENCES.split(one["definition"])
        mine = [text for text in others if text in shared]
        sign = "".join(" " + MARKS[shared.index(text)] for text in mine if shared.index(text) < len(MARKS))
        kept = [first, *(text for text in others if text not in shared[: len(MARKS)])]
        heading = "" if group in (None, one["filled_by"]) else words.get(one["filled_by"], one["filled_by"])
        group = None if group is None else one["filled_by"]
        terms.append({**one, "label": one["label"] + sign, "definition": " ".join(kept), "heading": heading})
    return terms, [f"{mark}{NBSP}{text}" for mark, text in zip(MARKS, shared, strict=False)]


def _headline(figure: Mapping[str, Any], year: int) -> dict[str, Any]:
    """A key figure: its number large, what it counts small."""
    number, _, unit = figure["said"].partition(NBSP)
    told = figure["value"] is not None
    return {
        "label": _alone(figure["label"]), "number": number if told else figure["said"], "unit": unit if told else "",
        "told": told, "change": figure["change"], "answers": _answers(figure),
    }  # fmt: skip


def _answers(figure: Mapping[str, Any]) -> str:
    """« 12 sur 14 » when some of several did not answer."""
    if figure["expected"] < 2:
        return ""
    return f"{figure['answered']} sur {figure['expected']}"


def _alone(label: str) -> str:
    """« dont joint·es en 15 jours » where nothing stands above it: « Joint·es en 15 jours »."""
    bare = label.removeprefix(PART)
    return bare[:1].upper() + bare[1:]


def told_figures(section: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The figures of a section that make a row: not the many blanks, which are said elsewhere in one sentence."""
    kept = section["figures"]
    blank = [one for one in kept if one["state"] in ("missing", "unavailable")]
    if len(blank) >= BLANKS or len(blank) == len(kept):
        kept = [one for one in kept if one not in blank]
    return list(kept)


def _section(section: Mapping[str, Any], year: int) -> dict[str, Any] | None:
    """A section; none when it only holds blanks."""
    kept = told_figures(section)
    if section["figures"] and not kept and not any(section[part] for part in ("intro", "charts", "maps", "tables")):
        return None
    figures = [row_of(figure, year) for figure in kept]
    return {
        "key": section["key"],
        "title": section["title"],
        "intro": section["intro"],
        "figures": figures,
        "compared": any(figure["previous"] for figure in figures),
        "answered": any(figure["answers"] for figure in figures),
        "comparable": any(figure["comparable"] for figure in figures),
        "lines": _lines(_pictures(section)),
        "tables": _tables(_untold(section)),
    }


def row_of(figure: Mapping[str, Any], year: int) -> dict[str, Any]:
    """A figure as a row of a table, which says its year and what is comparable once for all its rows."""
    change = figure["change"] or {}
    said = change.get("said", "")
    comparable = COMPARABLE in said
    # The heading of the column says the year, a line under the table what is comparable.
    for words in (COMPARABLE, f" par rapport à {year - 1}", f" en {year - 1}"):
        said = said.replace(words, "")
    return {
        "label": figure["label"], "said": figure["said"], "told": figure["value"] is not None,
        "previous": figure["previous_said"] or "", "answers": _answers(figure), "comment": figure["comment"],
        "change": f"{said}{NBSP}*" if comparable else said, "comparable": comparable,
        "part": figure["label"].startswith(PART),
    }  # fmt: skip


def _pictures(section: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The charts of a section, the longest in parts, then its maps."""
    charts = chain.from_iterable(map(parts_of, section["charts"]))
    return [*map(_chart, charts), *map(_map, section["maps"])]


def _chart(chart: Mapping[str, Any]) -> dict[str, Any]:
    half = fits_half(chart)
    svg = chart_svg(chart, paper=True, half=half)
    return {"title": chart["title"], "text": chart["text"], "svg": svg, "half": half, "of": chart, "zones": []}


def _map(drawn: Mapping[str, Any]) -> dict[str, Any]:
    """A map, and its zones with their figures at its right: on the map numbers and names are small."""
    numbered = drawn["level"] == "basin" and len(drawn["values"]) > FEW_ZONES
    tall = 2 * LOW if numbered else FEW_LOW if len(drawn["values"]) <= FEW else LOW
    svg = map_svg(drawn, paper=True, width=NUMBERED if numbered else MAP, tallest=tall)
    zones = _zones(drawn, numbered=numbered) if svg else []
    return {
        "title": drawn["title"], "text": drawn["text"], "svg": svg, "half": False, "of": drawn, "zones": zones,
        "numbered": numbered, "aside": 0 < len(zones) <= ASIDE,
    }  # fmt: skip


def _lines(pictures: Sequence[dict[str, Any]]) -> list[list[list[dict[str, Any]]]]:
    """The pictures by lines, about in order: one, or two columns of about one height."""
    left = [one for one in pictures if one["svg"]]
    lines = []
    while left:
        first = left.pop(0)
        beside = _beside(first, left) if first["half"] else []
        left = [one for one in left if all(one is not other for other in beside)]
        if first["half"] and not beside:
            first["svg"] = chart_svg(first["of"], paper=True)
        lines.append([[first], beside] if beside else [[first]])
    return lines


def _beside(first: Mapping[str, Any], left: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What stands beside a picture half as wide as the sheet: one of its height, or small ones under each other."""
    tall, room = _height(first), _height(first) * MUCH
    column: list[dict[str, Any]] = []
    for one in left:
        if one["half"] and _height(one) <= room:
            column.append(one)
            room -= _height(one)
    if column and tall * MUCH - room >= ALIKE * tall:
        return column
    return next(([one] for one in left if one["half"] and tall >= ALIKE * _height(one)), [])


def _height(picture: Mapping[str, Any]) -> float:
    """About how tall it is with its title and its words, in points."""
    found = _TALL.search(picture["svg"])
    return (float(found[1]) if found else 0) + 24 + 12 * (len(picture["text"]) // LETTERS + 1)


def _zones(drawn: Mapping[str, Any], *, numbered: bool) -> list[dict[str, Any]]:
    """The zones with their figures, in the order of their numbers, or the most first where the map names them."""
    names = dict(Contour.objects.filter(kind=drawn["level"]).values_list("code", "name"))
    zones = [
        {"code": code if numbered else "", "name": names[code], "said": value["said"], "amount": decimal(value)}
        for code, value in sorted(drawn["values"].items(), key=lambda item: item[0].zfill(3))
        if code in names
    ]
    if numbered:
        return zones
    return sorted(zones, key=lambda zone: (zone["amount"] is None, -(zone["amount"] or 0)))


def _untold(section: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The tables of a section, but those of one column of numbers that a picture writes beside its bars, its zones."""
    drawn = {f"{chart['key']}-classes" for chart in section["charts"]}
    drawn |= {f"{one['key']}-{one['level']}-classes" for one in section["maps"]}
    return [table for table in section["tables"] if len(table["header"]) > 2 or table["key"] not in drawn]


def _tables(tables: Sequence[Mapping[str, Any]]) -> list[list[list[dict[str, Any]]]]:
    """The tables by lines: one, or narrow ones that follow each other in two columns of about one height."""
    lines: list[list[list[dict[str, Any]]]] = []
    narrow: list[Mapping[str, Any]] = []
    for table in [*tables, None]:
        if table is not None and len(table["header"]) <= NARROW_TABLE and sum(table["numeric"]):
            narrow.append(table)
            continue
        lines += _columns(narrow)
        narrow = []
        if table is not None:
            lines.append([[_table(table)]])
    return lines


def _columns(tables: Sequence[Mapping[str, Any]]) -> list[list[list[dict[str, Any]]]]:
    if len(tables) < 2 or max(len(table["rows"]) for table in tables) > LONG_TABLE:
        return [[[_table(table)]] for table in tables]
    columns: list[list[dict[str, Any]]] = [[], []]
    tall = [0, 0]
    for table in tables:
        side = 0 if tall[0] <= tall[1] else 1
        columns[side].append(_table(table))
        tall[side] += len(table["rows"]) + 4
    return [columns]


def _heading(title: str, number: bool) -> int:
    """What a heading asks for, in letters: those of numbers wrap, between words only."""
    return (
        int(max(map(len, title.split()), default=1) * 1.25) + 1
        if number
        else max(min(len(title), 60), _heading(title, True))
    )


def _table(table: Mapping[str, Any]) -> dict[str, Any]:
    """A table with the widths of its columns, in percent: none is worked out from what its cells hold (it is slow)."""
    rows, numeric = table["rows"], table["numeric"]
    wide = [
        max([min(len(row[rank]), 60) for row in rows] + [_heading(title, numeric[rank])], default=1)
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
