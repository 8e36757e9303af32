"""The bars of a chart: their names, their values, in one column or, on paper, in two of the same scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from bilans.pen import HATCH, Pen, lines_of, wide

Point = Mapping[str, Any]
Series = Sequence[Mapping[str, Any]]
NAME_LINES = 3


@dataclass(frozen=True)
class Sheet:
    """The measures of a chart: on paper names stand at the left of bars, on a telephone above them."""

    width: float
    size: float
    bar: float
    gap: float
    names: float  # width of the column of names; 0: above


PAPER = Sheet(482, 8.5, 9, 5.5, 150)
HALF = Sheet(232, 8, 7.5, 4, 98)
SCREEN = Sheet(360, 14, 11, 8, 0)
GUTTER: Final = PAPER.width - 2 * HALF.width
TWO_FROM: Final = 8  # names: so many bars stand in two columns, half as tall


def number_of(point: Point) -> Decimal | None:
    """The value of a point, when it has one that a bar can show."""
    try:
        value = None if point.get("value") in (None, "") else Decimal(str(point["value"]))
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() and value >= 0 else None


def labels_of(series: Series) -> list[str]:
    """The names of the bars, in order, each once."""
    return list(dict.fromkeys(str(point["label"]) for one in series for point in one["points"]))


def whole_names(labels: Sequence[str], sheet: Sheet = HALF) -> bool:
    """Whether no name is cut at the left of the bars."""
    room = sheet.names - 6
    return not any("…" in line for label in labels for line in lines_of(label, room, sheet.size, NAME_LINES))


def bars(pen: Pen, sheet: Sheet, series: Series, *, most: Decimal | None = None) -> tuple[str, float]:
    """One bar for each series under each name. `most`: the value of the longest bar, when others stand elsewhere."""
    labels = labels_of(series)
    scale = scale_of(series) if most is None else most
    legend, top = _series_names(pen, sheet, [str(one["name"]) for one in series])
    if sheet is not PAPER or len(labels) < TWO_FROM or not whole_names(labels):
        body, height = _column(pen, sheet, series, labels, most=scale, top=top)
        return "".join(legend) + body, height
    # Cut where both columns are about as tall: names take one line or three.
    tried = []
    for first in range((len(labels) + 1) // 2 - 2, (len(labels) + 1) // 2 + 3):
        columns = [_column(pen, HALF, series, part, most=scale, top=top) for part in (labels[:first], labels[first:])]
        tried.append((max(height for _, height in columns), columns))
    height, ((left, _), (right, _)) = min(tried, key=lambda one: one[0])
    aside = f'<g transform="translate({HALF.width + GUTTER:g} 0)">{right}</g>'
    return f"{''.join(legend)}{left}{aside}", height


def scale_of(series: Series) -> Decimal:
    """The largest value: that of the longest bar."""
    return max((number_of(point) or Decimal(0) for one in series for point in one["points"]), default=Decimal(0))


def _column(
    pen: Pen, sheet: Sheet, series: Series, labels: Sequence[str], *, most: Decimal, top: float
) -> tuple[str, float]:
    """The bars of these names, from `top` down; the length left to bars is that of the whole chart."""
    said = max(wide(point["said"], sheet.size) for one in series for point in one["points"]) + 6
    room = max(sheet.width - sheet.names - said - 2, sheet.width / 5)
    by_label = [{point["label"]: point for point in one["points"]} for one in series]
    parts, y = [], top
    for label in labels:
        points = [(rank, found[label]) for rank, found in enumerate(by_label) if label in found]
        above = y
        written, y = label_of(pen, sheet, label, y, len(points))
        parts += written
        start = y
        for rank, point in points:
            value = number_of(point)
            length = float(value / most) * room if value and most else 0
            if value is None:
                parts.append(pen.rect(sheet.names, y, 14, sheet.bar, HATCH))
                length = 14
            elif length:
                parts.append(
                    pen.rect(sheet.names, y, max(length, 0.8), sheet.bar, "bar" if rank == 0 else "bar-before")
                )
            look = "value" if rank == 0 else "soft"
            parts.append(pen.text(sheet.names + length + 4, y + sheet.bar * 0.82, point["said"], look, sheet.size))
            y += sheet.bar + 1.5
        # A name taller than its bars keeps its distance below as above.
        y += (start - above if sheet.names else 0) + sheet.gap - 1.5
    base = f"M{sheet.names:g} {top:.1f}V{y - sheet.gap:.1f}"
    if sheet.names:
        parts.append(f'<path d="{base}" {pen.look("base")}/>')
    return "".join(parts), y - sheet.gap + 2


def label_of(pen: Pen, sheet: Sheet, label: str, y: float, bars: int) -> tuple[list[str], float]:
    """The name of a bar, and where the bar begins."""
    if not sheet.names:
        lines = lines_of(label, sheet.width, sheet.size)
        written = [
            pen.text(0, y + sheet.size * (0.85 + 1.15 * rank), line, "label", sheet.size)
            for rank, line in enumerate(lines)
        ]
        return written, y + sheet.size * (1.15 * len(lines) + 0.15)
    block = bars * (sheet.bar + 1.5) - 1.5
    lines = lines_of(label, sheet.names - 6, sheet.size, NAME_LINES)
    tall = sheet.size * 1.05 * len(lines)
    down = max((tall - block) / 2, 0)
    start = y + down + block / 2 - tall / 2 + sheet.size * 0.82
    written = [
        pen.text(sheet.names - 6, start + sheet.size * 1.05 * rank, line, "label", sheet.size, anchor="end")
        for rank, line in enumerate(lines)
    ]
    return written, y + down


def _series_names(pen: Pen, sheet: Sheet, names: Sequence[str]) -> tuple[list[str], float]:
    """Which bar is which, over the bars; nothing for a single series."""
    if len(names) < 2:
        return [], 0
    parts, x = [], sheet.names
    for rank, name in enumerate(names):
        side = sheet.size * 0.8
        parts.append(pen.rect(x, 1, side, side, "bar" if rank == 0 else "bar-before"))
        parts.append(pen.text(x + side + 4, sheet.size * 0.85, name, "label", sheet.size))
        x += side + wide(name, sheet.size) + 18
    return parts, sheet.size * 1.75
