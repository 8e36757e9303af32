"""One visitor with invented addresses neither empties a date nor writes « complet » on it (A1, S2)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from events.models import Registration, SessionChange
from events.services import held_seats, registering
from tests.events.test_registering_seats import asked, fill, session_of, states, url_of
from tests.events.tools import date_of, first_session, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> Client:
    """A visitor whose address no other test has."""
    return Client(REMOTE_ADDR=f"2001:db8:{timezone.now().microsecond:x}:{id(object()) & 0xFFFF:x}::1")


def test_A1_one_visitor_keeps_a_few_seats_that_nobody_confirmed_and_more_once_they_are(home: Client) -> None:
    session = session_of(seats=8)
    codes = [fill(home, url_of(session), email=f"p{n}@exemple.invalid").status_code for n in range(7)]
    assert codes == [303] * 5 + [429] * 2
    refused = fill(home, url_of(session), email="p0@exemple.invalid")
    assert (refused.status_code, "attendent leur confirmation" in refused.content.decode()) == (429, True)
    assert fill(Client(REMOTE_ADDR="203.0.113.77"), url_of(session), email="autre@exemple.invalid").status_code == 303
    registering.confirm(registration=Registration.objects.get(email="p0@exemple.invalid"))
    assert fill(home, url_of(session), email="p5@exemple.invalid").status_code == 303


def test_A1_one_visitor_keeps_so_many_seats_in_all(home: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held_seats, "MOST_IN_ALL", 2)
    dates = [session_of(seats=8) for _ in range(3)]
    codes = [fill(home, url_of(one), email=f"p{n}@exemple.invalid").status_code for n, one in enumerate(dates)]
    assert codes == [303, 303, 429]
    assert fill(home, url_of(session_of()), email="p@exemple.invalid").status_code == 303  # room for everybody


def test_A1_seats_kept_by_nobody_known_never_say_full_to_the_public() -> None:
    session = session_of(seats=2)
    before = session.sequence
    first, second = asked(session, "a"), asked(session, "b")
    session.refresh_from_db()
    assert (session.full, session.sequence, SessionChange.objects.count()) == (False, before, 0)
    page = Client().get(url_of(session)).content.decode()
    assert ("Toutes les places sont retenues pour le moment" in page, "liste d’attente" in page) == (True, True)
    shown = Client().get(session.event.get_absolute_url()).content.decode()
    assert ("Toutes les places sont retenues" in shown, "Complet" in shown) == (True, False)
    registering.confirm(registration=first)
    registering.confirm(registration=second)
    session.refresh_from_db()
    assert (session.full, session.sequence) == (True, before + 1)
    assert "Toutes les places sont prises" in Client().get(url_of(session)).content.decode()


def test_A1_without_a_waiting_list_the_page_says_to_come_back() -> None:
    session = session_of(seats=1, waiting_list=False)
    asked(session, "a")
    page = Client().get(url_of(session)).content.decode()
    assert ("sont retenues pour le moment" in page, "C’est complet" in page) == (True, False)


def test_A1_full_stays_said_while_a_seat_passes_to_somebody_who_has_yet_to_confirm() -> None:
    session = session_of(seats=1)
    first = asked(session, "a")
    asked(session, "b")
    registering.confirm(registration=first)
    registering.give_back(registration=first)
    session.refresh_from_db()
    assert (states(session), session.full) == ({"a": "cancelled", "b": "held"}, True)
    assert SessionChange.objects.count() == 1


@pytest.mark.parametrize(("taken", "ahead", "hours"), [(0, 7, 24), (6, 7, 24), (7, 7, 1), (0, 1, 1)])
def test_A1_a_seat_is_kept_an_hour_when_few_are_left_or_the_day_is_near(taken: int, ahead: int, hours: int) -> None:
    assert settings.REGISTRATION_HOLD_HOURS == 24
    date = date_of(timezone.now() + timedelta(days=ahead), seats=9)
    session = first_session(published(date, registration_mode="builtin"))
    for number in range(taken):
        asked(session, f"p{number}", proven=True)
    made = asked(session, "a")
    assert made.held_until is not None
    assert round((made.held_until - made.created_at) / timedelta(minutes=10)) == hours * 6
