"""`/pro/`: open to whoever works in the SPRO, shut to everybody else (E1, E4)."""

from __future__ import annotations

import pytest
from django.test import Client

from members.models import Organisation
from tests.factories import officer, person, professional, region_staff

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
