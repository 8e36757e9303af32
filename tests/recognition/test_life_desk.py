"""An officer follows a recognition from its page: visits, procedures, suspensions; refusals beside their field
(R10, R13, R14)."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client

from core import desk
from recognition.models import Decision, Finding, Notice, Recognition, Visit
from recognition.services import ending, visiting
from tests.factories import officer, region_staff
from tests.recognition.life_world import SIGNED, TERM, TOLD, after, fresh, paris, recognised
from tests.recognition.test_life_visits import criterion, done, gap

pytestmark = pytest.mark.django_db
DESK = "/admin/recognition/"
ALL_SIGNED = SIGNED | {"sure": "on"}


def on(moment: dt.datetime) -> Any:
    return time_machine.travel(moment, tick=False)


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(region_staff())
    return client


def address(row: Any, tail: str = "change/") -> str:
    return f"{DESK}{row._meta.model_name}/{row.pk}/{tail}"


def page(client: Client, row: Any, moment: dt.datetime) -> str:
    with on(moment):
        answer = client.get(address(row))
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def post(client: Client, row: Any, tail: str, moment: dt.datetime, status: int = 302, **data: Any) -> Any:
    with on(moment):
        answer = client.post(address(row, tail), data)
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer


def errors(answer: Any, prefix: str) -> dict[str, list[str]]:
    """What the page says beside the fields of the form whose identifiers begin so."""
    text = unescape(answer.content.decode())
    where = rf'id="id_(?:{prefix}_)?{prefix}[_-](\w+)_error"'
    found = re.findall(rf'<ul class="errorlist[^"]*" {where}>(.*?)</ul>', text, re.S)
    return {name: re.findall(r"<li>(.*?)</li>", lines) for name, lines in found}


def above(answer: Any) -> list[str]:
    return re.findall(r'<ul class="errorlist nonfield">\s*<li>(.*?)</li>', unescape(answer.content.decode()), re.S)


# --- the whole path


def test_R10_from_a_visit_to_an_abrogation_by_the_pages_alone(staff: Client) -> None:
    right = recognised(name="La Cabane")
    of = criterion(right)
    post(staff, right, "visite/", after(5), planned_on="2027-12-25", site_name="La Cabane 1", visitors="")
    visit = Visit.objects.get()
    assert visit.site_name == "La Cabane 1"
    prefix = f"c{of.pk}"
    post(staff, visit, "compte-rendu/", after(12), done_on="2027-12-25", report="Fermé.", **{
        f"{prefix}-severity": "major", f"{prefix}-text": "Porte close.", f"{prefix}-corrective": "Rouvrir.",
        f"{prefix}-due_on": "2028-01-31",
    })  # fmt: skip
    assert Finding.objects.get().severity == "major"
    assert "En retard" in page(staff, visit, after(60))
    values = {"kind": "repeal", "grounds": "Le lieu a fermé.", "answer_by": "2028-03-20", "sure": "on"}
    post(staff, right, "procedure/", after(60), **values)
    notice = Notice.objects.get()
    text = page(staff, notice, after(60))
    assert "L’organisme peut répondre jusqu’à la fin du 20 mars 2028" in text
    assert "Enregistrer la décision" not in text
    post(staff, notice, "decider/", paris(dt.date(2028, 3, 21)), grounds="Le lieu a fermé.", decided_on="2028-03-21",
         **ALL_SIGNED)  # fmt: skip
    assert (fresh(right).end_reason, fresh(right).ends_on) == ("repealed", dt.date(2028, 3, 21))
    told = page(staff, right, paris(dt.date(2028, 3, 21)))
    for words in ("abrogée", "Abrogation", "Le dossier", "Procédure contradictoire, lettre n°"):
        assert words in told
    assert "Suspendre la reconnaissance" not in told


def test_R10_suspended_and_resumed_from_its_page(staff: Client) -> None:
    right = recognised()
    unheard = post(staff, right, "suspendre/", after(5), 200, grounds="Un contrôle.", **ALL_SIGNED)
    assert errors(unheard, "suspension") == {"urgency": [ending.UNHEARD]}
    post(staff, right, "suspendre/", after(5), grounds="Un contrôle.", urgency="Un danger.", **ALL_SIGNED)
    assert "Mettre fin à la suspension" in page(staff, right, after(5))
    post(staff, right, "reprendre/", after(6), **ALL_SIGNED)
    kinds = Decision.objects.filter(recognition=right).order_by("pk").values_list("kind", "actor_label")
    assert [kind for kind, _ in kinds] == ["suspension", "resumption"]
    assert all(label for _, label in kinds)


def test_R11_given_up_from_its_page(staff: Client) -> None:
    right = recognised()
    assert errors(post(staff, right, "fin/", after(5), 200, reason=" "), "fin") == {
        "reason": ["Dites quand et comment l’organisme l’a demandé."]
    }
    post(staff, right, "fin/", after(5), reason="Par lettre.")
    assert fresh(right).end_reason == "left"


# --- refusals, beside their field


def test_R14_each_refusal_of_an_annulment_stands_beside_its_field(staff: Client) -> None:
    right = recognised()
    notice = ending.give_notice(recognition=right, kind="repeal", grounds="Fermé.", at=after(1), actor=None)
    answer = post(staff, notice, "decider/", after(40), 200, grounds=" ", decided_on="", deliberation_number="",
                  signatory=" ", signatory_title="")  # fmt: skip
    assert errors(answer, "decision") == {
        "grounds": ["Écrivez les motifs."],
        "decided_on": ["Donnez la date de la décision."],
        "deliberation_number": ["Donnez le numéro de la délibération."],
        "signatory": ["Donnez la ou le signataire."],
        "signatory_title": ["Donnez la qualité de la ou du signataire."],
        "sure": ["Relisez, puis cochez cette case."],
    }
    answer = post(staff, notice, "decider/", after(40), 200, grounds="Fermé.", decided_on="2028-12-25", **ALL_SIGNED)
    assert errors(answer, "decision") == {"decided_on": ["Cette date est à venir."]}
    early = post(staff, notice, "decider/", after(10), 200, grounds="Fermé.", decided_on="2027-12-25", **ALL_SIGNED)
    assert "L’organisme peut répondre jusqu’à la fin du 15 janvier 2028" in above(early)[0]
    assert fresh(right).end_reason == ""


def test_R14_a_withdrawal_too_late_says_what_to_do_instead(staff: Client) -> None:
    right = recognised()
    values = {"kind": "withdrawal", "grounds": "Illégale.", "answer_by": "2028-05-10", "sure": "on"}
    said = errors(post(staff, right, "procedure/", paris(dt.date(2028, 4, 5)), 200, **values), "procedure")
    assert list(said) == ["kind"]
    assert "choisissez l’abrogation" in said["kind"][0]
    late = ending.give_notice(recognition=right, kind="withdrawal", grounds="Non.", at=after(1), actor=None)
    text = page(staff, late, paris(dt.date(2028, 4, 7)))
    assert "Un retrait se décidait jusqu’au 6 avril 2028." in text
    assert "Enregistrer la décision" not in text


def test_R14_the_law_is_on_the_screen(staff: Client) -> None:
    right = recognised()
    text = page(staff, right, after(1))
    for article in ("article L. 121-1", "article L. 242-1", "article L. 242-2"):
        assert article in text
    notice = ending.give_notice(recognition=right, kind="repeal", grounds="Fermé.", at=after(1), actor=None)
    text = page(staff, notice, after(2))
    assert "article L. 242-2" in text
    assert "article L. 122-1" in text
    assert "Encore 29 jours" in text


def test_R10_a_gap_without_what_to_mend_is_said_beside_its_criterion_and_nothing_is_lost(staff: Client) -> None:
    right = recognised()
    of, other = criterion(right), criterion(right, "locaux", "2.d")
    visit = visiting.plan_visit(recognition=right, planned_on=after(5).date(), at=TOLD, actor=None)
    answer = post(staff, visit, "compte-rendu/", after(12), 200, done_on="2027-12-25", report="Tout vu.", **{
        f"c{of.pk}-severity": "minor", f"c{of.pk}-text": "Un mot gardé.", f"c{other.pk}-severity": "met",
    })  # fmt: skip
    assert errors(answer, f"c{of.pk}") == {
        "corrective": ["Un écart dit ce qui est à corriger."],
        "due_on": ["Un écart dit avant quand il est à corriger."],
    }
    assert "Un mot gardé." in unescape(answer.content.decode())
    assert (Visit.objects.get().state, Finding.objects.count()) == ("planned", 0)


def test_R10_a_gap_is_mended_from_its_page_and_a_criterion_seen_later(staff: Client) -> None:
    right = recognised()
    visit = done(right, gap(criterion(right)))
    later = criterion(right, "locaux", "2.d")
    finding = Finding.objects.get()
    said = errors(post(staff, visit, f"ecarts/{finding.pk}/corriger/", after(30), 200, on="2030-01-01"),
                  f"ecart-{finding.pk}")  # fmt: skip
    assert said == {"resolution": ["Dites comment l’écart a été corrigé."]}
    post(staff, visit, f"ecarts/{finding.pk}/corriger/", after(30), on="2028-01-14", resolution="Ouvert.")
    post(staff, visit, f"constats/{later.pk}/", after(30), **{f"c{later.pk}-severity": "met"})
    assert sorted(Finding.objects.values_list("severity", "resolved_on")) == [
        ("met", None), ("minor", dt.date(2028, 1, 14)),
    ]  # fmt: skip
    assert "tout est corrigé" in page(staff, visit, after(31))


def test_R10_a_visit_is_planned_from_the_list_of_one_thing_only(staff: Client) -> None:
    right = recognised()
    with on(after(3)):
        wrong = staff.post(f"{DESK}visit/add/", {"planned_on": "2028-01-10"})
        assert errors(wrong, "recognition") or "l’un des deux" in unescape(wrong.content.decode())
        far = staff.post(f"{DESK}visit/add/", {"recognition": right.pk, "planned_on": "2128-01-10"})
        assert "vérifiez l’année" in unescape(far.content.decode())
        made = staff.post(f"{DESK}visit/add/", {"recognition": right.pk, "planned_on": "2028-01-10"})
    assert made["Location"] == address(Visit.objects.get())


# --- two officers at once, bad addresses, rights


def test_R13_two_officers_at_once_decide_one_thing(staff: Client) -> None:
    right = recognised()
    values = {"grounds": "Un contrôle.", "urgency": "Un danger."} | ALL_SIGNED
    post(staff, right, "suspendre/", after(5), **values)
    second = post(staff, right, "suspendre/", after(5), 200, **values)
    assert "Rien n’a été enregistré." in unescape(second.content.decode())
    assert Decision.objects.filter(kind="suspension").count() == 1
    notice = ending.give_notice(recognition=right, kind="repeal", grounds="Fermé.", at=after(6), actor=None)
    values = {"answered_on": "2027-12-22", "answer": "Nous rouvrons."}
    post(staff, notice, "reponse/", after(8), **values)
    post(staff, notice, "reponse/", after(8), 200, **values)
    post(staff, notice, "abandonner/", after(9), reason="Rouvert.")
    late = post(staff, notice, "decider/", after(9), 200, grounds="Fermé.", decided_on="2027-12-24", **ALL_SIGNED)
    assert "Rien n’a été enregistré." in unescape(late.content.decode())
    assert fresh(right).end_reason == ""


def test_R10_what_is_not_there_is_not_found(staff: Client) -> None:
    right = recognised()
    visit = done(right)
    for tail in ("constats/999999/", "ecarts/999999/corriger/"):
        post(staff, visit, tail, after(20), 404)
    with on(after(20)):
        assert staff.post(f"{DESK}recognition/999999/suspendre/").status_code == 404
        assert staff.get(address(right, "suspendre/")).status_code == 405


def test_O2_an_officer_of_an_agency_does_not_enter_these_lists() -> None:
    right = recognised()
    client = Client()
    client.force_login(officer())
    with on(after(1)):
        assert client.get(address(right)).status_code == 403
        assert client.post(address(right, "suspendre/"), {"grounds": "X"} | ALL_SIGNED).status_code == 403
    assert fresh(right).suspended_since is None


# --- lists, what is due, budgets


def test_R10_the_lists_narrow_by_what_is_to_do(staff: Client) -> None:
    kept_, suspended, over = recognised(name="A"), recognised(name="B"), recognised(name="C")
    ending.suspend(recognition=suspended, grounds="X", urgency="Y", at=after(1), actor=None, **SIGNED)
    ending.give_up(recognition=over, reason="X", at=after(1), actor=None)
    Recognition.objects.filter(pk=kept_.pk).update(kept_until_decision=True, ends_on=dt.date(9999, 12, 31))

    def names(due: str) -> list[str]:
        with on(after(3)):
            return [
                row.organisation.name for row in staff.get(f"{DESK}recognition/?due={due}").context["cl"].result_list
            ]

    assert (names("en-vigueur"), names("suspendues"), names("maintenues"), names("finies"), names("bientot")) == (
        ["A", "B"], ["B"], ["A"], ["C"], [],
    )  # fmt: skip


def test_R10_what_is_due_waits_at_the_desk(staff: Client) -> None:
    right = recognised()
    done(right, gap(criterion(right)))
    visiting.plan_visit(recognition=right, planned_on=after(20).date(), at=TOLD, actor=None)
    ending.give_notice(recognition=right, kind="repeal", grounds="Fermé.", at=after(15), actor=None)
    user = region_staff()

    def keys(moment: dt.datetime) -> set[str]:
        with on(moment):
            return {line["key"] for line in desk.waiting("region", user)} & {
                "visits-untold", "visits-late-gaps", "notices-to-decide",
            }  # fmt: skip

    assert keys(after(20)) == set()
    assert keys(after(21)) == {"visits-untold"}
    assert keys(after(61)) == {"visits-untold", "visits-late-gaps", "notices-to-decide"}


def test_R10_query_budgets(staff: Client, django_assert_max_num_queries: Any) -> None:
    rights = [recognised(name=f"Maison {number}", sites=2) for number in range(3)]
    for right in rights:
        done(right, gap(criterion(right, f"k{right.pk}")))
    with on(paris(TERM)):
        staff.get(f"{DESK}recognition/")  # the session told apart after so long
        for name in ("recognition", "visit", "notice"):
            with django_assert_max_num_queries(14):
                assert staff.get(f"{DESK}{name}/").status_code == 200
        with django_assert_max_num_queries(34):
            assert staff.get(address(rights[0])).status_code == 200
        with django_assert_max_num_queries(20):
            assert staff.get(address(Visit.objects.first())).status_code == 200
