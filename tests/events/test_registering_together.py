"""Two people, one seat, one instant: real threads on real connections, and a worker that dies half-way (A1)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from core.models import OutboxMail
from events.models import Registration, Session, SessionChange
from events.services import registering, registration_mails, remembering, sessions
from events.services.registering import register
from events.services.seats import seats_of
from tests.events.test_registering_seats import asked, session_of, states

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], Any]) -> list[str]:
    """What each act answers when all begin together; the name of the refusal otherwise."""
    start, outcomes = threading.Barrier(len(acts)), list[str]()

    def run(act: Callable[[], Any]) -> None:
        try:
            start.wait(10)
            outcomes.append(str(act()))
        except Exception as refusal:  # a deadlock is told as such, and fails the test
            outcomes.append(type(refusal).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(outcomes)


def asks(session: Session, who: str) -> Callable[[], str]:
    def act() -> str:
        made = register(session=session, name=who, email=f"{who}@exemple.invalid")
        return made.state if made else "none"

    return act


def confirms(row: Registration) -> Callable[[], str]:
    return lambda: registering.confirm(registration=row).state


def test_A1_the_last_seat_taken_by_many_at_once_is_taken_by_one() -> None:
    session = session_of(seats=3)
    asked(session, "a")
    asked(session, "b")
    before = Session.objects.get().sequence
    answers = at_once(*(asks(session, f"p{number}") for number in range(6)))
    assert answers == ["held"] + ["waiting"] * 5
    session.refresh_from_db()
    assert (seats_of([session])[session.pk].taken, session.full, session.sequence) == (3, False, before)
    at_once(*(confirms(row) for row in Registration.objects.filter(state="held")))
    session.refresh_from_db()
    assert (seats_of([session])[session.pk].confirmed, session.full) == (3, True)
    assert SessionChange.objects.count() == 1


def test_A1_the_last_seat_without_a_waiting_list_refuses_the_other() -> None:
    session = session_of(seats=1, waiting_list=False)
    assert at_once(asks(session, "a"), asks(session, "b")) == ["DoorShutError", "held"]
    assert Registration.objects.count() == OutboxMail.objects.count() == 1


def test_A1_a_double_click_is_one_seat_and_one_mail() -> None:
    session = session_of(seats=2)
    assert at_once(asks(session, "a"), asks(session, "a"), asks(session, "a")) == ["held"] * 3
    assert Registration.objects.count() == OutboxMail.objects.count() == 1


def test_A1_seats_given_back_while_others_ask_are_given_once_each() -> None:
    session = session_of(seats=2)
    first, second = asked(session, "a"), asked(session, "b")
    asked(session, "c")
    answers = at_once(
        lambda: registering.give_back(registration=first).state,
        lambda: registering.give_back(registration=second).state,
        asks(session, "d"),
        asks(session, "e"),
    )
    assert (answers.count("cancelled"), len(answers)) == (2, 4)
    found = states(session)
    assert sorted(found.values()) == ["cancelled", "cancelled", "held", "held", "waiting"]
    assert found["c"] == "held"  # first in the list, whoever came in between


def test_A1_the_organiser_cancels_the_date_while_people_register_and_nobody_is_forgotten() -> None:
    session = session_of(seats=50)
    asked(session, "a")
    answers = at_once(
        lambda: sessions.cancel(session=session, actor=None).status,
        *(asks(session, f"p{number}") for number in range(5)),
    )
    assert answers.count("cancelled") == 1
    assert set(answers) <= {"cancelled", "held", "DoorShutError"}
    told = OutboxMail.objects.filter(key__contains="-change-")
    assert told.count() == Registration.objects.count() == 1 + answers.count("held")


def test_A1_lapsed_seats_freed_by_two_workers_go_to_one_person_each() -> None:
    session = session_of(seats=2)
    for who in ("a", "b", "c", "d", "e"):
        asked(session, who)
    Registration.objects.filter(state="held").update(held_until=timezone.now() - timedelta(minutes=1))
    at_once(registering.free_lapsed, registering.free_lapsed)
    assert states(session) == {"a": "expired", "b": "expired", "c": "held", "d": "held", "e": "waiting"}
    assert OutboxMail.objects.filter(key__endswith="-promoted").count() == 2


def test_A1_a_worker_that_dies_half_way_frees_and_tells_nothing_then_the_next_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = session_of(seats=1)
    asked(session, "a")
    asked(session, "b")
    Registration.objects.filter(state="held").update(held_until=timezone.now() - timedelta(minutes=1))

    def die(registration: Registration) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(registering.mails, "send_promoted", die)
        with pytest.raises(SystemExit):
            registering.free_lapsed()
    assert (states(session), OutboxMail.objects.count()) == ({"a": "held", "b": "waiting"}, 2)
    registering.free_lapsed()
    assert (states(session), OutboxMail.objects.count()) == ({"a": "expired", "b": "held"}, 3)


def test_A3_two_workers_remind_each_person_once_and_a_dead_one_nobody_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    start = (timezone.localtime() + timedelta(days=1)).replace(hour=14, minute=0)
    session = session_of(starts_at=start, ends_at=start + timedelta(hours=2))
    for number in range(8):
        registering.confirm(registration=asked(session, f"p{number}"))
    Registration.objects.update(decided_at=timezone.now() - timedelta(days=3))
    calls: list[int] = []
    real = registration_mails.send_reminder

    def die_at_the_third(registration: Registration) -> None:
        calls.append(registration.pk)
        if len(calls) == 3:
            raise SystemExit
        real(registration)

    with monkeypatch.context() as patched:
        patched.setattr(remembering, "send_reminder", die_at_the_third)
        with pytest.raises(SystemExit):
            remembering.remind()
    reminders = OutboxMail.objects.filter(key__contains="-reminder-")
    assert reminders.count() == 0
    at_once(remembering.remind, remembering.remind)
    assert reminders.count() == 8
    assert remembering.remind() == 0
