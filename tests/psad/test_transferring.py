"""From one platform to another: nothing is read before it is accepted, and the question is no oracle (D12, D13)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from psad import context, reading
from psad.intake.matching import search_keys
from psad.lists import Role, Side
from psad.models import Case, Grant, Obligation, Partner, Share, ShareItem, Transfer
from psad.services import contacting, obligation, sharing, transferring
from psad.services.cases import day_of
from tests.factories import person
from tests.psad.world import case, member, platform, young

pytestmark = pytest.mark.django_db
AT = timezone.now()


def test_D13_a_case_that_is_offered_is_read_there_once_it_is_accepted() -> None:
    here, there = platform("troyes"), platform("chaumont")
    head, other = member(here), member(there)
    row = case(here, head)
    with context.acting(head):
        made = transferring.offer(case=row.pk, to=there, reason="Déménagement", by=head, role="head", at=AT)
    with context.acting(other):
        assert (Transfer.objects.count(), Case.objects.count()) == (1, 0)
        transferring.accept(transfer=made.pk, by=other, role="head", at=AT)
        found = Case.objects.get()
        assert reading.read(found, role="head").identity.surname == "Exemple"
        assert Case.objects.filter(match_key=found.match_key, platform=there).exists()
    with context.acting(head):
        assert not Case.objects.exists()


def test_D13_nobody_takes_a_case_that_was_not_offered_to_them() -> None:
    here, there, third = platform("troyes"), platform("chaumont"), platform("epinal")
    head, stranger, adviser = member(here), member(third), member(there, Role.ADVISER)
    row = case(here, head)
    with context.acting(head):
        made = transferring.offer(case=row.pk, to=there, reason="Déménagement", by=head, role="head", at=AT)
        with pytest.raises(ValidationError, match="pas à vous"):
            transferring.accept(transfer=made.pk, by=head, role="head", at=AT)
    for somebody in (stranger, adviser):
        with context.acting(somebody), pytest.raises(ValidationError, match="pas à vous"):
            transferring.accept(transfer=made.pk, by=somebody, role="head", at=AT)


def test_D13_exists_elsewhere_answers_yes_or_no_and_not_for_ever() -> None:
    here, there = platform("troyes"), platform("chaumont")
    head, other = member(here), member(there)
    case(there, other)
    with context.acting(head):
        assert transferring.elsewhere(identity=young(), platform=here)
        for _ in range(29):
            assert not transferring.elsewhere(identity=young("Inconnue"), platform=here)
        with pytest.raises(ValidationError, match="Trop de questions"):
            transferring.elsewhere(identity=young(), platform=here)


def test_D13_a_case_that_is_asked_for_is_given_by_those_who_have_it(client: Client) -> None:
    here, there = platform("troyes"), platform("chaumont")
    head, other = member(here), member(there)
    case(there, other)
    with context.acting(head):
        assert transferring.ask(identity=young(), platform=here, reason="La personne habite ici")
        made = Transfer.objects.get()
        with pytest.raises(ValidationError, match="pas à vous"):
            transferring.accept(transfer=made.pk, by=head, role="head", at=AT)
    with context.acting(other):
        transferring.accept(transfer=made.pk, by=other, role="head", at=AT)
        assert not Case.objects.exists()
    words = search_keys("exemple ana", here.pk)
    with context.acting(head):
        row = Case.objects.get()
        assert not Case.objects.filter(word_keys__contains=words).exists()
    client.force_login(head)
    assert client.get(f"/psad/troyes/dossiers/{row.pk}/").status_code == 200
    with context.acting(head):
        assert Case.objects.filter(word_keys__contains=words).get() == row


def test_D5_a_partner_reads_what_was_chosen_until_it_is_taken_back() -> None:
    place = platform()
    head, friend = member(place), person()
    row = case(place, head)
    with context.acting(head):
        contacting.inform(case=row.pk, means="meeting", by=head, role="head", at=AT)
        partner = Partner.objects.create(
            platform=place, organisation_name="CFA Exemple", kind="cfa", user=friend, name="Lou", email=friend.email
        )
        made, secret, code = sharing.share(
            case=row.pk, partner=partner.pk, items=["name", "commune"], purpose="offer",
            until=day_of(AT) + dt.timedelta(days=30), message="", informed=True, by_link=False, by=head, role="head",
            at=AT,
        )  # fmt: skip
        assert (secret, code) == ("", "")
    with context.acting(friend):
        assert (Case.objects.count(), Share.objects.count()) == (0, 1)
        assert list(ShareItem.objects.values_list("kind", flat=True)) == ["name"]
    with context.acting(head):
        sharing.revoke(share=made.pk, by=head, role="head", at=timezone.now())
        assert bytes(ShareItem.objects.get().content) == b""
    with context.acting(friend):
        assert (Share.objects.count(), ShareItem.objects.count()) == (0, 0)


def test_D7_nothing_is_shared_before_the_person_is_informed() -> None:
    place = platform()
    head = member(place)
    with context.acting(head), pytest.raises(ValidationError) as refused:
        sharing.share(
            case=case(place, head).pk, partner=place.pk, items=[], purpose="x", until=day_of(AT), message="",
            informed=False, by_link=False, by=head, role="head", at=AT,
        )  # fmt: skip
    assert sorted(refused.value.message_dict) == ["informed", "items", "purpose", "until"]


def test_D12_the_mission_locale_convokes_and_passes_on_after_two_months() -> None:
    place = platform()
    head, ml = member(place), member(place, side=Side.ML)
    today = day_of(AT)
    row = case(place, head, young(birth_date=today.replace(year=today.year - 17, day=1)))
    with context.acting(head):
        grants = {grant.user_id: grant for grant in Grant.objects.all()}
        with pytest.raises(ValidationError, match="mission locale"):
            obligation.begin(case=row.pk, ground="silence", grant=grants[head.pk], by=head, at=AT)
    with context.acting(ml):
        grant = grants[ml.pk]
        made = obligation.begin(case=row.pk, ground="silence", grant=grant, by=ml, at=AT)
        obligation.convoke(obligation=made.pk, meeting_at=AT + dt.timedelta(days=8), grant=grant, by=ml, at=AT)
        with pytest.raises(ValidationError, match="à partir du"):
            obligation.pass_on(obligation=made.pk, grant=grant, by=ml, at=AT + dt.timedelta(days=58))
        obligation.pass_on(obligation=made.pk, grant=grant, by=ml, at=AT + dt.timedelta(days=63))
        assert (Obligation.objects.get().end_reason, Case.objects.get().closing_reason) == ("passed", "department")
