"""Visits: planned, told criterion by criterion, their gaps followed until they are mended (R10)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from core.models import OutboxMail
from members.models import QualityCriterion
from recognition.models import Act, Finding, Recognition, Visit
from recognition.services.visiting import (
    Seen,
    add_finding,
    cancel_visit,
    change_visit,
    plan_visit,
    record_visit,
    resolve,
)
from tests.recognition import dossiers
from tests.recognition.life_world import TOLD, after, granted
from tests.recognition.sittings import ready

pytestmark = pytest.mark.django_db
DAY = after(10).date()


def visit(right: Recognition, **fields: Any) -> Visit:
    return plan_visit(**{"recognition": right, "planned_on": DAY, "at": TOLD, "actor": None} | fields)


def criterion(right: Recognition, key: str = "accueil", article: str = "2.b") -> QualityCriterion:
    return QualityCriterion.objects.create(
        charter=right.candidature.charter, key=key, order=1, title=key.capitalize(), text="Texte.", article=article,
        kind="value", applies_to="all",
    )  # fmt: skip


def gap(of: QualityCriterion, severity: str = "minor", **fields: Any) -> Seen:
    return Seen(**{"criterion": of, "severity": severity, "corrective": "Ouvrir un bureau.",
                   "due_on": after(60).date()} | fields)  # fmt: skip


def done(right: Recognition, *seen: Seen) -> Visit:
    made = visit(right)
    return record_visit(visit=made, done_on=DAY, report="Tout a été vu.", at=after(11), actor=None, seen=seen)


def fields_of(error: Any) -> list[str]:
    return list(error.value.message_dict)


def test_R10_a_visit_is_planned_at_any_time_of_a_recognition_or_of_a_candidate() -> None:
    right = granted()
    made = visit(right, site_name="Le bureau d’Épinal")
    assert (made.state, made.recognition, made.site_name) == ("planned", right, "Le bureau d’Épinal")
    candidate = plan_visit(candidature=ready(), planned_on=DAY, at=TOLD, actor=None)
    assert candidate.recognition is None
    assert Act.objects.filter(kind="visit_planned").count() == 2


def test_R10_a_visit_of_nothing_of_a_draft_or_of_another_century_is_refused() -> None:
    right = granted()
    draft = ready(state="draft", receipt_number="", deposited_at=None)
    for wrong in ({"recognition": None}, {"recognition": None, "candidature": draft}):
        with pytest.raises(ValidationError):
            visit(right, **wrong)
    with pytest.raises(ValidationError) as error:
        visit(right, planned_on=dt.date(2127, 12, 20))
    assert fields_of(error) == ["planned_on"]


def test_R10_its_report_lists_the_gaps_and_the_organisation_is_told_once() -> None:
    right = granted()
    made = done(right, gap(criterion(right)), gap(criterion(right, "locaux", "2.d"), "major"),
                Seen(criterion(right, "gratuite", "2.a"), "met"))  # fmt: skip
    assert (made.state, made.done_on, made.findings.count()) == ("done", DAY, 3)
    told = Act.objects.get(kind="visited")
    assert told.text == "Visite du 25 décembre 2027\u00a0: 1 écart majeur et 1 écart mineur à corriger."
    mails = OutboxMail.objects.filter(key__startswith=f"visit:{made.pk}:")
    assert [mail.to for mail in mails] == ["contact@maison.invalid"]
    with pytest.raises(ValidationError) as error:
        record_visit(visit=made, done_on=DAY, report="Encore.", at=after(11), actor=None)
    assert error.value.messages == ["Cette visite n’est plus à faire\u00a0: rechargez la page."]


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"done_on": after(12).date()}, "done_on"), ({"report": " \n "}, "report")],
)
def test_R10_a_visit_to_come_or_without_report_is_not_told(fields: dict[str, Any], field: str) -> None:
    made = visit(granted())
    values = {"done_on": DAY, "report": "Vu.", "at": after(11), "actor": None}
    with pytest.raises(ValidationError) as error:
        record_visit(visit=made, **values | fields)
    assert fields_of(error) == [field]
    assert Visit.objects.get().state == "planned"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"corrective": " "}, "corrective"), ({"due_on": None}, "due_on"), ({"due_on": DAY}, "due_on"),
        ({"severity": "grave"}, "severity"),
    ],
)  # fmt: skip
def test_R10_a_gap_says_what_to_mend_and_by_when(fields: dict[str, Any], field: str) -> None:
    right = granted()
    with pytest.raises(ValidationError) as error:
        done(right, gap(criterion(right), **fields))
    assert fields_of(error) == [field]


def test_R15_a_criterion_of_another_version_is_refused() -> None:
    right = granted()
    other = dossiers.charter("une-autre").qualitycriterions.get(key="gratuite")
    with pytest.raises(ValidationError) as error:
        done(right, gap(other))
    assert fields_of(error) == ["severity"]


def test_R10_a_finding_is_written_again_and_one_criterion_has_one() -> None:
    right = granted()
    of = criterion(right)
    made = done(right, gap(of))
    add_finding(visit=made, seen=Seen(of, "met", "Le bureau est ouvert."), at=after(20), actor=None)
    found = Finding.objects.get()
    assert (found.severity, found.corrective, found.due_on) == ("met", "", None)


def test_R10_a_finding_waits_for_the_visit_to_be_told() -> None:
    right = granted()
    with pytest.raises(ValidationError):
        add_finding(visit=visit(right), seen=gap(criterion(right)), at=after(20), actor=None)


def test_R10_a_gap_is_mended_once_with_how_and_when() -> None:
    right = granted()
    done(right, gap(criterion(right)))
    finding = Finding.objects.get()
    for values, field in (
        ({"resolution": " "}, "resolution"), ({"on": after(31).date()}, "on"), ({"on": after(9).date()}, "on"),
    ):  # fmt: skip
        with pytest.raises(ValidationError) as error:
            resolve(**{"finding": finding, "resolution": "Ouvert.", "on": after(30).date(), "at": after(30),
                       "actor": None} | values)  # fmt: skip
        assert fields_of(error) == [field]
    resolve(finding=finding, resolution="Ouvert.", on=after(30).date(), at=after(30), actor=None)
    with pytest.raises(ValidationError):
        resolve(finding=finding, resolution="Ouvert.", on=after(30).date(), at=after(30), actor=None)
    finding.refresh_from_db()
    assert (finding.resolved_on, finding.resolution) == (after(30).date(), "Ouvert.")


def test_R10_moved_or_cancelled_while_it_is_planned_only() -> None:
    made = visit(granted())
    change_visit(visit=made, planned_on=after(15).date(), site_name="", visitors="Deux personnes", at=TOLD, actor=None)
    made.refresh_from_db()
    assert (made.planned_on, made.visitors) == (after(15).date(), "Deux personnes")
    with pytest.raises(ValidationError) as error:
        cancel_visit(visit=made, reason=" ", at=TOLD, actor=None)
    assert fields_of(error) == ["reason"]
    cancel_visit(visit=made, reason="Neige.", at=TOLD, actor=None)
    with pytest.raises(ValidationError):
        change_visit(visit=made, planned_on=DAY, site_name="", visitors="", at=TOLD, actor=None)


def test_R10_the_database_refuses_a_visit_told_without_report_and_a_gap_without_date() -> None:
    right = granted()
    made = visit(right)
    with pytest.raises(DatabaseError), transaction.atomic():
        Visit.objects.filter(pk=made.pk).update(state="done", done_on=DAY)
    with pytest.raises(DatabaseError), transaction.atomic():
        Finding.objects.create(visit=made, criterion=criterion(right), severity="major", corrective="Ouvrir.")
