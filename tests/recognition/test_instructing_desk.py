"""An officer follows a dossier from the queue to the bodies, told what is wrong beside its field (R5, R13, R15, S3)."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client
from openpyxl import load_workbook

from accounts.models import User
from core import desk
from core.models import JournalEntry, OutboxMail
from members.models import Mandate
from recognition import queue
from recognition.clock import day_of
from recognition.models import Act, Assessment, Attachment, Candidature, Message, PieceRequest, PrivateNote
from recognition.rules import may_read_examination
from recognition.services import instructing
from recognition.services.attaching import attach
from recognition.services.checking import criteria_of
from recognition.services.depositing import answer_request, deposit, withdraw
from recognition.services.messaging import send_message
from recognition.services.saving import save_answer
from tests.factories import agency, officer, person, region_staff
from tests.recognition.dossiers import AT, first_site, manager_of, started, upload, whole
from tests.recognition.sittings import state

pytestmark = pytest.mark.django_db
LIST = "/admin/recognition/candidature/"
NOW = AT + dt.timedelta(days=80)  # 3 June 2027
TODAY = day_of(NOW)
DAYS = dt.timedelta(days=10)
DUE = "2027-06-18"
MOVED = "Ce dossier a changé depuis que vous avez ouvert la page\u00a0: relisez-le, puis recommencez si besoin."


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def user() -> User:
    return region_staff(name="Sam Élan")


@pytest.fixture
def staff(user: User) -> Client:
    return client_of(user)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def deposited(at: dt.datetime = AT, **fields: Any) -> Candidature:
    dossier = whole(at=at, **fields)
    return deposit(candidature=dossier, user=manager_of(dossier), name="Une Personne", title="Présidente", at=at)


def asked(dossier: Candidature, days: int = 15, at: dt.datetime = NOW) -> PieceRequest:
    return instructing.ask(
        candidature=dossier, items=["Les comptes signés"], reason="La signature manque.",
        due_on=day_of(at) + dt.timedelta(days=days), at=at, actor=None,
    )  # fmt: skip


def complete(**fields: Any) -> Candidature:
    return instructing.declare_complete(candidature=deposited(**fields), at=NOW, actor=None)


def assessed(dossier: Candidature, user: User) -> Candidature:
    for criterion in criteria_of(dossier.charter):
        instructing.assess(candidature=dossier, criterion=criterion, site=None, level="met", user=user, at=NOW)
    return dossier


def text_of(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:1500]
    return unescape(answer.content.decode())


def page(client: Client, dossier: Candidature, tail: str = "change/", status: int = 200) -> str:
    return text_of(client.get(f"{LIST}{dossier.pk}/{tail}"), status)


def seen(client: Client, dossier: Candidature) -> str:
    """What the page was made from, as its forms carry it."""
    return str(client.get(f"{LIST}{dossier.pk}/change/").context["seen"])


def post(client: Client, dossier: Candidature, tail: str, status: int = 302, **data: Any) -> Any:
    answer = client.post(f"{LIST}{dossier.pk}/{tail}", data)
    assert answer.status_code == status, answer.content.decode()[:1500]
    return answer


def errors(answer: Any, prefix: str) -> dict[str, list[str]]:
    """What the page says beside the fields of the form whose identifiers begin so."""
    found = re.findall(rf'<ul class="errorlist[^"]*" id="id_{prefix}[_-](\w+)_error">(.*?)</ul>', text_of(answer), re.S)
    return {name: re.findall(r"<li>(.*?)</li>", lines) for name, lines in found}


def above(answer: Any, status: int = 200) -> list[str]:
    return re.findall(r'<ul class="errorlist nonfield">\s*<li>(.*?)</li>', text_of(answer, status), re.S)


def step(client: Client, dossier: Candidature) -> tuple[str, set[str]]:
    """What the page says is to be done, and what it offers."""
    context = client.get(f"{LIST}{dossier.pk}/change/").context
    return context["step"].said, set(context["acts"])


def line(dossier: Candidature, **typed: dict[str, str]) -> dict[str, Any]:
    """A page of the grid as it was opened empty, with what is typed of some criteria, by key."""
    from recognition.services.grid import stamp

    data: dict[str, str] = {}
    for criterion in criteria_of(dossier.charter):
        said = {"level": "", "comment": "", "seen": stamp("", "")} | typed.get(criterion.key.replace("-", "_"), {})
        data |= {f"c{criterion.pk}-{name}": value for name, value in said.items()}
    return data


# --- the path of an officer


def test_R5_from_the_queue_to_ready_by_the_pages_alone(staff: Client, user: User) -> None:
    dossier = deposited()
    listed = text_of(staff.get(LIST))
    assert f'href="{LIST}{dossier.pk}/change/' in listed
    assert step(staff, dossier) == ("À faire\u00a0: vérifier que le dossier est complet", {"complete", "ask", "drop"})
    post(staff, dossier, "complet/", seen=seen(staff, dossier), sure="on")
    assert state(dossier) == "complete"
    assert step(staff, dossier) == ("À faire\u00a0: remplir la grille de qualité", {"grid", "ask", "drop"})
    met = {"level": "met", "comment": "Vu."}
    post(staff, dossier, "grille/", **line(dossier, gratuite=met, membre_coordination=met))
    assert list(Assessment.objects.values_list("level", "comment", "assessed_by")) == [("met", "Vu.", user.pk)] * 2
    assert step(staff, dossier)[0] == "À faire\u00a0: déclarer le dossier prêt"
    post(staff, dossier, "pret/", seen=seen(staff, dossier))
    assert state(dossier) == "ready"
    assert step(staff, dossier) == ("À faire\u00a0: inscrire le dossier à une séance", {"reopen"})
    assert list(Act.objects.filter(candidature=dossier, automatic=False).values_list("kind", flat=True)) == [
        "started", "deposited", "complete", "ready"
    ]  # fmt: skip


def test_R5_one_button_says_met_of_all_that_is_left_and_the_full_grid_offers_what_comes_next(staff: Client) -> None:
    dossier = complete()
    assert "Le dossier est prêt pour avis" not in page(staff, dossier, "grille/")
    unmet = {"level": "unmet", "comment": "Payant."}
    post(staff, dossier, "grille/", rest="1", **line(dossier, gratuite=unmet))
    levels = dict(Assessment.objects.values_list("criterion__key", "level"))
    assert sorted(levels.values()) == ["met"] * (len(levels) - 1) + ["unmet"]
    assert len(levels) == len(criteria_of(dossier.charter))
    assert levels["gratuite"] == "unmet"  # what was chosen stays
    said = page(staff, dossier, "grille/")
    assert f"<span>{len(levels)} sur {len(levels)}</span>" in said
    post(staff, dossier, "pret/", seen=re.findall(r'name="seen" value="(\w+)"', said)[0])
    assert state(dossier) == "ready"


def test_R5_a_request_goes_back_with_what_why_and_until_when(staff: Client) -> None:
    dossier = deposited()
    OutboxMail.objects.all().delete()
    post(staff, dossier, "demander/", items="Les comptes signés\n\nUn plan d’accès", reason="Illisibles.", due_on=DUE,
         seen=seen(staff, dossier))  # fmt: skip
    request = PieceRequest.objects.get()
    assert (request.items, request.reason, str(request.due_on), request.asked_by_label) == (
        ["Les comptes signés", "Un plan d’accès"], "Illisibles.", DUE, "Région",
    )  # fmt: skip
    assert step(staff, dossier) == ("L’organisme complète son dossier", {"extend"})
    assert OutboxMail.objects.count() == 2
    answer_request(candidature=dossier, text="Voilà.", user=manager_of(dossier), at=NOW)
    assert step(staff, dossier)[0] == "À faire\u00a0: relire ce qui a été complété"
    assert "Voilà." in page(staff, dossier)


def test_S4_a_request_refused_says_why_beside_each_field_and_keeps_what_was_typed(staff: Client) -> None:
    dossier = deposited()
    mark = seen(staff, dossier)
    empty = post(staff, dossier, "demander/", 200, items=" ", reason="", due_on="", seen=mark)
    assert errors(empty, "demande") == {
        "items": ["Dites ce qui est demandé, une chose par ligne."],
        "reason": ["Dites pourquoi\u00a0: l’organisme le lira."], "due_on": ["Donnez un jour."],
    }  # fmt: skip
    past = post(staff, dossier, "demander/", 200, items="Les comptes", reason="Un mot à garder", due_on="2027-06-03",
                seen=mark)  # fmt: skip
    assert errors(past, "demande") == {"due_on": ["Laissez au moins jusqu’à demain."]}
    assert "Un mot à garder" in text_of(past)
    assert (state(dossier), PieceRequest.objects.count()) == ("deposited", 0)


def test_R2_what_lacks_is_listed_and_the_dossier_cannot_be_declared_complete(staff: Client) -> None:
    dossier = deposited()
    dossier.sites.update(services=["accueil"], name="Le lieu")
    assert step(staff, dossier) == ("À faire\u00a0: demander ce qui manque", {"ask", "drop"})
    assert "Le lieu\u00a0: le premier conseil n’est pas coché." in page(staff, dossier)
    post(staff, dossier, "complet/", seen=seen(staff, dossier), sure="on")
    assert state(dossier) == "deposited"


def test_S4_an_organisation_is_not_told_that_its_dossier_is_complete_by_one_slip_of_a_mouse(staff: Client) -> None:
    dossier = deposited()
    OutboxMail.objects.all().delete()
    said = post(staff, dossier, "complet/", 200, seen=seen(staff, dossier))
    assert errors(said, "complet") == {"sure": ["Relisez, puis cochez cette case."]}
    assert (state(dossier), OutboxMail.objects.count()) == ("deposited", 0)


def test_R5_the_time_to_answer_a_request_may_be_made_longer_and_the_organisation_is_told(staff: Client) -> None:
    dossier = deposited()
    request = asked(dossier)
    OutboxMail.objects.all().delete()
    same = post(staff, dossier, "prolonger/", 200, due_on=DUE)
    assert errors(same, "delai") == {"due_on": ["Donnez un jour à venir, après le 18 juin 2027."]}
    post(staff, dossier, "prolonger/", due_on="2027-07-02")
    request.refresh_from_db()
    assert (str(request.due_on), state(dossier)) == ("2027-07-02", "incomplete")
    assert {mail.key.split(":")[0] for mail in OutboxMail.objects.all()} == {"candidature-extended"}
    assert Act.objects.filter(candidature=dossier, kind="extended", shown=True).get().text == (
        "Délai pour compléter le dossier\u00a0: jusqu’à la fin du 2 juillet 2027."
    )
    assert JournalEntry.objects.get(verb="candidature.extend").changes == {"due_on": [DUE, "2027-07-02"]}


def test_R5_while_the_organisation_completes_its_message_is_still_to_be_read(staff: Client, user: User) -> None:
    dossier = deposited()
    asked(dossier)
    send_message(candidature=dossier, side="candidate", text="Un délai ?", author=manager_of(dossier), at=NOW)
    assert step(staff, dossier)[0] == "À faire\u00a0: lire le message de l’organisme"
    send_message(candidature=dossier, side="region", text="Oui.", author=user, at=NOW)
    assert Message.objects.filter(side="candidate", read_at=None).count() == 0  # answering is having read
    assert step(staff, dossier)[0] == "L’organisme complète son dossier"


def test_R7_a_criterion_not_reached_is_said_before_the_dossier_goes_to_the_bodies(staff: Client, user: User) -> None:
    dossier = assessed(complete(), user)
    criterion = criteria_of(dossier.charter)[0]
    instructing.assess(
        candidature=dossier, criterion=criterion, site=None, level="unmet", comment="Non.", user=user, at=NOW
    )
    assert '<b class="desk-badge level-unmet">1 critère non atteint</b>' in page(staff, dossier)
    post(staff, dossier, "pret/", seen=seen(staff, dossier))
    assert '<b class="desk-badge level-unmet">1 critère non atteint</b>' in page(staff, dossier)


def test_R5_a_late_answer_is_said_and_the_dossier_may_be_dropped_then_only(staff: Client) -> None:
    dossier = deposited()
    asked(dossier, days=10)
    typed: dict[str, Any] = {"reason": "Aucune réponse.", "sure": "on"}
    early = post(staff, dossier, "classer/", 200, seen=seen(staff, dossier), **typed)
    assert early.context["kept"] == ["Aucune réponse."]
    with time_machine.travel(NOW + dt.timedelta(days=11), tick=False):
        assert step(staff, dossier) == (
            "À faire\u00a0: relancer l’organisme, ou classer", {"drop", "extend"},
        )  # fmt: skip
        unsure = post(staff, dossier, "classer/", 200, seen=seen(staff, dossier), reason="Aucune réponse.")
        assert errors(unsure, "classement") == {"sure": ["Relisez, puis cochez cette case."]}
        post(staff, dossier, "classer/", seen=seen(staff, dossier), **typed)
    assert state(dossier) == "dropped"


def test_R1_a_draft_is_dropped_from_its_page_with_a_reason_and_its_siret_is_free(staff: Client) -> None:
    draft = started()
    assert step(staff, draft) == ("Pas encore déposé", {"drop"})
    assert "Classer ce brouillon" in page(staff, draft)
    empty = post(staff, draft, "classer/", 200, seen=seen(staff, draft), reason=" ")
    assert errors(empty, "classement") == {
        "reason": ["Dites pourquoi\u00a0: l’organisme le lira."], "sure": ["Relisez, puis cochez cette case."],
    }  # fmt: skip
    typed = {"seen": seen(staff, draft), "reason": "Le SIRET d’un autre.", "sure": "on"}
    answer = staff.post(f"{LIST}{draft.pk}/classer/", typed, follow=True)
    assert "Le brouillon est classé\u00a0: toute son équipe est prévenue" in text_of(answer)
    assert (state(draft), step(staff, draft)[1]) == ("dropped", set())
    typed_at = client_of(person())
    begun = {"siret": draft.siret, "organisation_name": "Le vrai organisme", "not_signatory": "on"}
    answer = typed_at.post("/candidature/commencer/", begun)
    made = Candidature.objects.get(siret=draft.siret, state="draft")
    assert (answer.status_code, answer["Location"]) == (302, made.get_absolute_url())


def test_R1_a_draft_deposited_meanwhile_is_not_dropped_as_one(staff: Client) -> None:
    draft = whole()
    mark = seen(staff, draft)
    deposit(candidature=draft, user=manager_of(draft), name="Une Personne", title="Présidente", at=NOW - DAYS)
    answer = post(staff, draft, "classer/", 200, seen=mark, reason="Le SIRET d’un autre.", sure="on")
    assert (MOVED in text_of(answer), state(draft)) == (True, "deposited")


def test_R13_a_ready_dossier_is_reopened_with_a_reason(staff: Client, user: User) -> None:
    dossier = assessed(complete(), user)
    instructing.make_ready(candidature=dossier, at=NOW, actor=None)
    unsaid = post(staff, dossier, "reprendre/", 200, seen=seen(staff, dossier), reason="")
    assert errors(unsaid, "reprise") == {"reason": ["Dites pourquoi, en quelques mots."]}
    post(staff, dossier, "reprendre/", seen=seen(staff, dossier), reason="Un site a fermé.")
    assert state(dossier) == "complete"
    assert Act.objects.filter(kind="reopened").values_list("text", "shown").get() == (
        "Dossier repris en instruction\u00a0: Un site a fermé.", False
    )  # fmt: skip


def test_R5_unfinished_grid_is_named_when_it_is_declared_ready(staff: Client) -> None:
    dossier = complete()
    answer = staff.post(f"{LIST}{dossier.pk}/pret/", {"seen": seen(staff, dossier)}, follow=True)
    assert (
        "La grille n’est pas remplie\u00a0: «\u00a0Gratuite\u00a0», «\u00a0Texte membre-coordination.\u00a0»."
        in text_of(answer)
    )
    assert state(dossier) == "complete"


# --- two officers


@pytest.mark.parametrize("tail", ["complet/", "demander/", "classer/"])
def test_R13_what_a_colleague_did_meanwhile_is_not_undone_unseen(staff: Client, tail: str) -> None:
    dossier = deposited()
    mark = seen(staff, dossier)
    instructing.declare_complete(candidature=dossier, at=NOW, actor=None)
    typed = {"items": "Les comptes", "reason": "Un mot à garder", "due_on": DUE, "sure": "on", "seen": mark}
    answer = staff.post(f"{LIST}{dossier.pk}/{tail}", typed, follow=True)
    assert MOVED in text_of(answer)
    assert (state(dossier), PieceRequest.objects.count()) == ("complete", 0)
    assert ("Un mot à garder" in text_of(answer)) is (tail != "complet/")


def test_R13_two_officers_on_one_line_of_the_grid_and_nothing_is_overwritten_unseen(staff: Client, user: User) -> None:
    dossier, other = complete(), region_staff(name="Alex Brun")
    opened = line(dossier, gratuite={"level": "partly", "comment": "Payant le samedi."},
                  membre_coordination={"level": "met"})  # fmt: skip
    first = criteria_of(dossier.charter)[0]
    instructing.assess(
        candidature=dossier, criterion=first, site=None, level="unmet", comment="Payant.", user=other, at=NOW
    )
    answer = post(staff, dossier, "grille/", 409, **opened)
    said = text_of(answer, 409)
    assert "Alex Brun a écrit ici depuis que vous avez ouvert la page" in said
    assert "<ins>Payant le samedi.</ins>" in said or "samedi." in said
    rows = Assessment.objects.order_by("criterion__order").values_list("level", "comment", "assessed_by")
    assert list(rows) == [("unmet", "Payant.", other.pk), ("met", "", user.pk)]
    again = {name: field.value() for name, field in _fields(answer).items()}
    post(staff, dossier, "grille/", **again)  # having read it, one's own words may take the place
    assert list(rows.all()) == [("partly", "Payant le samedi.", user.pk), ("met", "", user.pk)]


def _fields(answer: Any) -> dict[str, Any]:
    forms = [held.form for group in answer.context["groups"] for held in group["lines"]]
    return {form.add_prefix(name): form[name] for form in forms for name in form.fields}


def test_R13_a_line_left_as_it_was_does_not_undo_what_a_colleague_wrote(staff: Client, user: User) -> None:
    dossier = complete()
    opened = line(dossier, membre_coordination={"level": "met"})
    first = criteria_of(dossier.charter)[0]
    instructing.assess(candidature=dossier, criterion=first, site=None, level="met", user=user, at=NOW)
    post(staff, dossier, "grille/", **opened)
    assert Assessment.objects.count() == 2


def test_R5_a_line_refused_does_not_keep_the_others_from_being_saved(staff: Client) -> None:
    dossier = complete()
    answer = post(staff, dossier, "grille/", 200, **line(dossier, gratuite={"level": "met"},
                  membre_coordination={"level": "unmet", "comment": " "}))  # fmt: skip
    second = criteria_of(dossier.charter)[1]
    assert errors(answer, f"c{second.pk}") == {"comment": ["Dites ce qui manque."]}
    assert list(Assessment.objects.values_list("criterion__key", flat=True)) == ["gratuite"]


def test_R5_the_grid_is_filled_site_by_site_and_emptied(staff: Client) -> None:
    dossier = complete(sites=2)
    site = first_site(dossier)
    post(staff, dossier, f"grille/{site.pk}/", **line(dossier, gratuite={"level": "met", "comment": "Ici."}))
    row = Assessment.objects.get()
    assert (row.site, row.level) == (site, "met")
    from recognition.services.grid import stamp

    emptied = {"level": "", "comment": "", "seen": stamp("met", "Ici.")}
    post(staff, dossier, f"grille/{site.pk}/", **line(dossier, gratuite=emptied))
    assert Assessment.objects.count() == 0
    elsewhere = first_site(deposited())
    assert staff.get(f"{LIST}{dossier.pk}/grille/{elsewhere.pk}/").status_code == 404


def test_R15_the_grid_has_the_criteria_of_the_version_the_dossier_was_deposited_against(staff: Client) -> None:
    dossier = complete()
    groups = staff.get(f"{LIST}{dossier.pk}/grille/").context["groups"]
    shown = [held.criterion for group in groups for held in group["lines"]]
    assert [criterion.charter_id for criterion in shown] == [dossier.charter_id] * 2
    assert [criterion.key for criterion in shown] == ["gratuite", "membre-coordination"]


def test_R5_the_grid_is_read_only_before_and_after_the_examination(staff: Client, user: User) -> None:
    dossier = deposited()
    assert staff.get(f"{LIST}{dossier.pk}/grille/").context["writes"] is False
    post(staff, dossier, "grille/", 200, **line(dossier, gratuite={"level": "met"}))
    assert Assessment.objects.count() == 0


# --- messages, notes, who follows


def test_R5_the_thread_is_read_answered_and_told_by_mail(staff: Client) -> None:
    dossier = deposited()
    send_message(candidature=dossier, side="candidate", text="Une question.", author=manager_of(dossier), at=NOW)
    assert "Une question." in page(staff, dossier)
    assert Message.objects.get().read_at is None  # opening the page is not having read it
    OutboxMail.objects.all().delete()
    post(staff, dossier, "message/", text="Une réponse.")
    assert list(Message.objects.values_list("side", "text")) == [
        ("candidate", "Une question."), ("region", "Une réponse.")
    ]  # fmt: skip
    assert Message.objects.get(side="candidate").read_at == NOW
    # To who manages the organisation; the address of the dossier, that nobody checked, is told that words wait.
    assert (OutboxMail.objects.filter(text__contains="Une réponse.").count(), OutboxMail.objects.count()) == (1, 2)
    nothing = post(staff, dossier, "message/", 200, text=" ")
    assert errors(nothing, "message") == {"text": ["Écrivez votre message."]}


def test_R5_messages_are_marked_as_read(staff: Client) -> None:
    dossier = deposited()
    send_message(candidature=dossier, side="candidate", text="Merci.", author=manager_of(dossier), at=NOW)
    post(staff, dossier, "lu/")
    assert Message.objects.get().read_at == NOW


def test_S2_a_note_stays_at_the_desk(staff: Client) -> None:
    dossier = deposited()
    post(staff, dossier, "note/", text="À rappeler mardi.")
    post(staff, dossier, "note/", text="À rappeler mardi.")  # a double click
    assert PrivateNote.objects.count() == 1
    assert "À rappeler mardi." in page(staff, dossier)
    assert "À rappeler" not in text_of(client_of(manager_of(dossier)).get(dossier.get_absolute_url()))


def test_S3_one_takes_a_dossier_or_gives_it_to_a_colleague(staff: Client, user: User) -> None:
    dossier, other = deposited(), region_staff(name="Alex Brun")
    post(staff, dossier, "suivi/", moi="1")
    assert Candidature.objects.get(pk=dossier.pk).assigned_to == user
    post(staff, dossier, "suivi/", to=str(other.pk))
    assert Candidature.objects.get(pk=dossier.pk).assigned_to == other
    refused = post(staff, dossier, "suivi/", 200, to=str(person().pk))
    assert errors(refused, "suivi") == {
        "to": ["Cette personne ne travaille plus pour la Région\u00a0: changez de nom."]
    }


# --- what is read, and by whom


def test_S2_a_file_read_by_the_region_is_journaled_without_its_name(staff: Client, user: User) -> None:
    dossier = deposited()
    file = dossier.attachments.get(kind="note")
    answer: Any = staff.get(f"{LIST}{dossier.pk}/pieces/{file.public_id}/")
    assert b"".join(answer.streaming_content)[:5] == b"%PDF-"
    assert answer["Content-Disposition"] == 'attachment; filename="note.pdf"'
    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
    entry = JournalEntry.objects.get(verb="candidature.read")
    assert (entry.actor_key, entry.target_key) == (str(user.pk), str(dossier.pk))
    assert entry.changes == {"pièce": [None, f"Note de présentation, {file.sha256[:12]}"]}


def test_S2_the_whole_dossier_leaves_in_pdf_and_zip_and_it_is_journaled(staff: Client) -> None:
    dossier = deposited()
    pdf = staff.get(f"{LIST}{dossier.pk}/dossier.pdf")
    assert (pdf.status_code, pdf.content[:5]) == (200, b"%PDF-")
    whole_of_it: Any = staff.get(f"{LIST}{dossier.pk}/dossier.zip")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(whole_of_it.streaming_content)))
    assert len([name for name in archive.namelist() if name.startswith("pieces/")]) == 3
    said = JournalEntry.objects.filter(verb="candidature.archive").order_by("pk").values_list("changes", flat=True)
    assert list(said) == [{"format": [None, "PDF"]}, {"format": [None, "ZIP"]}]


def test_O2_a_draft_is_its_organisation_s_alone(staff: Client) -> None:
    dossier = whole()
    file = dossier.attachments.get(kind="note")
    typed = _typed(dossier)
    assert len(typed) > 15
    shown = [page(staff, dossier), text_of(staff.get(LIST)), page(staff, dossier, "history/")]
    shown += [unescape(staff.post(f"{LIST}export/csv/").content.decode("utf-8-sig"))]
    assert [words for words in typed for said in shown if words in said] == []
    answer = staff.get(LIST)
    listed, request = answer.context["cl"], answer.wsgi_request
    assert [listed.model_admin.shown_sites(row) for row in listed.result_list] == ["–"]
    everything = Candidature.objects.all()
    found = [words for words in typed if listed.model_admin.get_search_results(request, everything, words)[0].exists()]
    assert found == []
    assert listed.model_admin.get_search_results(request, everything, dossier.siret[:9])[0].get() == dossier
    for tail in (f"pieces/{file.public_id}/", "dossier.pdf", "dossier.zip", "grille/", "comparer/"):
        assert staff.get(f"{LIST}{dossier.pk}/{tail}").status_code == 404
    assert staff.post(f"{LIST}{dossier.pk}/note/", {"text": "Non."}).status_code == 404
    gone = withdraw(candidature=dossier, reason="", user=manager_of(dossier), at=NOW)
    assert [words for words in typed if words in page(staff, gone)] == []


def _typed(dossier: Candidature) -> list[str]:
    """The words of a dossier that its organisation alone has read: its own, those of its sites, answers and files."""
    held = [dossier, *dossier.sites.all(), *dossier.answers.all(), *dossier.attachments.all()]
    names = {
        "legal_form", "address", "legal_representative", "contact_name", "contact_email", "presentation", "environment",
        "offer", "coordination", "name", "perimeter", "text", "evidence", "sha256",
    }  # fmt: skip
    found = {str(getattr(row, name, "")) for row in held for name in names}
    return sorted(words for words in found if len(words) > 4 and words not in {"Association"})


def test_O2_what_was_never_deposited_stays_the_organisation_s_once_the_draft_is_dropped(staff: Client) -> None:
    dossier, served = whole(), officer()
    Candidature.objects.filter(pk=dossier.pk).update(agency=served.officer_mandates.get().agency)
    dossier.refresh_from_db()
    file, typed = dossier.attachments.get(kind="note"), _typed(dossier)
    instructing.drop(candidature=dossier, reason="Commencé par erreur.", at=NOW, actor=None)
    said = page(staff, dossier)
    assert "Il n’a pas été déposé\u00a0: ce qu’il contient reste à l’organisme." in said
    assert [words for words in typed if words in said] == []
    for tail in (f"pieces/{file.public_id}/", "dossier.pdf", "dossier.zip", "grille/", "comparer/"):
        assert staff.get(f"{LIST}{dossier.pk}/{tail}").status_code == 404
    assert client_of(served).get(f"{LIST}{dossier.pk}/change/").status_code == 404
    dossier.refresh_from_db()
    assert may_read_examination.test(served, dossier) is False
    team = client_of(manager_of(dossier))
    for tail in ("", "organisme/", "sites/", "criteres/", "pieces/", "messages/"):
        answer = team.get(f"{dossier.get_absolute_url()}{tail}")
        assert answer.status_code == 200, tail
    assert "Commencé par erreur." in text_of(team.get(dossier.get_absolute_url()))
    assert team.get(f"{dossier.get_absolute_url()}pieces/{file.public_id}/").status_code == 200


def test_R13_what_is_typed_while_completing_is_read_once_it_is_sent_back(staff: Client) -> None:
    dossier = deposited()
    asked(dossier)
    boss, criterion = manager_of(dossier), criteria_of(dossier.charter)[0]
    save_answer(candidature=dossier, criterion=criterion, values={"text": "Un secret."}, version=1, user=boss, at=NOW)
    later = NOW + dt.timedelta(minutes=1)
    made = attach(candidature=dossier, kind="extra", upload=upload("plan.pdf"), user=boss, at=later)
    assert "Un secret." not in page(staff, dossier)
    assert "Un secret." not in page(staff, dossier, "grille/")
    assert staff.get(f"{LIST}{dossier.pk}/pieces/{made.public_id}/").status_code == 404
    answer_request(candidature=dossier, text="Voilà.", user=boss, at=later)
    assert "Un secret." in page(staff, dossier)
    assert staff.get(f"{LIST}{dossier.pk}/pieces/{made.public_id}/").status_code == 200


def test_R13_two_states_are_compared_word_by_word(staff: Client) -> None:
    dossier = deposited()
    asked(dossier)
    boss, criterion = manager_of(dossier), criteria_of(dossier.charter)[0]
    save_answer(
        candidature=dossier, criterion=criterion, values={"text": "Oui, toujours."}, version=1, user=boss, at=NOW
    )
    answer_request(candidature=dossier, text="Voilà.", user=boss, at=NOW)
    answer = staff.get(f"{LIST}{dossier.pk}/comparer/")
    said = text_of(answer)
    assert (answer.context["before"].label, answer.context["after"].label) == (
        "déposé le 15 mars 2027", "complété le 3 juin 2027",
    )  # fmt: skip
    assert re.findall(r"<(del|ins)>(.*?)</\1>", said) == [("del", "Oui."), ("ins", "Oui, toujours.")]
    foreign = deposited().snapshots.get()
    assert staff.get(f"{LIST}{dossier.pk}/comparer/?avant={foreign.pk}").status_code == 404


# --- roles


def followed(**fields: Any) -> tuple[Candidature, User]:
    """A deposited dossier, and an officer of its agency."""
    dossier, served = deposited(**fields), officer()
    Candidature.objects.filter(pk=dossier.pk).update(agency=served.officer_mandates.get().agency)
    dossier.refresh_from_db()
    return dossier, served


def test_S3_an_officer_reads_the_dossiers_of_their_agency_and_writes_nothing() -> None:
    dossier, served = followed()
    client, far = client_of(served), client_of(officer())
    assert [row.pk for row in client.get(LIST).context["cl"].queryset] == [dossier.pk]
    assert list(far.get(LIST).context["cl"].queryset) == []
    assert client.get(f"{LIST}{dossier.pk}/change/").context["acts"] == frozenset()
    assert "Notre règlement." in page(client, dossier)
    assert far.get(f"{LIST}{dossier.pk}/change/").status_code == 404
    file = dossier.attachments.get(kind="note")
    for tail in (f"pieces/{file.public_id}/", "grille/", "comparer/", "dossier.zip"):
        assert client.get(f"{LIST}{dossier.pk}/{tail}").status_code == 200
        assert far.get(f"{LIST}{dossier.pk}/{tail}").status_code == 404
    assert JournalEntry.objects.filter(verb="candidature.read", actor_key=str(served.pk)).count() == 1
    for tail in (
        "demander",
        "prolonger",
        "complet",
        "pret",
        "reprendre",
        "classer",
        "suivi",
        "note",
        "message",
        "lu",
        "grille",
    ):
        assert client.post(f"{LIST}{dossier.pk}/{tail}/", {"text": "Non."}).status_code == 403
        assert far.post(f"{LIST}{dossier.pk}/{tail}/", {"text": "Non."}).status_code == 404
    assert client.get(f"{LIST}statistiques/").status_code == 403
    assert (PrivateNote.objects.count(), Message.objects.count(), state(dossier)) == (0, 0, "deposited")


def test_O2_a_draft_of_their_agency_does_not_exist_for_an_officer() -> None:
    dossier, served = whole(), officer()
    Candidature.objects.filter(pk=dossier.pk).update(agency=served.officer_mandates.get().agency)
    assert client_of(served).get(f"{LIST}{dossier.pk}/change/").status_code == 404


@pytest.mark.parametrize("who", ["manager", "citizen"])
def test_O2_nobody_else_enters(who: str) -> None:
    dossier = deposited()
    user = manager_of(dossier) if who == "manager" else person()
    file = dossier.attachments.get(kind="note")
    client = client_of(user)
    for tail in ("", f"{dossier.pk}/change/", f"{dossier.pk}/pieces/{file.public_id}/", f"{dossier.pk}/dossier.zip"):
        assert client.get(f"{LIST}{tail}").status_code == 404
    assert client.post(f"{LIST}{dossier.pk}/complet/").status_code == 404
    assert Client().get(f"{LIST}{dossier.pk}/change/").status_code == 302
    assert Mandate.objects.filter(user=user).exists() is (who == "manager")


# --- the queue


def test_S3_what_waits_for_the_region_comes_first_the_oldest_at_the_top(staff: Client, user: User) -> None:
    recent, old = deposited(at=AT + dt.timedelta(days=2)), deposited()
    answering, late, draft = deposited(), deposited(), started()
    asked(answering)
    asked(late, days=1, at=NOW - dt.timedelta(days=9))
    waits = assessed(complete(), user)
    instructing.make_ready(candidature=waits, at=NOW, actor=None)
    shown = [row.pk for row in staff.get(LIST).context["cl"].queryset]
    assert shown == [old.pk, recent.pk, late.pk, answering.pk, waits.pk, draft.pk]
    rows = {row.pk: row for row in queue.queued(Candidature.objects.all())}
    assert queue.turn(rows[old.pk], TODAY) == "Vérifier s’il est complet."
    assert queue.days_waiting(rows[old.pk], TODAY) == 80
    assert queue.turn(rows[late.pk], TODAY) == "La réponse était attendue le 26 mai 2027."
    assert queue.turn(rows[answering.pk], TODAY) == "L’organisme répond d’ici le 18 juin 2027."
    assert queue.after(old, Candidature.objects.all()) == recent


def test_S3_an_unread_message_puts_a_dossier_among_those_that_wait_for_the_region(staff: Client) -> None:
    dossier = deposited()
    asked(dossier)
    assert [row.pk for row in queue.ours(Candidature.objects.all())] == []
    send_message(candidature=dossier, side="candidate", text="Merci.", author=manager_of(dossier), at=NOW)
    assert [row.pk for row in queue.ours(Candidature.objects.all())] == [dossier.pk]


@pytest.mark.parametrize(
    ("due", "expected"),
    [("a-verifier", {"new"}), ("a-examiner", {"complete"}), ("en-retard", {"late"}), ("messages", {"late"}),
     ("sans-suivi", {"new", "late"}), ("region", {"new", "complete", "late"})],
)  # fmt: skip
def test_S3_each_filter_keeps_what_it_says(staff: Client, user: User, due: str, expected: set[str]) -> None:
    made = {"new": deposited(), "complete": complete(), "late": deposited()}
    asked(made["late"], days=1, at=NOW - dt.timedelta(days=9))
    send_message(candidature=made["late"], side="candidate", text="Oui ?", author=manager_of(made["late"]), at=NOW)
    instructing.assign(candidature=made["complete"], to=user, at=NOW, actor=None)
    shown = {row.pk for row in staff.get(f"{LIST}?due={due}").context["cl"].queryset}
    assert shown == {made[name].pk for name in expected}


def test_S3_filters_by_who_follows_state_campaign_and_agency(staff: Client, user: User) -> None:
    mine, other = deposited(), deposited()
    instructing.assign(candidature=mine, to=user, at=NOW, actor=None)
    place = agency()
    Candidature.objects.filter(pk=other.pk).update(agency=place)
    Candidature.objects.filter(pk=mine.pk).update(agency=agency())

    def shown(query: str) -> set[int]:
        return {row.pk for row in staff.get(f"{LIST}?{query}").context["cl"].queryset}

    assert shown("suivi=moi") == {mine.pk}
    assert shown("suivi=personne") == {other.pk}
    assert shown(f"agency__id__exact={place.pk}") == {other.pk}
    assert shown(f"campaign__id__exact={mine.campaign_id}&state__exact=deposited") == {mine.pk, other.pk}
    assert shown(f"q={mine.siret}") == {mine.pk}


def test_S3_the_first_page_of_the_desk_says_what_waits(user: User) -> None:
    deposited()
    complete()
    lines = {line["key"]: line for line in desk.waiting("region", user)}
    check = lines["dossiers-to-check"]
    assert (check["title"], check["count"], check["url"]) == ("Dossier déposé à vérifier", 1, f"{LIST}?due=a-verifier")
    assert check["late"] is True  # for 80 days
    assert (lines["dossiers-to-assess"]["count"], lines["dossiers-to-assess"]["late"]) == (1, False)
    assert [line["key"] for line in desk.waiting("region", officer()) if line["key"].startswith("dossiers-to")] == []


# --- figures


def test_S3_figures_count_states_delays_and_territories(staff: Client, user: User) -> None:
    dossier = assessed(complete(), user)
    instructing.make_ready(candidature=dossier, at=NOW + dt.timedelta(days=5), actor=None)
    place = agency(name="Agence d’essai")
    Candidature.objects.filter(pk=dossier.pk).update(agency=place)
    asked(deposited(), at=NOW)
    answer = staff.get(f"{LIST}statistiques/")
    text_of(answer)
    states, delays, places = answer.context["tables"]
    assert states.header == ["État", "2027", "Total"]
    assert [row for row in states.rows if row[1]] == [["Total", 2, 2], ["À compléter", 1, 1], ["Prêt pour avis", 1, 1]]
    assert delays.rows == [
        ["Du dépôt au dossier complet", 2027, 80, 1], ["Du dossier complet au dossier prêt pour avis", 2027, 5, 1],
    ]  # fmt: skip
    assert ["Agence d’essai", 1, 1, 0, 0, 0, 0] in places.rows
    assert staff.get(f"{LIST}statistiques/?annee=1999").status_code == 404


def test_S3_figures_leave_in_csv_and_xlsx(staff: Client) -> None:
    deposited()
    csv = staff.get(f"{LIST}statistiques/etats.csv").content.decode("utf-8-sig")
    assert csv.splitlines()[:2] == ["État;2027;Total", "Total;1;1"]
    complete()
    sheet = load_workbook(io.BytesIO(staff.get(f"{LIST}statistiques/delais.xlsx").content)).active
    assert sheet["A2"].value == "Du dépôt au dossier complet"
    assert staff.get(f"{LIST}statistiques/autres.csv").status_code == 404
    assert staff.get(f"{LIST}statistiques/etats.pdf").status_code == 404


# --- budgets


def test_S3_the_queue_and_the_figures_cost_the_same_with_one_and_three_dossiers(
    staff: Client, django_assert_max_num_queries: Any
) -> None:
    def cost(path: str) -> int:
        with django_assert_max_num_queries(60) as captured:
            assert staff.get(path).status_code == 200
        return len(captured)

    deposited()
    paths = (LIST, f"{LIST}statistiques/")
    one = [cost(path) for path in paths]
    one = [cost(path) for path in paths]
    deposited()
    deposited()
    assert [cost(path) for path in paths] == one


def test_S3_a_dossier_costs_the_same_with_one_and_three_sites(
    staff: Client, user: User, django_assert_max_num_queries: Any
) -> None:
    def cost(dossier: Candidature, tail: str) -> int:
        with django_assert_max_num_queries(70) as captured:
            assert staff.get(f"{LIST}{dossier.pk}/{tail}").status_code == 200
        return len(captured)

    small, large = assessed(complete(), user), assessed(complete(sites=3), user)
    for site in large.sites.all():
        for criterion in criteria_of(large.charter):
            instructing.assess(candidature=large, criterion=criterion, site=site, level="met", user=user, at=NOW)
    for number in range(3):
        instructing.write_note(candidature=large, text=f"Note {number}", user=user, at=NOW)
        send_message(candidature=large, side="region", text=f"Message {number}", author=user, at=NOW)
    for opened in (small, large):  # the first page of the day is journaled
        cost(opened, "change/")
    for tail in ("change/", "grille/"):
        assert cost(large, tail) == cost(small, tail)
    assert Attachment.objects.filter(candidature=small).count() == 3
