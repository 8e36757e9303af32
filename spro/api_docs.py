"""The page that explains the API, read out of its OpenAPI description: it cannot say anything else than it does."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

TITLES = {
    "root": "La racine",
    "networks": "Les réseaux",
    "organisations": "Les organismes",
    "sites": "Les lieux",
    "services": "Les services",
    "kinds": "Les sortes de lieux",
    "agencies": "Les agences territoriales",
    "basins": "Les bassins d’emploi",
    "communes": "Les communes",
    "referents": "Les référent·es",
    "events": "Les évènements de l’agenda",
    "sessions": "Les séances de l’agenda",
}
TYPES = {
    "string": "texte", "integer": "entier", "number": "nombre", "boolean": "vrai ou faux", "object": "objet",
    "array": "liste",
}  # fmt: skip
FORMATS = {"date": "date AAAA-MM-JJ", "date-time": "date et heure", "uri": "adresse", "uuid": "UUID"}
# A search worth trying, for the resources where the bare list says little.
QUERIES = {
    "sites": "commune=88160&radius=30&status=lyceen&need=choisir-formation",
    "communes": "q=epinal",
    "basins": "agency=epinal",
    "organisations": "kind=mission-locale&page_size=5",
    "referents": "agency=epinal&scope=territorial",
    "events": "type=forum",
    "sessions": "from=2018-01-01&page_size=5",
}


@dataclass
class Line:
    """A parameter of a request or a field of an answer."""

    name: str
    kind: str
    text: str
    values: list[str] = field(default_factory=list)


@dataclass
class Resource:
    """One resource as the page shows it; `detail` is the path of one item, if items have one."""

    slug: str
    title: str
    text: str
    path: str
    query: str
    detail: str
    parameters: list[Line]
    fields: list[Line]
    example: str


def described(openapi: dict[str, Any]) -> list[Resource]:
    """Every resource of the description, the root first, in the order of `TITLES`."""
    found: dict[str, Resource] = {}
    for path, operations in openapi["paths"].items():
        operation = operations["get"]
        tag = operation["tags"][0]
        if "{" in path:
            found[tag].detail = path
        else:
            found[tag] = _resource(openapi, tag, path, operation)
    order = list(TITLES)
    return sorted(found.values(), key=lambda r: order.index(r.slug) if r.slug in order else len(order))


def _resource(openapi: dict[str, Any], tag: str, path: str, operation: dict[str, Any]) -> Resource:
    content = operation["responses"]["200"]["content"]["application/json"]
    item = _resolve(openapi, content["schema"])
    if "results" in item.get("properties", {}):
        item = _resolve(openapi, item["properties"]["results"]["items"])
    example = next(iter(content.get("examples", {}).values()), {"value": None})["value"]
    return Resource(
        slug=tag,
        title=TITLES.get(tag, tag),
        text=operation["description"],
        path=path,
        query=QUERIES.get(tag, ""),
        detail="",
        parameters=[_line(openapi, p["name"], p["schema"], p) for p in operation.get("parameters", [])],
        fields=[_line(openapi, name, schema, schema) for name, schema in item["properties"].items()],
        example=json.dumps(example, ensure_ascii=False, indent=2),
    )


def _resolve(openapi: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """`schema` with its reference followed; what is said beside a reference is kept."""
    while "$ref" in schema or "allOf" in schema:
        reference = schema.get("$ref") or schema["allOf"][0]["$ref"]
        kept = {key: value for key, value in schema.items() if key not in ("$ref", "allOf")}
        schema = {**openapi["components"]["schemas"][reference.rsplit("/", 1)[1]], **kept}
    return schema


def _line(openapi: dict[str, Any], name: str, schema: dict[str, Any], said: dict[str, Any]) -> Line:
    schema = _resolve(openapi, schema)
    inner = _resolve(openapi, schema["items"]) if "items" in schema else schema
    kind = FORMATS.get(schema.get("format", ""), TYPES.get(schema.get("type", ""), "objet"))
    if inner is not schema:
        kind += f" ({TYPES.get(inner.get('type', ''), 'objet')})"
    if schema.get("nullable"):
        kind += " ou null"
    # drf-spectacular adds the list of values to the text: the page shows it apart.
    text = said.get("description", "").split("\n\n*")[0]
    return Line(name, kind, text, [str(value) for value in inner.get("enum", [])])
