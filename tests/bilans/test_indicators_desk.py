"""Indicators at the desk: read by year and kind, worded better, never changed in meaning once asked (B1, S3)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from bilans.models import Indicator
from tests.bilans.world import bilan, campaign, indicator, value
from tests.factories import officer, professional, region_staff

pytestmark = pytest.mark.django_db
LIST = "/admin/bilans/indicator/"


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(region_staff())
    return client


def page(row: Indicator) -> str:
    return reverse("admin:bilans_indicator_change", args=[row.pk])


def fields(row: Indicator, **changes: object) -> dict[str, object]:
    agreed = ("filled_by", "theme", "theme_order", "order", "label", "definition", "help", "nature", "origin")
    counted = ("unit", "decimals", "adding", "weight", "source", "wanted", "first_year", "replaces")
    names = (*agreed, *counted)
    return {name: getattr(row, name) for name in names} | {"correctable": "on", "required": "on"} | changes


@pytest.mark.parametrize("maker", [officer, professional])
def test_S3_the_region_alone_agrees_indicators(client: Client, maker: Callable[[], User]) -> None:
    client.force_login(maker())
    assert client.get(LIST).status_code == (403 if maker is officer else 404)


def test_the_list_narrows_to_a_year_and_a_kind(desk: Client) -> None:
    indicator(label="Toujours demandé")
    indicator(label="Fini depuis longtemps", last_year=2019)
    campaign(2024)
    said = desk.get(LIST, {"annee": "2024", "filled_by__exact": "organisation"}).content.decode()
    assert "Toujours demandé" in said
    assert "Fini depuis longtemps" not in said


def test_a_page_says_where_it_was_answered_and_how_it_is_asked(desk: Client) -> None:
    row = indicator(breakdowns=["sex"], unit="people")
    value(bilan(), row, 12)
    said = desk.get(page(row)).content.decode()
    assert "2025 (1 bilans)" in said
    assert "Par sexe\u00a0: Femmes, Hommes, Non renseigné" in said


def test_B1_what_was_asked_is_worded_better_and_keeps_its_meaning(desk: Client) -> None:
    row = indicator(unit="count")
    campaign(2024)
    answer = desk.post(page(row), fields(row, unit="people", label="Mieux dit"))
    assert answer.status_code == 302
    kept = Indicator.objects.get()
    assert (kept.unit, kept.label) == ("count", "Mieux dit")


def test_B1_an_indicator_does_not_end_before_a_year_that_asked_it(desk: Client) -> None:
    row = indicator()
    campaign(2024)
    answer = desk.post(page(row), fields(row, last_year=2023))
    assert answer.status_code == 200
    assert "son sens ne change plus" in answer.content.decode()
    assert "donnez 2024, ou une année d’après" in answer.content.decode()
    assert Indicator.objects.get().last_year is None
    assert desk.post(page(row), fields(row, last_year=2024)).status_code == 302


def test_S4_a_mean_weighted_by_nothing_known_is_said_beside_the_field(desk: Client) -> None:
    row = indicator(adding="mean", weight="rien")
    answer = desk.post(page(row), fields(row))
    assert "Aucun indicateur rempli par les mêmes ne porte cette clé." in answer.content.decode()
