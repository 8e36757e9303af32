"""The Region examines: what lacks goes back with a date, the grid covers every criterion, then the bodies (R5, R15)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core.models import JournalEntry, OutboxMail
from members.models import QualityCriterion
from recognition.clock import morning_of
from recognition.models import Act, Assessment, CandidateSite, PieceRequest, PrivateNote, Rule
from recognition.services import instructing
from recognition.services.checking import criteria_of
from recognition.services.depositing import answer_request, deposit
from recognition.services.messaging import send_message
from recognition.services.sitting import plan_sitting, put_on_agenda
from recognition.services.starting import OPEN_SIRET, start
from tests.factories import officer, person, region_staff
from tests.recognition.dossiers import AT, charter, colleague, manager_of, siret, started, whole
from tests.recognition.sittings import COUNCIL_DAY, PLANNED, bodies, say, state
from tests.recognition.test_sitting_opinions import refused, together

pytestmark = pytest.mark.django_db
LATER = AT + dt.timedelta(days=80)
DUE = LATER.date() + dt.timedelta(days=15)


def deposited(**fields: Any) -> Any:
    dossier = whole(**fields)
    return deposit(candidature=dossier, user=manager_of(dossier), name="Une Personne", title="Présidente", at=AT)


def asked(dossier: Any, **fields: Any) -> PieceRequest:
    values = {"items": ["Les comptes signés", " "], "reason": "La signature manque.", "due_on": DUE} | fields
    return instructing.ask(candidature=dossier, at=LATER, actor=None, **values)


def complete(**fields: Any) -> Any:
    return instructing.declare_complete(candidature=deposited(**fields), at=LATER, actor=None)


def assess(dossier: Any, criterion: Any, site: Any = None, **fields: Any) -> Assessment:
    values = {"level": "met", "user": fields.pop("user", None) or region_staff(), "at": LATER} | fields
    return instructing.assess(candidature=dossier, criterion=criterion, site=site, **values)


def made_ready() -> Any:
    dossier, user = complete(), region_staff()
    for criterion in criteria_of(dossier.charter):
        assess(dossier, criterion, user=user)
    return instructing.make_ready(candidature=dossier, at=LATER, actor=None)


# --- completeness


def test_R5_what_lacks_is_asked_with_a_date_and_a_reason_and_told_by_mail() -> None:
    dossier = deposited()
    OutboxMail.objects.all().delete()
    request = asked(dossier)
    assert (request.items, request.due_on, state(dossier)) == (["Les comptes signés"], DUE, "incomplete")
    assert Act.objects.get(kind="asked").text == "1 complément demandé, à donner avant la fin du 18 juin 2027."
    mails = list(OutboxMail.objects.values_list("to", "subject"))
    assert sorted(mails) == sorted(
        [
            (manager_of(dossier).email, "La Région vous demande de compléter votre dossier"),
            (dossier.contact_email, "Un message de la Région vous attend"),
        ]
    )
    assert "- Les comptes signés" in OutboxMail.objects.get(to=manager_of(dossier).email).text


def test_R5_the_organisation_answers_and_the_dossier_comes_back() -> None:
    dossier = deposited()
    asked(dossier)
    answer_request(candidature=dossier, text="Voilà.", user=manager_of(dossier), at=LATER)
    assert state(dossier) == "deposited"
    instructing.declare_complete(candidature=dossier, at=LATER, actor=None)
    assert asked(dossier, items=["Les horaires du samedi"]).items == ["Les horaires du samedi"]  # even once complete
    assert state(dossier) == "incomplete"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"items": [" ", ""]}, {"items": ["Dites ce qui est demandé, une chose par ligne."]}),
        ({"items": ["x" * 301]}, {"items": ["20 lignes au plus, de 300 caractères chacune."]}),
        ({"reason": " "}, {"reason": ["Dites pourquoi\u00a0: l’organisme le lira."]}),
        ({"due_on": LATER.date()}, {"due_on": ["Laissez au moins jusqu’à demain."]}),
    ],
)  # fmt: skip
def test_R5_a_request_says_what_why_and_until_when(given: dict[str, Any], told: dict[str, Any]) -> None:
    dossier = deposited()
    assert refused(lambda: asked(dossier, **given)) == told
    assert (PieceRequest.objects.count(), state(dossier)) == (0, "deposited")


def test_R5_nothing_is_asked_twice_at_once_nor_of_a_dossier_in_preparation() -> None:
    dossier = deposited()
    asked(dossier)
    moved_on = ["Ce dossier a changé d’état entre-temps\u00a0: rechargez la page."]
    assert refused(lambda: asked(dossier)) == moved_on
    assert refused(lambda: asked(whole())) == moved_on


def test_R2_a_dossier_in_which_something_lacks_is_not_declared_complete() -> None:
    dossier = deposited()
    CandidateSite.objects.filter(candidature=dossier).update(services=["accueil"], name="Le lieu")
    told = refused(lambda: instructing.declare_complete(candidature=dossier, at=LATER, actor=None))
    assert told == [
        "Le lieu\u00a0: la première information n’est pas cochée.",
        "Le lieu\u00a0: le premier conseil n’est pas coché.",
    ]  # fmt: skip
    assert state(dossier) == "deposited"


def test_R5_complete_is_dated_and_told() -> None:
    dossier = complete()
    assert (dossier.state, dossier.completed_at) == ("complete", LATER)
    assert OutboxMail.objects.filter(subject="Votre dossier est complet").count() == 2


def test_R5_a_dossier_that_goes_no_further_is_dropped_with_its_reason_told() -> None:
    dossier = deposited()
    request = asked(dossier)
    assert refused(lambda: instructing.drop(candidature=dossier, reason=" ", at=LATER, actor=None)) == {
        "reason": ["Dites pourquoi\u00a0: l’organisme le lira."]
    }
    assert refused(lambda: instructing.drop(candidature=dossier, reason="Rien.", at=morning_of(DUE), actor=None)) == {
        "reason": ["L’organisme a jusqu’à la fin du 18 juin 2027 pour répondre à la demande."]
    }
    after = morning_of(DUE + dt.timedelta(days=1))
    held = instructing.drop(candidature=dossier, reason="Aucune réponse.", at=after, actor=None)
    request.refresh_from_db()
    assert (held.state, held.ended_at, request.closed_at) == ("dropped", after, after)
    assert OutboxMail.objects.filter(subject="Votre dossier est classé sans suite").count() == 1


def test_R1_a_draft_that_holds_the_siren_of_others_is_dropped_and_they_may_begin() -> None:
    squatter, owner = started(), person()
    mate = colleague(squatter.organisation)
    begin = {"user": owner, "siret": squatter.siret, "organisation_name": "Le vrai organisme", "at": LATER}
    assert refused(lambda: start(**begin)) == [OPEN_SIRET]
    staff = region_staff()
    assert refused(lambda: instructing.drop(candidature=squatter, reason=" ", at=LATER, actor=staff)) == {
        "reason": ["Dites pourquoi\u00a0: l’organisme le lira."]
    }
    OutboxMail.objects.all().delete()
    held = instructing.drop(candidature=squatter, reason="Ce SIRET est celui d’un autre.", at=LATER, actor=staff)
    assert (held.state, held.ended_at, held.deposited_at) == ("dropped", LATER, None)
    entry = JournalEntry.objects.get(verb="candidature.dropped")
    assert (entry.actor_key, entry.changes) == (str(staff.pk), {"state": ["draft", "dropped"]})
    act = Act.objects.get(candidature=squatter, kind="dropped")
    assert (act.text, act.shown) == ("Brouillon classé par la Région\u00a0: Ce SIRET est celui d’un autre.", True)
    made = start(**begin)
    assert (made.siret, made.state, made.previous) == (squatter.siret, "draft", None)
    told = {mail.to: mail for mail in OutboxMail.objects.all()}
    assert sorted(told) == sorted([manager_of(squatter).email, mate.email])


def test_R1_an_organisation_whose_draft_is_dropped_may_begin_another_from_it() -> None:
    draft = started()
    instructing.drop(candidature=draft, reason="Commencé par erreur.", at=LATER, actor=None)
    again = start(user=manager_of(draft), siret=siret(), organisation=draft.organisation, at=LATER)
    assert (again.state, again.previous) == ("draft", draft)


def test_R1_who_prepared_a_dropped_draft_is_told_why_and_whom_to_answer() -> None:
    Rule.objects.create(key="service_email", value="service@essai.invalid", source="")
    Rule.objects.create(key="service_phone", value="03 00 00 00 00", source="")
    draft = whole()
    OutboxMail.objects.all().delete()
    instructing.drop(candidature=draft, reason="Ce SIRET est celui d’un autre.", at=LATER, actor=None)
    mails = OutboxMail.objects.filter(subject="Votre dossier en préparation est classé")
    assert list(mails.values_list("to", flat=True)) == [manager_of(draft).email]
    lines = mails[0].text.splitlines()
    page = f"/candidature/{draft.public_id}/"
    assert [line.split("://")[-1].partition("/")[2] for line in lines if "://" in line] == [
        page[1:], f"{page[1:]}messages/",
    ]  # fmt: skip
    for said in (
        "Pourquoi\u00a0: Ce SIRET est celui d’un autre.", "- par courriel\u00a0: service@essai.invalid",
        "- par téléphone\u00a0: 03 00 00 00 00",
    ):  # fmt: skip
        assert said in lines
    # The answer reaches the Region, though the dossier is over.
    OutboxMail.objects.all().delete()
    send_message(candidature=draft, side="candidate", text="Erreur.", author=manager_of(draft), at=LATER)
    assert OutboxMail.objects.get().to == "service@essai.invalid"


def test_R7_a_ready_dossier_is_decided_not_dropped() -> None:
    dossier = made_ready()
    assert refused(lambda: instructing.drop(candidature=dossier, reason="Non.", at=LATER, actor=None)) == [
        "Ce dossier a changé d’état entre-temps\u00a0: rechargez la page."
    ]


# --- the grid


def test_R5_ready_asks_that_every_criterion_was_seen() -> None:
    dossier = complete()
    first, second = criteria_of(dossier.charter)
    assess(dossier, first)
    told = refused(lambda: instructing.make_ready(candidature=dossier, at=LATER, actor=None))
    assert told == ["La grille n’est pas remplie\u00a0: «\u00a0Texte membre-coordination.\u00a0»."]
    assess(dossier, second, level="unseen")
    held = instructing.make_ready(candidature=dossier, at=LATER, actor=None)
    assert (held.state, held.ready_at) == ("ready", LATER)


def test_R5_a_criterion_seen_site_by_site_is_seen_once_every_site_is() -> None:
    dossier = complete(sites=2)
    first, second = criteria_of(dossier.charter)
    one, other = dossier.sites.order_by("pk")
    assess(dossier, second)
    assess(dossier, first, site=one)
    assert instructing.unassessed(dossier) == [first]
    assess(dossier, first, site=other, level="partly", comment="Fermé le samedi.")
    assert instructing.unassessed(dossier) == []


def test_R15_the_grid_is_that_of_the_version_the_dossier_was_lodged_against() -> None:
    dossier = complete()
    other = QualityCriterion.objects.filter(charter=charter("charte-suivante")).first()
    told = {"criterion": ["Ce critère n’est pas de la version examinée du cahier des charges."]}
    assert refused(lambda: assess(dossier, other)) == told
    of_region = QualityCriterion.objects.get(charter=dossier.charter, key="region")
    assert refused(lambda: assess(dossier, of_region)) == told
    elsewhere = deposited().sites.get()
    first = criteria_of(dossier.charter)[0]
    assert refused(lambda: assess(dossier, first, site=elsewhere)) == {"site": ["Ce site est d’un autre dossier."]}
    assert refused(lambda: assess(dossier, first, level="bof")) == {"level": ["Choisissez un niveau."]}
    assert refused(lambda: assess(dossier, first, level="unmet")) == {"comment": ["Dites ce qui manque."]}
    assert Assessment.objects.count() == 0


def test_R5_a_line_of_the_grid_is_written_anew_and_not_twice() -> None:
    dossier = complete()
    first = criteria_of(dossier.charter)[0]
    assess(dossier, first, level="unmet", comment="Rien.")
    assess(dossier, first, level="met", comment="Vu sur place.")
    assert list(Assessment.objects.values_list("level", "comment")) == [("met", "Vu sur place.")]
    assert refused(lambda: assess(made_ready(), first)) == [
        "Ce dossier a changé d’état entre-temps\u00a0: rechargez la page."
    ]


@pytest.mark.django_db(transaction=True)
def test_R5_two_officers_say_the_contrary_at_once_and_one_is_told() -> None:
    dossier = deposited()
    given = together(
        lambda: instructing.declare_complete(candidature=dossier, at=LATER, actor=None).state,
        lambda: instructing.drop(candidature=dossier, reason="Doublon.", at=LATER, actor=None).state,
    )
    kept = state(dossier)  # complete then dropped is a path; dropped then complete is none
    assert kept == "dropped"
    assert sorted(map(str, given)) in (
        ["complete", "dropped"],
        ["['Ce dossier a changé d’état entre-temps\\xa0: rechargez la page.']", "dropped"],
    )


# --- back, and among colleagues


def test_R5_a_ready_dossier_comes_back_and_leaves_its_agenda_but_not_after_an_opinion() -> None:
    dossier = made_ready()
    held = plan_sitting(body=bodies()[0], held_on=COUNCIL_DAY, at=PLANNED, actor=None)
    at = morning_of(COUNCIL_DAY)
    put_on_agenda(sitting=held, candidature=dossier, at=at, actor=None)
    back = instructing.reopen(candidature=dossier, reason="Un site a fermé.", at=at, actor=None)
    assert (back.state, back.ready_at, held.items.count()) == ("complete", None, 0)
    instructing.make_ready(candidature=dossier, at=at, actor=None)
    put_on_agenda(sitting=held, candidature=dossier, at=at, actor=None)
    say(held, dossier)
    assert refused(lambda: instructing.reopen(candidature=dossier, at=at, actor=None)) == [
        "Un avis est saisi pour ce dossier\u00a0: effacez-le d’abord."
    ]
    assert (state(dossier), held.items.count()) == ("ready", 1)


def test_S2_a_dossier_is_followed_by_who_may_open_it_and_the_timeline_names_nobody() -> None:
    dossier = deposited()
    staff = region_staff(name="Sam Élan")
    for stranger in (person(), officer()):
        told = refused(lambda: instructing.assign(candidature=dossier, to=stranger, at=LATER, actor=None))  # noqa: B023
        assert told == {"to": ["Cette personne n’a pas accès à ce dossier."]}
    assert instructing.assign(candidature=dossier, to=staff, at=LATER, actor=None).assigned_to == staff
    instructing.assign(candidature=dossier, to=staff, at=LATER, actor=None)
    acts = Act.objects.filter(kind="assigned").values_list("text", "shown")
    assert list(acts) == [("Dossier confié à un membre du service.", False)]
    assert JournalEntry.objects.get(verb="candidature.assign").changes == {"assigned_to": [None, str(staff.pk)]}


def test_S2_a_private_note_is_the_region_s_and_says_something() -> None:
    dossier, staff = deposited(), region_staff()
    note = {"candidature": dossier, "user": staff, "at": LATER}
    assert refused(lambda: instructing.write_note(text=" ", **note)) == {"text": ["Écrivez votre note."]}
    instructing.write_note(text="À rappeler.\r\nMardi.", **note)
    assert PrivateNote.objects.get().text == "À rappeler.\nMardi."
    assert not Act.objects.filter(text__contains="rappeler").exists()
