"""Who registered is told of each change once, reminded once, then forgotten (A3, S2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from core.models import OutboxMail
from events.models import Event, Registration, Session
from events.services import registering, sessions
from events.services.secret_links import secret_of
from events.services.states import withdraw
from events.tasks import forget_registrations, remind_registered
from tests import factories
from tests.events.test_registering_seats import asked, session_of, states
from tests.events.tools import date_of, first_session, paris, published

pytestmark = pytest.mark.django_db
NOW = "2027-03-01 10:00"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(paris(NOW), tick=False) as traveller:
        yield traveller


def told(kind: str) -> list[OutboxMail]:
    return list(OutboxMail.objects.filter(key__contains=f"-{kind}-").order_by("to"))


def planned(**fields: Any) -> Session:
    return session_of(starts_at=paris("2027-03-16 14:00"), ends_at=paris("2027-03-16 16:00"), **fields)


def test_A3_a_new_date_is_told_with_the_former_one_once_a_person() -> None:
    session = planned(seats=1)
    registering.confirm(registration=asked(session, "a"))
    asked(session, "b")
    gone = asked(session, "c")
    registering.give_back(registration=gone)
    sessions.reschedule(
        session=session, starts_at=paris("2027-03-30 14:00"), ends_at=paris("2027-03-30 16:00"),
        message="La salle était prise.", actor=None,
    )  # fmt: skip
    mails = told("change")
    assert [mail.to for mail in mails] == ["a@exemple.invalid", "b@exemple.invalid"]
    text = mails[0].text.replace("\xa0", " ")
    assert "Avant : mardi 16 mars 2027, 14 h – 16 h" in text
    assert "Maintenant : mardi 30 mars 2027, 14 h – 16 h" in text  # the hour changed in between
    assert "La salle était prise." in text
    assert "/agenda/mon-inscription/" in text


def test_A3_each_sort_of_change_is_told_and_full_is_not() -> None:
    session = planned()
    registering.confirm(registration=asked(session, "a"))
    sessions.say_full(session=session, full=True, actor=None)
    sessions.postpone(session=session, actor=None)
    sessions.restore(session=session, actor=None)
    sessions.move_online(session=session, online_url="https://visio.exemple.invalid/x", actor=None)
    sessions.move(session=session, place={"address": "1 rue X", "town": "Colmar"}, actor=None)
    sessions.cancel(session=session, actor=None)
    mails = list(OutboxMail.objects.filter(key__contains="-change-").order_by("pk"))
    assert [mail.subject.partition(" : ")[0] for mail in mails] == [
        "Reporté", "Aura bien lieu", "Passe en ligne", "Nouveau lieu", "Annulé"
    ]  # fmt: skip
    assert "https://visio.exemple.invalid/x" in mails[2].text
    assert Registration.objects.get().state == "confirmed"


def test_A8_a_withdrawn_event_tells_who_registered() -> None:
    session = planned()
    asked(session, "a")
    withdraw(event=session.event, reason="Doublon.", actor=None)
    assert [(mail.to, "Doublon." in mail.text) for mail in told("withdrawn")] == [("a@exemple.invalid", True)]


def test_A1_the_reminder_comes_the_day_before_once_and_not_to_who_just_registered(
    clock: time_machine.Traveller,
) -> None:
    session = planned()
    registering.confirm(registration=asked(session, "a"))
    asked(session, "held")
    clock.move_to(paris("2027-03-14 20:00"))
    assert remind_registered() == 0
    clock.move_to(paris("2027-03-15 09:10"))
    registering.confirm(registration=asked(session, "late"))
    assert (remind_registered(), remind_registered()) == (1, 0)
    assert [mail.to for mail in told("reminder")] == ["a@exemple.invalid"]
    clock.move_to(paris("2027-03-16 09:10"))
    assert remind_registered() == 0


def test_A1_a_day_without_a_worker_is_caught_up_and_a_new_date_is_reminded_again(
    clock: time_machine.Traveller,
) -> None:
    session = planned()
    registering.confirm(registration=asked(session, "a"))
    clock.move_to(paris("2027-03-16 09:10"))
    assert remind_registered() == 1
    sessions.reschedule(
        session=session, starts_at=paris("2027-03-30 14:00"), ends_at=paris("2027-03-30 16:00"), actor=None
    )
    clock.move_to(paris("2027-03-29 09:10"))
    assert (remind_registered(), remind_registered()) == (1, 0)


@pytest.mark.parametrize("act", ["cancel", "postpone"])
def test_A3_nobody_is_reminded_of_what_does_not_take_place(clock: time_machine.Traveller, act: str) -> None:
    session = planned()
    registering.confirm(registration=asked(session, "a"))
    getattr(sessions, act)(session=session, actor=None)
    clock.move_to(paris("2027-03-15 09:10"))
    assert remind_registered() == 0


def test_S2_names_are_forgotten_and_numbers_stay(clock: time_machine.Traveller) -> None:
    session, actor = planned(), factories.person()
    came, absent = asked(session, "a"), asked(session, "b")
    for one in (came, absent):
        registering.confirm(registration=one)
    registering.give_back(registration=asked(session, "c"))
    clock.move_to(paris("2027-03-16 17:00"))
    assert forget_registrations() == 1  # who left, after a week
    assert registering.mark_present(session=session, present=[came.public_id], actor=actor) == 1
    clock.move_to(paris("2027-05-15 12:00"))
    assert forget_registrations() == 0
    clock.move_to(paris("2027-05-16 12:00"))
    assert forget_registrations() == 2
    session.refresh_from_db()
    assert (states(session), session.registered, session.attended) == ({}, 2, 1)
    assert forget_registrations() == 0
    assert timedelta(days=60) < paris("2027-05-16 12:00") - session.ends_at


def test_A8_the_calendar_of_a_seat_is_that_of_its_date(client: Client) -> None:
    event = published(date_of("2027-03-16 14:00"), date_of("2027-03-23 14:00"), registration_mode="builtin")
    session = first_session(event)
    held = registering.confirm(registration=asked(session, "a"))
    path = f"/agenda/{event.slug}/event.ics?seance={session.public_id}"
    said = OutboxMail.objects.get(key__endswith="-confirmed")
    assert said.subject.startswith("Votre place est confirmée")
    assert f"{path}\n" in said.text
    assert f'href="{path}"' in client.get(f"/agenda/mon-inscription/{secret_of(held)}/").content.decode()
    assert client.get(path).content.decode().count("BEGIN:VEVENT") == 1


def test_A3_a_date_of_several_is_cancelled_alone_and_the_others_are_offered(client: Client) -> None:
    event = published(date_of("2027-03-16 14:00"), date_of("2027-03-23 14:00"), registration_mode="builtin")
    one, other = Session.objects.filter(event=event).order_by("starts_at")
    held = asked(one, "a")
    asked(other, "b")
    sessions.cancel(session=one, actor=None)
    assert "Choisir une autre date" in client.get(f"/agenda/mon-inscription/{secret_of(held)}/").content.decode()
    sessions.cancel(session=other, actor=None)
    assert "Choisir une autre date" not in client.get(f"/agenda/mon-inscription/{secret_of(held)}/").content.decode()
    said = [(mail.subject.partition(" : ")[0], "Les autres dates :" in mail.text) for mail in told("change")]
    assert said == [("Date annulée", True), ("Annulé", False)]


def test_A1_each_mail_says_whom_to_write_to() -> None:
    session = planned()
    asked(session, "a")
    event = session.event
    assert "personne ne lit les réponses" in OutboxMail.objects.get().text  # nobody is known
    house = factories.organisation()
    place = factories.site(organisation=house, email="accueil@exemple.invalid", phone="03 00 00 00 01")
    Event.objects.filter(pk=event.pk).update(organisation=house)
    asked(session, "b")
    Event.objects.filter(pk=event.pk).update(contact_email="forum@exemple.invalid", contact_phone="03 00 00 00 02")
    asked(session, "c")
    texts = [mail.text.replace("\xa0", " ") for mail in OutboxMail.objects.order_by("pk")[1:]]
    name = house.display_name
    assert f"Pour joindre l’organisateur ({name}) : {place.email}, {place.phone}\n" in texts[0]
    assert f"Pour joindre l’organisateur ({name}) : forum@exemple.invalid, 03 00 00 00 02\n" in texts[1]


def test_A3_a_new_date_says_where_and_the_calendar_and_who_waits_has_no_seat_to_give_back() -> None:
    session = planned(seats=1, waiting_list=True, place_name="Salle des fêtes", commune=factories.town("Toul"))
    registering.confirm(registration=asked(session, "a"))
    asked(session, "b")
    sessions.reschedule(
        session=session, starts_at=paris("2027-03-30 14:00"), ends_at=paris("2027-03-30 16:00"), actor=None
    )
    calendar = f"/agenda/{session.event.slug}/event.ics?seance={session.public_id}"
    seated, waits = (mail.text for mail in told("change"))
    assert ["Salle des fêtes" in text for text in (seated, waits)] == [True, True]
    assert [calendar in text for text in (seated, waits)] == [True, False]
    assert ["rendre votre place" in text for text in (seated, waits)] == [True, False]
    assert "quitter la liste d’attente" in waits
