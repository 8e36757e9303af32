"""An address that is not of the web never becomes a link, wherever it comes from (M1)."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from core.packs.report import LoadError
from members.models import Organisation
from spro.api import openapi
from territories.importers.region_pack import load_region_pack
from tests.factories import organisation
from tests.packs import changed, write_pack

pytestmark = pytest.mark.django_db
BAD = [
    "javascript:alert(1)", "javascript://exemple.fr/%0aalert(1)", "data:text/html,x", "ftp://exemple.fr/",
    "https://a:b@exemple.fr/", "www.exemple.fr | javascript:alert(1)", "https://exemple.fr/\"onclick=x",
]  # fmt: skip


@pytest.mark.parametrize("website", BAD)
def test_M1_the_model_refuses_what_is_no_address_of_the_web(website: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        Organisation._meta.get_field("website").clean(website, None)
    wrong = website.rpartition(" | ")[2]
    assert refusal.value.messages == [
        f"«\u00a0{wrong}\u00a0» n’est pas une adresse de site. Exemple\u00a0: www.exemple.fr."
    ]


@pytest.mark.parametrize("website", ["", "www.exemple.fr", "https://exemple.fr/a | http://exemple.org"])
def test_M1_addresses_as_the_charter_prints_them_are_taken(website: str) -> None:
    assert Organisation._meta.get_field("website").clean(website, None) == website


def test_M1_the_pack_is_refused_with_its_line(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, **changed("organisations", "2.5,,,", "2.5,,javascript:alert(1),"))
    with pytest.raises(LoadError) as refusal:
        load_region_pack(pack)
    said = "«\u00a0javascript:alert(1)\u00a0» n’est pas une adresse de site. Exemple\u00a0: www.exemple.fr."
    assert refusal.value.lines == [f"organisations.csv, ligne 2, colonne website\u00a0: {said}"]
    assert not Organisation.objects.exists()


def test_O1_the_api_gives_a_list_of_safe_addresses(client: Client) -> None:
    """Even if a row was written by other hands than ours."""
    made = organisation(website="www.exemple.fr | javascript:alert(1) | http://exemple.org/a")
    said = client.get(f"/api/v1/organisations/{made.slug}/").json()
    assert said["websites"] == ["https://www.exemple.fr", "http://exemple.org/a"]
    assert "website" not in said
    shape = openapi()["components"]["schemas"]["Organisation"]["properties"]["websites"]
    assert (shape["type"], shape["items"]["format"]) == ("array", "uri")
