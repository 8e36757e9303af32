"""The first page starts from the person, and its figures are those of the database."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from core.reference import Need, Status
from tests import factories

pytestmark = pytest.mark.django_db


def test_M4_situation_need_and_commune_lead_to_the_places(client: Client) -> None:
    page = client.get("/").content.decode()
    assert '<form class="signpost" action="/lieux/#resultats" method="get">' in page
    assert [page.count(f'<option value="{value}">') for value in (*Status.values, *Need.values)] == [1] * 28
    assert [name in page for name in ('name="statut"', 'name="besoin"', 'name="commune"')] == [True] * 3


def test_figures_come_from_the_database(client: Client) -> None:
    for _ in range(3):
        factories.agency()
    factories.network()
    figures = {figure["label"]: figure["value"] for figure in client.get("/").context["figures"]}
    assert figures == {"agences territoriales": "3", "réseaux qui se passent le relais": "1"}


def test_every_agency_is_linked(client: Client) -> None:
    agency = factories.agency(name="Troyes/Chaumont")
    assert f'<a href="/territoires/{agency.slug}/">Troyes/Chaumont</a>' in client.get("/").content.decode()


def test_six_queries_at_most_and_none_while_held(client: Client, django_assert_num_queries: Any) -> None:
    factories.agency()
    with django_assert_num_queries(6):
        client.get("/")
    with django_assert_num_queries(0):
        client.get("/")


def test_an_empty_portal_still_answers(client: Client) -> None:
    assert client.get("/").status_code == 200
