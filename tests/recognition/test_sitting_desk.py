"""An officer holds a sitting from one page, and is told what is wrong beside its field (R6, R7, R8, R13)."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from core import desk
from members.models import QualityCriterion
from recognition.clock import morning_of
from recognition.models import AgendaItem, Assessment, Campaign, Decision, GoverningBody, Letter, Opinion, Sitting
from recognition.services.deciding import decide
from recognition.services.sitting import change_sitting, fill_agenda, plan_sitting, put_on_agenda
from tests.factories import officer, region_staff
from tests.recognition.letter_world import rules as letter_rules
from tests.recognition.sittings import (
    COMMISSION_DAY,
    COUNCIL_DAY,
    CREFOP_DAY,
    PLANNED,
    advised,
    before_commission,
    bodies,
    campaign,
    close,
    plan,
    ready,
    say,
    signed,
    sitting,
    state,
)

pytestmark = pytest.mark.django_db
LIST = "/admin/recognition/sitting/"
SEEN = (
    "Quelqu’un a écrit ici depuis que vous avez ouvert la page\u00a0: relisez ce qui est enregistré, puis choisissez."
)
SIGNED = {
    "deliberation_number": "27CP-1234", "signatory": "La présidente", "signatory_title": "Présidente du Conseil",
    "sure": "on",
}  # fmt: skip


def on(day: dt.date) -> Any:
    return time_machine.travel(morning_of(day) + dt.timedelta(hours=8), tick=False)


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(region_staff())
    return client


def page(client: Client, held: Sitting, tail: str = "change/") -> str:
    answer = client.get(f"{LIST}{held.pk}/{tail}")
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def post(client: Client, held: Sitting, tail: str, status: int = 302, **data: Any) -> Any:
    answer = client.post(f"{LIST}{held.pk}/{tail}", data)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer


def seen(client: Client, held: Sitting, form: str) -> str:
    """What the form of this address was made from, as the page carries it."""
    found = re.search(rf'action="{LIST}{held.pk}/{form}".*?name="seen" value="([^"]*)"', page(client, held), re.S)
    assert found
    return found[1]


def errors(answer: Any, prefix: str) -> dict[str, list[str]]:
    """What the page says beside the fields of the form whose identifiers begin so."""
    text = unescape(answer.content.decode())
    found = re.findall(rf'<ul class="errorlist[^"]*" id="id_{prefix}[_-](\w+)_error">(.*?)</ul>', text, re.S)
    return {name: re.findall(r"<li>(.*?)</li>", lines) for name, lines in found}


def above(answer: Any) -> list[str]:
    """What it says above a form."""
    return re.findall(r'<ul class="errorlist nonfield">\s*<li>(.*?)</li>', unescape(answer.content.decode()), re.S)


def typed(**fields: Any) -> dict[str, Any]:
    return {"value": "favourable", "reasons": "Un accueil solide.", "votes_for": "5", "votes_against": "1",
            "abstentions": "", "seen": ""} | fields  # fmt: skip


# --- the path of an officer


@on(COUNCIL_DAY)
def test_R6_a_sitting_from_its_planning_to_its_minutes_by_the_pages_alone(staff: Client) -> None:
    council, _, _ = bodies()
    dossiers = [ready("Ambre"), ready("Bleue")]
    listed = unescape(staff.get(LIST).content.decode())
    link = re.search(r'href="([^"]*add/[^"]*)">Prévoir une séance', listed)
    assert link
    assert staff.get(link[1]).context["adminform"].form.initial == {"body": str(council.pk), "held_on": "2027-09-20"}
    answer = staff.post(f"{LIST}add/", {"body": council.pk, "held_on": "2027-09-20", "starts_at": "14:00", "place": ""})
    held = Sitting.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}{held.pk}/change/")
    assert held.campaign == Campaign.objects.get()
    assert "Inscrire les 2 dossiers prêts" in page(staff, held)
    post(staff, held, "remplir/")
    for dossier in dossiers:
        post(staff, held, f"dossiers/{dossier.pk}/avis/", **typed())
    given = Opinion.objects.order_by("pk").values_list("candidature", "value", "votes_for", "abstentions")
    assert list(given) == [(dossier.pk, "favourable", 5, 0) for dossier in dossiers]
    post(staff, held, "compte-rendu/", minutes="Tout va bien.", seen=seen(staff, held, "compte-rendu/"), sure="on",
         arreter="1")  # fmt: skip
    held.refresh_from_db()
    assert (held.minutes, held.closed_at is not None) == ("Tout va bien.", True)
    assert re.findall(r"<form[^>]*action=\"([^\"]*)\"", page(staff, held)) == [reverse("admin:logout")]


@on(COMMISSION_DAY)
def test_R7_several_dossiers_are_decided_by_one_deliberation_from_the_sitting(staff: Client) -> None:
    plan()
    dossiers = [ready("Ambre"), ready("Bleue"), ready("Cuivre")]
    held = before_commission(*dossiers)
    assert "Une reconnaissance vaudra de sa notification au 31 décembre 2028" in page(staff, held, "decisions/")
    first, second, third = (f"d{dossier.pk}" for dossier in dossiers)
    post(staff, held, "decisions/", **SIGNED, **{
        f"{first}-kind": "grant", f"{second}-kind": "refusal", f"{second}-grounds": "Hors critères.",
        f"{third}-kind": "",
    })  # fmt: skip
    made = Decision.objects.order_by("candidature").values_list("candidature", "kind", "grounds", "decided_on")
    assert list(made) == [
        (dossiers[0].pk, "grant", "", COMMISSION_DAY), (dossiers[1].pk, "refusal", "Hors critères.", COMMISSION_DAY),
    ]  # fmt: skip
    assert [state(dossier) for dossier in dossiers] == ["granted", "refused", "ready"]
    assert "il en reste 1" in page(staff, held)


# --- what is refused, and where it is said


@on(COUNCIL_DAY)
@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"value": ""}, {"value": ["Choisissez l’avis\u00a0: favorable, réservé ou défavorable."]}),
        ({"reasons": " "}, {"reasons": ["Donnez les motifs de l’avis."]}),
        ({"votes_for": "-1"}, {"votes_for": ["Un nombre de voix, zéro ou plus."]}),
        ({"votes_for": "beaucoup"}, {"votes_for": ["Un nombre de voix, zéro ou plus."]}),
        ({"votes_against": "9"}, {
            "votes_against": ["L’avis est favorable, mais il y a plus de voix contre (9) que de voix pour (5)."]}),
    ],
)  # fmt: skip
def test_R6_a_wrong_opinion_comes_back_typed_with_its_fault_beside_the_field(
    staff: Client, given: dict[str, Any], told: dict[str, Any]
) -> None:
    dossier = ready()
    held = sitting(bodies()[0], COUNCIL_DAY, dossier)
    answer = post(staff, held, f"dossiers/{dossier.pk}/avis/", 200, **typed(**given))
    assert errors(answer, f"avis_{dossier.pk}") == told
    assert ("Un accueil solide.</textarea>" in answer.content.decode()) is ("reasons" not in given)
    assert Opinion.objects.count() == 0


@on(COUNCIL_DAY - dt.timedelta(days=1))
def test_R6_a_sitting_to_come_offers_no_opinion_and_refuses_one_that_is_posted(staff: Client) -> None:
    dossier = ready()
    held = sitting(bodies()[0], COUNCIL_DAY, dossier)
    text = page(staff, held)
    assert ("L’avis se saisira à partir du 20 septembre 2027." in text, "/avis/" in text) == (True, False)
    post(staff, held, f"dossiers/{dossier.pk}/avis/", 200, **typed())
    answer = post(
        staff, held, "compte-rendu/", 200, minutes="Trop tôt.", seen=seen(staff, held, "compte-rendu/"), sure="on",
        arreter="1",
    )  # fmt: skip
    assert above(answer) == ["Cette séance n’a pas encore eu lieu\u00a0: elle est prévue le 20 septembre 2027."]
    assert Opinion.objects.count() == 0


@on(COUNCIL_DAY)
def test_R13_closing_asks_to_have_read_and_says_who_is_left_without_an_opinion(staff: Client) -> None:
    dossier = ready("La Laissée")
    held = sitting(bodies()[0], COUNCIL_DAY, dossier)
    assert "1 dossier n’a pas d’avis\u00a0: il passera à une autre séance (La Laissée)" in page(staff, held)
    typed_minutes = {"minutes": "Rien.", "seen": seen(staff, held, "compte-rendu/"), "arreter": "1"}
    answer = post(staff, held, "compte-rendu/", 200, **typed_minutes)
    assert errors(answer, "compte_rendu") == {
        "sure": ["Relisez la séance, puis cochez cette case\u00a0: après, plus rien n’y change."]
    }
    answer = post(staff, held, "compte-rendu/", 200, **typed_minutes | {"minutes": " ", "sure": "on"})
    assert errors(answer, "compte_rendu") == {"minutes": ["Écrivez le compte rendu avant de l’arrêter."]}
    assert Sitting.objects.get().closed_at is None


@on(COUNCIL_DAY)
def test_R13_nothing_is_written_on_a_closed_sitting_even_from_a_page_opened_before(staff: Client) -> None:
    dossier = ready()
    held = sitting(bodies()[0], COUNCIL_DAY, dossier)
    close(held)
    told = "Le compte rendu de cette séance est arrêté\u00a0: rien n’y change plus."
    for tail, data in (
        ("compte-rendu/", {"minutes": "Autre."}), ("modifier/", {"held_on": "2027-09-20"}),
        (f"dossiers/{dossier.pk}/avis/", typed()), (f"dossiers/{dossier.pk}/deport/", {"person": "A", "reason": "B"}),
    ):  # fmt: skip
        post(staff, held, tail, 200, **data)
    for tail in ("remplir/", "annuler/", f"dossiers/{dossier.pk}/retirer/", f"dossiers/{dossier.pk}/monter/"):
        answer = staff.post(f"{LIST}{held.pk}/{tail}", follow=True)
        assert [str(message) for message in answer.context["messages"]] == [f"Rien n’a été enregistré. {told}"]
    assert (Opinion.objects.count(), held.items.count(), Sitting.objects.get().minutes) == (0, 1, "Tout a été dit.")


@on(COUNCIL_DAY)
def test_R6_two_officers_do_not_overwrite_each_other_unseen(staff: Client) -> None:
    dossier = ready()
    held = sitting(bodies()[0], COUNCIL_DAY, dossier)
    mine, theirs = typed(reasons="Mes motifs."), typed(value="unfavourable", votes_for="0", reasons="Les siens.")
    post(staff, held, f"dossiers/{dossier.pk}/avis/", **theirs)
    answer = post(staff, held, f"dossiers/{dossier.pk}/avis/", 200, **mine)
    assert above(answer) == [SEEN]
    text = answer.content.decode()
    assert ("Mes motifs." in text, "Les siens." in text) == (True, True)
    read = re.search(r'/avis/".*?name="seen" value="([^"]*)"', text, re.S)
    assert read
    post(staff, held, f"dossiers/{dossier.pk}/avis/", **mine | {"seen": unescape(read[1])})
    assert Opinion.objects.get().reasons == "Mes motifs."


@on(COUNCIL_DAY)
def test_R6_the_minutes_and_the_day_are_not_overwritten_unseen_either(staff: Client) -> None:
    held = sitting(bodies()[0], COUNCIL_DAY)
    before = {form: seen(staff, held, form) for form in ("compte-rendu/", "modifier/")}
    change_sitting(
        sitting=held, values={"minutes": "Le sien.", "place": "Metz"}, at=morning_of(COUNCIL_DAY), actor=None
    )
    post(staff, held, "compte-rendu/", 200, minutes="Le mien.", seen=before["compte-rendu/"])
    post(staff, held, "modifier/", 200, held_on="2027-09-21", seen=before["modifier/"])
    held.refresh_from_db()
    assert (held.minutes, held.place, held.held_on) == ("Le sien.", "Metz", COUNCIL_DAY)


@on(COUNCIL_DAY)
def test_R6_what_the_sitting_cannot_take_is_said_with_its_reason(staff: Client) -> None:
    council, crefop, _ = bodies()
    ready("Sans avis")
    held = plan_sitting(body=crefop, held_on=CREFOP_DAY, at=PLANNED, actor=None)
    assert "<b>Sans avis (2027)</b>\u00a0: il manque d’abord l’avis de\u00a0: Conseil d’Orientation." in page(
        staff, held
    )
    known = plan_sitting(body=council, held_on=CREFOP_DAY, at=PLANNED, campaign=campaign(), actor=None)
    future = ready("Future", campaign=campaign(2028))
    assert f"<b>{future}</b>\u00a0: il est d’une campagne à venir." in page(staff, known)


@on(COUNCIL_DAY)
def test_R6_a_dossier_is_inscribed_alone_moved_up_and_taken_off(staff: Client) -> None:
    first, second = ready("Ambre"), ready("Bleue")
    held = sitting(bodies()[0], COUNCIL_DAY, first)
    post(staff, held, "inscrire/", candidature=second.pk)
    post(staff, held, f"dossiers/{second.pk}/monter/")
    assert list(held.items.order_by("order").values_list("candidature", flat=True)) == [second.pk, first.pk]
    post(staff, held, f"dossiers/{second.pk}/retirer/")
    assert list(held.items.values_list("candidature", flat=True)) == [first.pk]
    answer = post(staff, held, "inscrire/", 200, candidature=first.pk)
    told = "Ce dossier n’attend pas cette instance\u00a0: rechargez la page."
    assert errors(answer, "agenda") == {"candidature": [told]}
    post(staff, held, f"dossiers/{second.pk}/retirer/", 404)


@on(COUNCIL_DAY)
def test_R6_who_leaves_is_noted_and_taken_back(staff: Client) -> None:
    dossier = ready()
    held = sitting(bodies()[0], COUNCIL_DAY, dossier)
    answer = post(staff, held, f"dossiers/{dossier.pk}/deport/", 200, person="", reason="")
    assert errors(answer, f"deport_{dossier.pk}") == {
        "person": ["Dites qui se déporte."], "reason": ["Dites pour quelle raison."],
    }  # fmt: skip
    post(staff, held, f"dossiers/{dossier.pk}/deport/", person="Sam Élan", reason="Il la préside.")
    assert "Sam Élan s’est déporté·e\u00a0: Il la préside." in page(staff, held)
    post(staff, held, f"deports/{held.recusals.get().pk}/effacer/")
    assert held.recusals.count() == 0


@on(COUNCIL_DAY)
def test_T4_the_day_is_moved_beside_its_field_and_an_empty_sitting_cancelled(staff: Client) -> None:
    council, _, _ = bodies()
    sitting(council, CREFOP_DAY)
    held = sitting(council, COUNCIL_DAY)
    data = {"held_on": "2027-10-18", "seen": seen(staff, held, "modifier/"), "present": "Aya\nLéo"}
    answer = post(staff, held, "modifier/", 200, **data)
    assert errors(answer, "seance") == {"held_on": ["Cette instance a déjà une séance ce jour-là."]}
    post(staff, held, "modifier/", **data | {"held_on": "2027-09-21"})
    held.refresh_from_db()
    assert (held.held_on, held.present) == (dt.date(2027, 9, 21), "Aya\nLéo")
    post(staff, held, "annuler/")
    assert Sitting.objects.filter(pk=held.pk).exists() is False


@on(COUNCIL_DAY)
def test_T4_a_second_sitting_of_the_day_is_refused_beside_the_form(staff: Client) -> None:
    council, _, _ = bodies()
    sitting(council, COUNCIL_DAY)
    answer = staff.post(f"{LIST}add/", {"body": council.pk, "held_on": "2027-09-20"})
    assert answer.context["adminform"].form.errors == {"__all__": ["Cette instance a déjà une séance ce jour-là."]}


# --- the decisions


@on(COMMISSION_DAY)
def test_R8_without_a_plan_the_screen_says_why_and_a_grant_is_refused_beside_it(staff: Client) -> None:
    plan(2024, 2027)
    dossier = ready()
    held = before_commission(dossier)
    told = (
        "Le plan «\u00a0Plan 2024-2027\u00a0» s’achève le 31 décembre 2027\u00a0: il reste moins de 3 mois. Le plan "
        "suivant n’est pas encore enregistré\u00a0: aucune reconnaissance ne peut être accordée."
    )
    assert f"<b>Aucune reconnaissance ne peut être accordée à cette date.</b> {told}" in page(staff, held, "decisions/")
    answer = post(staff, held, "decisions/", 200, **SIGNED, **{f"d{dossier.pk}-kind": "grant"})
    assert errors(answer, f"d{dossier.pk}") == {"kind": [told]}
    assert Decision.objects.count() == 0


@on(COMMISSION_DAY)
def test_R7_a_dossier_whose_opinions_are_not_closed_has_no_decision_to_choose(staff: Client) -> None:
    plan()
    dossier = ready()
    council, crefop, commission = bodies()
    first = sitting(council, COUNCIL_DAY, dossier)
    say(first, dossier)
    close(first)
    second = sitting(crefop, CREFOP_DAY, dossier)
    say(second, dossier)
    held = sitting(commission, COMMISSION_DAY, dossier)
    text = page(staff, held, "decisions/")
    assert "<b>Pas de décision possible</b>\u00a0: le compte rendu n’est pas arrêté\u00a0: CREFOP, 18/10/2027." in text
    post(staff, held, "decisions/", 200, **SIGNED, **{f"d{dossier.pk}-kind": "grant"})
    assert Decision.objects.count() == 0


@on(COMMISSION_DAY)
def test_R14_what_lacks_in_the_deliberation_is_said_beside_its_field_and_nothing_is_decided(staff: Client) -> None:
    plan()
    one, other = ready(), ready()
    held = before_commission(one, other)
    answer = post(staff, held, "decisions/", 200, **{f"d{one.pk}-kind": "grant", f"d{other.pk}-kind": "refusal"})
    assert errors(answer, "deliberation") == {
        "deliberation_number": ["Donnez le numéro de la délibération."],
        "signatory": ["Donnez la ou le signataire."],
        "signatory_title": ["Donnez la qualité de la ou du signataire."],
        "sure": ["Relisez, puis cochez cette case."],
    }
    answer = post(staff, held, "decisions/", 200, **SIGNED, **{
        f"d{one.pk}-kind": "grant", f"d{other.pk}-kind": "refusal", f"d{other.pk}-grounds": " ",
    })  # fmt: skip
    assert errors(answer, f"d{other.pk}") == {"grounds": ["Un refus donne ses motifs\u00a0: écrivez-les."]}
    answer = post(staff, held, "decisions/", 200, **SIGNED)
    assert above(answer) == ["Choisissez la décision d’un dossier au moins."]
    assert Decision.objects.count() == 0


@on(COMMISSION_DAY)
def test_R13_a_decision_is_read_and_followed_never_edited(staff: Client) -> None:
    plan()
    dossier = ready("La Suivie")
    held = before_commission(dossier)
    first = decide(candidature=dossier, kind="grant", sitting=held, **signed())
    address = f"/admin/recognition/decision/{first.pk}/"
    assert staff.post(f"{address}change/", {"grounds": "Autre."}).status_code == 403
    assert (staff.get(f"{address}delete/").status_code, staff.get("/admin/recognition/decision/add/").status_code) == (
        403, 403,
    )  # fmt: skip
    follow = SIGNED | {"sitting": held.pk, "kind": "refusal", "grounds": "", "deliberation_number": "27CP-1299"}
    answer = staff.post(f"{address}suite/", follow)
    assert errors(answer, "suite") == {"grounds": ["Un refus donne ses motifs\u00a0: écrivez-les."]}
    assert staff.post(f"{address}suite/", follow | {"grounds": "Erreur de saisie."}).status_code == 302
    second = Decision.objects.latest("pk")
    assert (second.follows, second.kind, state(dossier)) == (first, "refusal", "refused")
    text = unescape(staff.get(f"{address}change/").content.decode())
    assert ("Remplacée par une autre décision" in text, f"{address}suite/" in text) == (True, False)
    assert f'href="/admin/recognition/decision/{second.pk}/change/"' in text


@on(COMMISSION_DAY)
def test_R14_a_decision_is_notified_from_its_page_or_the_page_says_what_lacks(staff: Client) -> None:
    plan()
    dossier = ready()
    made = decide(candidature=dossier, kind="grant", sitting=before_commission(dossier), **signed())
    address = f"/admin/recognition/decision/{made.pk}/"
    said = staff.post(f"{address}notifier/", follow=True).context["messages"]
    assert [str(message)[:23] for message in said] == ["Rien n’a été enregistré"]
    assert Letter.objects.count() == 0
    letter_rules()
    staff.post(f"{address}notifier/")
    letter = Letter.objects.get(decision=made, kind="grant")
    assert (letter.dated_on, state(dossier)) == (COMMISSION_DAY, "granted")
    text = unescape(staff.get(f"{address}change/").content.decode())
    assert (f"Lettre n°\u00a0{letter.number}" in text, f"{address}notifier/" in text) == (True, False)


@on(COUNCIL_DAY)
def test_R6_the_sheets_and_the_minutes_leave_as_pdf(staff: Client) -> None:
    one, other = ready(), ready()
    held = sitting(bodies()[0], COUNCIL_DAY, one)
    for tail in ("fiches.pdf", f"fiche.pdf?dossier={one.pk}", "compte-rendu.pdf"):
        answer = staff.get(f"{LIST}{held.pk}/{tail}")
        assert (answer.status_code, answer["Content-Type"], answer.content[:5]) == (200, "application/pdf", b"%PDF-")
    for tail in (f"fiche.pdf?dossier={other.pk}", "fiche.pdf?dossier=x", "autre.pdf"):
        assert staff.get(f"{LIST}{held.pk}/{tail}").status_code == 404


# --- who, and how much is asked of the database


def test_S3_an_officer_of_an_agency_holds_no_sitting() -> None:
    client = Client()
    client.force_login(officer())
    held = sitting(bodies()[0], COUNCIL_DAY)
    for tail in ("", f"{held.pk}/change/", "add/"):
        assert client.get(f"{LIST}{tail}").status_code == 403
    assert client.post(f"{LIST}{held.pk}/remplir/").status_code == 403
    assert AgendaItem.objects.count() == 0


@on(COUNCIL_DAY)
def test_the_page_of_a_sitting_asks_as_much_for_one_dossier_as_for_five(
    staff: Client, django_assert_max_num_queries: Any
) -> None:
    held = sitting(bodies()[0], COUNCIL_DAY, ready())
    page(staff, held)
    with django_assert_max_num_queries(40) as one:
        page(staff, held)
    for dossier in (ready(), ready(), ready(), ready()):
        put_on_agenda(sitting=held, candidature=dossier, at=morning_of(COUNCIL_DAY), actor=None)
        say(held, dossier)
    with django_assert_max_num_queries(len(one.captured_queries)):
        page(staff, held)


@on(COMMISSION_DAY)
def test_the_decisions_of_five_dossiers_ask_as_much_as_those_of_one(
    staff: Client, django_assert_max_num_queries: Any
) -> None:
    plan()
    dossiers = [ready() for _ in range(5)]
    advised(*dossiers)
    held = sitting(bodies()[2], COMMISSION_DAY, dossiers[0])
    page(staff, held, "decisions/")
    with django_assert_max_num_queries(40) as one:
        page(staff, held, "decisions/")
    fill_agenda(sitting=held, at=morning_of(COMMISSION_DAY), actor=None)
    with django_assert_max_num_queries(len(one.captured_queries)):
        page(staff, held, "decisions/")


@on(COMMISSION_DAY)
@pytest.mark.parametrize("address", [LIST, "/admin/recognition/decision/", "/admin/recognition/governingbody/"])
def test_the_lists_ask_as_much_for_one_row_as_for_many(
    staff: Client, django_assert_max_num_queries: Any, address: str
) -> None:
    plan()
    dossiers = [ready() for _ in range(3)]
    held = before_commission(*dossiers)
    decide(candidature=dossiers[0], kind="grant", sitting=held, **signed())
    staff.get(address)
    with django_assert_max_num_queries(40) as one:
        assert staff.get(address).status_code == 200
    for number, dossier in enumerate(dossiers[1:], 1):
        decide(candidature=dossier, kind="refusal", sitting=held, **signed(grounds="Non."))
        plan_sitting(body=bodies()[0], held_on=COMMISSION_DAY + dt.timedelta(days=number), at=PLANNED, actor=None)
    with django_assert_max_num_queries(len(one.captured_queries)):
        assert staff.get(address).status_code == 200


# --- what is due


@on(COMMISSION_DAY + dt.timedelta(days=30))
def test_S3_the_first_page_says_what_waits_and_each_line_leads_to_its_rows(staff: Client) -> None:
    plan()
    user = region_staff()
    dossiers = [ready() for _ in range(3)]
    ready("Sans séance")
    held = before_commission(*dossiers)
    decide(candidature=dossiers[0], kind="grant", sitting=held, **signed())
    lines = {line["key"]: line for line in desk.waiting("region", user)}
    assert {key: (lines[key]["count"], lines[key]["title"], lines[key]["late"]) for key in lines if key in (
        "sittings-unclosed", "sittings-undecided", "dossiers-without-sitting", "decisions-unnotified"
    )} == {
        "sittings-unclosed": (1, "Séance passée sans compte rendu arrêté", True),
        "sittings-undecided": (1, "Séance dont la décision n’est pas saisie", True),
        "dossiers-without-sitting": (1, "Dossier prêt sans séance", False),
        "decisions-unnotified": (1, "Décision à notifier", True),
    }  # fmt: skip
    for key, line in lines.items():
        if key in ("sittings-unclosed", "sittings-undecided", "decisions-unnotified"):
            assert staff.get(line["url"]).context["cl"].result_count == line["count"], key


def test_S3_an_officer_of_an_agency_is_told_nothing_of_the_sittings() -> None:
    ready()
    bodies()
    assert [line["key"] for line in desk.waiting("region", officer()) if "sitting" in line["key"]] == []


def test_M6_the_bodies_are_the_region_s_to_change(staff: Client) -> None:
    body = bodies()[0]
    address = f"/admin/recognition/governingbody/{body.pk}/change/"
    data = {name: getattr(body, name) or "" for name in ("name", "short_name", "slug", "kind", "order", "role",
                                                         "frequency", "candidature_month", "source")}  # fmt: skip
    assert staff.post(address, data | {"short_name": "Conseil"}).status_code == 302
    assert GoverningBody.objects.get(pk=body.pk).short_name == "Conseil"


@on(COUNCIL_DAY - dt.timedelta(days=30))
def test_R12_a_sitting_on_another_day_than_the_campaign_s_says_so_and_leads_to_it(staff: Client) -> None:
    council, _, _ = bodies()
    made = campaign()
    held = sitting(council, COUNCIL_DAY + dt.timedelta(days=2), campaign=made)
    link = f'<a href="/admin/recognition/campaign/{made.pk}/change/">Déplacer l’étape dans la campagne</a>'
    assert link in page(staff, held)
    sitting(council, COUNCIL_DAY, campaign=made)
    assert link not in page(staff, held)


@on(COMMISSION_DAY)
def test_R7_what_is_not_reached_is_said_where_a_dossier_is_spoken_of_and_decided(staff: Client) -> None:
    dossier = ready("Ambre")
    held = before_commission(dossier)
    criterion = QualityCriterion.objects.create(
        charter=dossier.charter, key="essai", article="2.a", kind="quality", applies_to="all", order=1,
        title="Un critère", text="Un critère.",
    )  # fmt: skip
    at = morning_of(COUNCIL_DAY)
    Assessment.objects.create(candidature=dossier, criterion=criterion, level="unmet", comment="Non.", assessed_at=at)
    assert "1 critère non atteint</b>" in page(staff, held)
    said = page(staff, held, "decisions/")
    assert "1 critère non atteint</b> Pour reconnaître quand même cet organisme, donnez les motifs." in said
    assert f"?dossier={dossier.pk}" in said
