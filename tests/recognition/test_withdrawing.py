"""An organisation gives its dossier up until the body that decides sits on it, and leaves the agendas (R6, R7)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from members.models import Mandate
from recognition.clock import morning_of
from recognition.models import AgendaItem, Candidature
from recognition.services.deciding import decide
from recognition.services.depositing import withdraw
from tests.recognition.dossiers import colleague
from tests.recognition.sittings import (
    COMMISSION_DAY,
    COUNCIL_DAY,
    before_commission,
    bodies,
    close,
    ready,
    say,
    signed,
    sitting,
    state,
)

pytestmark = pytest.mark.django_db


def give_up(dossier: Candidature, on: dt.date) -> None:
    boss = colleague(dossier.organisation, Mandate.Role.MANAGER)
    withdraw(candidature=dossier, reason="Nous renonçons.", user=boss, at=morning_of(on))


def test_R6_a_dossier_withdrawn_leaves_the_agenda_where_it_was_not_spoken_of() -> None:
    dossier, other = ready(), ready()
    held = sitting(bodies()[0], COUNCIL_DAY, dossier, other)
    give_up(dossier, COUNCIL_DAY - dt.timedelta(days=3))
    assert state(dossier) == "withdrawn"
    assert list(held.items.values_list("candidature", flat=True)) == [other.pk]


def test_R6_a_dossier_withdrawn_after_an_opinion_stays_where_it_was_given() -> None:
    dossier = ready()
    held = sitting(bodies()[0], COUNCIL_DAY, dossier)
    said = say(held, dossier)
    give_up(dossier, COUNCIL_DAY)
    assert state(dossier) == "withdrawn"
    assert list(held.opinions.all()) == [said]
    close(held)


def test_R7_nobody_withdraws_what_the_deciding_body_sat_on_and_its_refusal_is_recorded() -> None:
    dossier = ready()
    held = before_commission(dossier)
    with pytest.raises(ValidationError) as refused:
        give_up(dossier, COMMISSION_DAY)
    assert refused.value.code == "sat"
    decide(candidature=dossier, kind="refusal", sitting=held, grounds="Aucun accueil le samedi.", **signed())
    assert state(dossier) == "refused"


def test_R7_the_day_before_it_may_still_be_withdrawn() -> None:
    dossier = ready()
    before_commission(dossier)
    give_up(dossier, COMMISSION_DAY - dt.timedelta(days=1))
    assert state(dossier) == "withdrawn"
    assert AgendaItem.objects.filter(candidature=dossier, sitting__held_on=COMMISSION_DAY).count() == 0
