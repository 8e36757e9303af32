"""Who comes, for those who run the event and nobody else; each reading is written down (A1, S2)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core.models import JournalEntry, OutboxMail
from events.models import Event, Registration, Session
from events.services import registering, sessions
from members.models import Mandate
from tests import factories
from tests.events.test_registering_seats import asked
from tests.events.tools import date_of, first_session, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client) -> tuple[Client, Session]:
    house, user = factories.organisation(), factories.person()
    Mandate.objects.create(user=user, organisation=house, role=Mandate.Role.MEMBER)
    client.force_login(user)
    session = first_session(published(date_of(seats=2), organisation=house, registration_mode="builtin"))
    return client, session


def url_of(session: Session) -> str:
    return f"/pro/agenda/{session.event.slug}/inscriptions/{session.public_id}/"


def test_S2_reading_the_list_is_written_down_once_an_hour(desk: tuple[Client, Session]) -> None:
    client, session = desk
    asked(session, "ines")
    assert client.get(f"/pro/agenda/{session.event.slug}/inscriptions/")["Location"] == url_of(session)
    for _ in range(2):
        page = client.get(url_of(session))
        assert (page.status_code, "ines@exemple.invalid" in page.content.decode()) == (200, True)
    assert "no-store" in page["Cache-Control"]
    lines = JournalEntry.objects.filter(verb="registration.read")
    assert [line.target_key for line in lines] == [str(session.event_id)]


def test_A5_others_find_no_such_page(desk: tuple[Client, Session]) -> None:
    _, session = desk
    held = asked(session, "ines")
    for user in (factories.person(), factories.professional(), factories.officer()):
        other = Client()
        other.force_login(user)
        base = url_of(session)
        for url in (base, f"{base[:-1]}.csv", f"{base}{held.public_id}/"):
            assert (other.get(url).status_code, other.post(url).status_code) in {(404, 404), (404, 405)}, url
    assert Registration.objects.get().state == "held"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_S2_the_file_holds_no_formula_and_is_written_down(desk: tuple[Client, Session], form: str) -> None:
    client, session = desk
    registering.register(session=session, name="=1+1", email="a@exemple.invalid")
    answer = client.get(f"{url_of(session)[:-1]}.{form}")
    assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (200, True)
    if form == "csv":
        assert answer.content.decode("utf-8-sig").splitlines()[1].startswith("'=1+1;a@exemple.invalid;À confirmer")
    assert JournalEntry.objects.get(verb="registration.export").changes == {"format": [None, form]}
    assert client.get(f"{url_of(session)[:-1]}.exe").status_code == 404


def test_A1_somebody_telephones_then_is_taken_away_with_a_word(desk: tuple[Client, Session]) -> None:
    client, session = desk
    assert client.post(url_of(session), {"name": "Une Personne", "email": "une@exemple.invalid"}).status_code == 302
    wrong = client.post(url_of(session), {"name": "", "email": "rien"})
    assert sorted(wrong.context["form"].errors) == ["email", "name"]
    held = Registration.objects.get()
    url = f"{url_of(session)}{held.public_id}/"
    assert client.get(url).status_code == 200
    assert Registration.objects.get().state == "confirmed"
    assert client.post(url, {"message": "La salle est petite."}).status_code == 302
    assert Registration.objects.get().state == "cancelled"
    mail = OutboxMail.objects.get(key__endswith="-cancelled")
    assert "La salle est petite." in mail.text
    assert client.post(url, {}).status_code == 404


def test_A1_who_came_is_marked(desk: tuple[Client, Session]) -> None:
    client, session = desk
    came, absent = (registering.confirm(registration=asked(session, who)) for who in ("a", "b"))
    now = timezone.now()
    Session.objects.filter(pk=session.pk).update(starts_at=now - timedelta(hours=1))
    client.post(url_of(session), {"geste": "presence", "present": [str(came.public_id), "rien"]})
    assert list(Registration.objects.order_by("pk").values_list("present", flat=True)) == [True, False]
    assert absent.pk


def test_the_list_costs_the_same_for_one_and_for_many(
    desk: tuple[Client, Session], django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    client, session = desk
    Session.objects.update(seats=None)
    session.refresh_from_db()
    client.get(url_of(session))
    asked(session, "a")
    with django_assert_max_num_queries(25) as first:
        client.get(url_of(session))
    for number in range(10):
        asked(session, f"p{number}")
    with django_assert_num_queries(len(first)):
        client.get(url_of(session))


@pytest.mark.parametrize("role", ["officer", "region"])
def test_S2_the_names_are_for_the_organiser_alone_the_numbers_for_who_serves_it(
    desk: tuple[Client, Session], role: str
) -> None:
    client, session = desk
    event = session.event
    user = factories.region_staff() if role == "region" else factories.officer()
    Event.objects.filter(pk=event.pk).update(agency=None if role == "region" else user.officer_mandates.get().agency)
    held = asked(session, "ines")
    other = Client()
    other.force_login(user)
    page = other.get(f"/pro/agenda/{event.slug}/")
    text = page.content.decode()
    base = f"/pro/agenda/{event.slug}/inscriptions/"
    assert (page.status_code, page.context["totals"]["seated"], base in text, "ines" in text) == (200, 1, False, False)
    for url in (base, url_of(session), f"{url_of(session)[:-1]}.csv", f"{url_of(session)}{held.public_id}/"):
        assert other.get(url).status_code == 404, url
    assert client.get(url_of(session)).status_code == 200
    # An event that the Region's own organisation runs: its members read.
    assert event.organisation is not None
    Mandate.objects.create(user=user, organisation=event.organisation, role=Mandate.Role.MEMBER)
    assert other.get(url_of(session)).status_code == 200


def test_A3_who_registered_for_a_cancelled_date_is_not_counted_as_coming(client: Client) -> None:
    house, user = factories.organisation(), factories.person()
    Mandate.objects.create(user=user, organisation=house, role=Mandate.Role.MEMBER)
    client.force_login(user)
    event = published(date_of(), date_of(hours=3), organisation=house, registration_mode="builtin")
    stays, falls = Session.objects.filter(event=event).order_by("ends_at")
    for session, names in ((stays, "a"), (falls, "bc")):
        for name in names:
            registering.confirm(registration=asked(session, name))
    sessions.cancel(session=falls, actor=None)
    sheet = client.get(f"/pro/agenda/{event.slug}/")
    assert sheet.context["totals"] == {"seated": 1, "queued": 0}
    listed = client.get("/pro/agenda/").content.decode()
    assert ("1 inscrit·e<" in listed, "3 inscrit·es" in listed) == (True, False)
    table = client.get(f"/pro/agenda/{event.slug}/inscriptions/").content.decode()
    assert table.count('<span class="badge error">Annulé') == 1
    for session, offered in ((stays, True), (falls, False)):
        page = client.get(url_of(session)).content.decode()
        assert ("Inscrire quelqu’un" in page, "Cette date est annulée" in page) == (offered, not offered)
        assert f"{url_of(session)}{Registration.objects.filter(session=session)[0].public_id}/" in page or not offered
