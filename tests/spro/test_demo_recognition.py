"""The recognition of the demonstration: every state is there, made by the rules, told once, and goes to nobody real."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from stdnum.fr import siret

from accounts.models import RegionMandate, User
from core.models import JournalEntry, OutboxMail
from members.models import Organisation
from members.rules import is_manager_of, is_member_of
from recognition.deadlines import window
from recognition.models import Candidature, GoverningBody, Letter, Recognition, Sitting
from recognition.services.checking import gaps
from recognition.services.day import run_day
from recognition.services.grid import unassessed
from recognition.simulation.checks import breaches
from spro import demo_houses, demo_recognition
from spro.demo_houses import House
from tests.pack import grand_est  # noqa: F401

pytestmark = pytest.mark.django_db


def tell() -> None:
    people = {name: _person(name) for name in ("region", "candidat", "collegue")}
    RegionMandate.objects.get_or_create(user=people["region"])
    demo_recognition.seed(staff=people["region"], candidate=people["candidat"], colleague=people["collegue"])


def _person(name: str) -> User:
    return User.objects.get_or_create(email=f"{name}@demo.invalid")[0]


@pytest.fixture(scope="module")
def told(grand_est: Any, django_db_blocker: Any) -> Iterator[None]:  # noqa: F811
    with django_db_blocker.unblock():
        tell()
        yield


def dossier(house: House) -> Candidature:
    return Candidature.objects.get(organisation__name=house.name)


def recognition(house: House) -> Recognition:
    return Recognition.objects.get(organisation__name=house.name)


def test_dossiers_in_every_state(told: None) -> None:
    assert set(Candidature.objects.values_list("state", flat=True)) == set(Candidature.State.values)


def test_no_rule_is_broken(told: None) -> None:
    assert breaches(timezone.localdate()) == []


def test_the_candidate_has_a_dossier_half_filled_with_a_colleague(told: None) -> None:
    found = dossier(demo_houses.CANDIDATE)
    assert found.state == "draft"
    assert is_manager_of(_person("candidat"), found.organisation)
    assert is_member_of(_person("collegue"), found.organisation)
    assert not is_manager_of(_person("collegue"), found.organisation)
    assert (found.sites.count(), found.attachments.count()) == (2, 1)
    assert 0 < found.answers.count() < found.charter.qualitycriterions.count()
    missing = gaps(found)
    assert {gap.section for gap in missing} == {"organisme", "sites", "criteres", "pieces"}
    lacking = {gap.site.name for gap in missing if gap.site}
    assert lacking == {f"{demo_houses.CANDIDATE.name}, Langres"}


def test_each_state_has_what_it_is_for(told: None) -> None:
    incomplete = dossier(demo_houses.INCOMPLETE)
    assert incomplete.requests.filter(answered_at=None, closed_at=None).count() == 1
    assert [line.side for line in incomplete.messages.all()] == ["candidate", "region", "candidate"]
    complete = dossier(demo_houses.COMPLETE)
    assert 0 < len(unassessed(complete)) < complete.answers.count()
    assert complete.assigned_to == _person("region")
    assert [unassessed(dossier(house)) for house in (demo_houses.READY, demo_houses.RESERVED)] == [[], []]


def test_T4_each_body_sat_and_one_sitting_comes(told: None) -> None:
    for body in GoverningBody.objects.all():
        closed = Sitting.objects.filter(body=body, closed_at__isnull=False)
        assert closed.exists()
        assert [sitting for sitting in closed if not (sitting.minutes and sitting.items.exists())] == []
    assert Sitting.objects.filter(held_on__gt=timezone.localdate(), closed_at=None).exists()


def test_recognitions_in_force_suspended_ended_and_to_renew(told: None) -> None:
    today = timezone.localdate()
    held = recognition(demo_houses.IN_FORCE)
    assert held.organisation.status == Organisation.Status.RECOGNISED
    assert held.organisation.sites.filter(listed=True).count() == 2
    drawn = Letter.objects.filter(candidature=held.candidature, sha256__gt="").values_list("kind", flat=True)
    assert set(drawn) == {"receipt", "grant", "certificate"}
    suspended = recognition(demo_houses.SUSPENDED)
    assert suspended.suspended_since is not None
    assert not suspended.organisation.sites.filter(listed=True).exists()
    ended = recognition(demo_houses.REPEALED)
    assert (ended.end_reason, ended.ends_on < today) == ("repealed", True)
    allowed = window(recognition(demo_houses.RENEWING))
    assert allowed.opens_on <= today <= allowed.last_on
    assert Letter.objects.filter(recognition=recognition(demo_houses.RENEWING), kind="renewal").count() == 1


def test_nobody_real_is_named_nor_written_to(told: None) -> None:
    names = Organisation.objects.filter(candidatures__isnull=False).values_list("name", flat=True)
    assert set(names) == {house.name for house in demo_houses.HOUSES}
    assert [house.name for house in demo_houses.HOUSES if not siret.is_valid(house.siret)] == []
    assert len({house.siret[:9] for house in demo_houses.HOUSES}) == len(demo_houses.HOUSES)
    assert [to for to in OutboxMail.objects.values_list("to", flat=True) if not to.endswith(".invalid")] == []


def test_mails_of_the_past_do_not_leave_today(told: None) -> None:
    assert OutboxMail.objects.exists()
    assert not OutboxMail.objects.filter(sent_at=None).exists()


def test_the_second_time_adds_nothing(told: None) -> None:
    def state() -> list[int]:
        return [rows.objects.count() for rows in (JournalEntry, Candidature, Sitting, Letter, OutboxMail)]

    before = state()
    tell()
    assert state() == before


def test_the_pass_of_the_day_is_done(told: None) -> None:
    assert run_day(timezone.localdate()) == []
