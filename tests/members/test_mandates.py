"""Who works where: one door each, journaled, and the database refuses what the doors would not do."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import RegionMandate, User
from accounts.services import end_region_mandate, grant_region_mandate
from core.models import JournalEntry
from members.models import Mandate, Organisation
from members.rules import is_manager, is_manager_of, is_member_of, is_professional
from members.services import end_mandate, grant_mandate, hand_over
from territories.models import OfficerMandate
from tests.factories import agency, organisation, person

MEMBER, MANAGER = Mandate.Role.MEMBER, Mandate.Role.MANAGER
pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> Organisation:
    return organisation()


@pytest.fixture
def boss(house: Organisation) -> User:
    user = person()
    Mandate.objects.create(user=user, organisation=house, role=MANAGER)
    return user


# --- granting and ending


def test_a_mandate_opens_at_once_and_the_journal_says_who_gave_it(house: Organisation, boss: User) -> None:
    user = person()
    mandate = grant_mandate(user=user, organisation=house, role=MEMBER, actor=boss)
    assert (mandate.starts_on, mandate.ends_on, mandate.in_force) == (timezone.localdate(), None, True)
    assert is_member_of(user, house)
    line = JournalEntry.objects.get(verb="mandate.grant")
    assert (line.actor_key, line.target_type, line.target_key) == (str(boss.pk), "members.mandate", str(mandate.pk))
    assert line.changes["user"] == [None, str(user.pk)]
    assert line.changes["organisation"] == [None, str(house.pk)]


def test_an_ended_mandate_is_out_at_once_even_on_its_first_day(house: Organisation, boss: User) -> None:
    user = person()
    mandate = grant_mandate(user=user, organisation=house, role=MEMBER, actor=boss)
    ended = end_mandate(mandate=mandate, actor=boss)
    assert ended.in_force is False
    assert not is_member_of(user, house)
    assert not Mandate.objects.in_force().filter(user=user).exists()
    assert JournalEntry.objects.get(verb="mandate.end").target_key == str(mandate.pk)


def test_the_same_person_can_come_back_the_same_day(house: Organisation, boss: User) -> None:
    user = person()
    end_mandate(mandate=grant_mandate(user=user, organisation=house, role=MEMBER, actor=boss), actor=boss)
    assert grant_mandate(user=user, organisation=house, role=MANAGER, actor=boss).in_force
    assert Mandate.objects.filter(user=user).count() == 2


def test_a_mandate_does_not_end_twice(house: Organisation, boss: User) -> None:
    mandate = grant_mandate(user=person(), organisation=house, role=MEMBER, actor=boss)
    end_mandate(mandate=mandate, actor=boss)
    with pytest.raises(ValidationError, match="Ce mandat est déjà terminé"):
        end_mandate(mandate=mandate, actor=boss)


def test_a_second_mandate_on_the_same_dates_is_refused_in_french(house: Organisation, boss: User) -> None:
    with pytest.raises(ValidationError, match="Cette personne a déjà un mandat dans cet organisme sur ces dates"):
        grant_mandate(user=boss, organisation=house, role=MEMBER, actor=boss)
    assert not JournalEntry.objects.exists()


def test_a_closed_account_receives_no_mandate(house: Organisation) -> None:
    with pytest.raises(ValidationError, match="Ce compte est fermé"):
        grant_mandate(user=person(is_active=False), organisation=house, role=MEMBER, actor=None)


def test_a_mandate_cannot_end_before_it_starts(house: Organisation) -> None:
    with pytest.raises(ValidationError, match="La fin ne peut précéder le début"):
        grant_mandate(
            user=person(), organisation=house, role=MEMBER, actor=None,
            starts_on=date(2026, 2, 1), ends_on=date(2026, 1, 1),
        )  # fmt: skip


def test_a_mandate_yet_to_come_can_be_put_an_end_to(house: Organisation) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    mandate = grant_mandate(user=person(), organisation=house, role=MEMBER, actor=None, starts_on=tomorrow)
    assert mandate.in_force is False
    assert end_mandate(mandate=mandate, actor=None).ends_on == tomorrow
    assert not Mandate.objects.filter(ended_at=None).exists()


# --- handing over


def test_management_is_handed_over_in_one_step(house: Organisation, boss: User) -> None:
    heir = person()
    Mandate.objects.create(user=heir, organisation=house, role=MEMBER)
    hand_over(mandate=Mandate.objects.get(user=boss), to=heir, actor=boss)
    assert is_manager_of(heir, house)
    assert not is_member_of(boss, house)
    in_force = Mandate.objects.in_force().filter(organisation=house)
    assert list(in_force.values_list("user", "role")) == [(heir.pk, MANAGER)]


def test_a_hand_over_that_fails_leaves_the_manager_in_place(house: Organisation, boss: User) -> None:
    with pytest.raises(ValidationError, match="Ce compte est fermé"):
        hand_over(mandate=Mandate.objects.get(user=boss), to=person(is_active=False), actor=boss)
    assert is_manager_of(boss, house)
    assert not JournalEntry.objects.exists()


def test_a_member_has_nothing_to_hand_over(house: Organisation) -> None:
    mandate = grant_mandate(user=person(), organisation=house, role=MEMBER, actor=None)
    with pytest.raises(ValidationError, match="passer la main"):
        hand_over(mandate=mandate, to=person(), actor=None)


def test_nobody_hands_over_to_a_manager(house: Organisation, boss: User) -> None:
    mandate = Mandate.objects.get(user=boss)
    with pytest.raises(ValidationError, match="gère déjà"):
        hand_over(mandate=mandate, to=boss, actor=boss)


# --- who may: actor by state

ACTORS = ("stranger", "other_member", "ended", "coming", "closed", "member", "manager")


def _actor(name: str, house: Organisation) -> Any:
    if name == "stranger":
        return person()
    if name == "other_member":
        user = person()
        Mandate.objects.create(user=user, organisation=organisation(), role=MANAGER)
        return user
    user = person(is_active=name != "closed")
    today = timezone.localdate()
    dates: dict[str, Any] = {}
    if name == "ended":
        dates = {"starts_on": today - timedelta(days=9), "ends_on": today - timedelta(days=1)}
    if name == "coming":
        dates = {"starts_on": today + timedelta(days=1)}
    role = MEMBER if name == "member" else MANAGER
    Mandate.objects.create(user=user, organisation=house, role=role, **dates)
    return user


@pytest.mark.parametrize("name", ACTORS)
def test_predicates_by_actor(house: Organisation, name: str) -> None:
    user = _actor(name, house)
    answers = (is_member_of(user, house), is_manager_of(user, house), is_professional(user), is_manager(user))
    expected = {
        "other_member": (False, False, True, True),
        "member": (True, False, True, False),
        "manager": (True, True, True, True),
    }
    assert answers == expected.get(name, (False, False, False, False))


@pytest.mark.parametrize("user", [None, "somebody", object()])
def test_who_is_not_a_person_may_nothing(house: Organisation, user: Any) -> None:
    assert not any((is_member_of(user, house), is_manager_of(user, house), is_professional(user)))


@pytest.mark.parametrize(
    ("status", "belongs"),
    [("signatory", True), ("recognised", True), ("associated_partner", True), ("candidate", False), ("former", False)],
)
def test_T3_a_professional_works_for_an_organisation_that_belongs(status: str, belongs: bool) -> None:
    user = person()
    Mandate.objects.create(user=user, organisation=organisation(status=status))
    assert is_professional(user) is belongs


# --- PostgreSQL refuses too (habit 5)


def _mandate(kind: str, user: User, **dates: Any) -> Any:
    if kind == "members":
        return Mandate(user=user, organisation=Organisation.objects.first() or organisation(), **dates)
    if kind == "territories":
        from territories.models import Agency

        return OfficerMandate(user=user, agency=Agency.objects.first() or agency(), **dates)
    return RegionMandate(user=user, **dates)


@pytest.mark.parametrize("kind", ["members", "territories", "accounts"])
@pytest.mark.parametrize(
    ("first", "second", "refused"),
    [
        (("2026-01-01", None), ("2026-06-01", None), True),
        (("2026-01-01", "2026-06-30"), ("2026-06-30", None), True),
        (("2026-01-01", "2026-06-30"), ("2026-07-01", None), False),
    ],
)
def test_the_database_refuses_two_at_a_time(kind: str, first: Any, second: Any, refused: bool) -> None:
    user = person()
    _mandate(kind, user, starts_on=first[0], ends_on=first[1]).save()
    if not refused:
        _mandate(kind, user, starts_on=second[0], ends_on=second[1]).save()
        return
    with pytest.raises(IntegrityError, match="one_at_a_time"), transaction.atomic():
        _mandate(kind, user, starts_on=second[0], ends_on=second[1]).save()


@pytest.mark.parametrize("kind", ["members", "territories", "accounts"])
def test_the_database_refuses_an_end_before_the_start(kind: str) -> None:
    with pytest.raises(IntegrityError, match="mandate_period"), transaction.atomic():
        _mandate(kind, person(), starts_on="2026-06-01", ends_on="2026-05-31").save()


# --- the Region


def test_S3_the_region_s_staff_are_named_and_leave_by_the_same_doors() -> None:
    user = person()
    mandate = grant_region_mandate(user=user, actor=None)
    assert user.is_staff is True
    end_region_mandate(mandate=mandate, actor=None)
    assert User.objects.get(pk=user.pk).is_staff is False
    assert list(JournalEntry.objects.order_by("pk").values_list("verb", flat=True)) == ["mandate.grant", "mandate.end"]
