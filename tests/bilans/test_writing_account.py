"""What the bilans keep of a person goes with their account; the words are their house's (S2)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.erasing import beforehand, erase
from bilans.models import Bilan, Writer
from bilans.services import writing
from members.models import Mandate
from tests.bilans.world import bilan, moment
from tests.factories import organisation, person, professional

pytestmark = pytest.mark.django_db
NOW = moment(2026, 2, 3)


def test_S2_an_account_that_goes_is_no_longer_named_among_the_writers() -> None:
    row = bilan(subject=organisation())
    user = person()
    assert row.organisation is not None
    Mandate.objects.create(user=user, organisation=row.organisation, role=Mandate.Role.MEMBER)
    writing.save(row, user=user, changes={"t:happened": "Nos mots."}, version=0, at=NOW)
    part = next(part for part in beforehand(user).parts if part.title == "Les bilans")
    assert [str(line) for line in part.goes] == ["1 mention de vous parmi les auteur·rices d’un bilan"]
    receipt = erase(user=user, at=NOW)
    assert receipt is not None
    assert "1 mention de vous parmi les auteur·rices d’un bilan" in receipt.erased
    assert (Writer.objects.count(), Bilan.objects.get().happened) == (0, "Nos mots.")


def test_E4_the_menu_and_the_first_page_lead_to_one_s_bilans(client: Client, time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)
    row = bilan(subject=organisation(name="Les Iris"))
    user = professional()
    client.force_login(user)
    assert 'href="/pro/bilans/"' not in client.get("/pro/").content.decode()
    assert row.organisation is not None
    Mandate.objects.create(user=user, organisation=row.organisation, role=Mandate.Role.MEMBER)
    said = client.get("/pro/").content.decode()
    assert 'href="/pro/bilans/"' in said
    assert f'href="/pro/bilans/{row.public_id}/"' in said
