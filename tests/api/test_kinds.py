"""The kinds of places are read, and each of them is a value of `sites/?kind=` (O1)."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import kind, network, site

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/"


def test_O1_a_kind_is_given_as_the_sites_name_it(client: Client) -> None:
    ours = network(slug="ecole")
    cio = kind(slug="cio", label="CIO", short="Des psychologues.", order=2, network=ours)
    prison = kind(slug="prison", label="Prison", order=1, receives_public=False)
    place = site(kind=cio)
    site(kind=prison)
    said = client.get(f"{ROOT}kinds/").json()["results"]
    assert said == [
        {"slug": "prison", "label": "Prison", "network": None, "short": "", "receives_public": False},
        {"slug": "cio", "label": "CIO", "network": "ecole", "short": "Des psychologues.", "receives_public": True},
    ]
    assert client.get(f"{ROOT}kinds/cio/").json() == said[1]
    assert client.get(f"{ROOT}kinds/aucune/").status_code == 404
    assert [each["slug"] for each in client.get(f"{ROOT}sites/?kind=cio").json()["results"]] == [place.slug]
