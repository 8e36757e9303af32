"""A decision is notified once: its letter, the recognition that it gives, what it replaces (R8, R9, R13, R14)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from recognition.models import Act, Candidature, Decision, Letter, Recognition, Rule
from recognition.services import ending
from recognition.services.notifying import notify
from tests.recognition import letter_world
from tests.recognition import sittings as world
from tests.recognition.life_world import TERM, TOLD, after, decided, fresh, granted, paris, recognised, renewal_of

pytestmark = pytest.mark.django_db


def letters(made: Decision) -> list[str]:
    return list(Letter.objects.filter(candidature=made.candidature).order_by("pk").values_list("kind", flat=True))


def test_R8_a_grant_runs_from_the_day_of_its_letter_to_the_end_of_the_plan() -> None:
    made = decided()
    letter = notify(decision=made, at=TOLD)
    right = Recognition.objects.get(granted_by=made)
    assert (right.starts_on, right.ends_on, right.term_on) == (TOLD.date(), TERM, TERM)
    assert (right.plan, right.organisation) == (made.plan, made.candidature.organisation)
    assert (letter.kind, letter.dated_on, letter.decision) == ("grant", TOLD.date(), made)
    assert letters(made) == ["certificate", "grant"]


def test_R12_a_decision_is_notified_once() -> None:
    made = decided()
    first = notify(decision=made, at=TOLD)
    assert notify(decision=made, at=after(3)) == first
    assert Recognition.objects.count() == 1
    assert Act.objects.filter(kind="notified").count() == 1
    assert letters(made) == ["certificate", "grant"]


def test_R14_a_refusal_gives_its_letter_and_no_right() -> None:
    made = decided("refusal")
    letter = notify(decision=made, at=TOLD)
    assert (letter.kind, Recognition.objects.count(), letters(made)) == ("refusal", 0, ["refusal"])


def test_R14_without_what_the_law_asks_nothing_is_done() -> None:
    made = decided("refusal")
    Rule.objects.filter(key="appeal").update(value="")
    with pytest.raises(ValidationError) as error:
        notify(decision=made, at=TOLD)
    assert "Voies et délais de recours" in error.value.messages[0]
    assert (Letter.objects.count(), Act.objects.filter(kind="notified").count()) == (0, 0)


def test_R8_a_plan_that_ended_meanwhile_gives_nothing() -> None:
    made = decided()
    with pytest.raises(ValidationError) as error:
        notify(decision=made, at=paris(dt.date(2029, 1, 1)))
    assert error.value.messages == [
        "Le plan «\u00a0Plan 2024-2028\u00a0» de cette décision est achevé\u00a0: une autre décision doit la suivre."
    ]
    assert Recognition.objects.count() == 0


def test_R8_the_last_day_of_the_plan_still_gives_one_day() -> None:
    right = granted(paris(TERM))
    assert (right.starts_on, right.ends_on) == (TERM, TERM)


def test_R13_the_decision_that_was_followed_is_not_notified() -> None:
    first = decided("refusal")
    second = Decision.objects.create(
        kind="grant", candidature=first.candidature, sitting=first.sitting, deliberation_number="27CP-2",
        decided_on=first.decided_on, plan=letter_world.world_plan(), signatory="X", signatory_title="Y", follows=first,
        recorded_at=first.recorded_at,
    )  # fmt: skip
    Candidature.objects.filter(pk=first.candidature_id).update(state="granted")
    with pytest.raises(ValidationError) as error:
        notify(decision=first, at=TOLD)
    assert error.value.messages == ["Une autre décision a pris la suite de celle-ci\u00a0: c’est elle qui se notifie."]
    notify(decision=second, at=TOLD)
    assert Recognition.objects.get().granted_by == second


def test_R13_a_corrected_grant_is_told_and_the_right_stays_as_it_was() -> None:
    right = granted()
    first = right.granted_by
    second = Decision.objects.create(
        kind="grant", candidature=first.candidature, sitting=first.sitting, deliberation_number="27CP-2",
        decided_on=first.decided_on, plan=first.plan, signatory="X", signatory_title="Y", follows=first,
        recorded_at=first.recorded_at,
    )  # fmt: skip
    letter = notify(decision=second, at=after(30))
    assert (letter.decision, fresh(right).starts_on, Recognition.objects.count()) == (second, TOLD.date(), 1)


def test_R8_R9_a_renewal_under_the_next_plan_replaces_the_former_the_day_before() -> None:
    right = recognised()
    asked = renewal_of(right, "granted")
    made = letter_world.decision("grant", asked, grounds="", sitting=None, plan=world.plan(2029, 2033))
    told = after(366)
    notify(decision=made, at=told)
    former, new = fresh(right), Recognition.objects.get(candidature=asked)
    assert (former.ends_on, former.end_reason) == (told.date() - dt.timedelta(days=1), "renewed")
    assert (new.starts_on, new.term_on) == (told.date(), dt.date(2033, 12, 31))


def test_R9_one_kept_alive_ends_with_the_notification_of_the_refusal() -> None:
    right = recognised()
    asked = renewal_of(right)
    ending.keep_alive(recognition=right, at=paris(TERM))
    Candidature.objects.filter(pk=asked.pk).update(state="refused")
    made = letter_world.decision("refusal", asked, sitting=None)
    told = paris(dt.date(2029, 2, 3))
    notify(decision=made, at=told)
    assert (fresh(right).ends_on, fresh(right).end_reason) == (dt.date(2029, 2, 3), "refused")


def test_R9_refused_before_its_term_it_holds_until_its_term_and_nothing_keeps_it() -> None:
    right = recognised()
    asked = renewal_of(right, "refused")
    notify(decision=letter_world.decision("refusal", asked, sitting=None), at=after(360))
    assert (fresh(right).ends_on, fresh(right).end_reason) == (TERM, "refused")
    ending.keep_alive(recognition=right, at=paris(TERM))
    ending.lapse(recognition=right, at=paris(TERM + dt.timedelta(days=1)))
    assert (fresh(right).ends_on, fresh(right).kept_until_decision) == (TERM, False)
    assert Letter.objects.filter(kind="lapse").count() == 0


def test_R8_the_database_refuses_a_right_that_no_grant_gave() -> None:
    made = decided("refusal")
    with pytest.raises(DatabaseError), transaction.atomic():
        Recognition.objects.create(
            organisation=made.candidature.organisation, candidature=made.candidature, granted_by=made,
            plan=letter_world.world_plan(), starts_on=TOLD.date(), ends_on=TERM, term_on=TERM, created_at=TOLD,
        )  # fmt: skip


def test_R8_the_database_refuses_an_end_after_the_term() -> None:
    right = granted()
    with pytest.raises(DatabaseError), transaction.atomic():
        Recognition.objects.filter(pk=right.pk).update(ends_on=TERM + dt.timedelta(days=1))
