"""`/pro/`: open to whoever works in the SPRO, shut to everybody else (E1, E4)."""

from __future__ import annotations

import pytest
from django.test import Client

from members.models import Mandate, Organisation
from territories.models import OfficerMandate
from tests.factories import agency, officer, organisation, person, professional, region_staff

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("make", [professional, officer, region_staff])
def test_E4_whoever_works_in_the_spro_enters(client: Client, make) -> None:
    client.force_login(make())
    assert client.get("/pro/").status_code == 200


def test_E1_others_do_not(client: Client) -> None:
    assert client.get("/pro/").status_code == 302
    client.force_login(person())
    assert client.get("/pro/").status_code == 403


def test_E4_the_door_shuts_with_the_organisation_that_left(client: Client) -> None:
    user = professional()
    client.force_login(user)
    Organisation.objects.update(status=Organisation.Status.FORMER)
    assert client.get("/pro/").status_code == 403


def test_E4_the_region_learns_here_what_waits_at_its_desk(client: Client) -> None:
    organisation()  # nobody manages it: a line of the desk
    client.force_login(region_staff())
    page = client.get("/pro/")
    told = {line["key"] for line in page.context["at_desk"]}
    assert ("no-manager" in told, "Au bureau de la Région" in page.content.decode()) == (True, True)
    client.force_login(professional())
    assert client.get("/pro/").context["at_desk"] == []


def test_E4_the_header_leads_those_who_work_here_to_their_desk(client: Client) -> None:
    shown = {}
    for who, make in (("anonymous", None), ("citizen", person), ("professional", professional), ("officer", officer)):
        if make is not None:
            client.force_login(make())
        shown[who] = '<li><a href="/pro/"' in client.get("/").content.decode()
    assert shown == {"anonymous": False, "citizen": False, "professional": True, "officer": True}


def test_E4_doors_lead_where_one_works(client: Client) -> None:
    user = professional()
    OfficerMandate.objects.create(user=user, agency=agency(name="Essai"))
    client.force_login(user)
    house = Organisation.objects.get()
    doors = client.get("/pro/").context["doors"]
    assert [(door.label, door.url) for door in doors] == [
        (house.display_name, f"/pro/organisme/{house.slug}/"),
        ("Agence Essai", "/admin/"),
    ]


def test_E4_what_waits_is_counted_as_it_is_told(client: Client) -> None:
    user = professional(Mandate.Role.MANAGER)
    client.force_login(user)
    shown = client.get("/pro/")
    assert [line["title"] for line in shown.context["waiting"] if line["key"] == "sheet-confirm"] == [
        "Fiche de votre organisme à relire"
    ]
    assert shown.context["total"] == sum(line["count"] for line in shown.context["waiting"])
    Mandate.objects.create(user=user, organisation=organisation(), role=Mandate.Role.MANAGER)
    shown = client.get("/pro/")
    assert "Fiches de vos organismes à relire" in [line["title"] for line in shown.context["waiting"]]
    assert f"{shown.context['total']} choses vous attendent" in shown.content.decode()
