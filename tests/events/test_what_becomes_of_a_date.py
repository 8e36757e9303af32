"""What becomes of a date is said alike by every way out, and told once (A3, A7, A8)."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
import time_machine
from django.test import Client

from core.models import OutboxMail
from events.models import SessionChange
from events.services import registering, sessions
from events.tasks import send_alerts
from tests.events.test_alerts_mail import digest_mails, following
from tests.events.test_registering_seats import asked
from tests.events.tools import date_of, first_session, paris, published

pytestmark = pytest.mark.django_db
ACTS: dict[str, tuple[Any, str, str]] = {
    "scheduled": (None, "CONFIRMED", "EventScheduled"),
    "rescheduled": (
        lambda s: sessions.reschedule(
            session=s, starts_at=paris("2027-03-21 10:00"), ends_at=paris("2027-03-21 12:00"), actor=None
        ), "CONFIRMED", "EventRescheduled",
    ),
    "postponed": (lambda s: sessions.postpone(session=s, actor=None), "TENTATIVE", "EventPostponed"),
    "moved-online": (
        lambda s: sessions.move_online(session=s, online_url="https://visio.exemple.invalid/a", actor=None),
        "CONFIRMED", "EventMovedOnline",
    ),
    "moved-place": (
        lambda s: sessions.move(session=s, place={"address": "1 rue X", "town": "Colmar"}, actor=None),
        "CONFIRMED", "EventScheduled",
    ),
    "cancelled": (lambda s: sessions.cancel(session=s, actor=None), "CANCELLED", "EventCancelled"),
}  # fmt: skip
WORDS = {
    "scheduled": "", "rescheduled": "Date changée", "postponed": "Reporté", "moved-online": "Passé en ligne",
    "moved-place": "Lieu changé", "cancelled": "Annulé",
}  # fmt: skip


@pytest.mark.parametrize("status", ACTS)
def test_A8_each_state_of_a_date_follows_in_every_way_out_and_is_told_once(client: Client, status: str) -> None:
    act, calendar, schema = ACTS[status]
    with time_machine.travel(paris("2027-03-01 10:00"), tick=False) as clock:
        session = first_session(published(date_of("2027-03-20 14:00"), registration_mode="builtin"))
        registering.confirm(registration=asked(session, "a"))
        following("type=atelier")
        clock.move_to(paris("2027-03-01 12:00"))
        if act is not None:
            act(session)
        changes = int(act is not None)
        assert SessionChange.objects.count() == changes
        ics = client.get("/agenda.ics").content.decode()
        said = client.get("/agenda.json").content.decode()
        atom = client.get("/agenda.atom").content.decode()
        row = next(csv.DictReader(io.StringIO(client.get("/agenda.csv").content.decode("utf-8-sig")), delimiter=";"))
        api = client.get(f"/api/v1/sessions/{session.public_id}/").json()
        assert (f"STATUS:{calendar}\r\n" in ics, f"https://schema.org/{schema}" in said) == (True, True)
        assert (row["etat"], api["session_status"], WORDS[status] in atom) == (status, status, True)
        clock.move_to(paris("2027-03-02 07:15"))
        assert (send_alerts(), send_alerts(), len(digest_mails())) == (changes, 0, changes)
        assert OutboxMail.objects.filter(key__contains="-change-").count() == changes
