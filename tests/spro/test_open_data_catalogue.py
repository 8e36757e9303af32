"""O3: the catalogue is DCAT-AP that a program understands without fetching anything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from spro.open_data.files import FORMATS, formats
from spro.open_data.tables import TABLES
from tests.pack import grand_est  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("grand_est")]


@pytest.fixture
def catalogue(client: Client, settings: Any) -> dict[str, Any]:
    settings.SITE_URL = "https://portail.exemple"
    response = client.get("/donnees/catalogue.jsonld")
    assert (response.status_code, response["Content-Type"]) == (200, "application/ld+json")
    return dict(json.loads(b"".join(response.streaming_content)))


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for each in value:
            yield from nodes(each)
    elif isinstance(value, dict):
        yield value
        for name, each in value.items():
            if name != "@context":
                yield from nodes(each)


def test_O3_every_term_belongs_to_a_vocabulary_declared_inside(catalogue: dict[str, Any]) -> None:
    context = catalogue["@context"]
    assert all(isinstance(address, str) and address.startswith("http") for address in context.values())
    terms = {name for node in nodes(catalogue) for name in node if not name.startswith("@")} - set(context)
    assert {term for term in terms if term.partition(":")[0] not in context} == set()
    types = {node["@type"] for node in nodes(catalogue) if "@type" in node and "@value" not in node}
    assert {kind for kind in types if kind.partition(":")[0] not in context} == set()
    assert {"dcat:Catalog", "dcat:Dataset", "dcat:Distribution", "dcat:DataService"} <= types


def test_O3_every_dataset_has_what_dcat_ap_asks(catalogue: dict[str, Any]) -> None:
    assert {"dct:title", "dct:description", "dct:publisher", "dct:license", "foaf:homepage"} <= set(catalogue)
    datasets = {each["dct:identifier"]: each for each in catalogue["dcat:dataset"]}
    assert set(datasets) == {*TABLES, "structures-data-inclusion"}
    owed = {
        "@id", "dct:title", "dct:description", "dct:publisher", "dct:modified", "dct:accrualPeriodicity",
        "dct:accessRights", "dcat:theme", "dcat:keyword", "dcat:contactPoint", "dct:spatial", "dcat:distribution",
    }  # fmt: skip
    assert {slug: missing for slug, each in datasets.items() if (missing := owed - set(each))} == {}
    assert {slug for slug, each in datasets.items() if "dct:temporal" not in each} == {
        "communes", "evenements", "seances",  # what no charter dates
    }  # fmt: skip
    assert len({each["@id"] for each in datasets.values()}) == len(datasets)
    assert datasets["structures-data-inclusion"]["dct:conformsTo"] == {
        "@id": "https://github.com/gip-inclusion/data-inclusion-schema"
    }
    assert datasets["lieux"]["dct:spatial"]["@id"] == "http://id.insee.fr/geo/region/44"


def test_O3_every_file_is_announced_absolute_licensed_and_there(client: Client, catalogue: dict[str, Any]) -> None:
    found = [each for dataset in catalogue["dcat:dataset"] for each in dataset["dcat:distribution"]]
    urls = [each["dcat:downloadURL"]["@id"] for each in found]
    files = {f"https://portail.exemple/donnees/{t.slug}.{form}" for t in TABLES.values() for form in formats(t)}
    assert set(urls) - files == {
        "https://portail.exemple/donnees/structures-data-inclusion.json",
        "https://portail.exemple/territoires/contours/agency.geojson",
        "https://portail.exemple/territoires/contours/basin.geojson",
    }
    assert files - set(urls) == set()
    licence = {"@id": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"}
    assert [each for each in found if each["dct:license"] != licence] == []
    for each in found:
        response = client.get(urlsplit(each["dcat:downloadURL"]["@id"]).path)
        bare = response["Content-Type"].partition(";")[0]
        assert (response.status_code, each["dcat:mediaType"]["@id"]) == (
            200, f"https://www.iana.org/assignments/media-types/{bare}",
        )  # fmt: skip
    assert {each["dct:format"]["@id"].rsplit("/", 1)[1].lower() for each in found} == set(FORMATS)


def test_O3_the_contact_is_the_publisher(catalogue: dict[str, Any], settings: Any) -> None:
    contact = catalogue["dcat:dataset"][0]["dcat:contactPoint"]
    assert (contact["vcard:fn"], contact["vcard:hasEmail"]["@id"]) == (
        settings.PUBLISHER["name"], f"mailto:{settings.PUBLISHER['contact']}",
    )  # fmt: skip
