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

from core.blazes import BLAZES, known
from core.geo import mercator
from territories.models import Contour

RATIO = 0.85  # height over width of a map of places
NEAREST = 8  # places that a map must show around where the visitor is; those beyond its edge stay in the list
LEAST_WIDTH = 36.0  # km of the projection: never closer, a town is not a street
TOWNS = 4  # … in at least as many different points
_MARGIN = 1.25
_LETTER = 0.58  # width of a letter of our titles, in its size: rather too wide, so that names never touch


@dataclass(frozen=True, slots=True)
class Dot:
    """A place on a map."""

    url: str
    name: str
    lat: float
    lon: float
    blaze: str
    town: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A map of places: its `svg`, the places it `shows`, and the signs on it as pairs (blaze, kind)."""

    svg: SafeString
    shows: int = 0
    signs: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.svg)


@dataclass(frozen=True, slots=True)
class Group:
    """Places that share one point of the map (`x`, `y`): `members` are their ranks, put on a ring of `radius`."""

    x: float
    y: float
    radius: float
    members: tuple[int, ...]


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

    def grown(self, by: float) -> Box:
        """The same box with `by` more on each side."""
        return Box(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by)

    def holds(self, other: Box) -> bool:
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.x + other.width <= self.x + self.width
            and other.y + other.height <= self.y + self.height
        )

    def meets(self, other: Box) -> bool:
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


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


def labels(contours: Iterable[Contour], size: float, box: Box) -> SafeString:
    """The names of the contours where they are best written, `size` in units of the plane; cut at their slashes.

    A name near an edge of `box` is moved so that none of its letters is cut.
    """
    written = []
    for contour in contours:
        x, y = plane(contour.label_lat, contour.label_lon)
        lines = contour.name.split("/")
        half = (max(map(len, lines)) + 1) * size * _LETTER / 2
        x = min(max(x, box.x + half), box.x + box.width - half)
        top = y - (len(lines) - 1) * size * 0.55 + size * 0.35
        lines = [*(f"{line}/" for line in lines[:-1]), lines[-1]]
        spans = "".join(
            f'<tspan x="{x:.1f}" y="{top + i * size * 1.1:.1f}">{escape(line)}</tspan>' for i, line in enumerate(lines)
        )
        written.append(f'<text class="map-name" font-size="{size:.1f}">{spans}</text>')
    return mark_safe(f'<g aria-hidden="true">{"".join(written)}</g>')


def map_of_points(
    dots: Sequence[Dot], here: tuple[float, float] | None = None, *, least: float = LEAST_WIDTH, town: str = ""
) -> Drawing:
    """A map of places and of where the visitor is (`here`, in `town`), at least `least` km wide; empty without any.

    Around a starting point the map holds the `NEAREST` places and leaves what is beyond its edge to the list. The
    contours behind come from one shared drawing that the browser keeps (`/territoires/contours.svg`).
    """
    places = [plane(dot.lat, dot.lon) for dot in dots]
    start = plane(*here) if here else None
    framed = _nearest(places, start) if start else places
    if not framed:
        return Drawing(SafeString())
    box = _frame(framed, least)
    unit = box.width / 420  # one pixel of a map 420 px wide
    size = 24 * unit
    shown = [i for i, (x, y) in enumerate(places) if box.grown(-size).holds(Box(x, y, 0, 0))]
    dots, places = [dots[i] for i in shown], [places[i] for i in shown]
    groups = _groups(places, size)
    spots = _spots(groups, places)
    box = _holding(box, spots, 0.8 * size)
    threads = "".join(
        f'<path class="map-thread" d="M{group.x:.2f} {group.y:.2f}L{spots[i][0]:.2f} {spots[i][1]:.2f}"/>'
        for group in groups
        if len(group.members) > 1
        for i in group.members
    )
    blazes = static("svg/blazes.svg")
    marks = "".join(_mark(dot, x, y, size, blazes) for dot, (x, y) in zip(dots, spots, strict=True))
    circle = f'<circle class="map-here" cx="{start[0]:.2f}" cy="{start[1]:.2f}" r="{7 * unit:.2f}"/>' if start else ""
    layer = "bassins" if box.width < 160 else "agences"
    names = _town_names(dots, groups, spots, (start, town), box) if town else ""
    svg = mark_safe(
        f'<svg viewBox="{box.attribute}" role="group" aria-label="Carte des lieux de cette page">'
        f'<use class="map-ground" href="/territoires/contours.svg#{layer}"/>{threads}{circle}{marks}{names}</svg>'
    )
    return Drawing(svg, len(dots), _signs(dots))


def _signs(dots: Sequence[Dot]) -> tuple[tuple[str, str], ...]:
    """Each sign once: with its kind of place, or with its family when several kinds share it."""
    kinds: dict[str, set[str]] = {}
    for dot in dots:
        if dot.kind:
            kinds.setdefault(dot.blaze, set()).add(dot.kind)
    return tuple((sign, said.pop() if len(said) == 1 else BLAZES[known(sign)].label) for sign, said in kinds.items())


def _nearest(places: Sequence[tuple[float, float]], start: tuple[float, float]) -> list[tuple[float, float]]:
    """The starting point and the places nearest to it: more of them when they all stand in two or three towns."""
    framed, towns = [start], {start}
    for rank, place in enumerate(sorted(places, key=lambda place: math.dist(place, start))):
        if rank >= NEAREST and len(towns) >= TOWNS:
            break
        framed.append(place)
        towns.add(place)
    return framed


def _frame(places: Sequence[tuple[float, float]], least: float) -> Box:
    xs, ys = [x for x, _ in places], [y for _, y in places]
    width = max(_MARGIN * (max(xs) - min(xs)), _MARGIN * (max(ys) - min(ys)) / RATIO, least)
    height = width * RATIO
    return Box((max(xs) + min(xs) - width) / 2, (max(ys) + min(ys) - height) / 2, width, height)


def _holding(box: Box, spots: Sequence[tuple[float, float]], room: float) -> Box:
    """`box`, grown enough that no sign is cut by its edge."""
    over = max((max(box.x - x, x - box.x - box.width, box.y - y, y - box.y - box.height) for x, y in spots), default=0)
    return box.grown(over + room) if over + room > 0 else box


def _groups(places: Sequence[tuple[float, float]], size: float) -> list[Group]:
    """Places of one commune share one point: one group, whose ring lets each sign be seen and reached."""
    together: dict[tuple[int, int], list[int]] = {}
    for i, (x, y) in enumerate(places):
        together.setdefault((round(x / size), round(y / size)), []).append(i)
    return [
        Group(
            *places[members[0]],
            0 if len(members) == 1 else max(size * 1.1, len(members) * size * 1.2 / math.tau),
            tuple(members),
        )
        for members in together.values()
    ]


def _spots(groups: Sequence[Group], places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Where each sign is drawn: at its point, or on the ring of its group."""
    spots = list(places)
    for group in groups:
        if len(group.members) == 1:
            continue
        for rank, i in enumerate(group.members):
            angle = math.tau * rank / len(group.members) - math.pi / 2
            spots[i] = (group.x + group.radius * math.cos(angle), group.y + group.radius * math.sin(angle))
    return spots


def _mark(dot: Dot, x: float, y: float, size: float, blazes: str) -> str:
    name = escape(f"{dot.name} ({dot.kind})" if dot.kind else dot.name)
    half, ring = size / 2, size * 0.68
    return (
        f'<a href="{escape(dot.url)}" aria-label="{name}"><title>{name}</title>'
        f'<rect class="ring" x="{x - ring:.2f}" y="{y - ring:.2f}" width="{2 * ring:.2f}" height="{2 * ring:.2f}"/>'
        f'<use href="{blazes}#{escape(dot.blaze)}" x="{x - half:.2f}" y="{y - half:.2f}"'
        f' width="{size:.2f}" height="{size:.2f}"/></a>'
    )


def _town_names(
    dots: Sequence[Dot],
    groups: Sequence[Group],
    spots: Sequence[tuple[float, float]],
    here: tuple[tuple[float, float] | None, str],
    box: Box,
) -> str:
    """« Épinal · 7 lieux » under, over or beside each group, the start first; a name with no free room is left out."""
    start, town = here
    size, room = box.width / 28, box.width / 26
    taken = [Box(x - room, y - room, 2 * room, 2 * room) for x, y in spots]
    wanted: list[tuple[float, float, float, str]] = []
    for group in sorted(groups, key=lambda group: -len(group.members)):
        name, count = dots[group.members[0]].town, len(group.members)
        wanted.append((group.x, group.y, group.radius, f"{name} · {count} lieux" if count > 1 else name))
    if start:
        taken.append(Box(start[0] - room / 2, start[1] - room / 2, room, room))
        wanted.sort(key=lambda want: math.dist(want[:2], start))
        if not any(dot.town == town for dot in dots):
            wanted.insert(0, (*start, 0, town))
    written, said = [], set()
    for x, y, radius, text in wanted:
        width, reach = len(text) * size * _LETTER, radius + room + size * 0.6
        inside = min(max(x, box.x + width / 2), box.x + box.width - width / 2)
        for at_x, at_y in (
            (inside, y + reach), (inside, y - reach), (x + reach + width / 2, y), (x - reach - width / 2, y),
        ):  # fmt: skip
            area = Box(at_x - width / 2, at_y - size * 0.55, width, size * 1.1)
            if text and text not in said and box.holds(area) and not any(area.meets(other) for other in taken):
                taken.append(area)
                said.add(text)
                written.append(f'<text x="{at_x:.2f}" y="{at_y + size * 0.35:.2f}">{escape(text)}</text>')
                break
    return f'<g class="map-name" font-size="{size:.2f}" aria-hidden="true">{"".join(written)}</g>'
