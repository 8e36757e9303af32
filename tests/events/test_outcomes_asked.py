"""« Did it take place, how many came? », asked once of whoever runs it (G4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from core.desk import waiting
from core.models import JournalEntry, OutboxMail
from events.models import Event, Session
from events.services import outcomes, sessions
from events.tasks import ask_outcomes
from members.models import Mandate
from tests import factories
from tests.events.tools import date_of, first_session, paris, published

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(paris("2027-03-01 10:00"), tick=False) as traveller:
        yield traveller


def house(*roles: str) -> tuple[Any, list[Any]]:
    made, people = factories.organisation(), [factories.person() for _ in roles]
    for person, role in zip(people, roles, strict=True):
        Mandate.objects.create(user=person, organisation=made, role=role)
    return made, people


def past(organisation: Any = None, day: str = "2027-03-16", **values: Any) -> Session:
    return first_session(published(date_of(f"{day} 14:00"), organisation=organisation, **values))


def links(mail: OutboxMail) -> list[str]:
    return re.findall(r"http\S+?(/agenda/bilan/\S+/)", mail.text)


def test_G4_each_manager_has_one_mail_a_day_and_each_date_is_asked_once(clock: time_machine.Traveller) -> None:
    made, (manager, _) = house("manager", "member")
    for _ in range(3):
        past(made)
    sessions.cancel(session=past(made), actor=None)
    assert ask_outcomes() == 0
    clock.move_to(paris("2027-03-17 10:00"))
    assert (ask_outcomes(), ask_outcomes()) == (1, 0)
    mail = OutboxMail.objects.get(key__startswith="outcome")
    assert (mail.to, len(links(mail))) == (manager.email, 3)
    assert manager.email not in mail.key
    clock.shift(timedelta(days=1))
    assert ask_outcomes() == 0


def test_G4_the_author_is_asked_while_they_work_there_else_the_managers(clock: time_machine.Traveller) -> None:
    made, (manager, member) = house("manager", "member")
    first, second = past(made), past(made)
    Event.objects.filter(pk=first.event_id).update(author_key=str(member.pk))
    Event.objects.filter(pk=second.event_id).update(author_key=str(factories.person().pk))
    clock.move_to(paris("2027-03-17 10:00"))
    assert ask_outcomes() == 2
    mails = OutboxMail.objects.filter(key__startswith="outcome")
    assert {mail.to for mail in mails} == {member.email, manager.email}


def test_G4_a_stranger_is_asked_while_their_address_is_kept_and_old_dates_of_nobody(
    clock: time_machine.Traveller,
) -> None:
    past(proposer_email="voisin@exemple.invalid")
    past(day="2027-03-02", proposer_email="ancien@exemple.invalid")
    alone = past()
    clock.move_to(paris("2027-03-17 10:00"))
    assert ask_outcomes() == 1
    assert [mail.to for mail in OutboxMail.objects.filter(key__startswith="outcome")] == ["voisin@exemple.invalid"]
    alone.refresh_from_db()
    assert alone.asked_at is not None


def test_G4_the_link_opens_two_questions_and_a_get_writes_nothing(
    client: Client, clock: time_machine.Traveller
) -> None:
    session = past()
    url = f"/agenda/bilan/{outcomes.secret_of(session)}/"
    assert client.get(url).status_code == 410
    clock.move_to(paris("2027-03-17 10:00"))
    page = client.get(url)
    assert (page.status_code, page["Referrer-Policy"]) == (200, "no-referrer")
    wrong = client.post(url, {"happened": "oui", "attended": "-3"})
    assert list(wrong.context["form"].errors) == ["attended"]
    session.refresh_from_db()
    assert session.answered_at is None
    assert client.post(url, {"happened": "oui", "attended": "25"}).status_code == 303
    session.refresh_from_db()
    assert (session.happened, session.attended, session.sequence) == (True, 25, 0)
    client.post(url, {"happened": "non", "attended": "25"})
    session.refresh_from_db()
    assert (session.happened, session.attended) == (False, None)
    assert JournalEntry.objects.filter(verb="session.outcome").count() == 2
    clock.shift(timedelta(days=130))
    assert client.get(url).status_code == 410


@pytest.mark.parametrize("secret", ["rien", "a.b", "0" * 32 + ".x", "é"])
def test_S4_a_link_that_we_did_not_write_leads_nowhere(client: Client, secret: str) -> None:
    assert client.get(f"/agenda/bilan/{secret}/").status_code == 404


def test_E4_what_is_over_waits_at_the_desk(client: Client, clock: time_machine.Traveller) -> None:
    made, (member,) = house("member")
    session = past(made)
    past()
    clock.move_to(paris("2027-03-17 10:00"))
    lines = [line for line in waiting("pro", member) if line["key"] == "events-outcomes"]
    assert [(line["count"], line["title"]) for line in lines] == [(1, "Bilan d’évènement à donner")]
    client.force_login(member)
    html = client.get("/pro/agenda/bilans/").content.decode()
    assert re.findall(r'href="(/agenda/bilan/[^"]+)"', html) == [f"/agenda/bilan/{outcomes.secret_of(session)}/"]
    outcomes.answer(session=session, happened=True, attended=None)
    assert [line for line in waiting("pro", member) if line["key"] == "events-outcomes"] == []
