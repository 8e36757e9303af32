"""Steps 2 to 4: from the first try to a raccrochage that lasts (D2, D6, D7, D13)."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from core.encryption import Undecipherable
from core.models import OutboxMail
from psad import context, reading
from psad.lists import Role, Side
from psad.models import Access, Attempt, Case, CaseGrant, Check, Move, Proposal, Solution
from psad.services import closing, contacting, granting, proposing
from psad.services.cases import ANSWER_DAYS, Conflict
from tests.psad.world import case, member, platform, solution, young

pytestmark = pytest.mark.django_db
AT = timezone.now()


def tried(row: Case, by: object, means: str, outcome: str = "no_answer") -> Attempt:
    return contacting.attempt(case=row.pk, means=means, outcome=outcome, by=by, role="head", at=AT)  # type: ignore[arg-type]


def test_D2_a_case_goes_from_reception_to_a_solution_that_is_checked() -> None:
    place = platform()
    head = member(place)
    row, offer = case(place, head), solution(place, head, places=1)
    with context.acting(head):
        contacting.prepare(case=row.pk, follower=head, safe_contact="Le soir", version=0, by=head, role="head", at=AT)
        tried(row, head, "phone")
        tried(row, head, "phone", "reached")
        proposing.interview(case=row.pk, means="meeting", needs=["contract"], plan="CAP", by=head, role="head", at=AT)
        made = proposing.propose(case=row.pk, solution=offer.pk, by=head, role="head", at=AT)
        start = AT.date() + dt.timedelta(days=1)
        proposing.answer(case=row.pk, proposal=made.pk, said="accepted", started_on=start, by=head, role="head", at=AT)
        row.refresh_from_db()
        assert (row.step, row.due_what, row.due_on) == ("followed", "check", proposing.months_after(start, 1))
        assert list(Check.objects.order_by("months").values_list("months", flat=True)) == [1, 3, 6, 12]
        verbs = list(Move.objects.order_by("at", "id").values_list("verb", flat=True))
        assert sorted(verbs) == ["answer", "attempt", "attempt", "interview", "prepare", "propose"]
        assert Access.objects.filter(cases__contains=[row.log_key]).count() == 6


def test_D2_what_is_accepted_and_not_begun_is_what_to_see_to() -> None:
    """Not one more solution to propose: whether the one that the person chose has begun, and it counts once it has."""
    place = platform()
    head = member(place)
    row, chosen, other = case(place, head), solution(place, head), solution(place, head)
    with context.acting(head):
        tried(row, head, "phone", "reached")
        proposing.interview(case=row.pk, means="phone", needs=["contract"], plan="", by=head, role="head", at=AT)
        made, spare = (
            proposing.propose(case=row.pk, solution=offer.pk, by=head, role="head", at=AT) for offer in (chosen, other)
        )
        waits = AT.date() + dt.timedelta(days=ANSWER_DAYS)
        later = AT + dt.timedelta(days=2)
        row.refresh_from_db()
        assert (row.step, row.due_what, row.due_on) == ("proposing", "answer", waits)
        proposing.answer(case=row.pk, proposal=made.pk, said="accepted", by=head, role="head", at=later)
        row.refresh_from_db()
        assert (row.step, row.due_what, row.due_on) == ("proposing", "start", waits + dt.timedelta(days=2))
        proposing.answer(case=row.pk, proposal=made.pk, said="withdrawn", by=head, role="head", at=later)
        row.refresh_from_db()
        assert (row.due_what, row.due_on) == ("answer", waits)
        proposing.answer(case=row.pk, proposal=spare.pk, said="refused", by=head, role="head", at=later)
        row.refresh_from_db()
        assert row.due_what == "propose"


def test_D14_unreachable_is_said_after_enough_tries_by_enough_means() -> None:
    place = platform(attempts_needed=3, means_needed=2)
    head = member(place)
    row = case(place, head)
    with context.acting(head):
        for _ in range(3):
            tried(row, head, "phone")
        with pytest.raises(ValidationError, match="un autre moyen que"):
            contacting.say_unreachable(case=row.pk, by=head, role="head", at=AT)
        tried(row, head, "text")
        contacting.say_unreachable(case=row.pk, by=head, role="head", at=AT)
        assert Case.objects.get().disposition == "unreachable"


def test_D6_the_last_place_is_given_once_and_a_refusal_gives_it_back() -> None:
    place = platform()
    head = member(place)
    offer = solution(place, head, places=1)
    first, second = case(place, head), case(place, head, young("Autre"))
    with context.acting(head):
        made = proposing.propose(case=first.pk, solution=offer.pk, by=head, role="head", at=AT)
        with pytest.raises(ValidationError, match="plus de place"):
            proposing.propose(case=second.pk, solution=offer.pk, by=head, role="head", at=AT)
        proposing.answer(case=first.pk, proposal=made.pk, said="refused", by=head, role="head", at=AT)
        proposing.propose(case=second.pk, solution=offer.pk, by=head, role="head", at=AT)
        assert (Solution.objects.get().taken, Proposal.objects.filter(answer="waiting").count()) == (1, 1)


def test_D2_a_lasting_return_is_said_after_six_months_that_hold() -> None:
    place = platform()
    head = member(place)
    row = case(place, head)
    with context.acting(head):
        with pytest.raises(ValidationError, match="6 mois"):
            closing.close(case=row.pk, reason="lasting", by=head, role="head", at=AT)
        closing.close(case=row.pk, reason="moved", by=head, role="head", at=AT)
        closing.reopen(case=row.pk, by=head, role="head", at=AT)
        assert (Case.objects.get().step, Case.objects.get().disposition) == ("received", "to_contact")


def test_D13_who_takes_over_reads_and_who_is_replaced_does_not() -> None:
    place = platform()
    head = member(place)
    first, second = member(place, Role.ADVISER, Side.ML), member(place, Role.ADVISER, Side.ML)
    row = case(place, head)
    for adviser in (first, second):
        with context.acting(head):
            given = granting.give(
                cases=[row.pk, uuid4()], user=adviser, reason="Reprise du secteur", by=head, role="head",
                at=timezone.now(),
            )  # fmt: skip
        assert given == 1
    with context.acting(first):
        assert not Case.objects.exists()
    with context.acting(second):
        assert Case.objects.count() == 1


def test_D13_breaking_the_glass_opens_for_a_day_and_tells_both_heads_at_once() -> None:
    place = platform()
    head, other = member(place), member(place, side=Side.ML)
    adviser, stranger = member(place, Role.ADVISER), member(platform("chaumont"), Role.ADVISER)
    row = case(place, head)
    values = {
        "platform": place.pk,
        "case": row.pk,
        "reason": "Collègue absente, appel urgent",
        "hours": 4,
        "at": timezone.now(),
    }
    with context.acting(adviser):
        assert not Case.objects.exists()
        granting.break_glass(user=adviser, **values)
        assert reading.read(Case.objects.get(), role="break_glass").identity.name == "Ana Exemple"
    mails = OutboxMail.objects.filter(to__in=[head.email, other.email])
    assert mails.count() == 2
    assert not any("Exemple" in mail.text or "psad" in mail.text.lower() for mail in mails)
    with pytest.raises(Exception, match="row-level security"), context.acting(stranger):
        granting.break_glass(user=stranger, **values)


def test_two_advisers_on_one_case_the_second_is_told_and_loses_nothing() -> None:
    place = platform()
    head = member(place)
    row = case(place, head)
    with context.acting(head):
        contacting.prepare(case=row.pk, follower=None, safe_contact="", version=0, by=head, role="head", at=AT)
        with pytest.raises(Conflict):
            contacting.prepare(case=row.pk, follower=head, safe_contact="", version=0, by=head, role="head", at=AT)


def test_S5_a_sealed_value_opens_at_its_place_alone() -> None:
    place = platform()
    head = member(place)
    row, other = case(place, head), case(place, head, young("Autre"))
    with context.acting(head):
        mine = reading.read(row, role="head")
        row.identity = other.identity
        with pytest.raises(Undecipherable):
            reading.read(row, role="head")
        assert mine.identity.surname == "Exemple"
        assert CaseGrant.objects.count() == 0
