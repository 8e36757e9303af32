"""A dossier sent back: the request and its answer stay to be read, what was received is acknowledged (R5, R13, R14)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from core.models import OutboxMail
from recognition.models import Candidature, Letter, PieceRequest, Rule
from recognition.services.attaching import attach
from recognition.services.depositing import answer_request, deposit
from recognition.services.transitions import locked, move
from recognition.views.messages import lines_of
from tests.recognition import dossiers as d
from tests.recognition import letter_world

pytestmark = pytest.mark.django_db
LATER = d.AT + dt.timedelta(days=3)


@pytest.fixture
def sent_back() -> Candidature:
    """Deposited, asked for a clearer note, sent back with one three days later."""
    letter_world.rules()
    dossier = d.whole()
    user = d.manager_of(dossier)
    deposit(candidature=dossier, user=user, name="Une Personne", title="Directrice", at=d.AT)
    dossier.refresh_from_db()
    PieceRequest.objects.create(
        candidature=dossier, items=["Une note plus claire"], reason="Les horaires manquent.", asked_at=d.AT,
        due_on=LATER.date(),
    )  # fmt: skip
    held = locked(dossier, {"deposited"})
    move(held, "incomplete", kind="asked", text="Demande.", at=d.AT, actor=None)
    attach(candidature=held, kind="note", upload=d.upload("neuve.pdf"), user=user, at=LATER)
    return answer_request(candidature=held, text="La voici.", user=user, at=LATER)


def test_R14_what_is_sent_back_is_acknowledged_by_a_letter_and_a_mail(sent_back: Candidature) -> None:
    kept = sent_back.snapshots.get(moment="answer")
    letter = Letter.objects.get(key=f"completed:{kept.pk}")
    assert (letter.kind, letter.candidature) == ("completed", sent_back)
    files = letter.content["after"][0]["items"][0]["files"]
    assert [file["sha256"] for file in files] == [sent_back.attachments.get(kind="note", replaced_at=None).sha256]
    mails = OutboxMail.objects.filter(key__startswith=f"candidature-completed:{kept.pk}")
    assert mails.count() == 2  # the manager, the contact of the dossier


def test_R14_a_rule_left_empty_does_not_keep_a_dossier_from_being_sent_back(sent_back: Candidature) -> None:
    PieceRequest.objects.create(
        candidature=sent_back, items=["Autre chose"], reason="Il le faut.", asked_at=LATER, due_on=LATER.date()
    )
    held = locked(sent_back, {"deposited"})
    move(held, "incomplete", kind="asked", text="Demande.", at=LATER, actor=None)
    Rule.objects.filter(key="service_phone").update(value="")
    again = LATER + dt.timedelta(days=1)
    user = d.manager_of(sent_back)
    assert answer_request(candidature=sent_back, text="Voilà.", user=user, at=again).state == "deposited"
    assert Letter.objects.filter(kind="completed").count() == 1
    assert sent_back.acts.filter(kind="receipt_failed", shown=False).count() == 1


def test_R13_the_request_and_its_answer_stay_in_the_thread(sent_back: Candidature) -> None:
    assert [(str(line.side), line.items, line.text) for line in lines_of(sent_back)] == [
        ("region", ("Une note plus claire",), "Les horaires manquent."),
        ("candidate", (), "La voici."),
    ]
    client = Client()
    client.force_login(d.manager_of(sent_back))
    page = client.get(reverse("candidature_messages", args=[sent_back.public_id])).content.decode()
    assert "Une note plus claire" in page
    assert "La voici." in page


def test_R14_the_page_of_the_receipt_lists_what_came_afterwards(sent_back: Candidature) -> None:
    client = Client()
    client.force_login(d.manager_of(sent_back))
    answer = client.get(reverse("candidature_receipt", args=[sent_back.public_id]))
    later = answer.context["answers"]
    assert [(one["request"].answer, [file["label"] for file in one["files"]]) for one in later] == [
        ("La voici.", ["Note de présentation"]),
    ]
    year = sent_back.campaign.year - 1
    assert [file["label"] for file in answer.context["files"]] == [
        f"Comptes de l’année {year}", f"Rapport d’activité de l’année {year}", "Note de présentation",
    ]  # fmt: skip
    text = answer.content.decode()
    assert later[0]["files"][0]["sha256"] in text
    assert reverse("candidature_letter", args=[sent_back.public_id, later[0]["letter"].public_id]) in text
    assert "serait réputée rejetée" in text
