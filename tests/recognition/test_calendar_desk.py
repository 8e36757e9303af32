"""Campaigns and rules at the Region's desk: what one may change, what is said when one may not (R12, S3, S4)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from recognition.models import Act, Campaign, CampaignMove, Rule
from recognition.services import campaigns
from tests import factories as make
from tests.recognition.dossiers import charter

LIST = "/admin/recognition/campaign/"


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(make.region_staff())
    return client


def campaign(year: int | None = None) -> Campaign:
    charter()
    return campaigns.create(year=year or timezone.localdate().year + 1, at=timezone.now(), actor=None)


def form(made: Campaign, **changed: str) -> dict[str, str]:
    dates = {step: getattr(made, step).isoformat() for step in Campaign.STEPS}
    management = {f"moves-{name}_FORMS": "0" for name in ("TOTAL", "INITIAL", "MIN_NUM", "MAX_NUM")}
    return dates | management | {"reason": ""} | changed


@pytest.mark.django_db
def test_R12_a_date_is_moved_at_the_desk_with_its_reason(desk: Client) -> None:
    made = campaign()
    day = made.council_on + dt.timedelta(days=7)
    answer = desk.post(f"{LIST}{made.pk}/change/", form(made, council_on=day.isoformat(), reason="Salle prise."))
    assert (answer.status_code, answer.get("Location")) == (302, LIST)
    made.refresh_from_db()
    assert made.council_on == day
    assert CampaignMove.objects.values_list("step", "reason", "actor_label").get() == (
        "council_on", "Salle prise.", "Région",
    )  # fmt: skip
    page = desk.get(f"{LIST}{made.pk}/change/").content.decode()
    assert ("Salle prise." in page, "au lieu du" in page) == (True, True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"council_on": "+7"}, campaigns.NO_REASON),
        ({"council_on": "2020-01-01", "reason": "Essai."}, campaigns.PAST),
        ({"council_on": "+200", "reason": "Essai."}, "ne se suivent pas"),
    ],
)
def test_S4_what_cannot_move_is_said_and_what_was_typed_stays(desk: Client, changed: dict[str, str], said: str) -> None:
    made = campaign()
    if changed["council_on"].startswith("+"):
        typed = made.council_on + dt.timedelta(days=int(changed["council_on"]))
        changed = changed | {"council_on": typed.isoformat()}
    answer = desk.post(f"{LIST}{made.pk}/change/", form(made, **changed))
    page = answer.content.decode()
    assert (answer.status_code, said in page, changed["council_on"] in page) == (200, True, True)
    assert not CampaignMove.objects.exists()


@pytest.mark.django_db
def test_R12_a_step_already_done_cannot_be_typed_over(desk: Client) -> None:
    made = campaign()
    Campaign.objects.filter(pk=made.pk).update(opened_at=timezone.now())
    day = (made.opens_on + dt.timedelta(days=1)).isoformat()
    assert desk.post(f"{LIST}{made.pk}/change/", form(made, opens_on=day, reason="Essai.")).status_code == 302
    made.refresh_from_db()
    assert (made.opens_on.isoformat() != day, CampaignMove.objects.count()) == (True, 0)


@pytest.mark.django_db
def test_R4_a_year_is_prepared_at_the_desk_once(desk: Client) -> None:
    charter()
    year = timezone.localdate().year + 1
    assert desk.post(f"{LIST}add/", {"year": year}).status_code == 302
    assert (Campaign.objects.get().year, Act.objects.get().kind) == (year, "campaign_created")
    again = desk.post(f"{LIST}add/", {"year": year})
    assert (again.status_code, Campaign.objects.count()) == (200, 1)
    assert "existe déjà" in again.content.decode()
    assert desk.post(f"{LIST}add/", {"year": 2019}).status_code == 200


@pytest.mark.django_db
def test_M6_rules_that_make_no_year_are_said_on_the_form(desk: Client) -> None:
    charter()
    Rule.objects.create(key="council_on", value="11-20")
    answer = desk.post(f"{LIST}add/", {"year": timezone.localdate().year + 1})
    assert (answer.status_code, "ne se suivent pas" in answer.content.decode()) == (200, True)


@pytest.mark.django_db
def test_S3_the_list_counts_dossiers_in_a_fixed_number_of_queries(
    desk: Client, django_assert_max_num_queries: Any
) -> None:
    for year in range(2027, 2032):
        campaign(year)
    with django_assert_max_num_queries(18):
        page = desk.get(LIST).content.decode()
    assert "/candidature/calendrier/" in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "value", "status"), [("opens_on", "02-15", 302), ("opens_on", "15/02", 200), ("piece_days", "dix", 200)]
)
def test_M6_a_rule_is_written_at_the_desk_as_it_must_read(desk: Client, key: str, value: str, status: int) -> None:
    rule = Rule.objects.create(key=key)
    answer = desk.post(f"/admin/recognition/rule/{rule.pk}/change/", {"value": value, "source": "", "note": ""})
    rule.refresh_from_db()
    assert (answer.status_code, rule.value) == (status, value if status == 302 else "")


@pytest.mark.django_db
def test_M6_only_rules_that_the_portal_knows_are_added(desk: Client) -> None:
    given = {"value": "12", "source": "", "note": ""}
    assert desk.post("/admin/recognition/rule/add/", given | {"key": "piece_days"}).status_code == 302
    assert desk.post("/admin/recognition/rule/add/", given | {"key": "inconnue"}).status_code == 200
    assert list(Rule.objects.values_list("key", "value")) == [("piece_days", "12")]
