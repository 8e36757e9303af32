"""The region drawn by basin or by agency, figures in five classes; what has no figure is hatched (S2: our contours).

Zones bear their number (basins) or their name (agencies, or a few basins seen closer), so that nothing is told by
colour alone; who calls shows the same figures as a table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

from django.db.models import Count, Max
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from bilans import numbers
from bilans.pen import DARK_SHADES, HATCH, SHADES, Pen, lines_of, wide
from territories.maps import Box, box_of, plane
from territories.models import Contour

CLASSES = len(SHADES)
GRID = 0.7  # kilometres of the projection: finer than a printed line, and neighbours keep their common points
NEAR = 0.6  # under this share of the zones with a figure, the map comes closer to them
SCREEN_WIDTH = 360
SMALL = 260  # points: a map half as wide as a sheet
TALLEST = 290  # points of a sheet
EDGE = "#14211b"
UNSAID: Final = {"value": None, "said": numbers.MISSING}


@dataclass(frozen=True)
class Zone:
    """One zone, ready to be drawn: `inside` is where its name is best written."""

    code: str
    name: str
    path: str
    box: Box
    inside: tuple[float, float]
    lent: str = ""  # id of its outline, when the page writes it once for several maps


def outlines_svg(lent: Mapping[str, str]) -> SafeString:
    """The outlines that maps of the same page borrow: a drawing that shows nothing."""
    shapes = "".join(
        f'<path id="{escape(name)}" vector-effect="non-scaling-stroke" d="{path}"/>' for name, path in lent.items()
    )
    return mark_safe(
        f'<svg class="drawing-outlines" width="0" height="0" aria-hidden="true"><defs>{shapes}</defs></svg>'
    )


def map_svg(
    drawn: Mapping[str, Any], *, paper: bool = False, width: float = 340, tallest: float = TALLEST,
    lent: dict[str, str] | None = None,
) -> SafeString:  # fmt: skip
    """The picture of a MAP of a content, with its legend; empty without contours. `width`, `tallest`: on paper, in
    points.

    `lent` gathers the outlines by their id, which a page of several maps writes once (`outlines_svg`).
    """
    zones = _zones(drawn["level"])
    if not zones:
        return SafeString()
    values = {str(code): value for code, value in drawn["values"].items()}
    told = [zone for zone in zones if zone.code in values]
    near = 0 < len(told) < NEAR * len(zones)
    box = _around(told if near else zones)
    pen = Pen(f"map-{drawn['key']}", paper)
    shades, legend = _classes(values)
    if paper and box.height > tallest * box.width / width:
        width = round(tallest * box.width / box.height, 1)
    unit = box.width / (width if paper else SCREEN_WIDTH)  # a point of the sheet, a pixel of a telephone
    small = paper and width < SMALL
    look = _Look(pen, unit, (6.2 if small else 6.8 if paper else 11) * unit, box, _names(drawn["level"], near, small))
    if lent is not None:
        lent |= {f"{drawn['level']}-{zone.code}": zone.path for zone in zones}
        zones = tuple(replace(zone, lent=f"{drawn['level']}-{zone.code}") for zone in zones)
    parts, names = [], []
    for zone in zones:
        if zone.code not in values and near:
            if zone.box.meets(box):
                parts.append(_shape(zone, "context", "", pen))
            continue
        said = str(values.get(zone.code, UNSAID)["said"])
        shade = shades.get(zone.code)
        parts.append(_shape(zone, HATCH if shade is None else f"shade-{shade}", said, pen))
        names.append(_written(zone, said, look, dark=shade is not None and shade < DARK_SHADES))
    if len(told) > len(shades) or (not near and len(told) < len(zones)):
        legend.append((HATCH, f"{numbers.HIDDEN} ou {numbers.MISSING}"))
    key, tall = _legend(look, legend)
    hatched = pen.hatching(round(4 * unit, 1)) if f"#{pen.id(HATCH)})" in "".join(parts) else ""
    whole = Box(box.x, box.y, box.width, box.height + tall)
    opening = pen.opening(
        whole.attribute, drawn["title"], drawn.get("text", ""), (width, round(whole.height / unit, 1))
    )  # fmt: skip
    shapes, hidden = "".join(parts), "" if paper else ' aria-hidden="true"'
    if near:
        frame = f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}"/>'
        hatched += f'<clipPath id="{pen.id("frame")}">{frame}</clipPath>'
        shapes = f'<g clip-path="url(#{pen.id("frame")})">{shapes}</g>'
    edges = f'stroke="{EDGE}" stroke-width="{0.5 * unit:.2f}"' if paper else 'class="drawing-zones"'
    return mark_safe(
        f"{opening}{hatched}<g {edges}>{shapes}</g><g{hidden}>{''.join(names)}{key}</g></svg>"
    )  # every word was escaped by the pen


def _names(level: str, near: bool, small: bool) -> str:
    if level == "basin" and not near:
        return "number"
    return "town" if small and not near else "name"


@dataclass(frozen=True)
class _Look:
    """How one map is written: `unit` is a point of the sheet, in the plane; `size` that of the names of the zones."""

    pen: Pen
    unit: float
    size: float
    box: Box
    names: str  # number, town (the first of a name, on a small map) or name


def _shape(zone: Zone, look: str, said: str, pen: Pen) -> str:
    named = f"{zone.name}\u00a0: {said}" if said else zone.name
    title = "" if pen.paper else f"<title>{escape(named)}</title>"
    tag, outline = ("use", f'href="#{escape(zone.lent)}"') if zone.lent else ("path", f'd="{zone.path}"')
    shape = f"<{tag} {outline} {pen.look(look)}"
    return f"{shape}>{title}</{tag}>" if title else f"{shape}/>"


def _written(zone: Zone, said: str, look: _Look, *, dark: bool) -> str:
    """The number of a zone; or its name over its figure, moved so that the edge of the map cuts no letter."""
    size = look.size
    if look.names == "number":
        (x, y), ink = zone.inside, "name-on-dark" if dark else "name"
        return look.pen.text(x, y + size * 0.35, zone.code, ink, round(size, 1), anchor="middle")
    name = zone.name.split("/")[0] if look.names == "town" else zone.name
    lines = [*lines_of(name, max(zone.box.width * 0.7, size * 11), size, 3), said]
    half = max(wide(line, size) for line in lines) / 2
    x = min(max(zone.inside[0], look.box.x + half), look.box.x + look.box.width - half)
    top = zone.inside[1] - (len(lines) - 1) * size * 0.55 + size * 0.35
    placed = [(top + rank * size * 1.1, line) for rank, line in enumerate(lines)]
    # A name may be wider than its zone: light around its letters, it is read on every ground. A browser draws both at
    # once (`paint-order`).
    if look.pen.paper:
        # WeasyPrint lays out a drawing's words letter by letter: a ground is quicker than the words drawn twice.
        grounds = [
            f'<rect x="{x - wide(line, size) / 2:.1f}" y="{y - size * 0.88:.1f}" width="{wide(line, size):.1f}" '
            f'height="{size * 1.1:.1f}" rx="{size * 0.2:.1f}" {look.pen.look("ground")}/>'
            for y, line in placed
        ]
        names = [look.pen.text(x, y, line, "name", round(size, 1), anchor="middle") for y, line in placed]
        return "".join(grounds + names)
    halo = f' stroke-width="{size * 0.28:.1f}"'
    texts = [look.pen.text(x, y, line, "halo", round(size, 1), anchor="middle", more=halo) for y, line in placed]
    return "".join(texts)


def _classes(values: Mapping[str, Mapping[str, Any]]) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """The shade of each zone that has a figure, by fifths, the darkest for the most; and the legend, least first."""
    found = {code: amount for code, value in values.items() if (amount := decimal(value)) is not None}
    words = {amount: str(values[code]["said"]) for code, amount in found.items()}
    ranked = sorted(words)
    count = min(CLASSES, len(ranked))
    if not count:
        return {}, []
    cuts = [round(len(ranked) * rank / count) for rank in range(count + 1)]
    step = (CLASSES - 1) / max(count - 1, 1)
    shades: dict[Decimal, int] = {}
    legend = []
    for rank, (start, end) in enumerate(pairwise(cuts)):
        shade = CLASSES - 1 - round(rank * step) if count > 1 else CLASSES - 2
        shades |= dict.fromkeys(ranked[start:end], shade)
        ends = [words[ranked[start]], words[ranked[end - 1]]]
        legend.append((f"shade-{shade}", " à ".join(dict.fromkeys(ends))))
    return {code: shades[amount] for code, amount in found.items()}, legend


def _legend(look: _Look, items: Sequence[tuple[str, str]]) -> tuple[str, float]:
    """The classes under the map, and how tall that is."""
    pen, box = look.pen, look.box
    size = (7.5 if pen.paper else 12) * look.unit
    side = size * 1.1
    parts, x, y = [], box.x, box.y + box.height + size * 0.7
    for style, said in items:
        width = side + size * 0.5 + wide(said, size) + size
        if x > box.x and x + width > box.x + box.width + size:
            x, y = box.x, y + size * 1.6
        parts.append(pen.rect(x, y, side, side, style))
        parts.append(f'<path d="M{x:.1f} {y:.1f}h{side:.1f}v{side:.1f}h-{side:.1f}z" {_frame(look)}/>')
        parts.append(pen.text(x + side * 1.4, y + size * 0.9, said, "label", round(size, 1)))
        x += width
    return "".join(parts), y + size * 1.5 - box.y - box.height


def _frame(look: _Look) -> str:
    if look.pen.paper:
        return f'fill="none" stroke="{EDGE}" stroke-width="{0.5 * look.unit:.2f}"'
    return 'class="drawing-frame"'


def decimal(value: Mapping[str, Any]) -> Decimal | None:
    """The figure of a zone, when there is one."""
    return None if value.get("value") in (None, "") else Decimal(str(value["value"]))


def _around(zones: Sequence[Zone]) -> Box:
    """What a map of these zones shows, with a margin."""
    left, top = min(zone.box.x for zone in zones), min(zone.box.y for zone in zones)
    right = max(zone.box.x + zone.box.width for zone in zones)
    low = max(zone.box.y + zone.box.height for zone in zones)
    return Box(left, top, right - left, low - top).grown(0.02 * max(right - left, low - top))


def _zones(level: str) -> tuple[Zone, ...]:
    """The zones of a level, worked out once for what the region pack holds now."""
    rows = Contour.objects.filter(kind=level)
    state = rows.aggregate(count=Count("pk"), last=Max("pk"))
    return _drawn(level, state["count"], state["last"] or 0) if state["count"] else ()


@lru_cache(maxsize=8)
def _drawn(level: str, count: int, last: int) -> tuple[Zone, ...]:
    rows = Contour.objects.filter(kind=level)
    return tuple(_zone(contour) for contour in sorted(rows, key=lambda row: (row.code.zfill(3), row.code)))


def _zone(contour: Contour) -> Zone:
    bounds = box_of([contour.geometry])
    x, y = plane(contour.label_lat, contour.label_lon)
    scaled = Box(*(part / GRID for part in (bounds.x, bounds.y, bounds.width, bounds.height)))
    return Zone(contour.code, contour.name, _path(contour.geometry), scaled, (x / GRID, y / GRID))


def _path(geometry: Mapping[str, Any]) -> str:
    """Its outline on the grid, in relative steps; islands and holes too small for the grid go."""
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return "".join(_ring(ring) for polygon in polygons for ring in polygon)


def _ring(ring: Sequence[Sequence[float]]) -> str:
    placed = (plane(lat, lon) for lon, lat in ring)
    points = [(round(x / GRID), round(y / GRID)) for x, y in placed]
    steps = [(x1 - x0, y1 - y0) for (x0, y0), (x1, y1) in pairwise(points) if (x0, y0) != (x1, y1)]
    if len(steps) < 3:
        return ""
    return f"M{points[0][0]} {points[0][1]}l" + " ".join(f"{x} {y}" for x, y in steps[:-1]) + "z"
