"""A parameter that may be repeated narrows: a place must have them all (O1)."""

from __future__ import annotations

import pytest
from django.test import Client

from core.reference import Access, Service
from spro.api import openapi
from tests.factories import site

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/sites/?"
FIRST, SECOND, THIRD = list(Service)[:3]
STEP_FREE, SIGNS = list(Access)[:2]


def found(client: Client, query: str) -> set[str]:
    response = client.get(ROOT + query)
    assert response.status_code == 200, response.content
    return {each["slug"] for each in response.json()["results"]}


@pytest.mark.parametrize("way", ["", "near=48.5,6.5&"])
def test_O1_repeated_a_service_or_an_access_means_both(client: Client, way: str) -> None:
    both = site(services=[FIRST, SECOND], access=[STEP_FREE, SIGNS]).slug
    first = site(services=[FIRST], access=[STEP_FREE]).slug
    second = site(services=[SECOND, THIRD], access=[SIGNS]).slug
    assert found(client, f"{way}service={FIRST}") == {both, first}
    assert found(client, f"{way}service={FIRST}&service={SECOND}") == {both}
    assert found(client, f"{way}service={FIRST}&service={THIRD}") == set()
    assert found(client, f"{way}accessibility={STEP_FREE}&accessibility={SIGNS}") == {both}
    assert found(client, f"{way}service={SECOND}&accessibility={SIGNS}") == {both, second}


@pytest.mark.parametrize("name", ["service", "accessibility"])
def test_O1_one_wrong_value_among_several_is_refused(client: Client, name: str) -> None:
    good = {"service": FIRST, "accessibility": STEP_FREE}[name]
    for wrong in ("magie", "", "%20"):
        response = client.get(f"{ROOT}{name}={good}&{name}={wrong}")
        assert (response.status_code, list(response.json())) == (400, [name])
    many = client.get(ROOT + "&".join([f"{name}={good}"] * 11))
    assert (many.status_code, many.json()) == (400, {name: ["Ce paramètre est donné plusieurs fois."]})


@pytest.mark.parametrize(("name", "choices"), [("service", Service), ("accessibility", Access)])
def test_O1_the_description_says_that_it_may_be_repeated(name: str, choices: type[Service] | type[Access]) -> None:
    (said,) = [p for p in openapi()["paths"]["/api/v1/sites/"]["get"]["parameters"] if p["name"] == name]
    assert (said["schema"]["type"], said.get("explode", True)) == ("array", True)
    assert set(said["schema"]["items"]["enum"]) == set(choices.values)
