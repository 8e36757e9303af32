"""Indicators at the desk: read by year and kind, worded better, never changed in meaning once asked (B1, S3)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from bilans.models import Indicator
from core.models import JournalEntry
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
    assert "2025 (1 bilan)" in said
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
    assert "Celui-ci n’est pas rempli par les mêmes." in answer.content.decode()


# --- What is new, what replaces


def typed(**changes: object) -> dict[str, object]:
    """A new indicator, as one types it."""
    return {
        "filled_by": "organisation", "theme": "Accueil", "theme_order": 1, "order": 1, "label": "Visites guidées",
        "definition": "Visites des lieux.", "nature": "follow-up", "unit": "count", "decimals": 0, "adding": "sum",
        "correctable": "on", "required": "on", "first_year": 2025,
    } | changes  # fmt: skip


def test_B1_a_new_indicator_has_a_key_of_its_label_and_its_breakdowns_are_ticked(desk: Client) -> None:
    indicator("visites-guidees")
    answer = desk.post(f"{LIST}add/", typed(breakdowns=["sex", "age"]))
    assert answer.status_code == 302
    made = Indicator.objects.get(label="Visites guidées")
    assert (made.key, made.breakdowns, made.first_year) == ("visites-guidees-2", ["sex", "age"], 2025)


def test_B1_no_indicator_slips_into_a_campaign_that_is_open(desk: Client) -> None:
    campaign(2025)
    answer = desk.post(f"{LIST}add/", typed())
    assert answer.status_code == 200
    assert "La campagne de 2025 est déjà ouverte" in answer.content.decode()
    assert "Au plus tôt\u00a0: 2026." in answer.content.decode()
    assert not Indicator.objects.exists()
    assert desk.post(f"{LIST}add/", typed(first_year=2026)).status_code == 302
    # Nor by its years being moved, before it was asked or after it ended.
    made, ended = Indicator.objects.get(), indicator(last_year=2024)
    campaign(2024)
    assert "Au plus tôt" in desk.post(page(made), fields(made, first_year=2025)).content.decode()
    assert "un indicateur fini ne reprend pas" in desk.post(page(ended), fields(ended)).content.decode()
    assert list(Indicator.objects.order_by("pk").values_list("first_year", "last_year")) == [(2026, None), (2018, 2024)]


def test_B1_what_was_asked_is_ended_and_replaced_in_one_go(desk: Client) -> None:
    old = indicator("rendez-vous", label="Rendez-vous", unit="count", breakdowns=["sex"], help="Tous comptent.")
    campaign(2025)
    html = desk.get(page(old)).content.decode()
    assert f'href="{LIST}add/?remplace=rendez-vous"' in html
    shown = desk.get(f"{LIST}add/", {"remplace": "rendez-vous"})
    begun = shown.context["adminform"].form.initial
    assert (begun["label"], begun["help"], begun["breakdowns"]) == ("Rendez-vous", "Tous comptent.", ["sex"])
    assert (begun["first_year"], begun["replaces"]) == (2026, "rendez-vous")
    assert "Ce qui remplace «\u00a0Rendez-vous\u00a0»" in shown.content.decode()
    assert Indicator.objects.count() == 1  # nothing is written yet

    early = desk.post(f"{LIST}add/?remplace=rendez-vous", typed(first_year=2025, replaces="rendez-vous"))
    assert early.status_code == 200
    other = desk.post(f"{LIST}add/", typed(first_year=2026, replaces="rendez-vous", filled_by="psad"))
    assert "Celui-ci n’est pas rempli par les mêmes." in other.content.decode()
    answer = desk.post(
        f"{LIST}add/?remplace=rendez-vous",
        typed(label="Rendez-vous tenus", first_year=2026, replaces="rendez-vous"), follow=True,
    )  # fmt: skip
    assert "«\u00a0Rendez-vous\u00a0» n’est plus demandé après 2025." in answer.content.decode()
    old.refresh_from_db()
    new = Indicator.objects.get(label="Rendez-vous tenus")
    assert (old.last_year, new.first_year, new.replaces) == (2025, 2026, "rendez-vous")
    line = JournalEntry.objects.get(target_type="bilans.indicator", target_key=str(old.pk))
    assert (line.verb, line.changes) == ("admin.change", {"last_year": [None, 2025]})
    assert "Ce qui le remplace depuis 2026&nbsp;: Rendez-vous tenus" in desk.get(page(old)).content.decode()
    # Worded better afterwards: nothing is ended twice.
    assert (
        desk.post(page(new), typed(label="Rendez-vous honorés", first_year=2026, replaces="rendez-vous")).status_code
        == 302
    )
    old.refresh_from_db()
    assert old.last_year == 2025
