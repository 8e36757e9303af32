"""Two cases of one person: shown side by side, made one with a trace, or said to be two (D4, D13)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts.models import User
from core.encryption import Undecipherable
from core.sealing import opened
from psad import context, reading
from psad.identity import bound
from psad.lists import Answer, Role, Side, Step
from psad.models import Access, Attempt, Case, CaseGrant, Move, Note, Platform, PlatformCommune, Proposal, Solution
from psad.services import absorbing, merging
from tests.factories import town
from tests.psad import world
from tests.psad.test_intake_rio import bring, line, table

pytestmark = pytest.mark.django_db
TWINS = "/psad/troyes/doublons/"


@pytest.fixture
def place() -> Platform:
    made = world.platform("troyes")
    with context.task("grants"):
        here = town("Troyes", insee="10387", postal_codes=["10000"], department="10")
        PlatformCommune.objects.create(commune=here, platform=made)
    return made


@pytest.fixture
def head(place: Platform) -> User:
    return world.member(place)


@pytest.fixture
def pair(place: Platform, head: User) -> tuple[Case, Case]:
    older = world.case(place, head, world.young("Thiébaut", "Zoé", phone="0600000001"))
    newer = world.case(place, head, world.young("Tiebault", "Zoé", phone="0600000002", class_name="CAP"))
    with context.acting(head):
        Case.objects.filter(pk=older.pk).update(received_on=timezone.localdate() - dt.timedelta(days=40))
    return older, newer


def merged(head: User, pair: tuple[Case, Case]) -> Case:
    with context.acting(head):
        return merging.merge(first=pair[1].pk, second=pair[0].pk, by=head, role="head", at=timezone.now())


def test_D4_the_older_keeps_and_what_was_sealed_for_the_other_is_read_in_it(
    place: Platform, head: User, pair: tuple[Case, Case]
) -> None:
    older, newer = pair
    with context.acting(head):
        note = absorbing.note(newer, opened(newer.sealed_key), "Préfère le soir", by=head.pk, at=timezone.now())
        note.save(force_insert=True)
        tried = Attempt(case=newer, at=timezone.now(), by=head, means="phone", outcome="message")
        tried.note = opened(newer.sealed_key).close("Répondeur", bound=bound(newer, f"attempt/{tried.pk}"))
        tried.save(force_insert=True)
    assert merged(head, pair).pk == older.pk
    with context.acting(head):
        case = reading.read(Case.objects.get(pk=older.pk), role="head")
        assert (case.identity.surname, case.identity.class_name) == ("Thiébaut", "CAP")
        assert (case.identity.phone, case.identity.other_phone) == ("0600000001", "0600000002")
        said = [case.text(row.text, field=f"note/{row.pk}") for row in Note.objects.order_by("at")]
        assert said == [
            "Préfère le soir",
            "Dossier réuni à celui-ci. Il disait\u00a0: Zoé Tiebault, né·e le 14/03/2009.",
        ]
        assert case.text(Attempt.objects.get().note, field=f"attempt/{tried.pk}") == "Répondeur"
        gone = Case.objects.get(pk=newer.pk)
        assert (gone.sealed_key, bytes(gone.identity), gone.word_keys, gone.closing_reason) == ("", b"", [], "merged")
        with pytest.raises(Undecipherable):
            reading.read(gone, role="head")
        trace = Move.objects.get(verb="merged")
        assert (trace.case_id, trace.data) == (older.pk, {"other": str(newer.log_key)})
        assert Access.objects.get(verb="case.merged_away").cases == [newer.log_key]


def test_D4_a_list_that_writes_the_name_of_the_merged_case_opens_no_third(
    place: Platform, head: User, pair: tuple[Case, Case]
) -> None:
    merged(head, pair)
    birth = world.BORN.isoformat()
    assert bring(place, head, table(line("Tiebault", "Zoé", birth), line("Thiébaut", "Zoé", birth))) == {
        "created": 0, "matched": 2, "known": 0, "rejected": 0,
    }  # fmt: skip


def test_D13_who_followed_the_merged_case_is_given_the_one_that_stays(
    place: Platform, head: User, pair: tuple[Case, Case]
) -> None:
    adviser = world.member(place, Role.ADVISER, Side.ML)
    older, newer = pair
    with context.acting(head):
        CaseGrant.objects.create(
            case=newer, user=adviser, kind="follows", reason="Secteur", given_by=head, starts_at=timezone.now()
        )
        Case.objects.filter(pk=newer.pk).update(follower=adviser)
    merged(head, pair)
    with context.acting(adviser):
        assert list(Case.objects.values_list("pk", "follower")) == [(older.pk, adviser.pk)]


def test_the_place_that_two_proposals_held_is_given_back_once(
    place: Platform, head: User, pair: tuple[Case, Case]
) -> None:
    offered = world.solution(place, head, places=2, taken=2)
    with context.acting(head):
        for case in pair:
            Proposal.objects.create(case=case, at=timezone.now(), by=head, solution=offered)
    merged(head, pair)
    with context.acting(head):
        assert Solution.objects.get().taken == 1
        assert sorted(Proposal.objects.values_list("case", "answer")) == sorted(
            [(pair[0].pk, Answer.WAITING), (pair[0].pk, Answer.WITHDRAWN)]
        )


@pytest.mark.parametrize(
    ("older", "newer", "step"),
    [
        ({}, {"step": "followed"}, Step.FOLLOWED),
        ({"step": "closed", "closing_reason": "solved", "closed_on": dt.date(2026, 1, 1)}, {}, Step.RECEIVED),
        ({"step": "proposing"}, {"opposed_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}, Step.CLOSED),
    ],
)
def test_D7_the_further_step_stays_and_who_opposed_has_opposed(
    older: dict[str, Any], newer: dict[str, Any], step: str, place: Platform, head: User, pair: tuple[Case, Case]
) -> None:
    with context.acting(head):
        for case, values in zip(pair, (older, newer), strict=True):
            Case.objects.filter(pk=case.pk).update(**values) if values else None
    assert merged(head, pair).step == step


def test_cases_of_two_platforms_are_never_merged(place: Platform, head: User, pair: tuple[Case, Case]) -> None:
    far = world.member(world.platform("chaumont"))
    theirs = world.case(Platform.objects.get(slug="chaumont"), far)
    with context.acting(head):
        for first, second in ((pair[0].pk, theirs.pk), (theirs.pk, pair[0].pk)):
            with pytest.raises(Case.DoesNotExist):
                merging.merge(first=first, second=second, by=head, role="head", at=timezone.now())
        with pytest.raises(ValidationError):
            merging.merge(first=pair[0].pk, second=pair[0].pk, by=head, role="head", at=timezone.now())


def test_D4_pairs_are_shown_then_decided(place: Platform, head: User, pair: tuple[Case, Case]) -> None:
    client = Client()
    client.force_login(head)
    words = client.get(TWINS).content.decode()
    assert [name in words for name in ("Zoé Thiébaut", "Zoé Tiebault")] == [True, True]
    both = {"premier": str(pair[0].pk), "second": str(pair[1].pk)}
    assert client.post(TWINS, both | {"acte": "separer"}).status_code == 302
    assert "Aucun doublon" in client.get(TWINS).content.decode()
    with context.acting(head):
        assert Case.objects.filter(anonymised_at=None).count() == 2
    client.post(TWINS, both | {"acte": "reunir"})
    with context.acting(head):
        assert Case.objects.filter(anonymised_at=None).count() == 1


def test_D8_pairs_are_for_who_reads_the_platform(place: Platform, head: User, pair: tuple[Case, Case]) -> None:
    far_place = world.platform("chaumont")
    adviser, far = world.member(place, Role.ADVISER, Side.ML), world.member(far_place)
    both = {"premier": str(pair[0].pk), "second": str(pair[1].pk), "acte": "reunir"}
    for user, address, status in (
        (adviser, TWINS, 403), (far, TWINS, 404), (far, "/psad/chaumont/doublons/", 404),
    ):  # fmt: skip
        client = Client()
        client.force_login(user)
        assert client.post(address, both).status_code == status
    with context.acting(head):
        assert Case.objects.filter(anonymised_at=None).count() == 2


def test_a_page_of_pairs_costs_the_same_for_one_and_four(
    place: Platform, head: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(4):
        for surname in ("Thiébaut", "Tiebault"):
            world.case(place, head, world.young(surname, "ABCD"[number] + "na"))
    client = Client()
    client.force_login(head)
    with django_assert_max_num_queries(14):  # two of them open and close the savepoint of the test
        words = client.get(TWINS).content.decode()
    assert words.count('value="reunir"') == 4
