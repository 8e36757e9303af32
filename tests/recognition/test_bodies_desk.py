"""What the desk may not write by a drop-down: the part of a body, the status that a decision gives (R6, R7, R11)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from members.models import Organisation
from recognition.models import GoverningBody
from tests import factories as make
from tests.recognition.sittings import COUNCIL_DAY, bodies, campaign, sitting

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(make.region_staff())
    return client


def save(desk: Client, body: GoverningBody, **fields: str | int) -> int:
    names = ("name", "short_name", "slug", "kind", "order", "role", "frequency", "source")
    values = {name: getattr(body, name) for name in names} | {"candidature_month": ""} | fields
    return desk.post(reverse("admin:recognition_governingbody_change", args=[body.pk]), values).status_code


def parts() -> list[tuple[str, int]]:
    return list(GoverningBody.objects.order_by("pk").values_list("kind", "order"))


def test_R7_two_bodies_give_an_opinion_and_one_decides(desk: Client) -> None:
    council, crefop, commission = bodies()
    before = parts()
    for body, kind in ((crefop, "decision"), (council, "decision"), (commission, "opinion")):
        assert save(desk, body, kind=kind) == 200
    assert parts() == before
    assert save(desk, crefop, name="Comité régional") == 302
    assert GoverningBody.objects.get(pk=crefop.pk).name == "Comité régional"


@pytest.mark.parametrize("why", ["sat", "campaign"])
def test_R7_the_part_of_a_body_stays_once_it_sat_or_while_a_campaign_runs(desk: Client, why: str) -> None:
    _, crefop, _ = bodies()
    GoverningBody.objects.create(slug="troisieme", name="Une autre", short_name="Une autre", kind="opinion", order=7)
    before = parts()
    if why == "sat":
        sitting(crefop, COUNCIL_DAY)
    else:
        mine = campaign()
        type(mine).objects.filter(pk=mine.pk).update(opened_at=dt.datetime(2027, 2, 1, tzinfo=dt.UTC))
    assert save(desk, crefop, order=9, kind="opinion") == 302
    assert parts() == before


@pytest.mark.parametrize("status", ["recognised", "candidate", "former"])
def test_R7_the_desk_does_not_type_what_only_a_decision_gives(desk: Client, status: str) -> None:
    house = make.organisation(status=Organisation.Status.ASSOCIATED)
    address = reverse("admin:members_organisation_change", args=[house.pk])
    form = desk.get(address).context["adminform"].form
    assert [value for value, _ in form.fields["status"].choices] == ["signatory", "associated_partner"]
    values = {name: form.initial.get(name) or "" for name in form.fields}
    assert desk.post(address, values | {"status": status}).status_code == 200
    assert Organisation.objects.get(pk=house.pk).status == "associated_partner"
    assert desk.post(address, values | {"status": "signatory"}).status_code == 302
    assert Organisation.objects.get(pk=house.pk).status == "signatory"


def test_R11_a_recognised_organisation_is_saved_at_the_desk_without_losing_its_status(desk: Client) -> None:
    house = make.organisation(status=Organisation.Status.RECOGNISED)
    address = reverse("admin:members_organisation_change", args=[house.pk])
    form = desk.get(address).context["adminform"].form
    values = {name: form.initial.get(name) or "" for name in form.fields}
    assert desk.post(address, values | {"place": "Épinal"}).status_code == 302
    found = Organisation.objects.get(pk=house.pk)
    assert (found.status, found.place) == ("recognised", "Épinal")
