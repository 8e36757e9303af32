"""The catalogue for machines: DCAT-AP in JSON-LD, understood without fetching anything (its context is inside)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse

from core.datasets import Dataset
from core.links import absolute
from spro.open_data import data_inclusion
from spro.open_data.files import FORMATS, address, formats
from spro.open_data.tables import OUTLINES, TABLES, settled
from spro.open_data.terms import Terms
from spro.open_data.versions import Version, together, version, version_of

_WKT = "http://www.opengis.net/ont/geosparql#wktLiteral"
AUTHORITY = "http://publications.europa.eu/resource/authority"
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
Node = dict[str, Any]


def catalogue(terms: Terms) -> Node:
    """The whole catalogue, one `dcat:Dataset` a table."""
    home = absolute(reverse("open_data"))
    tables = [*TABLES.values(), *settled()]
    datasets = [*(_table(table, terms) for table in tables), _national(terms)]
    return {
        "@context": CONTEXT,
        "@id": absolute(reverse("open_data_catalogue")),
        "@type": "dcat:Catalog",
        "dct:title": _french(f"Données ouvertes – {settings.PORTAL_NAME}"),
        "dct:description": _french(
            "Les données publiques du service public régional de l’orientation : lieux, services, organismes, réseaux, "
            "référent·es, territoires, table d’aiguillage, bilans publiés."
        ),
        "dct:publisher": _publisher(terms),
        "dct:language": _id(f"{AUTHORITY}/language/FRA"),
        "foaf:homepage": _id(home),
        **_licence(terms),
        **_spatial(terms),
        "dct:modified": _moment(max(dataset["dct:modified"]["@value"] for dataset in datasets)),
        "dcat:dataset": datasets,
        "dcat:service": {
            "@id": absolute(reverse("api:root")),
            "@type": "dcat:DataService",
            "dct:title": _french("API v1"),
            "dcat:endpointURL": _id(absolute(reverse("api:root"))),
            "dcat:endpointDescription": _id(absolute(reverse("api:schema"))),
            "foaf:page": _id(absolute(reverse("api:docs"))),
            "dcat:servesDataset": [_id(dataset["@id"]) for dataset in datasets],
            **_licence(terms),
        },
    }


def _table(table: Dataset, terms: Terms) -> Node:
    distributions = [
        _distribution(address(table, form), FORMATS[form][0], form.upper(), table.title, terms)
        for form in formats(table)
    ]
    if table.slug in OUTLINES:
        url = absolute(reverse("contours", args=[OUTLINES[table.slug]]))
        title = f"{table.title}, leurs contours"
        distributions.append(_distribution(url, "application/geo+json", "GEOJSON", title, terms))
    said = _dataset(table.slug, table.title, table.text, version_of(table), terms)
    return (
        said
        | {"dct:accrualPeriodicity": _id(f"{AUTHORITY}/frequency/{table.frequency}")}
        | (_temporal(terms) if table.origin == "charter" else {})
        | {"dcat:distribution": distributions}
    )


def _national(terms: Terms) -> Node:
    distribution = _distribution(
        absolute(reverse("open_data_national")), "application/json", "JSON", data_inclusion.TITLE, terms
    )
    schema = {"dct:conformsTo": _id(data_inclusion.SCHEMA)}
    now = version(data_inclusion.MODELS)
    return (
        _dataset(data_inclusion.SLUG, data_inclusion.TITLE, data_inclusion.TEXT, now, terms)
        | {"dct:accrualPeriodicity": _id(f"{AUTHORITY}/frequency/CONT")}
        | schema
        | _temporal(terms)
        | {"dcat:distribution": [distribution | schema]}
    )


def _dataset(slug: str, title: str, text: str, now: Version, terms: Terms) -> Node:
    """What every dataset says; its distributions and its rhythm are added."""
    page = absolute(f"{reverse('open_data')}#{slug}")
    return {
        "@id": page,
        "@type": "dcat:Dataset",
        "dct:identifier": slug,
        "dct:title": _french(title),
        "dct:description": _french(text),
        "dct:publisher": _publisher(terms),
        "dct:language": _id(f"{AUTHORITY}/language/FRA"),
        "dct:modified": _moment(now.since.isoformat()),
        "dct:accessRights": _id(f"{AUTHORITY}/access-right/PUBLIC"),
        "dcat:theme": [_id(f"{AUTHORITY}/data-theme/EDUC")],
        "dcat:keyword": _words("orientation", "formation", "service public régional de l’orientation", "SPRO"),
        "dcat:landingPage": _id(page),
        "dcat:contactPoint": _contact(),
        **_spatial(terms),
    }


def _distribution(url: str, media_type: str, form: str, title: str, terms: Terms) -> Node:
    bare = media_type.partition(";")[0]
    return {
        "@id": url,
        "@type": "dcat:Distribution",
        "dct:title": _french(f"{title} ({form})"),
        "dcat:accessURL": _id(url),
        "dcat:downloadURL": _id(url),
        "dcat:mediaType": _id(f"https://www.iana.org/assignments/media-types/{bare}"),
        "dct:format": _id(f"{AUTHORITY}/file-type/{form}"),
        **_licence(terms),
    }


def _licence(terms: Terms) -> Node:
    if terms.licence_url:
        return {"dct:license": _id(terms.licence_url)}
    if terms.licence:
        return {"dct:rights": {"@type": "dct:RightsStatement", "rdfs:label": _french(terms.licence)}}
    return {}


def _publisher(terms: Terms) -> Node:
    return {"@id": absolute("/#editeur"), "@type": "foaf:Organization", "foaf:name": terms.publisher}


def _contact() -> Node:
    contact = str(settings.PUBLISHER["contact"])
    way = {"vcard:hasEmail": _id(f"mailto:{contact}")} if "@" in contact else {"vcard:hasURL": _id(contact)}
    return {"@type": "vcard:Organization", "vcard:fn": str(settings.PUBLISHER["name"])} | way


def _spatial(terms: Terms) -> Node:
    """The region by its code of the INSEE, and its frame."""
    if not terms.region_insee:
        return {}
    place: Node = {
        "@id": f"http://id.insee.fr/geo/region/{terms.region_insee}",
        "@type": "dct:Location",
        "rdfs:label": _french(terms.region),
    }
    if len(terms.bounds) == 4:
        west, south, east, north = terms.bounds
        ring = f"{west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}"
        place["dcat:bbox"] = {"@value": f"POLYGON(({ring}))", "@type": _WKT}
    return {"dct:spatial": place}


def _temporal(terms: Terms) -> Node:
    if not terms.since:
        return {}
    start = {"@value": terms.since, "@type": "xsd:date"}
    return {"dct:temporal": {"@type": "dct:PeriodOfTime", "dcat:startDate": start}}


def _id(address: str) -> Node:
    return {"@id": address}


def _french(text: str) -> Node:
    return {"@value": text, "@language": "fr"}


def _words(*words: str) -> list[Node]:
    return [_french(word) for word in words]


def _moment(text: str) -> Node:
    return {"@value": text, "@type": "xsd:dateTime"}


def catalogue_version() -> Version:
    """What the catalogue depends on: every model of every table, and what was published once and for all."""
    models = {model for table in TABLES.values() for model in table.models} | set(data_inclusion.MODELS)
    return together([version(models), *map(version_of, settled())])
