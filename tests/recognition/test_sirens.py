"""Nobody keeps a number from its organisation by having typed it first (R1)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from core.models import JournalEntry
from members.models import Organisation
from recognition.models import Candidature, SirenHolder
from recognition.services import sirens
from recognition.services.depositing import deposit, withdraw
from recognition.services.instructing import drop
from recognition.services.starting import OPEN_SIRET, OTHERS_SIRET, start
from tests import factories as make
from tests.recognition import dossiers as d
from tests.recognition.life_world import granted

pytestmark = pytest.mark.django_db


def begin(siret: str, user: Any = None, name: str = "La vraie maison") -> Candidature:
    return start(user=user or make.person(), siret=siret, organisation_name=name, at=d.AT)


def told(error: Any) -> list[str]:
    return list(error.value.messages)


@pytest.mark.parametrize("end", ["withdrawn", "dropped", "refused"])
def test_R1_a_siret_deposited_by_a_stranger_is_free_once_that_dossier_is_over(end: str) -> None:
    theirs = d.whole()
    deposit(candidature=theirs, user=d.manager_of(theirs), name="X", title="Y", at=d.AT)
    with pytest.raises(ValidationError) as error:
        begin(theirs.siret)
    assert told(error) == [OPEN_SIRET]
    Candidature.objects.filter(pk=theirs.pk).update(state=end, ended_at=d.AT)
    assert begin(theirs.siret).siret == theirs.siret


def test_R1_a_siren_whose_organisation_is_recognised_is_not_free() -> None:
    right = granted()
    Candidature.objects.filter(pk=right.candidature_id).update(siret=(number := d.siret()))
    with pytest.raises(ValidationError) as error:
        begin(number)
    assert told(error) == [OTHERS_SIRET]


def test_R1_who_had_a_draft_dropped_does_not_begin_again_on_that_siren() -> None:
    theirs = d.started()
    squatter = d.manager_of(theirs)
    drop(candidature=theirs, reason="Ce numéro est celui d’un autre.", at=d.AT, actor=None)
    for given in ({"organisation": theirs.organisation}, {"organisation_name": "Un autre nom"}):
        with pytest.raises(ValidationError) as error:
            start(user=squatter, siret=theirs.siret, at=d.AT, **given)
        assert told(error) == [sirens.PUT_ASIDE]
    assert begin(theirs.siret).state == "draft"  # its own organisation does


def test_R1_a_siren_tied_by_the_region_is_begun_typed_and_lodged_by_its_organisation_alone() -> None:
    mine = d.whole()
    number = mine.siret
    house = make.organisation(status=Organisation.Status.CANDIDATE)
    sirens.tie(siren=number[:9], organisation=house, reason="Kbis reçu.", at=d.AT, actor=make.region_staff())
    assert JournalEntry.objects.filter(verb="siren.tie").latest("pk").changes == {"siren": [None, number[:9]]}
    with pytest.raises(ValidationError) as error:
        deposit(candidature=mine, user=d.manager_of(mine), name="X", title="Y", at=d.AT)
    assert told(error) == [sirens.TIED]
    withdraw(candidature=mine, reason="", user=d.manager_of(mine), at=d.AT)
    with pytest.raises(ValidationError) as error:
        begin(number)
    assert told(error) == [sirens.TIED]
    assert start(user=d.colleague(house), siret=number, organisation=house, at=d.AT).siret == number


@pytest.mark.parametrize(("siren", "reason", "field"), [("123456789", "Vu.", "siren"), ("", " ", "reason")])
def test_R1_a_siren_is_tied_with_its_key_and_a_reason(siren: str, reason: str, field: str) -> None:
    with pytest.raises(ValidationError) as error:
        sirens.tie(siren=siren or d.siret()[:9], organisation=make.organisation(), reason=reason, at=d.AT, actor=None)
    assert list(error.value.message_dict) == [field]


def test_R1_the_desk_ties_a_siren_then_another_organisation_to_it(client: Client) -> None:
    client.force_login(make.region_staff())
    first, second, number = make.organisation(), make.organisation(), d.siret()[:9]
    values = {"siren": number, "organisation": first.pk, "reason": "Kbis."}
    address = reverse("admin:recognition_sirenholder_add")
    wrong = client.post(address, values | {"siren": "123456789"})
    assert (wrong.status_code, SirenHolder.objects.count()) == (200, 0)
    assert client.post(address, values).status_code == 302
    made = SirenHolder.objects.get()
    address = reverse("admin:recognition_sirenholder_change", args=[made.pk])
    assert client.post(address, {"organisation": second.pk, "reason": "Erreur."}).status_code == 302
    assert (SirenHolder.objects.get().organisation, SirenHolder.objects.get().siren) == (second, number)
