"""Seats: asked for, confirmed, given back, passed on; never one more than there are (A1)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from core.models import JournalEntry, OutboxMail
from events.models import Event, Registration, Session, SessionChange
from events.services import registering, sessions
from events.services.registering import DoorShutError, register
from events.services.seats import Door, Seats, door_of, seats_of
from events.services.states import withdraw
from events.tasks import free_seats
from tests import factories
from tests.events.tools import date_of, first_session, published

pytestmark = pytest.mark.django_db


def session_of(seats: int | None = None, **fields: Any) -> Session:
    """A date that takes registrations."""
    return first_session(published(date_of(seats=seats, **fields), registration_mode="builtin"))


def asked(session: Session, who: str, **more: Any) -> Registration:
    made = register(session=session, name=who.title(), email=f"{who}@exemple.invalid", **more)
    assert made is not None
    return made


def states(session: Session) -> dict[str, str]:
    rows = Registration.objects.filter(session=session).order_by("pk")
    return {row.email.partition("@")[0]: row.state for row in rows}


def link(mail: OutboxMail) -> str:
    found = re.search(r"http\S+(/agenda/mon-inscription/\S+/)", mail.text)
    assert found is not None
    return found[1]


def fill(client: Client, url: str, **values: str) -> Any:
    """Post the form of this page, filled."""
    html = client.get(url).content.decode()
    token = re.search(r'name="token" value="([^"]+)"', html)
    assert token is not None
    given = {"name": "Ines Exemple", "email": "ines@exemple.invalid", "website": "", "token": token[1]}
    return client.post(url, given | values)


def url_of(session: Session) -> str:
    return f"/agenda/inscription/{session.public_id}/"


def test_A1_a_stranger_holds_a_seat_until_the_link_is_followed_and_a_get_writes_nothing(client: Client) -> None:
    session = session_of(seats=3)
    answer = fill(client, url_of(session))
    assert (answer.status_code, answer["Location"]) == (303, f"{url_of(session)}merci/")
    assert client.get(answer["Location"]).status_code == 200
    assert client.cookies == {}
    held = Registration.objects.get()
    assert (held.state, held.email_confirmed, held.name) == ("held", False, "Ines Exemple")
    mail = OutboxMail.objects.get()
    assert (mail.to, "Ines" in mail.text) == ("ines@exemple.invalid", False)
    page = client.get(link(mail))
    assert (page.status_code, page["Referrer-Policy"], page["X-Robots-Tag"]) == (
        200, "no-referrer", "noindex, nofollow"
    )  # fmt: skip
    assert states(session) == {"ines": "held"}
    assert client.post(link(mail), {"geste": "confirmer"}).status_code == 303
    assert states(session) == {"ines": "confirmed"}
    assert client.post(link(mail), {"geste": "annuler"}).status_code == 303
    assert client.post(link(mail), {"geste": "annuler"}).status_code == 303
    assert states(session) == {"ines": "cancelled"}
    assert "ines" not in str(list(JournalEntry.objects.values())).lower()


def test_A1_the_last_seat_makes_it_full_then_people_wait_and_move_up_in_order() -> None:
    session = session_of(seats=1)
    first, second, third = (asked(session, who) for who in ("a", "b", "c"))
    session.refresh_from_db()
    assert (states(session), session.full) == ({"a": "held", "b": "waiting", "c": "waiting"}, False)
    registering.confirm(registration=third)
    registering.give_back(registration=first)
    assert states(session) == {"a": "cancelled", "b": "held", "c": "waiting"}
    registering.give_back(registration=second)
    assert states(session) == {"a": "cancelled", "b": "cancelled", "c": "confirmed"}
    registering.give_back(registration=third)
    session.refresh_from_db()
    assert session.full is False
    assert list(SessionChange.objects.values_list("kind", flat=True)) == ["full", "seats"]
    keys = [mail.key.split("-", 6)[6] for mail in OutboxMail.objects.order_by("pk")]
    assert keys == [
        "first", "first", "first", "promoted", "given-back", "promoted", "given-back", "given-back",
    ]  # fmt: skip
    assert OutboxMail.objects.order_by("pk")[4].subject.startswith("Vous avez rendu votre place")


def test_A1_without_a_waiting_list_full_is_full_and_says_the_same_to_everybody(client: Client) -> None:
    session = session_of(seats=1, waiting_list=False)
    form = client.get(url_of(session)).content.decode()
    token = re.search(r'name="token" value="([^"]+)"', form)[1]  # type: ignore[index]
    given = {"name": "Ines", "email": "ines@exemple.invalid", "token": token}
    assert client.post(url_of(session), given).status_code == 303
    inside = client.post(url_of(session), given)
    outside = client.post(url_of(session), given | {"email": "lou@exemple.invalid"})
    assert (inside.status_code, outside.status_code) == (409, 409)
    assert inside.content == outside.content
    assert states(session) == {"ines": "held"}


def test_S2_asking_twice_is_one_seat_one_answer_and_the_mail_again_later(client: Client) -> None:
    session = session_of()
    answers = [fill(client, url_of(session)).headers["Location"] for _ in range(2)]
    assert answers == [f"{url_of(session)}merci/"] * 2
    assert (Registration.objects.count(), OutboxMail.objects.count()) == (1, 1)
    with time_machine.travel(timezone.now() + timedelta(minutes=40)):
        assert fill(client, url_of(session), email="INES@exemple.invalid").status_code == 303
    assert (Registration.objects.count(), OutboxMail.objects.count()) == (1, 2)
    first, again = OutboxMail.objects.order_by("pk")
    assert (first.text, first.to) == (again.text, again.to)


def test_A1_a_seat_that_nobody_confirmed_goes_to_who_waits() -> None:
    session = session_of(seats=1)
    late, waits = asked(session, "a"), asked(session, "b")
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert free_seats() == 1
        assert states(session) == {"a": "expired", "b": "held"}
        assert free_seats() == 0
        registering.confirm(registration=late)
        registering.confirm(registration=waits)
    assert states(session) == {"a": "expired", "b": "confirmed"}
    assert OutboxMail.objects.filter(to="a@exemple.invalid").count() == 1


def test_A1_a_link_followed_late_still_keeps_a_seat_that_nobody_took_back() -> None:
    session = session_of(seats=1)
    late = asked(session, "a")
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert registering.confirm(registration=late).state == "confirmed"


def test_A1_an_account_with_a_proved_address_has_its_seat_at_once(client: Client) -> None:
    session, user = session_of(seats=2), factories.person("camille@exemple.invalid")
    client.force_login(user)
    answer = fill(client, url_of(session), email="camille@exemple.invalid")
    assert answer["Location"].startswith("/agenda/mon-inscription/")
    assert states(session) == {"camille": "confirmed"}
    fill(client, url_of(session), email="autre@exemple.invalid")
    assert states(session) == {"camille": "confirmed", "autre": "held"}
    assert str(user.pk) not in str(list(JournalEntry.objects.filter(verb__startswith="registration").values()))


def test_S2_the_form_of_another_account_or_of_another_site_writes_nothing(client: Client) -> None:
    session = session_of()
    html = client.get(url_of(session)).content.decode()
    token = re.search(r'name="token" value="([^"]+)"', html)[1]  # type: ignore[index]
    given = {"name": "Ines", "email": "camille@exemple.invalid", "token": token}
    client.force_login(factories.person("camille@exemple.invalid"))
    assert "ouvert ailleurs" in client.post(url_of(session), given).content.decode()
    client.logout()
    assert client.post(url_of(session), given, headers={"sec-fetch-site": "cross-site"}).status_code == 200
    assert Registration.objects.count() == 0
    assert client.post(url_of(session), given | {"website": "https://x.invalid"}).status_code == 303
    assert Registration.objects.count() == 0


@pytest.mark.parametrize(
    ("door", "words"),
    [
        ("cancelled", "C’est annulé"), ("postponed", "C’est reporté"), ("past", "C’est passé"),
        ("started", "C’est commencé"), ("closed", "Les inscriptions sont closes"), ("elsewhere", "On ne s’inscrit pas"),
        ("withdrawn", "n’est plus dans l’agenda"),
    ],
)  # fmt: skip
def test_S4_a_shut_door_says_why(client: Client, door: str, words: str) -> None:
    session = session_of()
    now = timezone.now()
    moved: dict[str, dict[str, Any]] = {
        "past": {"starts_at": now - timedelta(hours=3), "ends_at": now - timedelta(hours=1)},
        "started": {"starts_at": now - timedelta(hours=1)},
        "closed": {"registration_closes_at": now - timedelta(minutes=1)},
    }
    if door == "cancelled":
        sessions.cancel(session=session, actor=None)
    elif door == "postponed":
        sessions.postpone(session=session, actor=None)
    elif door == "withdrawn":
        withdraw(event=session.event, reason="", actor=None)
    elif door == "elsewhere":
        Event.objects.update(registration_mode="none")
    Session.objects.filter(pk=session.pk).update(**moved.get(door, {"label": ""}))
    session = Session.objects.select_related("event").get(pk=session.pk)
    assert door_of(session, Seats(None)) == door
    page = client.get(url_of(session))
    assert (page.status_code, words in page.content.decode(), "<form method" in page.content.decode()) == (
        200, True, False
    )  # fmt: skip
    with pytest.raises(DoorShutError) as shut:
        asked(session, "a")
    assert shut.value.door == Door(door)


def test_S4_a_date_that_is_not_public_is_not_there(client: Client) -> None:
    session = session_of()
    Event.objects.update(state="proposed")
    assert client.get(url_of(session)).status_code == 404
    assert client.get("/agenda/inscription/00000000-0000-4000-8000-000000000000/").status_code == 404
    assert client.get("/agenda/mon-inscription/inconnue/").status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", "Achetez sur https://spam.invalid"), ("name", "a\u202eb"), ("name", "x" * 500),
        ("email", "pas une adresse"), ("email", "a@exemple.invalid\nBcc: b@exemple.invalid"), ("email", ""),
        ("email", "сamille@exemple.invalid"),
    ],
)  # fmt: skip
def test_S4_odd_answers_are_told_beside_their_field_and_kept(client: Client, field: str, value: str) -> None:
    session = session_of()
    answer = fill(client, url_of(session), **{field: value})
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, [field])
    assert Registration.objects.count() == 0


def test_S2_one_visitor_asks_so_many_times_an_hour(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from events.views.registration import RegistrationUse

    session = session_of()
    monkeypatch.setattr(RegistrationUse, "rate", "2/hour", raising=False)
    answers = [fill(client, url_of(session), email=f"p{number}@exemple.invalid") for number in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert int(answers[2]["Retry-After"]) > 0
    assert "p2@exemple.invalid" in answers[2].content.decode()


def test_S2_an_address_is_not_buried_under_requests() -> None:
    for _ in range(registering.MOST_UNCONFIRMED):
        asked(session_of(), "a")
    assert register(session=session_of(), name="A", email="a@exemple.invalid") is None
    assert OutboxMail.objects.count() == registering.MOST_UNCONFIRMED


def test_A1_more_seats_move_people_up_and_fewer_take_nobody_s() -> None:
    session = session_of(seats=1)
    for who in ("a", "b", "c"):
        asked(session, who)
    sessions.edit(session=session, values={"seats": 3}, actor=None)
    registering.seats_changed(session)
    session.refresh_from_db()
    assert (states(session), session.full) == ({"a": "held", "b": "held", "c": "held"}, False)
    sessions.edit(session=session, values={"seats": 2}, actor=None)
    registering.seats_changed(session)
    assert states(session) == {"a": "held", "b": "held", "c": "held"}
    sessions.edit(session=session, values={"seats": None}, actor=None)
    registering.seats_changed(session)
    session.refresh_from_db()
    assert (session.full, seats_of([session])[session.pk]) == (False, Seats(None, 3, 0))


def test_A1_full_said_by_the_organiser_stays_so_while_seats_are_left() -> None:
    session = session_of(seats=5)
    first = asked(session, "a")
    sessions.say_full(session=session, full=True, actor=None)
    assert asked(session, "b").state == "waiting"
    registering.give_back(registration=first)
    session.refresh_from_db()
    assert (session.full, states(session)) == (True, {"a": "cancelled", "b": "waiting"})


def test_A1_somebody_by_telephone_may_have_no_address() -> None:
    session, actor = session_of(seats=2), factories.person()
    made = [registering.add_by_phone(session=session, name=name, actor=actor) for name in ("Une", "Deux", "Trois")]
    assert [row.state for row in made] == ["confirmed", "confirmed", "waiting"]
    registering.give_back(registration=made[0], actor=actor, message="Désolé.")
    assert Registration.objects.get(name="Trois").state == "confirmed"
    assert OutboxMail.objects.count() == 0
    registering.add_by_phone(session=session, name="Quatre", email="q@exemple.invalid", actor=actor)
    with pytest.raises(ValidationError, match="déjà inscrite"):
        registering.add_by_phone(session=session, name="Cinq", email="Q@exemple.invalid", actor=actor)
