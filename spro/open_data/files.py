"""A table as a file, written row by row from the database: CSV, JSON, GeoJSON; and the metadata of the CSV.

Memory holds one batch of rows, whatever the length. The file is ordered by a key that never changes: a row edited while
the file is being written is in it once, as it was or as it has become.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

import orjson
from django.urls import reverse

from core.datasets import Column, Dataset, Row
from core.links import absolute
from spro.open_data.cells import LIST_MARK, RULE, cell
from spro.open_data.terms import Terms
from spro.open_data.versions import Version

DIALECT = {"delimiter": ",", "encoding": "utf-8", "lineTerminators": ["\r\n"], "header": True, "doubleQuote": True}
_XSD = {"dateTime": "dateTime", "date": "date", "integer": "integer", "number": "number", "boolean": "boolean"}
Writer = Callable[[Dataset, Terms, Version], Iterator[bytes]]


def flat_columns(table: Dataset) -> list[Column]:
    """The columns of the CSV: an object of the JSON is one column for each of its fields (`commune_insee`…)."""
    columns: list[Column] = []
    fields: dict[str, Any] = dict(table.serializer().fields)
    for column in table.described():
        if column.kind == "object":
            inner = fields[column.name].fields
            columns += [Column(f"{column.name}_{name}", "string", str(f.help_text), True) for name, f in inner.items()]
        else:
            columns.append(column)
    return columns


def _flat(row: Row, objects: set[str]) -> Row:
    shown = {name: value for name, value in row.items() if name not in objects}
    for name in objects:
        shown |= {f"{name}_{inner}": value for inner, value in row[name].items()}
    return shown


def as_csv(table: Dataset, terms: Terms, version: Version) -> Iterator[bytes]:
    """Pure CSV (RFC 4180): a line of names, then the rows; nothing else."""
    names = [column.name for column in flat_columns(table)]
    objects = {column.name for column in table.described() if column.kind == "object"}
    yield (",".join(names) + "\r\n").encode()
    for batch in table.batches():
        lines = io.StringIO(newline="")
        writer = csv.writer(lines)
        writer.writerows([cell(flat[name]) for name in names] for flat in (_flat(row, objects) for row in batch))
        yield lines.getvalue().encode()


def as_json(table: Dataset, terms: Terms, version: Version) -> Iterator[bytes]:
    """One object: what the file is, then `data`, the rows as the API gives them."""
    head = about(table, terms, version) | {"fields": _fields(table)}
    yield orjson.dumps(head)[:-1] + b',"data":[\n'
    names = [column.name for column in table.described()]
    yield from _joined(table, lambda row: {name: row[name] for name in names})
    yield b"\n]}\n"


def as_geojson(table: Dataset, terms: Terms, version: Version) -> Iterator[bytes]:
    """A FeatureCollection (RFC 7946) whose foreign members say what the file is."""
    head = {"type": "FeatureCollection"} | about(table, terms, version)
    yield orjson.dumps(head)[:-1] + b',"features":[\n'
    names = [column.name for column in table.described() if column.name not in {"lat", "lon"}]
    key = names[0]
    yield from _joined(
        table,
        lambda row: {
            "type": "Feature",
            "id": row[key],
            "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
            "properties": {name: row[name] for name in names},
        },
    )
    yield b"\n]}\n"


def _joined(table: Dataset, shape: Callable[[Row], Any]) -> Iterator[bytes]:
    before = b""
    for batch in table.batches():
        yield before + b",\n".join(orjson.dumps(shape(row)) for row in batch)
        before = b",\n"


FORMATS: dict[str, tuple[str, Writer]] = {
    "csv": ("text/csv; charset=utf-8; header=present", as_csv),
    "json": ("application/json", as_json),
    "geojson": ("application/geo+json", as_geojson),
}


def formats(table: Dataset) -> list[str]:
    """The formats in which `table` can be had."""
    return [form for form in FORMATS if form != "geojson" or table.positioned]


def address(table: Dataset, form: str) -> str:
    """Where the file is, as somebody outside types it."""
    return absolute(reverse("open_data_file", args=[table.slug, form]))


def about(table: Dataset, terms: Terms, version: Version) -> dict[str, Any]:
    """What every file says of itself: what it is, since when it is so, under which licence, whom to cite."""
    return {
        "title": table.title,
        "description": table.text,
        "publisher": terms.publisher,
        "licence": terms.licence,
        "licence_url": terms.licence_url or None,
        "attribution": [*terms.cited(table.origin), *table.sources()],
        "modified": version.since,
        "page": absolute(reverse("open_data")),
    }


def _fields(table: Dataset) -> list[dict[str, Any]]:
    return [
        {"name": c.name, "type": c.kind, "description": c.text} | ({"values": c.values} if c.values else {})
        for c in table.described()
    ]


def csv_metadata(table: Dataset, terms: Terms, version: Version) -> dict[str, Any]:
    """The metadata of the CSV as « CSV on the Web » has them (W3C): licence, date, and what each column holds."""
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "fr"}],
        "url": address(table, "csv"),
        "dc:title": table.title,
        "dc:description": table.text,
        "dc:publisher": terms.publisher,
        "dc:license": {"@id": terms.licence_url} if terms.licence_url else terms.licence,
        "dc:source": [*terms.cited(table.origin), *table.sources()],
        "dc:modified": {"@value": version.since.isoformat(), "@type": "xsd:dateTime"},
        "rdfs:comment": RULE,
        "dialect": DIALECT,
        "tableSchema": {"columns": [_csvw_column(column) for column in flat_columns(table)]},
    }


def _csvw_column(column: Column) -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": column.name,
        "titles": column.name,
        "dc:description": column.text,
        "datatype": {"base": _XSD.get(column.kind, column.kind if column.kind in {"anyURI", "json"} else "string")},
    }
    if column.kind == "list":
        said["separator"] = LIST_MARK
    return said
