"""Bodies give their opinion in their order, in a sitting that was held, until its minutes are closed (R6, R13, T4)."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction

from core.models import JournalEntry
from recognition.clock import end_of, morning_of
from recognition.models import Act, AgendaItem, Opinion, Recusal, Sitting
from recognition.services import sitting as service
from recognition.services.sitting import (
    WHY_PAST,
    cancel_sitting,
    change_sitting,
    fill_agenda,
    plan_sitting,
    put_on_agenda,
)
from tests.recognition.sittings import (
    COMMISSION_DAY,
    COUNCIL_DAY,
    CREFOP_DAY,
    PLANNED,
    advised,
    bodies,
    campaign,
    close,
    ready,
    say,
    sitting,
    state,
)

pytestmark = pytest.mark.django_db
CLOSED = ["Le compte rendu de cette séance est arrêté\u00a0: rien n’y change plus."]
AT = morning_of(COUNCIL_DAY)


def refused(act: Callable[[], Any]) -> Any:
    """What the portal answers: messages by field, or a list when no field is at fault."""
    with pytest.raises(ValidationError) as caught:
        act()
    return caught.value.message_dict if hasattr(caught.value, "error_dict") else caught.value.messages


# --- the agenda


def test_R6_the_agenda_is_built_of_the_ready_dossiers_and_once() -> None:
    council, _, _ = bodies()
    mine = [ready("Bleue"), ready("Ambre")]
    ready("Verte", state="complete")
    held = plan_sitting(body=council, held_on=COUNCIL_DAY, at=PLANNED, campaign=campaign(), actor=None)
    added = fill_agenda(sitting=held, at=AT, actor=None)
    assert [(item.order, item.candidature) for item in added] == [(1, mine[1]), (2, mine[0])]
    assert fill_agenda(sitting=held, at=AT, actor=None) == []
    assert [act.text for act in Act.objects.filter(candidature=mine[0], shown=True)] == [
        "À l’ordre du jour\u00a0: Conseil d’Orientation, séance du 20 septembre 2027"
    ]


def test_R6_a_sitting_takes_what_was_left_of_other_years_but_nothing_of_the_next() -> None:
    council, _, _ = bodies()
    late, early = ready("Ancienne", campaign=campaign(2026)), ready("Future", campaign=campaign(2028))
    before = morning_of(dt.date(2027, 8, 1))
    renewed = ready("Reconduite", campaign=campaign(2028), kind="renewal", ready_at=before, deposited_at=before)
    held = plan_sitting(body=council, held_on=COUNCIL_DAY, at=PLANNED, campaign=campaign(), actor=None)
    assert [item.candidature for item in fill_agenda(sitting=held, at=AT, actor=None)] == [late, renewed]
    assert state(early) == "ready"


def test_R6_the_crefop_takes_only_what_the_conseil_d_orientation_spoke_of() -> None:
    council, crefop, _ = bodies()
    said, waiting = ready(), ready()
    say(sitting(council, COUNCIL_DAY, said), said)
    second = plan_sitting(body=crefop, held_on=CREFOP_DAY, at=PLANNED, actor=None)
    assert [item.candidature for item in fill_agenda(sitting=second, at=AT, actor=None)] == [said]
    told = refused(lambda: put_on_agenda(sitting=second, candidature=waiting, at=AT, actor=None))
    assert told == {"candidature": ["Il manque d’abord l’avis de\u00a0: Conseil d’Orientation."]}


def test_R6_an_opinion_of_the_conseil_after_the_crefop_sat_does_not_open_its_agenda() -> None:
    council, crefop, _ = bodies()
    dossier = ready()
    say(sitting(council, COUNCIL_DAY, dossier), dossier)
    earlier = plan_sitting(body=crefop, held_on=COUNCIL_DAY - dt.timedelta(days=1), at=PLANNED, actor=None)
    assert fill_agenda(sitting=earlier, at=AT, actor=None) == []
    told = refused(lambda: put_on_agenda(sitting=earlier, candidature=dossier, at=AT, actor=None))
    assert told == {"candidature": ["Il manque d’abord l’avis de\u00a0: Conseil d’Orientation."]}


def test_R6_a_dossier_stands_on_one_open_agenda_of_a_body() -> None:
    council, _, _ = bodies()
    dossier = ready()
    first = sitting(council, COUNCIL_DAY, dossier)
    second = plan_sitting(body=council, held_on=CREFOP_DAY, at=PLANNED, actor=None)
    assert fill_agenda(sitting=second, at=AT, actor=None) == []
    assert refused(lambda: put_on_agenda(sitting=second, candidature=dossier, at=AT, actor=None)) == {
        "candidature": ["Ce dossier est à l’ordre du jour de la séance du 20 septembre 2027."]
    }
    close(first)  # without an opinion on it: it passes to the next
    assert [item.candidature for item in fill_agenda(sitting=second, at=AT, actor=None)] == [dossier]


def test_R6_a_dossier_that_is_not_ready_has_no_place_on_an_agenda() -> None:
    held = sitting(bodies()[0], COUNCIL_DAY)
    dossier = ready(state="incomplete")
    assert refused(lambda: put_on_agenda(sitting=held, candidature=dossier, at=AT, actor=None)) == {
        "candidature": ["Ce dossier n’est pas prêt pour avis (état\u00a0: à compléter)."]
    }


def test_T4_the_order_of_the_agenda_is_changed_line_by_line() -> None:
    first, second = ready("Ambre"), ready("Bleue")
    held = sitting(bodies()[0], COUNCIL_DAY, first, second)
    for _ in range(2):  # the first stays first
        service.raise_item(sitting=held, candidature=second, actor=None)
    assert list(held.items.order_by("order").values_list("candidature", flat=True)) == [second.pk, first.pk]


def test_T4_a_body_sits_once_a_day_and_a_sitting_without_dossier_is_cancelled() -> None:
    council, _, _ = bodies()
    held = sitting(council, COUNCIL_DAY, ready())
    again = refused(lambda: plan_sitting(body=council, held_on=COUNCIL_DAY, at=PLANNED, actor=None))
    assert again == {"held_on": ["Cette instance a déjà une séance ce jour-là."]}
    assert refused(lambda: cancel_sitting(sitting=held, actor=None)) == [
        "Retirez d’abord les dossiers de l’ordre du jour."
    ]
    other = plan_sitting(body=council, held_on=CREFOP_DAY, at=PLANNED, actor=None)
    cancel_sitting(sitting=other, actor=None)
    assert list(Sitting.objects.all()) == [held]


# --- the opinion


def test_R6_an_opinion_is_kept_with_its_reasons_and_votes() -> None:
    dossier = ready()
    held = sitting(bodies()[0], COUNCIL_DAY, dossier)
    made = say(held, dossier, "reserved", reasons=" Horaires à élargir. ", votes_for=7, votes_against=2, abstentions=1)
    kept = Opinion.objects.values_list("value", "reasons", "votes_for", "votes_against", "abstentions").get(pk=made.pk)
    assert kept == ("reserved", "Horaires à élargir.", 7, 2, 1)
    assert list(Act.objects.filter(kind="opinion").values_list("shown", "text")) == [
        (False, "Avis saisi (réservé)\u00a0: Conseil d’Orientation, séance du 20 septembre 2027")
    ]


def test_R6_no_opinion_before_the_day_of_the_sitting() -> None:
    dossier = ready()
    held = sitting(bodies()[0], COUNCIL_DAY, dossier)
    day_before = end_of(COUNCIL_DAY - dt.timedelta(days=1))
    told = ["Cette séance n’a pas encore eu lieu\u00a0: elle est prévue le 20 septembre 2027."]
    assert refused(lambda: say(held, dossier, at=day_before - dt.timedelta(seconds=1))) == told
    assert say(held, dossier, at=day_before).value == "favourable"  # at midnight in Paris the day has come


def test_R6_no_opinion_of_the_crefop_before_that_of_the_conseil() -> None:
    council, crefop, _ = bodies()
    dossier = ready()
    first = sitting(council, COUNCIL_DAY, dossier)
    say(first, dossier)
    second = sitting(crefop, CREFOP_DAY, dossier)
    service.remove_opinion(sitting=first, candidature=dossier, at=AT, actor=None)
    assert refused(lambda: say(second, dossier)) == ["Il manque d’abord l’avis de\u00a0: Conseil d’Orientation."]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"value": "bof"}, {"value": ["Choisissez l’avis\u00a0: favorable, réservé ou défavorable."]}),
        ({"reasons": " \n"}, {"reasons": ["Donnez les motifs de l’avis."]}),
        ({"abstentions": -1}, {"abstentions": ["Un nombre de voix, zéro ou plus."]}),
        ({"votes_for": 3, "votes_against": 8}, {
            "votes_against": ["L’avis est favorable, mais il y a plus de voix contre (8) que de voix pour (3)."]}),
        ({"value": "unfavourable", "votes_for": 8, "votes_against": 3}, {
            "votes_for": ["L’avis est défavorable, mais il y a plus de voix pour (8) que de voix contre (3)."]}),
        ({"votes_for": 3}, {"votes_for": ["3 voix pour 2 personnes présentes\u00a0: recomptez."]}),
    ],
)  # fmt: skip
def test_R6_an_opinion_that_does_not_hold_together_is_refused_beside_its_field(given: Any, told: Any) -> None:
    dossier = ready()
    held = sitting(bodies()[0], COUNCIL_DAY, dossier)
    change_sitting(sitting=held, values={"present": "Aya, Région\n\nLéo, CIO\n"}, at=AT, actor=None)
    assert refused(lambda: say(held, dossier, **given)) == told
    assert Opinion.objects.count() == 0


def test_R6_who_leaves_does_not_vote_and_is_named_nowhere_but_in_the_sitting() -> None:
    dossier = ready()
    held = sitting(bodies()[0], COUNCIL_DAY, dossier)
    change_sitting(sitting=held, values={"present": "Aya\nLéo\nSam"}, at=AT, actor=None)
    leaving = {"sitting": held, "candidature": dossier, "person": "Sam Élan", "reason": "Il la préside.", "at": AT}
    service.recuse(**leaving, actor=None)
    assert refused(lambda: service.recuse(**leaving, actor=None)) == {"person": ["Ce déport est déjà noté."]}
    assert refused(lambda: say(held, dossier, votes_for=3)) == {
        "votes_for": ["3 voix pour 3 personnes présentes, dont 1 qui s’est déportée\u00a0: recomptez."]
    }
    say(held, dossier, votes_for=2)
    told = refused(lambda: service.recuse(**leaving | {"person": "Léo"}, actor=None))
    assert list(told) == ["person"]
    assert Recusal.objects.count() == 1
    written = " ".join(
        [*Act.objects.values_list("text", flat=True), *map(str, JournalEntry.objects.values_list("changes"))]
    )
    assert "Élan" not in written


def test_R6_nobody_recuses_without_a_name_and_a_reason_or_from_another_agenda() -> None:
    dossier = ready()
    held = sitting(bodies()[0], COUNCIL_DAY, dossier)
    nothing = {"sitting": held, "candidature": dossier, "person": " ", "reason": "", "at": AT, "actor": None}
    assert refused(lambda: service.recuse(**nothing)) == {
        "person": ["Dites qui se déporte."], "reason": ["Dites pour quelle raison."],
    }  # fmt: skip
    elsewhere = nothing | {"candidature": ready(), "person": "Sam", "reason": "Parent."}
    assert refused(lambda: service.recuse(**elsewhere)) == ["Ce dossier n’est pas à l’ordre du jour de cette séance."]


def test_R6_a_body_speaks_once_of_a_dossier() -> None:
    council, _, _ = bodies()
    dossier = ready()
    first = sitting(council, COUNCIL_DAY, dossier)
    second = plan_sitting(body=council, held_on=CREFOP_DAY, at=PLANNED, actor=None)
    say(first, dossier)
    AgendaItem.objects.create(sitting=second, candidature=dossier, order=1)
    assert refused(lambda: say(second, dossier)) == [
        "Cette instance a déjà donné son avis sur ce dossier, le 20 septembre 2027."
    ]


def test_R6_the_body_that_decides_gives_no_opinion() -> None:
    dossier = ready()
    advised(dossier)
    held = sitting(bodies()[2], COMMISSION_DAY, dossier)
    assert refused(lambda: say(held, dossier)) == ["Cette instance ne donne pas d’avis\u00a0: elle décide."]


def test_R6_an_opinion_is_mended_until_the_minutes_close_then_never() -> None:
    dossier = ready()
    held = sitting(bodies()[0], COUNCIL_DAY, dossier)
    say(held, dossier, "unfavourable")
    assert say(held, dossier, "favourable").value == "favourable"
    close(held)
    assert refused(lambda: say(held, dossier, "unfavourable")) == CLOSED
    assert list(Opinion.objects.values_list("value", flat=True)) == ["favourable"]


def test_R6_an_opinion_that_a_later_body_followed_is_not_taken_back() -> None:
    council, crefop, _ = bodies()
    dossier = ready()
    first = sitting(council, COUNCIL_DAY, dossier)
    say(first, dossier)
    say(sitting(crefop, CREFOP_DAY, dossier), dossier)
    told = refused(lambda: service.remove_opinion(sitting=first, candidature=dossier, at=AT, actor=None))
    assert told == ["L’avis de CREFOP vient après celui-ci\u00a0: il ne peut plus être effacé."]


def test_R6_a_dossier_spoken_of_stays_on_the_agenda() -> None:
    dossier = ready()
    held = sitting(bodies()[0], COUNCIL_DAY, dossier)
    say(held, dossier)
    off = {"sitting": held, "candidature": dossier, "at": AT, "actor": None}
    assert refused(lambda: service.take_off(**off)) == ["Un avis est saisi pour ce dossier\u00a0: effacez-le d’abord."]
    service.remove_opinion(**off)
    service.take_off(**off)
    assert held.items.count() == 0


# --- the day moved


def test_R6_a_sitting_is_not_moved_across_the_order_of_the_opinions() -> None:
    council, crefop, _ = bodies()
    dossier = ready()
    first = sitting(council, COUNCIL_DAY, dossier)
    say(first, dossier)
    second = sitting(crefop, CREFOP_DAY, dossier)
    say(second, dossier)
    after = morning_of(COMMISSION_DAY)

    def move(held: Sitting, day: dt.date, at: dt.datetime = after) -> Any:
        values = {"held_on": day}
        return refused(lambda: change_sitting(sitting=held, values=values, reason="Erreur.", at=at, actor=None))

    crossed = "L’ordre des avis ne serait plus respecté\u00a0: "
    assert move(first, CREFOP_DAY + dt.timedelta(days=1)) == {
        "held_on": [f"{crossed}CREFOP, séance du 18 octobre 2027."]
    }
    assert move(second, COUNCIL_DAY - dt.timedelta(days=1)) == {
        "held_on": [f"{crossed}Conseil d’Orientation, séance du 20 septembre 2027."]
    }
    assert move(second, COMMISSION_DAY, at=morning_of(CREFOP_DAY)) == {
        "held_on": ["Des avis ou des décisions sont saisis\u00a0: la séance ne peut pas avoir lieu plus tard."]
    }
    early = dt.date(2027, 4, 30)
    assert move(first, early) == {
        "held_on": ["Le 30 avril 2027, le dossier n’était pas prêt\u00a0: il l’est depuis le 1er mai 2027."]
    }
    values = {"held_on": CREFOP_DAY}  # the same day keeps the order
    assert refused(lambda: change_sitting(sitting=first, values=values, at=after, actor=None)) == {"reason": [WHY_PAST]}
    change_sitting(sitting=first, values=values, reason="Saisie en retard.", at=after, actor=None)
    assert Sitting.objects.get(pk=first.pk).held_on == CREFOP_DAY
    assert JournalEntry.objects.latest("pk").changes["raison"] == [None, "Saisie en retard."]


def test_R6_a_sitting_already_held_is_planned_with_a_reason_and_sees_nothing_that_was_not_ready() -> None:
    council, _, _ = bodies()
    dossier, at, past = ready(), morning_of(COUNCIL_DAY), dt.date(2027, 4, 15)
    given = {"body": council, "held_on": past, "at": at, "actor": None}
    assert refused(lambda: plan_sitting(**given)) == {"reason": [WHY_PAST]}
    held = plan_sitting(**given, reason="Procès-verbal reçu en retard.")
    assert fill_agenda(sitting=held, at=at, actor=None) == []
    early = "Le 15 avril 2027, le dossier n’était pas prêt\u00a0: il l’est depuis le 1er mai 2027."
    assert refused(lambda: put_on_agenda(sitting=held, candidature=dossier, at=at, actor=None)) == {
        "candidature": [early]
    }
    AgendaItem.objects.create(sitting=held, candidature=dossier, order=1)
    assert refused(lambda: say(held, dossier, at=at)) == [early]
    with pytest.raises(DatabaseError, match="before the deposit"), transaction.atomic():
        Opinion.objects.create(
            sitting=held, candidature=dossier, body=council, value="favourable", reasons="Vu.", recorded_at=at
        )


# --- the minutes


def test_R13_minutes_close_a_sitting_for_good_and_each_organisation_reads_that_it_was_examined() -> None:
    said, left = ready("Dite"), ready("Laissée")
    held = sitting(bodies()[0], COUNCIL_DAY, said, left)
    say(held, said)
    assert refused(lambda: close(held, " ")) == {"minutes": ["Écrivez le compte rendu avant de l’arrêter."]}
    close(held)
    for act in (
        lambda: close(held),
        lambda: fill_agenda(sitting=held, at=AT, actor=None),
        lambda: put_on_agenda(sitting=held, candidature=ready(), at=AT, actor=None),
        lambda: service.take_off(sitting=held, candidature=left, at=AT, actor=None),
        lambda: service.raise_item(sitting=held, candidature=left, actor=None),
        lambda: service.remove_opinion(sitting=held, candidature=said, at=AT, actor=None),
        lambda: change_sitting(sitting=held, values={"place": "Metz"}, at=AT, actor=None),
        lambda: cancel_sitting(sitting=held, actor=None),
        lambda: service.recuse(sitting=held, candidature=said, person="Sam", reason="Parent.", at=AT, actor=None),
    ):
        assert refused(act) == CLOSED
    shown = Act.objects.filter(kind="opinion", shown=True).values_list("candidature", "text")
    assert list(shown) == [(said.pk, "Avis rendu\u00a0: Conseil d’Orientation, séance du 20 septembre 2027")]


def test_R13_minutes_do_not_close_before_the_sitting() -> None:
    held = sitting(bodies()[0], COUNCIL_DAY)
    early = morning_of(COUNCIL_DAY - dt.timedelta(days=1))
    told = refused(lambda: service.close_minutes(sitting=held, minutes="Déjà.", at=early, actor=None))
    assert told == ["Cette séance n’a pas encore eu lieu\u00a0: elle est prévue le 20 septembre 2027."]


def test_R13_the_database_refuses_what_touches_a_closed_sitting() -> None:
    dossier = ready()
    held = sitting(bodies()[0], COUNCIL_DAY, dossier)
    say(held, dossier)
    service.recuse(sitting=held, candidature=dossier, person="Sam", reason="Parent.", at=AT, actor=None)
    close(held)
    other = ready()
    for act in (
        lambda: Opinion.objects.filter(sitting=held).update(value="unfavourable"),
        lambda: Opinion.objects.filter(sitting=held).delete(),
        lambda: Opinion.objects.create(
            sitting=held, candidature=other, body=held.body, value="favourable", reasons="Oui.", recorded_at=AT
        ),
        lambda: AgendaItem.objects.create(sitting=held, candidature=other, order=9),
        lambda: AgendaItem.objects.filter(sitting=held).update(order=9),
        lambda: AgendaItem.objects.filter(sitting=held).delete(),
        lambda: Recusal.objects.filter(sitting=held).update(person="Autre"),
        lambda: Recusal.objects.filter(sitting=held).delete(),
        lambda: Sitting.objects.filter(pk=held.pk).update(minutes="Autre chose."),
        lambda: Sitting.objects.filter(pk=held.pk).update(closed_at=None),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    kept = Opinion.objects.values_list("value", flat=True).get()
    assert (kept, Recusal.objects.get().person, held.items.get().order) == ("favourable", "Sam", 1)


def test_R13_the_database_closes_no_sitting_without_minutes() -> None:
    held = sitting(bodies()[0], COUNCIL_DAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Sitting.objects.filter(pk=held.pk).update(closed_at=AT)


def test_R6_the_database_refuses_an_opinion_out_of_order_or_of_another_body() -> None:
    council, crefop, _ = bodies()
    dossier = ready()
    first = sitting(council, COUNCIL_DAY, dossier)
    second = plan_sitting(body=crefop, held_on=CREFOP_DAY, at=PLANNED, actor=None)
    given = {"candidature": dossier, "value": "favourable", "reasons": "Oui.", "recorded_at": AT}
    for values in ({"sitting": second, "body": crefop}, {"sitting": first, "body": crefop}):
        with pytest.raises(DatabaseError, match="in their order"), transaction.atomic():
            Opinion.objects.create(**given, **values)
    Opinion.objects.create(**given, sitting=first, body=council)
    assert Opinion.objects.create(**given, sitting=second, body=crefop).pk


# --- two officers at once


def together(*acts: Callable[[], Any]) -> list[Any]:
    """What each act gave, done at the same instant by as many connections; a refusal is its messages."""
    start, given = threading.Barrier(len(acts)), []

    def run(act: Callable[[], Any]) -> None:
        try:
            start.wait(10)
            given.append(act())
        except ValidationError as error:
            given.append(error.messages)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return given


@pytest.mark.django_db(transaction=True)
def test_R6_two_officers_build_the_agenda_at_once_and_each_dossier_is_there_once() -> None:
    dossiers = [ready() for _ in range(4)]
    held = sitting(bodies()[0], COUNCIL_DAY)
    given = together(*[lambda: len(fill_agenda(sitting=held, at=AT, actor=None))] * 2)
    assert sorted(given) == [0, 4]
    assert sorted(held.items.values_list("candidature", "order")) == [(d.pk, n) for n, d in enumerate(dossiers, 1)]


@pytest.mark.django_db(transaction=True)
def test_R13_an_opinion_and_the_closing_at_once_never_leave_an_opinion_after_the_minutes() -> None:
    for _ in range(4):
        dossier = ready()
        day = COUNCIL_DAY + dt.timedelta(days=Sitting.objects.count())
        held = sitting(bodies()[0], day, dossier)
        given = together(lambda: say(held, dossier).value, lambda: close(held).minutes)  # noqa: B023
        closing = Act.objects.filter(kind="opinion", candidature=dossier, shown=True).exists()
        assert Opinion.objects.filter(sitting=held).exists() is closing  # said before, and the minutes know it
        assert (CLOSED in given) is not closing
