"""The agenda on our own contours: circles that count events, drawn by the server (A2, S2)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from events.search.clusters import Cluster, Spot, gathered
from territories.maps import RATIO, Box, plane

WIDE = 480  # the circles keep their size on a map this many pixels wide
LEAST_WIDTH = 8.0  # km of the projection: near enough that two neighbouring communes stand apart
ROOM = 46  # pixels between two circles: they never touch
_MARGIN = 1.02
_LETTER = 0.58  # width of a letter of our titles, in its size


def framed(spots: Iterable[Spot], here: tuple[float, float] | None = None) -> Box | None:
    """What the map shows: every spot, and where the visitor is; None without any."""
    points = [plane(spot.lat, spot.lon) for spot in spots]
    if not points:
        return None
    if here:
        points.append(plane(*here))
    xs, ys = [x for x, _ in points], [y for _, y in points]
    width = max(_MARGIN * (max(xs) - min(xs)), _MARGIN * (max(ys) - min(ys)) / RATIO, LEAST_WIDTH)
    height = width * RATIO
    pad = 34 * width / WIDE  # a circle at the edge, and its name, are whole
    return Box((max(xs) + min(xs) - width) / 2, (max(ys) + min(ys) - height) / 2, width, height).grown(pad)


def clusters_of(spots: Iterable[Spot], box: Box) -> list[Cluster]:
    return gathered(spots, ROOM * box.width / WIDE)


def drawing(
    clusters: Sequence[Cluster],
    box: Box,
    link: Callable[[Cluster], str],
    here: tuple[float, float] | None = None,
    *,
    capped: bool = False,
) -> SafeString:
    """The SVG: each cluster a link with its count (a least when `capped`), named for those who do not see it."""
    unit = box.width / WIDE
    layer = "bassins" if box.width < 160 else "agences"
    most = max((cluster.count for cluster in clusters), default=1)
    sizes = [unit * (17 + 6 * math.sqrt(cluster.count / most)) for cluster in clusters]
    marks = "".join(_mark(c, size, link(c), capped=capped) for c, size in zip(clusters, sizes, strict=True))
    start = ""
    if here:
        x, y = plane(*here)
        start = f'<circle class="map-here" cx="{x:.2f}" cy="{y:.2f}" r="{6 * unit:.2f}"/>'
    return mark_safe(
        f'<svg viewBox="{box.attribute}" role="group" aria-label="Carte des évènements">'
        f'<use class="map-ground" href="/territoires/contours.svg#{layer}"/>{start}{marks}'
        f"{_names(clusters, sizes, box)}</svg>"
    )


def said(cluster: Cluster, *, capped: bool = False) -> str:
    """« Troyes et 4 communes voisines : 12 évènements », « au moins 12 » when not all were counted."""
    others = len(cluster.spots) - 1
    near = f" et {others} communes voisines" if others > 1 else " et une commune voisine" if others else ""
    least = "au moins " if capped else ""
    return f"{cluster.main.name}{near}\u00a0: {least}{counted(cluster.count)}"


def counted(events: int) -> str:
    return f"{events} évènement{'s' if events > 1 else ''}"


def _mark(cluster: Cluster, size: float, url: str, *, capped: bool) -> str:
    name, x, y = escape(said(cluster, capped=capped)), cluster.x, cluster.y
    number = f"{cluster.count}{'+' if capped else ''}"
    digits = len(number)
    letter = size * (1.05 if digits < 3 else 0.8)
    return (
        f'<a href="{escape(url)}" aria-label="{name}"><title>{name}</title>'
        f'<circle class="ring" cx="{x:.2f}" cy="{y:.2f}" r="{size * 1.24:.2f}"/>'
        f'<circle class="map-cluster" cx="{x:.2f}" cy="{y:.2f}" r="{size:.2f}"/>'
        f'<text class="map-count" x="{x:.2f}" y="{y + letter * 0.36:.2f}" font-size="{letter:.2f}"'
        f' aria-hidden="true">{number}</text></a>'
    )


def _names(clusters: Sequence[Cluster], sizes: Sequence[float], box: Box) -> str:
    """The name of each cluster under, over, beside or aslant, the most peopled first; without free room, none."""
    size = box.width / 32
    taken = [Box(c.x - r, c.y - r, 2 * r, 2 * r) for c, r in zip(clusters, sizes, strict=True)]
    written = []
    for cluster, radius in sorted(
        zip(clusters, sizes, strict=True), key=lambda pair: (-pair[0].main.population, -pair[0].count)
    ):
        text = cluster.main.name
        width, reach = (len(text) + 1) * size * _LETTER, radius + size * 0.75
        inside = min(max(cluster.x, box.x + width / 2), box.x + box.width - width / 2)
        under, over = cluster.y + reach, cluster.y - reach
        starts, ends = cluster.x + width / 2 - radius, cluster.x - width / 2 + radius
        for x, y in (
            (inside, under), (inside, over), (cluster.x + radius + width / 2, cluster.y),
            (cluster.x - radius - width / 2, cluster.y), (starts, under), (ends, under), (starts, over), (ends, over),
        ):  # fmt: skip
            area = Box(x - width / 2, y - size * 0.55, width, size * 1.1)
            if box.holds(area) and not any(area.meets(other) for other in taken):
                taken.append(area)
                written.append(f'<text x="{x:.2f}" y="{y + size * 0.35:.2f}">{escape(text)}</text>')
                break
    return f'<g class="map-name" font-size="{size:.2f}" aria-hidden="true">{"".join(written)}</g>'
