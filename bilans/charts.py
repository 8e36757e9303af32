"""Charts of our own, as SVG: bars with their values written, this year beside the last, shares of a whole.

Nothing is told by colour alone: every bar has its name and its value, shades go from dark to light in the order of the
legend, what has no figure is hatched and says why. Who calls shows the same figures as a table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from django.utils.safestring import SafeString, mark_safe

from bilans.bars import HALF, PAPER, SCREEN, Point, Sheet, bars, label_of, labels_of, number_of, scale_of, whole_names
from bilans.pen import DARK_SHADES, HATCH, SHADES, Pen, lines_of, wide

HALF_BARS = 9  # more stand better in two columns over the whole sheet
LONG: Final = 24  # names of one picture on paper: a longer one does not fit the room left on a page
MANY = 3  # so many names without a figure are said in one line
SHARES = len(SHADES) + 1  # classes that a stack can tell apart, the hatched one included
_UNSAID = {"non renseigné", "non renseignée", "n.c.", "non disponible"}


def chart_svg(chart: Mapping[str, Any], *, paper: bool = False, half: bool = False) -> SafeString:
    """The picture of a CHART of a content; empty when it has nothing to show. `half`: half the width of a sheet."""
    sheet = (HALF if half else PAPER) if paper else SCREEN
    pen = Pen(f"chart-{chart['key']}", paper)
    series, unsaid = _gathered([one for one in chart["series"] if one["points"]])
    if not series:
        return SafeString()
    if chart["kind"] == "stack" and (rows := _stacked(series)):
        body, height = _stack(pen, sheet, rows)
    else:
        body, height = bars(pen, sheet, series, most=chart.get("most"))
        for words in unsaid:
            written, height = _unsaid(pen, sheet, words, height)
            body += written
    hatching = pen.hatching(sheet.size / 2) if f"#{pen.id(HATCH)})" in body else ""
    opening = pen.opening(
        f"0 0 {sheet.width:g} {height:.1f}", chart["title"], _told(chart, paper), (sheet.width, round(height, 1))
    )
    return mark_safe(f"{opening}{hatching}{body}</svg>")  # every word was escaped by the pen


def _told(chart: Mapping[str, Any], paper: bool) -> str:
    """What the picture shows; on paper with every figure, as a table may not stand beside it."""
    text = str(chart.get("text", ""))
    if not paper:
        return text
    several = len(chart["series"]) > 1
    told = [
        (f"{one['name']}\u00a0: " if several else "") + ", ".join(f"{p['label']} {p['said']}" for p in one["points"])
        for one in chart["series"]
    ]
    return ". ".join(part for part in (text.rstrip("."), *told) if part)


def fits_half(chart: Mapping[str, Any]) -> bool:
    """Whether half the width of a sheet is enough: few bars, whose names are not cut."""
    if chart["kind"] == "stack":
        return len(chart["series"]) == 1
    labels = labels_of(chart["series"])
    return len(labels) <= HALF_BARS and whole_names(labels)


def parts_of(chart: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A chart of many names as several, each a picture with its own words, at the scale of the whole."""
    labels = labels_of(chart["series"])
    count = -(-len(labels) // LONG)
    if count < 2 or (chart["kind"] == "stack" and len(chart["series"]) == 1):
        return [dict(chart)]
    size = -(-len(labels) // count)
    parts = []
    for rank in range(count):
        kept = set(labels[rank * size : (rank + 1) * size])
        series = [
            {**one, "points": [point for point in one["points"] if point["label"] in kept]} for one in chart["series"]
        ]
        more = {"title": f"{chart['title']} (suite)", "key": f"{chart['key']}-{rank + 1}"} if rank else {}
        text = chart["text"] if rank == count - 1 else ""
        parts.append({**chart, **more, "series": series, "text": text, "most": scale_of(chart["series"])})
    return parts


def _gathered(series: Sequence[Mapping[str, Any]]) -> tuple[list[Mapping[str, Any]], list[str]]:
    """A single series without its many points that have no figure, and these in words: « non renseigné : Metz… »"""
    if len(series) != 1:
        return list(series), []
    points = series[0]["points"]
    without: dict[str, list[str]] = {}
    for point in points:
        if number_of(point) is None:
            without.setdefault(str(point["said"]), []).append(str(point["label"]))
    many = {said: labels for said, labels in without.items() if len(labels) >= MANY and len(labels) < len(points)}
    kept = [point for point in points if number_of(point) is not None or str(point["said"]) not in many]
    return [{**series[0], "points": kept}], [f"{said}\u00a0: {', '.join(labels)}." for said, labels in many.items()]


def _unsaid(pen: Pen, sheet: Sheet, words: str, y: float) -> tuple[str, float]:
    """A line of legend for what has no figure."""
    side = sheet.size * 0.8
    lines = lines_of(words[:1].upper() + words[1:], sheet.width - side - 5, sheet.size, 9)
    y += sheet.size * 0.6
    texts = [
        pen.text(side + 5, y + sheet.size * (0.75 + 1.2 * rank), line, "soft", sheet.size)
        for rank, line in enumerate(lines)
    ]
    return pen.rect(0, y, side, side, HATCH) + "".join(texts), y + sheet.size * 1.2 * len(lines) + 2


def _stacked(series: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[tuple[str, Point]]]]:
    """Each bar of shares with its classes: a single series is one bar of its points; of several, each is a class.

    Nothing when there are more classes than shades can tell apart, or a share is not told: bars say it better.
    """
    if len(series) == 1:
        rows = [("", [(str(point["label"]), point) for point in series[0]["points"]])]
    else:
        labels = list(dict.fromkeys(point["label"] for one in series for point in one["points"]))
        rows = [
            (label, [(str(one["name"]), point) for one in series for point in one["points"] if point["label"] == label])
            for label in labels
        ]
    classes = {name for _, points in rows for name, _ in points}
    shown = [point for _, points in rows for _, point in points]
    if len(classes) > SHARES or any(number_of(point) is None for point in shown) or not any(map(number_of, shown)):
        return []
    if len(classes) == SHARES and not any(name.lower() in _UNSAID for name in classes):
        return []
    return rows


def _stack(pen: Pen, sheet: Sheet, rows: Sequence[tuple[str, Sequence[tuple[str, Point]]]]) -> tuple[str, float]:
    names = list(dict.fromkeys(name for _, points in rows for name, _ in points))
    told = [name for name in names if name.lower() not in _UNSAID]
    # Few shades are far apart: the darkest and the lightest of three.
    step = (len(SHADES) - 1) / max(len(told) - 1, 1)
    shades = {name: f"shade-{round(rank * step)}" for rank, name in enumerate(told)}
    dark = {f"shade-{rank}" for rank in range(DARK_SHADES)}
    left = sheet.names if any(label for label, _ in rows) else 0
    parts: list[str] = []
    y, bar, size = 0.0, sheet.bar * 1.7, sheet.size
    for label, points in rows:
        if label:
            written, y = label_of(pen, sheet, label, y, 1)
            parts += written
        whole = sum(number_of(point) or Decimal() for _, point in points)
        x = left
        for name, point in points:
            width = float((number_of(point) or Decimal()) / whole) * (sheet.width - left - 1) if whole else 0
            if not width:
                continue
            look = shades.get(name, HATCH)
            parts.append(pen.rect(x, y, width, bar, look))
            said = _share(point, whole)
            if wide(said, size) + 4 < width and look != HATCH:
                ink = "on-dark" if look in dark else "on-soft"
                parts.append(pen.text(x + width / 2, y + bar / 2 + size * 0.35, said, ink, size, anchor="middle"))
            x += width
        parts.append(f'<path d="M{left:g} {y:.1f}H{x:.1f}V{y + bar:.1f}H{left:g}z" fill="none" {pen.look("key")}/>')
        y += bar + sheet.gap
    alone = dict(rows[0][1]) if len(rows) == 1 else {}
    legend, y = _legend(pen, sheet, shades, {name: alone.get(name) for name in names}, y + size * 0.2)
    return "".join(parts + legend), y


def _share(point: Point, whole: Decimal | int) -> str:
    if not whole:
        return point["said"]  # type: ignore[no-any-return]
    return f"{round((number_of(point) or Decimal()) * 100 / whole)}\u00a0%"


def _legend(
    pen: Pen, sheet: Sheet, shades: Mapping[str, str], classes: Mapping[str, Point | None], y: float
) -> tuple[list[str], float]:
    """The classes in the order of the shares, each with its figure when there is a single bar."""
    parts: list[str] = []
    x, side = 0.0, sheet.size * 0.8
    for name, point in classes.items():
        said = f"{name}\u00a0: {point['said']}" if point else name
        width = side + 4 + wide(said, sheet.size) + 14
        if x and x + width > sheet.width + 14:
            x, y = 0, y + sheet.size * 1.45
        parts.append(pen.rect(x, y, side, side, shades.get(name, HATCH)))
        parts.append(f'<path d="M{x:.1f} {y:.1f}h{side:.1f}v{side:.1f}h-{side:.1f}z" fill="none" {pen.look("key")}/>')
        parts.append(pen.text(x + side + 4, y + sheet.size * 0.75, said, "label", sheet.size))
        x += width
    return parts, y + sheet.size * 1.3
