"""Kept alive, lapsed, suspended, given up, annulled after its procedure (R9, R10, R13, R14)."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from recognition import rulebook
from recognition.models import Act, Candidature, Decision, Letter, Notice, Recognition, Rule
from recognition.services import ending
from recognition.services.annulling import open_notices, withdrawal_limit
from recognition.services.holding import NEVER
from tests.recognition import sittings
from tests.recognition.life_world import SIGNED, TERM, TOLD, after, fresh, granted, paris, renewal_of

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
GROUNDS = "Le lieu d’Épinal a fermé."


def notice(right: Recognition, kind: str = "repeal", **fields: Any) -> Notice:
    values = {"recognition": right, "kind": kind, "grounds": GROUNDS, "at": after(10), "actor": None}
    return ending.give_notice(**values | fields)


def annul(made: Notice, at: dt.datetime, **fields: Any) -> Decision:
    return ending.annul(notice=made, at=at, actor=None, **{"grounds": GROUNDS} | SIGNED | fields)


def said(error: Any) -> Any:
    found = error.value
    return found.message_dict if hasattr(found, "error_dict") else found.messages


# --- the term


def test_R9_a_renewal_lodged_in_time_keeps_it_alive_from_its_last_day() -> None:
    right = granted()
    renewal_of(right)
    assert ending.keep_alive(recognition=right, at=paris(TERM - DAY)).kept_until_decision is False
    kept = ending.keep_alive(recognition=right, at=paris(TERM))
    assert (kept.kept_until_decision, kept.ends_on, kept.term_on, kept.end_reason) == (True, NEVER, TERM, "")
    ending.keep_alive(recognition=right, at=paris(TERM + DAY))
    ending.lapse(recognition=right, at=paris(TERM + DAY))
    assert (fresh(right).ends_on, Act.objects.filter(kind="kept").count()) == (NEVER, 1)


@pytest.mark.parametrize("state", ["draft", "withdrawn", "dropped"])
def test_R9_a_renewal_that_is_not_lodged_or_was_given_up_keeps_nothing(state: str) -> None:
    right = granted()
    asked = renewal_of(right)
    Candidature.objects.filter(pk=asked.pk).update(state=state)
    assert ending.keep_alive(recognition=right, at=paris(TERM)).kept_until_decision is False
    ending.lapse(recognition=right, at=paris(TERM + DAY))
    assert (fresh(right).end_reason, fresh(right).ends_on) == ("lapsed", TERM)


def test_R9_without_renewal_it_lapses_once_with_its_letter() -> None:
    right = granted()
    ending.lapse(recognition=right, at=paris(TERM))
    assert fresh(right).end_reason == ""
    for day in (1, 2):
        ending.lapse(recognition=right, at=paris(TERM + day * DAY))
    assert (fresh(right).end_reason, fresh(right).ends_on) == ("lapsed", TERM)
    assert Letter.objects.filter(kind="lapse", recognition=right).count() == 1
    assert Act.objects.filter(kind="lapsed").count() == 1


def test_R9_kept_alive_it_ends_when_its_renewal_is_withdrawn() -> None:
    right = granted()
    asked = renewal_of(right)
    ending.keep_alive(recognition=right, at=paris(TERM))
    assert list(ending.released()) == []
    Candidature.objects.filter(pk=asked.pk).update(state="withdrawn")
    assert list(ending.released()) == [right]
    ending.lapse(recognition=right, at=paris(dt.date(2029, 1, 20)))
    assert (fresh(right).end_reason, fresh(right).ends_on) == ("lapsed", dt.date(2029, 1, 19))
    assert list(ending.released()) == []


# --- suspended, given up


def test_R10_suspended_then_resumed_by_two_decisions_with_their_letters() -> None:
    right = granted()
    made = ending.suspend(
        recognition=right, grounds="Un contrôle.", urgency="Un danger.", at=after(5), actor=None, **SIGNED
    )
    assert (fresh(right).suspended_since, made.kind, made.grounds) == (after(5).date(), "suspension", "Un contrôle.")
    with pytest.raises(ValidationError) as error:
        ending.suspend(recognition=right, grounds="Encore.", urgency="Un danger.", at=after(6), actor=None, **SIGNED)
    assert said(error) == ["Cette reconnaissance est déjà suspendue."]
    ending.resume(recognition=right, at=after(9), actor=None, **SIGNED)
    assert (fresh(right).suspended_since, fresh(right).ends_on) == (None, TERM)
    with pytest.raises(ValidationError) as error:
        ending.resume(recognition=right, at=after(9), actor=None, **SIGNED)
    assert said(error) == ["Cette reconnaissance n’est pas suspendue."]
    kinds = Letter.objects.filter(recognition=right).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["certificate", "grant", "suspension", "resumption"]


def test_R10_nobody_is_suspended_unheard_but_by_an_urgency_that_the_letter_prints() -> None:
    right = granted()
    deed = partial(ending.suspend, recognition=right, grounds="Un contrôle.", actor=None, **SIGNED)
    with pytest.raises(ValidationError) as error:
        deed(at=after(5))
    assert said(error) == {"urgency": [ending.UNHEARD]}
    told = notice(right)
    with pytest.raises(ValidationError):
        deed(at=after(20))  # it may still answer
    made = deed(at=after(41))
    assert (made.notice, made.urgency, open_notices(right)) == (told, "", [])
    ending.resume(recognition=right, at=after(42), actor=None, **SIGNED)
    urgent = deed(urgency="Un danger.", at=after(43))
    block = next(part for part in Letter.objects.get(decision=urgent).content["body"] if part["key"] == "motifs")
    assert block["items"][1]["text"].endswith("public et l’administration)\u00a0: Un danger.")
    with pytest.raises(DatabaseError, match="heard first"), transaction.atomic():
        Decision.objects.create(
            kind="suspension", recognition=right, grounds="X", decided_on=after(90).date(), recorded_at=after(90),
            **SIGNED,
        )  # fmt: skip


def test_R14_a_letter_names_the_sitting_that_decided_or_says_that_it_was_by_delegation() -> None:
    right = granted()
    alone = ending.suspend(recognition=right, grounds="X", urgency="Y", at=after(5), actor=None, **SIGNED)
    place = sittings.sitting(sittings.bodies()[2], after(8).date())
    with pytest.raises(ValidationError) as error:
        ending.resume(recognition=right, at=after(7), actor=None, sitting=place, **SIGNED)
    assert list(said(error)) == ["sitting"]  # it was not held yet
    decided = ending.resume(recognition=right, at=after(9), actor=None, sitting=place, **SIGNED)
    assert decided.decided_on == after(8).date()

    def named(made: Decision) -> str:
        letter = Letter.objects.get(decision=made)
        block = next(part for part in letter.content["body"] if part["key"] == "la_decision")
        return str(dict(block["items"][0]["rows"])["Délibération"])

    assert named(alone).endswith(", par délégation du Conseil régional")
    assert named(decided).endswith(", Commission Permanente")


def test_R14_the_delay_to_answer_is_never_under_the_rule() -> None:
    right = granted()
    with pytest.raises(ValidationError) as error:
        notice(right, answer_by=after(39).date())
    assert list(said(error)) == ["answer_by"]
    assert notice(right, answer_by=after(40).date()).answer_by == after(40).date()


@pytest.mark.parametrize(("days", "said_"), [("1", "15 au moins attendu, «\u00a01\u00a0» lu"), ("15", "")])
def test_R14_the_rule_itself_leaves_time_to_answer(days: str, said_: str) -> None:
    assert rulebook.problem("answer_days", days) == said_


def test_R14_grounds_that_were_not_told_are_not_decided_unread() -> None:
    right = granted()
    told = notice(right)
    with pytest.raises(ValidationError) as error:
        annul(told, after(41), grounds="Tout est faux.")
    assert list(said(error)) == ["grounds"]
    assert annul(told, after(41), grounds=f" {GROUNDS}\r\n").grounds == GROUNDS


@pytest.mark.parametrize("left", ["grounds", "deliberation_number", "signatory", "signatory_title"])
def test_R14_a_suspension_says_why_and_who_signs(left: str) -> None:
    right = granted()
    values = {"grounds": "Un contrôle."} | SIGNED | {left: "  "}
    with pytest.raises(ValidationError) as error:
        ending.suspend(recognition=right, at=after(5), actor=None, **values)
    assert list(said(error)) == [left]
    assert (fresh(right).suspended_since, Decision.objects.filter(kind="suspension").count()) == (None, 0)


def test_R11_at_its_own_request_it_ends_that_day_and_only_once() -> None:
    right = granted()
    with pytest.raises(ValidationError) as error:
        ending.give_up(recognition=right, reason=" ", at=after(5), actor=None)
    assert list(said(error)) == ["reason"]
    ending.give_up(recognition=right, reason="Par lettre du 3 mai.", at=after(5), actor=None)
    assert (fresh(right).ends_on, fresh(right).end_reason) == (after(5).date(), "left")
    with pytest.raises(ValidationError):
        ending.give_up(recognition=right, reason="Encore.", at=after(5), actor=None)


def test_R10_nothing_is_suspended_once_it_is_over() -> None:
    right = granted()
    with pytest.raises(ValidationError) as error:
        ending.suspend(
            recognition=right, grounds="Un contrôle.", at=paris(TERM + DAY), actor=None, **SIGNED
        )  # fmt: skip
    assert said(error) == ["Cette reconnaissance a déjà pris fin\u00a0: rechargez la page."]


# --- the adversarial stage


def test_R10_a_procedure_tells_its_grounds_and_leaves_the_delay_of_the_rules() -> None:
    right = granted()
    made = notice(right)
    assert (made.told_on, made.answer_by) == (after(10).date(), after(40).date())
    letter = Letter.objects.get(kind="notice")
    assert (letter.notice, letter.dated_on) == (made, after(10).date())
    assert fresh(right).ends_on == TERM


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"grounds": " \n"}, "grounds"), ({"kind": "autre"}, "kind"), ({"answer_by": after(10).date()}, "answer_by")],
)
def test_R14_a_procedure_without_grounds_kind_or_delay_is_refused(fields: dict[str, Any], field: str) -> None:
    right = granted()
    with pytest.raises(ValidationError) as error:
        notice(right, **fields)
    assert list(said(error)) == [field]
    assert (Notice.objects.count(), Letter.objects.filter(kind="notice").count()) == (0, 0)


def test_R10_one_procedure_at_a_time() -> None:
    right = granted()
    made = notice(right)
    with pytest.raises(ValidationError):
        notice(right)
    ending.drop_notice(notice=made, reason="L’organisme a rouvert.", at=after(12), actor=None)
    assert notice(right, at=after(13)).pk != made.pk


def test_R14_nothing_is_decided_before_the_answer_or_the_end_of_its_delay() -> None:
    right = granted()
    made = notice(right)
    for at in (after(10), after(40)):
        with pytest.raises(ValidationError) as error:
            annul(made, at)
        assert "L’organisme peut répondre jusqu’à la fin du" in said(error)[0]
    assert fresh(right).ends_on == TERM
    annul(made, after(41))
    assert (fresh(right).ends_on, fresh(right).end_reason) == (after(41).date(), "repealed")


def test_R14_an_answer_lets_decide_before_the_end_of_the_delay() -> None:
    made = notice(granted())
    ending.record_answer(notice=made, answer="Nous rouvrons.", answered_on=after(15).date(), at=after(16), actor=None)
    assert annul(made, after(17)).kind == "repeal"


def test_R14_an_answer_is_dated_between_the_notice_and_today_and_kept_once() -> None:
    made = notice(granted())
    for day, field in ((after(9).date(), "answered_on"), (after(17).date(), "answered_on")):
        with pytest.raises(ValidationError) as error:
            ending.record_answer(notice=made, answer="Oui.", answered_on=day, at=after(16), actor=None)
        assert list(said(error)) == [field]
    with pytest.raises(ValidationError) as error:
        ending.record_answer(notice=made, answer=" ", answered_on=after(15).date(), at=after(16), actor=None)
    assert list(said(error)) == ["answer"]
    ending.record_answer(notice=made, answer="Oui.", answered_on=after(15).date(), at=after(16), actor=None)
    with pytest.raises(ValidationError):
        ending.record_answer(notice=made, answer="Non.", answered_on=after(15).date(), at=after(16), actor=None)


@pytest.mark.parametrize("left", ["grounds", "deliberation_number", "signatory", "signatory_title"])
def test_R14_an_annulment_without_ground_number_or_signatory_is_refused(left: str) -> None:
    right = granted()
    made = notice(right)
    with pytest.raises(ValidationError) as error:
        annul(made, after(41), **{left: " "})
    assert list(said(error)) == [left]
    assert (fresh(right).end_reason, Letter.objects.filter(kind="repeal").count()) == ("", 0)


def test_R14_an_annulment_letter_without_its_appeal_block_is_refused_and_nothing_is_annulled() -> None:
    right = granted()
    made = notice(right)
    Rule.objects.filter(key="appeal").update(value=" ")
    with pytest.raises(ValidationError):
        annul(made, after(41))
    assert (fresh(right).ends_on, Decision.objects.filter(kind="repeal").count()) == (TERM, 0)


def test_R14_a_withdrawal_is_decided_within_four_months_of_the_grant() -> None:
    right = granted()  # decided on 6 December 2027
    assert withdrawal_limit(right) == dt.date(2028, 4, 6)
    made = notice(right, "withdrawal")
    with pytest.raises(ValidationError) as error:
        annul(made, paris(dt.date(2028, 4, 7)))
    assert "abandonnez cette procédure" in said(error)[0]
    annul(made, paris(dt.date(2028, 4, 6)))
    assert (fresh(right).end_reason, fresh(right).ends_on) == ("withdrawn", dt.date(2028, 4, 6))


def test_R14_a_withdrawal_that_leaves_no_time_to_decide_is_not_begun() -> None:
    right = granted()
    with pytest.raises(ValidationError) as error:
        notice(right, "withdrawal", at=paris(dt.date(2028, 3, 7)))  # thirty days lead to 6 April
    assert list(said(error)) == ["kind"]
    assert notice(right, "withdrawal", at=paris(dt.date(2028, 3, 6))).answer_by == dt.date(2028, 4, 5)


def test_R14_four_months_from_the_31st_of_october_end_with_february() -> None:
    right = granted()
    Decision.objects.filter(pk=right.granted_by_id)  # the day of the decision alone counts
    right.granted_by.decided_on = dt.date(2027, 10, 31)
    assert withdrawal_limit(right) == dt.date(2028, 2, 29)


def test_R13_an_annulment_is_decided_once_and_a_dropped_procedure_never() -> None:
    right = granted()
    made = notice(right)
    annul(made, after(41))
    with pytest.raises(ValidationError) as error:
        annul(made, after(41))
    assert said(error) == ["Cette procédure a déjà sa décision."]
    other = granted()
    dropped = notice(other)
    with pytest.raises(ValidationError) as error:
        ending.drop_notice(notice=dropped, reason="", at=after(11), actor=None)
    assert list(said(error)) == ["reason"]
    ending.drop_notice(notice=dropped, reason="Réglé.", at=after(11), actor=None)
    with pytest.raises(ValidationError) as error:
        annul(dropped, after(41))
    assert said(error) == ["Cette procédure est abandonnée."]
    assert fresh(other).end_reason == ""


def test_R14_the_day_decided_is_neither_to_come_nor_within_the_delay() -> None:
    made = notice(granted())
    for day in (after(42).date(), after(9).date()):
        with pytest.raises(ValidationError) as error:
            annul(made, after(41), decided_on=day)
        assert list(said(error)) == ["decided_on"]
    with pytest.raises(ValidationError):
        annul(made, after(45), decided_on=after(40).date())
    assert annul(made, after(45), decided_on=after(41).date()).decided_on == after(41).date()


def test_R10_what_is_kept_alive_can_be_annulled() -> None:
    right = granted()
    renewal_of(right)
    made = notice(right, at=paris(TERM - 60 * DAY))
    ending.keep_alive(recognition=right, at=paris(TERM))
    annul(made, paris(dt.date(2029, 1, 5)))
    assert (fresh(right).ends_on, fresh(right).end_reason) == (dt.date(2029, 1, 5), "repealed")


def test_R14_the_database_refuses_an_annulment_without_notice_or_ground() -> None:
    right = granted()
    made = notice(right)
    values = {
        "kind": "repeal", "recognition": right, "decided_on": after(41).date(), "recorded_at": after(41),
        "grounds": GROUNDS, "notice": made,
    } | SIGNED  # fmt: skip
    for wrong in ({"notice": None}, {"grounds": " "}, {"signatory": ""}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Decision.objects.create(**values | wrong)
    decision = Decision.objects.create(**values)
    with pytest.raises(DatabaseError), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(grounds="Autre chose.")


def test_R14_the_database_refuses_a_procedure_without_delay_or_ground() -> None:
    right = granted()
    values = {"recognition": right, "kind": "repeal", "grounds": GROUNDS, "told_on": TOLD.date()}
    for wrong in ({"answer_by": TOLD.date()}, {"answer_by": after(30).date(), "grounds": "\n "}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Notice.objects.create(**values | wrong)
