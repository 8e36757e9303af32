"""No decision without both opinions nor a plan; a decision is never edited, another follows it (R7, R8, R13)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from members.models import Organisation, QualityCriterion
from recognition.clock import morning_of
from recognition.models import Act, Assessment, CandidateSite, Decision, GoverningBody, Recognition, Rule
from recognition.services.agenda import NOT_ON_AGENDA
from recognition.services.deciding import (
    Choice,
    NoPlan,
    PlanChoice,
    Refused,
    against,
    current,
    decide,
    decide_all,
    follow,
)
from recognition.services.deciding import plan_for as choose
from recognition.services.sitting import change_sitting, put_on_agenda
from tests.recognition.sittings import (
    COMMISSION_DAY,
    COUNCIL_DAY,
    CREFOP_DAY,
    advised,
    before_commission,
    bodies,
    close,
    plan,
    ready,
    say,
    signed,
    sitting,
    state,
)
from tests.recognition.test_sitting_opinions import refused, together

pytestmark = pytest.mark.django_db
OPEN = "le compte rendu de la séance du {} n’est pas arrêté"


def granted(dossier: Any, held: Any = None, **fields: Any) -> Decision:
    return decide(candidature=dossier, kind="grant", sitting=held or before_commission(dossier), **signed(**fields))


# --- the plan


def chosen(on: dt.date) -> tuple[str, dt.date]:
    found = choose(on)
    assert isinstance(found, PlanChoice), found
    return found.plan.slug, found.ends_on


def reason(on: dt.date) -> str:
    found = choose(on)
    assert isinstance(found, NoPlan), found
    return found.reason


def test_R8_the_plan_in_force_serves_to_three_months_of_its_end() -> None:
    plan(2024, 2028)
    assert chosen(dt.date(2028, 9, 30)) == ("plan-2024", dt.date(2028, 12, 31))
    assert reason(dt.date(2028, 10, 1)) == (
        "Le plan «\u00a0Plan 2024-2028\u00a0» s’achève le 31 décembre 2028\u00a0: il reste moins de 3 mois. "
        "Le plan suivant n’est pas encore enregistré\u00a0: aucune reconnaissance ne peut être accordée."
    )


def test_R8_under_three_months_the_next_plan_serves_once_it_is_adopted() -> None:
    plan(2024, 2028)
    plan(2029, 2033, adopted_on=dt.date(2028, 11, 15))
    assert reason(dt.date(2028, 11, 14)).endswith(
        "Le plan «\u00a0Plan 2029-2033\u00a0» n’est pas encore adopté à cette date\u00a0: aucune reconnaissance ne "
        "peut être accordée."
    )
    assert chosen(dt.date(2028, 11, 15)) == ("plan-2029", dt.date(2033, 12, 31))
    assert chosen(dt.date(2028, 9, 30)) == ("plan-2024", dt.date(2028, 12, 31))


def test_R9_a_renewal_is_never_granted_under_the_plan_that_ends_with_what_it_renews() -> None:
    plan(2024, 2028)
    decided, term = dt.date(2028, 6, 6), dt.date(2028, 12, 31)
    found = choose(decided, renews_until=term)
    assert isinstance(found, NoPlan)
    assert found.reason.startswith(
        "Le plan «\u00a0Plan 2024-2028\u00a0» s’achève le 31 décembre 2028, comme la reconnaissance à renouveler."
    )
    plan(2029, 2033, adopted_on=dt.date(2028, 5, 1))
    found = choose(decided, renews_until=term)
    assert not isinstance(found, NoPlan)
    assert (found.plan.slug, found.ends_on) == ("plan-2029", dt.date(2033, 12, 31))


def test_R8_a_plan_nobody_adopted_gives_nothing_even_in_force() -> None:
    plan(2024, 2028, adopted_on=None)
    assert reason(dt.date(2027, 12, 6)).startswith("Aucun plan (CPRDFOP) n’est en vigueur le 6 décembre 2027.")


def test_R8_no_plan_at_all_says_so() -> None:
    plan(2018, 2022)
    assert reason(dt.date(2027, 12, 1)) == (
        "Aucun plan (CPRDFOP) n’est en vigueur le 1er décembre 2027. "
        "Le plan suivant n’est pas encore enregistré\u00a0: aucune reconnaissance ne peut être accordée."
    )


def test_R8_how_short_is_too_short_is_a_setting_of_the_region() -> None:
    plan(2024, 2028)
    Rule.objects.update_or_create(key="short_plan_months", defaults={"value": "1"})
    assert chosen(dt.date(2028, 11, 30)) == ("plan-2024", dt.date(2028, 12, 31))


def test_R8_a_grant_without_a_plan_is_refused_and_a_refusal_is_not() -> None:
    plan(2024, 2026)
    one, other = ready(), ready()
    held = before_commission(one, other)
    told = refused(lambda: granted(one, held))
    assert list(told) == ["kind"]
    assert told["kind"][0].startswith("Aucun plan (CPRDFOP) n’est en vigueur le 6 décembre 2027.")
    made = decide(candidature=other, kind="refusal", sitting=held, grounds="Hors critères.", **signed())
    assert (state(one), state(other), made.plan) == ("ready", "refused", None)


# --- the decision


def test_R7_a_grant_is_dated_of_the_sitting_under_the_plan_in_force() -> None:
    mine, dossier = plan(), ready()
    made = granted(dossier, deliberation_number=" 27CP-1234 ")
    assert (made.kind, made.decided_on, made.plan, made.deliberation_number, made.follows) == (
        "grant", COMMISSION_DAY, mine, "27CP-1234", None,
    )  # fmt: skip
    assert (state(dossier), current(dossier)) == ("granted", made)
    assert Act.objects.filter(kind="decision").values_list("text", "shown").get() == (
        "Décision de reconnaissance du 6 décembre 2027, délibération n°\u00a027CP-1234",
        False,
    )


def test_R7_no_decision_without_both_opinions_nor_before_their_minutes_are_closed() -> None:
    plan()
    council, crefop, commission = bodies()
    dossier = ready()
    first = sitting(council, COUNCIL_DAY, dossier)
    say(first, dossier)
    second = sitting(crefop, CREFOP_DAY, dossier)
    say(second, dossier)
    held = sitting(commission, COMMISSION_DAY, dossier)
    both = [OPEN.format("20 septembre 2027 (Conseil d’Orientation)"), OPEN.format("18 octobre 2027 (CREFOP)")]
    assert refused(lambda: granted(dossier, held)) == [f"Pas de décision sans les avis\u00a0: {' ; '.join(both)}."]
    close(first)
    second.opinions.all().delete()
    assert refused(lambda: granted(dossier, held)) == [
        "Pas de décision sans les avis\u00a0: il manque l’avis de\u00a0: CREFOP."
    ]
    say(second, dossier, "unfavourable")
    close(second)
    made = granted(dossier, held, grounds="Le lieu a changé.")
    assert made.kind == "grant"  # an opinion is an opinion: the body decides otherwise if it will, and says why


@pytest.mark.parametrize(("unmet", "value"), [(True, "favourable"), (False, "unfavourable")])
def test_R14_a_grant_over_an_unmet_criterion_or_an_unfavourable_opinion_says_why(unmet: bool, value: str) -> None:
    plan()
    council, crefop, commission = bodies()
    dossier = ready()
    if unmet:
        criterion = QualityCriterion.objects.create(
            charter=dossier.charter, key="accueil", order=1, title="Accueil", text="Texte.", article="2.b",
            kind="value", applies_to="all",
        )  # fmt: skip
        Assessment.objects.create(
            candidature=dossier, criterion=criterion, level="unmet", assessed_at=morning_of(COUNCIL_DAY)
        )
    for body, day in ((council, COUNCIL_DAY), (crefop, CREFOP_DAY)):
        held = sitting(body, day, dossier)
        say(held, dossier, value if body == crefop else "favourable")
        close(held)
    held = sitting(commission, COMMISSION_DAY, dossier)
    doubt = "1 critère non atteint" if unmet else "avis défavorable\u00a0: CREFOP"
    assert against(dossier) == [doubt]
    assert refused(lambda: granted(dossier, held)) == {
        "grounds": [f"Malgré {doubt}\u00a0: écrivez pourquoi la reconnaissance est accordée."]
    }
    assert granted(dossier, held, grounds="L’organisme s’engage à le corriger.").grounds.startswith("L’organisme")


def test_R7_two_opinions_at_least_whatever_the_bodies_have_become() -> None:
    """A body that sat keeps its part; and one that never sat does not make an opinion less (the database too)."""
    plan()
    council, crefop, commission = bodies()
    dossier = ready()
    held = sitting(council, COUNCIL_DAY, dossier)
    say(held, dossier)
    close(held)
    with pytest.raises(DatabaseError, match="keeps its part"), transaction.atomic():
        GoverningBody.objects.filter(pk=council.pk).update(kind="decision")
    with pytest.raises(DatabaseError, match="keeps its part"), transaction.atomic():
        GoverningBody.objects.filter(pk=council.pk).update(order=9)
    GoverningBody.objects.filter(pk=council.pk).update(name="Conseil régional d’orientation")
    GoverningBody.objects.filter(pk=crefop.pk).update(kind="decision")
    last = sitting(commission, COMMISSION_DAY, dossier)
    with pytest.raises(DatabaseError, match="both opinions"), transaction.atomic():
        granted(dossier, last)


def test_R7_the_database_refuses_a_decision_without_both_opinions() -> None:
    dossier = ready()
    held = sitting(bodies()[0], COUNCIL_DAY, dossier)
    say(held, dossier)
    close(held)
    with pytest.raises(DatabaseError, match="no decision without both opinions"), transaction.atomic():
        Decision.objects.create(
            candidature=dossier, kind="grant", decided_on=COMMISSION_DAY, deliberation_number="1", signatory="A",
            signatory_title="B", recorded_at=morning_of(COMMISSION_DAY),
        )  # fmt: skip


def test_R7_a_dossier_without_the_opinions_does_not_reach_the_agenda_of_the_body_that_decides() -> None:
    held = sitting(bodies()[2], COMMISSION_DAY)
    told = refused(lambda: put_on_agenda(sitting=held, candidature=ready(), at=morning_of(COMMISSION_DAY), actor=None))
    assert told == {"candidature": ["Il manque d’abord l’avis de\u00a0: Conseil d’Orientation, CREFOP."]}


def test_R7_only_the_body_that_decides_once_it_sat_on_a_dossier_of_its_agenda() -> None:
    plan()
    dossier, other = ready(), ready()
    held = before_commission(dossier, other)
    held.items.filter(candidature=other).delete()
    assert refused(lambda: granted(other, held)) == ["Ce dossier n’est pas à l’ordre du jour de cette séance."]
    early = morning_of(COMMISSION_DAY - dt.timedelta(days=1))
    assert refused(lambda: granted(dossier, held, at=early)) == [
        "Cette séance n’a pas encore eu lieu\u00a0: elle est prévue le 6 décembre 2027."
    ]
    council = dossier.opinions.order_by("pk")[0].sitting
    assert refused(lambda: granted(dossier, council)) == {
        "sitting": ["Cette instance ne décide pas\u00a0: Conseil d’Orientation."]
    }
    assert (state(dossier), Decision.objects.count()) == ("ready", 0)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"kind": "refusal", "grounds": " "}, {"grounds": ["Un refus donne ses motifs\u00a0: écrivez-les."]}),
        ({"kind": "suspension"}, {"kind": ["Choisissez\u00a0: reconnaissance ou refus."]}),
        ({"deliberation_number": " "}, {"deliberation_number": ["Donnez le numéro de la délibération."]}),
        ({"signatory": "", "signatory_title": ""}, {
            "signatory": ["Donnez la ou le signataire."],
            "signatory_title": ["Donnez la qualité de la ou du signataire."]}),
    ],
)  # fmt: skip
def test_R14_a_decision_is_named_signed_and_says_why_it_refuses(given: Any, told: Any) -> None:
    plan()
    dossier = ready()
    held = before_commission(dossier)
    assert refused(lambda: decide(candidature=dossier, sitting=held, **{"kind": "grant"} | signed(**given))) == told
    assert Decision.objects.count() == 0


def test_R1_an_organisation_become_a_member_by_right_is_not_recognised() -> None:
    plan()
    dossier = ready()
    held = before_commission(dossier)
    Organisation.objects.filter(pk=dossier.organisation_id).update(status="signatory")
    assert refused(lambda: granted(dossier, held)) == {
        "kind": ["Cet organisme est membre de droit\u00a0: il n’a pas à être reconnu."]
    }


def test_R2_a_site_without_one_of_the_three_services_is_not_recognised() -> None:
    plan()
    dossier = ready()
    held = before_commission(dossier)
    CandidateSite.objects.create(candidature=dossier, name="L’antenne", services=["accueil"])
    assert refused(lambda: granted(dossier, held)) == {
        "kind": ["Un site n’offre pas les trois services demandés\u00a0: L’antenne."]
    }


def test_R7_a_deliberation_decides_several_dossiers_or_none() -> None:
    plan()
    dossiers = [ready(), ready(), ready()]
    held = before_commission(*dossiers)
    signs = signed()
    wrong = [Choice(dossiers[0], "grant"), Choice(dossiers[1], "refusal"), Choice(dossiers[2], "peut-être")]
    with pytest.raises(Refused) as caught:
        decide_all(choices=wrong, sitting=held, **signs)
    assert {key: error.message_dict for key, error in caught.value.errors.items()} == {
        dossiers[1].pk: {"grounds": ["Un refus donne ses motifs\u00a0: écrivez-les."]},
        dossiers[2].pk: {"kind": ["Choisissez\u00a0: reconnaissance ou refus."]},
    }
    assert Decision.objects.count() == 0
    right = [*wrong[:1], Choice(dossiers[1], "refusal", "Hors critères.")]
    made = decide_all(choices=right, sitting=held, **signs)
    assert [(d.candidature, d.kind, d.deliberation_number) for d in made] == [
        (dossiers[0], "grant", "27CP-1234"), (dossiers[1], "refusal", "27CP-1234"),
    ]  # fmt: skip
    assert [state(dossier) for dossier in dossiers] == ["granted", "refused", "ready"]


def test_R13_a_dossier_is_decided_once() -> None:
    plan()
    dossier = ready()
    held = before_commission(dossier)
    granted(dossier, held)
    assert refused(lambda: granted(dossier, held)) == [
        "Ce dossier a changé d’état entre-temps\u00a0: rechargez la page."
    ]


@pytest.mark.django_db(transaction=True)
def test_R13_two_officers_decide_at_once_and_one_decision_is_taken() -> None:
    plan()
    dossier = ready()
    held = before_commission(dossier)
    given = together(
        lambda: granted(dossier, held).kind,
        lambda: decide(candidature=dossier, kind="refusal", sitting=held, grounds="Non.", **signed()).kind,
    )
    assert Decision.objects.count() == 1
    kept = Decision.objects.get().kind
    assert sorted(map(str, given)) == sorted(
        [kept, "['Ce dossier a changé d’état entre-temps\\xa0: rechargez la page.']"]
    )


# --- what follows


def following(first: Decision, **fields: Any) -> Decision:
    values: dict[str, Any] = {
        "kind": first.kind, "sitting": first.sitting, "grounds": first.grounds, "deliberation_number": "27CP-1299",
    } | fields  # fmt: skip
    return follow(decision=first, **signed(**values))


def test_R13_the_database_refuses_to_change_or_to_delete_a_decision() -> None:
    plan()
    made = granted(ready())
    for act in (
        lambda: Decision.objects.filter(pk=made.pk).update(grounds="Autre."),
        lambda: Decision.objects.filter(pk=made.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    assert Decision.objects.get().grounds == ""


def test_R13_a_correction_follows_the_decision_which_stays() -> None:
    plan()
    first = granted(ready())
    second = following(first)
    assert (second.follows, second.plan, second.deliberation_number) == (first, first.plan, "27CP-1299")
    assert (current(first.candidature), state(first.candidature)) == (second, "granted")  # type: ignore[arg-type]
    assert refused(lambda: following(first)) == [
        "Une autre décision a déjà pris la suite de celle-ci\u00a0: rechargez la page."
    ]
    assert following(second, deliberation_number="27CP-1300").follows == second


def test_R13_a_refusal_taken_back_grants_under_the_plan_of_the_new_day() -> None:
    plan(2024, 2027)
    after = plan(2028, 2032, adopted_on=dt.date(2028, 1, 15))
    dossier = ready()
    held = before_commission(dossier)
    first = decide(candidature=dossier, kind="refusal", sitting=held, grounds="Hors critères.", **signed())
    later = sitting(bodies()[2], dt.date(2028, 2, 7))
    told = refused(lambda: following(first, kind="grant"))
    assert list(told) == ["kind"]  # under three months of the plan's end, the next is not adopted
    day = {"kind": "grant", "sitting": later, "at": morning_of(dt.date(2028, 2, 7))}
    assert refused(lambda: following(first, **day)) == {"sitting": [NOT_ON_AGENDA]}
    close(held)
    put_on_agenda(sitting=later, candidature=first.candidature, at=morning_of(later.held_on), actor=None)
    other = ready(organisation=dossier.organisation, state="draft", deposited_at=None, receipt_number="")
    assert refused(lambda: following(first, **day)) == [
        "Cet organisme a depuis un autre dossier en cours\u00a0: c’est lui qui se décide."
    ]
    other.delete()
    second = following(first, **day)
    assert (second.plan, second.decided_on, state(dossier)) == (after, dt.date(2028, 2, 7), "granted")


def test_R8_what_follows_a_grant_whose_plan_ended_is_under_the_next() -> None:
    plan(2024, 2028)
    first = granted(ready())
    after = plan(2029, 2033)
    day = dt.date(2029, 1, 15)
    second = following(first, sitting=sitting(bodies()[2], day), at=morning_of(day))
    assert (second.kind, second.plan) == ("grant", after)


def test_R10_a_notified_grant_does_not_become_a_refusal_by_a_correction() -> None:
    mine = plan()
    first = granted(ready())
    Recognition.objects.create(
        organisation=first.candidature.organisation, candidature=first.candidature, granted_by=first, plan=mine,  # type: ignore[union-attr]
        starts_on=dt.date(2027, 12, 20), ends_on=mine.ends_on, term_on=mine.ends_on,
        created_at=morning_of(dt.date(2027, 12, 20)),
    )  # fmt: skip
    told = (
        "La reconnaissance est notifiée\u00a0: elle ne prend fin que par un retrait ou une abrogation, après une "
        "procédure contradictoire."
    )
    assert refused(lambda: following(first, kind="refusal", grounds="Erreur.")) == {"kind": [told]}


def test_R13_nothing_follows_from_a_sitting_before_the_decision() -> None:
    plan()
    first = granted(ready())
    earlier = sitting(bodies()[2], dt.date(2027, 11, 2))
    assert refused(lambda: following(first, sitting=earlier)) == {
        "sitting": ["Cette séance est antérieure à la première décision."]
    }


def test_R13_a_sitting_that_decided_keeps_its_day() -> None:
    plan()
    made = granted(ready())
    day = COMMISSION_DAY - dt.timedelta(days=1)
    with pytest.raises(ValidationError) as caught:
        change_sitting(sitting=made.sitting, values={"held_on": day}, at=morning_of(COMMISSION_DAY), actor=None)
    assert caught.value.message_dict == {
        "held_on": ["Des décisions datent de cette séance\u00a0: sa date ne change plus."]
    }


def test_R7_an_advised_dossier_waits_for_the_body_that_decides() -> None:
    dossier = ready()
    advised(dossier)
    held = sitting(bodies()[2], COMMISSION_DAY, dossier)
    assert list(held.items.values_list("candidature", flat=True)) == [dossier.pk]
