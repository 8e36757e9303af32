"""What the desk says of a decided dossier, and what it announces: never what is no longer true (R7, R10, R13, S3)."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from core import desk
from recognition import due
from recognition.dossier_step import step_of
from recognition.models import Act, Candidature, Letter, LetterKind, Recognition, Sitting
from tests.factories import region_staff
from tests.recognition import life_world as life
from tests.recognition.sittings import COUNCIL_DAY, bodies, ready, sitting

pytestmark = pytest.mark.django_db


def test_R7_a_decision_to_notify_says_that_its_letter_is_to_leave() -> None:
    decision = life.decided()
    step = step_of(Candidature.objects.get(decisions=decision), life.TOLD.date())
    assert (step.title, step.link) == ("Notifier la décision", "Voir la décision")
    assert "La lettre part d’elle-même le lendemain de la saisie." in step.text


def test_R10_a_dossier_granted_says_its_letter_then_what_became_of_the_recognition() -> None:
    right = life.granted()
    dossier, day = Candidature.objects.get(pk=right.candidature_id), life.after(200).date()
    letter = Letter.objects.get(kind=LetterKind.GRANT)
    step = step_of(dossier, day)
    assert (step.title, step.link) == ("Reconnaissance en vigueur", "Voir la reconnaissance")
    assert f"notifiée le 15 décembre 2027 par la lettre n°\u00a0{letter.number}." in step.text
    assert "lendemain" not in step.text
    Recognition.objects.filter(pk=right.pk).update(suspended_since=dt.date(2028, 3, 1))
    step = step_of(dossier, day)
    assert step.title == "Reconnaissance suspendue"
    assert step.text.endswith("Elle est suspendue depuis le 1er mars 2028.")
    ended = {"suspended_since": None, "ends_on": dt.date(2028, 4, 2), "end_reason": Recognition.End.REPEALED}
    Recognition.objects.filter(pk=right.pk).update(**ended)
    assert step_of(dossier, day).text.endswith("Elle est abrogée depuis le 2 avril 2028.")


def test_R13_what_an_organisation_did_is_said_to_be_its_doing() -> None:
    assert Act(actor_label="compte").by == "l’organisme"
    assert Act(actor_label="Région").by == "Région"


def test_S3_the_first_page_says_the_sitting_to_prepare_and_how_many_dossiers_it_has() -> None:
    council, _, _ = bodies()
    sitting(council, COUNCIL_DAY, ready("Ambre"))
    user = region_staff()
    with time_machine.travel(dt.datetime.combine(COUNCIL_DAY - dt.timedelta(days=20), dt.time(9), dt.UTC)):
        line = next(line for line in desk.waiting("region", user) if line["key"] == "sittings-coming")
        assert (line["title"], line["count"], line["detail"]) == (
            "Séance à préparer, dans les 30 jours", 1, "Conseil d’Orientation le 20 septembre 2027, 1 dossier",
        )  # fmt: skip
    with time_machine.travel(dt.datetime.combine(COUNCIL_DAY - dt.timedelta(days=40), dt.time(9), dt.UTC)):
        assert not due.soon(Sitting.objects.all()).exists()
