"""Maps drawn by the server: our contours in SVG, and places as blazes (S2: nothing comes from another site).

The plane is the Mercator projection in kilometres, y downwards, one decimal: a hundred metres is finer than the screen.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.templatetags.static import static
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from core.geo import mercator
from territories.models import Contour

RATIO = 0.85  # height over width of a map of places
LEAST_WIDTH = 36.0  # km of the projection: never closer, a town is not a street
_MARGIN = 1.25


@dataclass(frozen=True, slots=True)
class Dot:
    """A place on a map."""

    url: str
    name: str
    lat: float
    lon: float
    blaze: str


@dataclass(frozen=True, slots=True)
class Box:
    """What a map shows of the plane."""

    x: float
    y: float
    width: float
    height: float

    @property
    def attribute(self) -> str:
        return f"{self.x:.1f} {self.y:.1f} {self.width:.1f} {self.height:.1f}"


def plane(lat: float, lon: float) -> tuple[float, float]:
    """Where a place stands on a map of ours."""
    x, y = mercator(lat, lon)
    return x, -y


def path(geometry: dict[str, Any]) -> str:
    """A GeoJSON polygon or multipolygon as the `d` of an SVG path, in relative steps (shorter)."""
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return "".join(_ring(ring) for polygon in polygons for ring in polygon)


def _ring(ring: Sequence[Sequence[float]]) -> str:
    points = [(round(x * 10), round(y * 10)) for x, y in (plane(lat, lon) for lon, lat in ring)]
    steps = []
    for (x0, y0), (x1, y1) in pairwise(points):
        if (x0, y0) != (x1, y1):
            steps.append(f"{(x1 - x0) / 10:g} {(y1 - y0) / 10:g}")
    return f"M{points[0][0] / 10:g} {points[0][1] / 10:g}l{' '.join(steps)}z"


def box_of(geometries: Iterable[dict[str, Any]]) -> Box:
    """The box of these contours, with a small margin. Raises `ValueError` when there are none."""
    points = [
        plane(lat, lon)
        for geometry in geometries
        for polygon in (geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]])
        for lon, lat in polygon[0]
    ]
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top, bottom = min(y for _, y in points), max(y for _, y in points)
    margin = 0.03 * max(right - left, bottom - top)
    return Box(left - margin, top - margin, right - left + 2 * margin, bottom - top + 2 * margin)


def areas(contours: Iterable[Contour], links: dict[str, str], current: frozenset[str] = frozenset()) -> SafeString:
    """Contours as links with their names (`links`: code to address), or plain shapes for those without address."""
    parts, labels = [], []
    for contour in contours:
        shape = (
            f'<path class="area{" is-lit" if contour.code in current else ""}" vector-effect="non-scaling-stroke"'
            f' d="{path(contour.geometry)}"/>'
        )
        name = escape(contour.name)
        if url := links.get(contour.code):
            shape = f'<a href="{escape(url)}" aria-label="{name}"><title>{name}</title>{shape}</a>'
        else:
            shape = f"<g><title>{name}</title>{shape}</g>"
        parts.append(shape)
        labels.append((contour, name))
    return mark_safe("".join(parts))


def labels(contours: Iterable[Contour], size: float) -> SafeString:
    """The names of the contours where they are best written, `size` in units of the plane; cut at their slashes."""
    written = []
    for contour in contours:
        x, y = plane(contour.label_lat, contour.label_lon)
        lines = contour.name.split("/")
        top = y - (len(lines) - 1) * size * 0.55 + size * 0.35
        lines = [*(f"{line}/" for line in lines[:-1]), lines[-1]]
        spans = "".join(
            f'<tspan x="{x:.1f}" y="{top + i * size * 1.1:.1f}">{escape(line)}</tspan>' for i, line in enumerate(lines)
        )
        written.append(f'<text class="map-name" font-size="{size:.1f}">{spans}</text>')
    return mark_safe(f'<g aria-hidden="true">{"".join(written)}</g>')


def map_of_points(
    dots: Sequence[Dot], here: tuple[float, float] | None = None, *, least: float = LEAST_WIDTH
) -> SafeString:
    """A map of places and of where the visitor is, at least `least` km wide; empty when there is nothing to show.

    The contours behind come from one shared drawing that the browser keeps (`/territoires/contours.svg`).
    """
    places = [plane(dot.lat, dot.lon) for dot in dots]
    if here:
        places.append(plane(*here))
    if not places:
        return SafeString("")
    box = _frame(places, least)
    unit = box.width / 420  # one pixel of a map 420 px wide
    size = 24 * unit
    layer = "bassins" if box.width < 160 else "agences"
    behind = f'<use class="map-ground" href="/territoires/contours.svg#{layer}"/>'
    blazes = static("svg/blazes.svg")
    spread = _spread(places[: len(dots)], size)
    marks = "".join(_mark(dot, x, y, size, blazes) for dot, (x, y) in zip(dots, spread, strict=True))
    circle = ""
    if here:
        x, y = places[-1]
        circle = f'<circle class="map-here" cx="{x:.2f}" cy="{y:.2f}" r="{7 * unit:.2f}"/>'
    return mark_safe(
        f'<svg viewBox="{box.attribute}" role="group" aria-label="Carte des lieux de cette page">'
        f"{behind}{circle}{marks}</svg>"
    )


def _frame(places: Sequence[tuple[float, float]], least: float) -> Box:
    xs, ys = [x for x, _ in places], [y for _, y in places]
    width = max(_MARGIN * (max(xs) - min(xs)), _MARGIN * (max(ys) - min(ys)) / RATIO, least)
    height = width * RATIO
    return Box((max(xs) + min(xs) - width) / 2, (max(ys) + min(ys) - height) / 2, width, height)


def _spread(places: Sequence[tuple[float, float]], size: float) -> list[tuple[float, float]]:
    """Places of one commune share one point: put them in a ring around it, so that each is seen and reached."""
    groups: dict[tuple[int, int], list[int]] = {}
    for i, (x, y) in enumerate(places):
        groups.setdefault((round(x / size), round(y / size)), []).append(i)
    spread = list(places)
    for group in groups.values():
        if len(group) == 1:
            continue
        x, y = places[group[0]]
        radius = max(size * 0.75, len(group) * size * 1.15 / math.tau)
        for rank, i in enumerate(group):
            angle = math.tau * rank / len(group) - math.pi / 2
            spread[i] = (x + radius * math.cos(angle), y + radius * math.sin(angle))
    return spread


def _mark(dot: Dot, x: float, y: float, size: float, blazes: str) -> str:
    name = escape(dot.name)
    return (
        f'<a href="{escape(dot.url)}" aria-label="{name}"><title>{name}</title>'
        f'<use href="{blazes}#{escape(dot.blaze)}" x="{x - size / 2:.2f}" y="{y - size / 2:.2f}"'
        f' width="{size:.2f}" height="{size:.2f}"/></a>'
    )
