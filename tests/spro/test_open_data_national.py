"""O3: the directory in the national schema data·inclusion 1.x, validated by the schema's own rules on the real pack."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from data_inclusion.schema import v1
from django.test import Client

from spro.open_data import data_inclusion
from spro.open_data.terms import terms
from territories.models import Site, SiteKind
from tests.pack import grand_est  # noqa: F401

pytestmark = [pytest.mark.django_db]


def whole(client: Client) -> dict[str, Any]:
    response = client.get("/donnees/structures-data-inclusion.json")
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    return dict(json.loads(b"".join(response.streaming_content)))


@pytest.fixture
def real(client: Client, grand_est: Any) -> dict[str, Any]:  # noqa: F811
    """The file of Grand Est."""
    return whole(client)


def test_O3_every_structure_and_service_of_the_real_pack_is_valid(real: dict[str, Any]) -> None:
    """Its pydantic models, told to hold their warnings for errors, find none."""
    listed = Site.objects.public().count()
    assert (listed, len(real["structures"])) == (188, 188)
    strict = {"ignore_warnings": False}
    structures = [v1.Structure.model_validate(each, context=strict) for each in real["structures"]]
    services = [v1.Service.model_validate(each, context=strict) for each in real["services"]]
    assert len(services) == sum(len(site.services) for site in Site.objects.public()) > 700
    assert (len({s.id for s in structures}), len({s.id for s in services})) == (len(structures), len(services))
    assert {s.structure_id for s in services} <= {s.id for s in structures}
    assert {s.source for s in [*structures, *services]} == {"spro-grand-est"}


@pytest.mark.parametrize(("model", "part"), [(v1.Structure, "structures"), (v1.Service, "services")])
def test_O3_the_json_schema_finds_no_error(real: dict[str, Any], model: Any, part: str) -> None:
    schema = model.model_list_json_schema(title=part, id="urn:spro:test", description=part)
    checker = jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())
    assert [error.message for error in checker.iter_errors(real[part])] == []
    broken = [real[part][0] | {"date_maj": "hier", "code_insee": "1"}]
    assert {tuple(error.path)[-1] for error in checker.iter_errors(broken)} == {"date_maj", "code_insee"}


def test_O3_only_fields_of_the_schema_are_said(real: dict[str, Any]) -> None:
    assert {name for each in real["structures"] for name in each} <= set(v1.Structure.model_fields)
    assert {name for each in real["services"] for name in each} <= set(v1.Service.model_fields)


def test_O3_a_place_put_at_its_commune_has_no_position_and_says_so(real: dict[str, Any]) -> None:
    said = {each["id"]: each for each in real["structures"]}
    for site in Site.objects.public():
        each = said[f"spro-grand-est--{site.slug}"]
        assert (each.get("latitude"), each.get("longitude"), each.get("adresse", "")) == (
            (None, None, site.address) if site.provisional else (site.lat, site.lon, site.address)
        )
        doubts = [d for d in (data_inclusion.UNKNOWN, data_inclusion.TO_CONFIRM) if each["description"].endswith(d)]
        owed = data_inclusion.TO_CONFIRM if site.address else data_inclusion.UNKNOWN
        assert doubts == ([owed] if site.provisional else [])
        assert each["code_insee"] == site.commune_id


def test_O3_carriers_come_from_the_pack_and_exist_in_the_national_list(real: dict[str, Any]) -> None:
    carriers = terms().carriers
    assert set(carriers) <= set(SiteKind.objects.values_list("slug", flat=True))
    assert set(carriers.values()) <= {carrier.value for carrier in v1.ReseauPorteur}
    kinds = dict(Site.objects.public().values_list("slug", "kind__slug"))
    shown = {each["id"].split("--")[1]: each.get("reseaux_porteurs") for each in real["structures"]}
    assert shown == {slug: [carriers[kind]] if kind in carriers else None for slug, kind in kinds.items()}


def test_T3_nobody_is_named_in_it(real: dict[str, Any]) -> None:
    assert [each for each in real["services"] if "contact_nom_prenom" in each] == []
    assert "contact_nom_prenom" not in real["structures"][0]
