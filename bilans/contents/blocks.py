"""Charts, maps and tables drawn from FIGUREs, each with the sentence that says what it shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import groupby

from bilans import numbers
from bilans.breakdowns import ELSEWHERE
from bilans.contents import sentences
from bilans.contents.shapes import Json, breakdown_of, chart, map_of, point, table
from bilans.contents.words import REST
from bilans.models import Breakdown, Unit

# The words of a chart's title after the label of its indicator.
_BY = {Breakdown.STATUS: "selon leur statut", Breakdown.SEX: "selon leur sexe", Breakdown.AGE: "selon leur âge"}
_KINDS = {Breakdown.STATUS: "bars", Breakdown.SEX: "stack", Breakdown.AGE: "stack"}
PLACES = {
    Breakdown.AGENCY: (sentences.TERRITORIES, "par territoire"),
    Breakdown.BASIN: (sentences.BASINS, "par bassin d’emploi"),
}
COLUMNS = 5  # of numbers, so that a table fits a page
_FEW = 5  # of the largest zone of a map by basin
OUTSIDE = (ELSEWHERE[0], "non-ventile")


def total(shown: Json) -> Decimal | None:
    """The value of a FIGURE."""
    return None if shown["value"] is None else Decimal(shown["value"])


def people_charts(
    shown: Json, year: int, *, only: Iterable[str] = (Breakdown.STATUS, Breakdown.SEX, Breakdown.AGE)
) -> list[Json]:
    """Who they are, a chart a breakdown: the classes that hold somebody, the largest first for statuses."""
    found = []
    for key in only:
        cells = [
            cell for cell in breakdown_of(shown, key)
            if cell["value"] not in (None, "0") or cell["said"] == numbers.HIDDEN
        ]  # fmt: skip
        told = [cell for cell in cells if cell["value"] is not None]
        if len(told) < 2:
            continue
        if key == Breakdown.STATUS:
            cells = [cell for _, cell in sentences.told(cells)] + [
                cell for cell in cells if cell["value"] is None or cell["key"] in REST
            ]
        points = [point(cell["label"], cell["value"], cell["said"]) for cell in cells]
        text = sentences.people_shared(cells, key, total(shown))
        title = f"{shown['label']} {_BY[Breakdown(key)]}"
        found.append(chart(
            f"{shown['key']}-{key}", _KINDS[Breakdown(key)], title, unit=shown["unit"], series=[(str(year), points)],
            text=text,
        ))  # fmt: skip
    return found


def deduced(shown: Json, key: str) -> list[Json]:
    """The cells of a breakdown; when those that are told make the whole total, the others hold nothing and say so."""
    cells, whole = breakdown_of(shown, key), total(shown)
    told = [value for cell in cells if (value := sentences.amount(cell)) is not None]
    if not told or whole is None or sum(told) != whole or any(cell["said"] == numbers.HIDDEN for cell in cells):
        return cells
    none = {"value": "0", "said": _bare(shown, "0")}
    return [cell | none if cell["value"] is None and cell["said"] == numbers.MISSING else cell for cell in cells]


def place_map(shown: Json, key: str, *, codes: Sequence[str] | None = None) -> list[Json]:
    """Where: the map of a FIGURE by territory or by basin (`codes`: those alone), when two places at least are told."""
    cells = [
        cell for cell in deduced(shown, key)
        if cell["key"] not in OUTSIDE and (codes is None or cell["key"] in codes)
    ]  # fmt: skip
    if sum(cell["value"] is not None for cell in cells) < 2 or not any(sentences.amount(cell) for cell in cells):
        return []
    if codes is None and 2 * sum(cell["value"] not in (None, "0") for cell in cells) < len(cells):
        return []  # a map of blanks shows nothing
    if key == Breakdown.BASIN and max(filter(None, map(sentences.amount, cells))) < _FEW:
        return []
    place, words = PLACES[Breakdown(key)]
    text = sentences.places(cells, place, shown["unit"], shown["decimals"], total=total(shown))
    title = f"{shown['label']} {words}"
    return [map_of(shown["key"], title, unit=shown["unit"], level=key, found=cells, text=text)]


def place_chart(shown: Json, key: str, year: int, *, least: int = 2) -> list[Json]:
    """As `place_map`, in bars, the largest first, without those of zero; from `least` of them on."""
    cells = [cell for cell in breakdown_of(shown, key) if cell["key"] not in OUTSIDE]
    if sum(cell["value"] not in (None, "0") for cell in cells) < least:
        return []
    place, words = PLACES[Breakdown(key)]
    text = sentences.places(cells, place, shown["unit"], shown["decimals"], total=total(shown))
    ranked = [cell for value, cell in sentences.told(cells) if value]
    ranked += [cell for cell in cells if cell["said"] == numbers.HIDDEN]
    points = [point(cell["label"], cell["value"], cell["said"]) for cell in ranked]
    title = f"{shown['label']} {words}"
    return [chart(
        f"{shown['key']}-{key}", "bars", title, unit=shown["unit"], series=[(str(year), points)], text=text
    )]  # fmt: skip


def years_charts(figures: Iterable[Json], year: int, *, least: int = 3) -> list[Json]:
    """This year beside the last, over those that answered both: a chart a unit, from `least` figures on."""
    both = [one for one in figures if one["comparable"] and one["unit"] != Unit.SCORE]
    found = []
    for unit, group in groupby(sorted(both, key=lambda one: str(one["unit"])), key=lambda one: one["unit"]):
        rows = list(group)
        if len(rows) < least or not any(Decimal(one["comparable"][1]) for one in rows):
            continue
        series = [
            (
                str(when),
                [point(one["label"], one["comparable"][rank], _bare(one, one["comparable"][rank])) for one in rows],
            )
            for rank, when in ((1, year), (0, year - 1))
        ]
        same = all(one["comparable"] == [one["previous"], one["value"]] for one in rows)
        title = f"{year - 1} et {year}" + ("" if same else ", à périmètre comparable")
        found.append(
            chart(f"{rows[0]['key']}-{year - 1}", "pairs", title, unit=unit, series=series, text=moves(rows, year))
        )
    return found


def moves(figures: Iterable[Json], year: int) -> str:
    """What moved most since the year before `year`, in a sentence, over those that answered both years."""
    pairs = [
        (one["label"], *(Decimal(value) for value in one["comparable"]))
        for one in figures
        if one["comparable"] and one["unit"] not in (Unit.SHARE, Unit.SCORE) and not one["label"].startswith("dont ")
    ]
    return sentences.since(pairs, year - 1)


def _bare(shown: Json, value: str) -> str:
    return numbers.bare(Decimal(value), shown["unit"], shown["decimals"])


def classes_table(figures: Sequence[Json], key: str, title: str, *, note: str = "") -> list[Json]:
    """Classes down, figures across (`COLUMNS` at most): every class that one of them fills, then the total."""
    having = [one for one in figures if breakdown_of(one, key)][:COLUMNS]
    if not having:
        return []
    rows: dict[str, list[str]] = {}
    filled: set[str] = set()
    labels: dict[str, str] = {}
    for one in having:
        for cell in deduced(one, key):
            labels.setdefault(cell["key"], cell["label"])
            if cell["value"] not in (None, "0") or cell["said"] == numbers.HIDDEN:
                filled.add(cell["key"])
    by_figure = [{cell["key"]: cell["said"] for cell in deduced(one, key)} for one in having]
    for category, label in labels.items():
        if category in filled or key == Breakdown.AGENCY:
            rows[category] = [label, *(said.get(category, "–") for said in by_figure)]
    if not rows or (len(rows) == 1 and len(having) == 1):
        return []  # a line and its total say the same
    ends = ["Ensemble", *(_short(one) for one in having)]
    header = [title.removeprefix("Par ").capitalize(), *(one["label"] for one in having)]
    name = f"{having[0]['key']}-{key}-classes"
    return [table(name, title, header, [*rows.values(), ends], note=note, total=True)]


def _short(shown: Json) -> str:
    return _bare(shown, shown["value"]) if shown["value"] is not None else shown["said"]
