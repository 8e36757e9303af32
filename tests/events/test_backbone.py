"""The doors of an event and of its dates, from draft to calendar (A3, A5)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from core.models import JournalEntry
from events.models import Event, Listing, Rendering, Session, SessionChange
from events.services import sessions
from events.services.states import publish, refuse, submit, withdraw
from tests.events.tools import date_of, draft, first_session, published
from tests.factories import site, town

pytestmark = pytest.mark.django_db


def test_A5_only_what_is_published_is_listed() -> None:
    event = draft()
    assert Listing.objects.count() == 0
    publish(event=event, actor=None)
    assert list(Listing.objects.values_list("event_id", "shown")) == [(event.pk, True)]
    assert Rendering.objects.count() == 1


def test_A8_a_withdrawn_event_stays_in_calendars_and_leaves_the_lists() -> None:
    event = published()
    withdraw(event=event, reason="Doublon.", actor=None)
    assert list(Listing.objects.values_list("event_id", "shown")) == [(event.pk, False)]
    assert first_session(event).sequence == 1


def test_A5_a_proposal_is_refused_with_a_reason_and_may_come_back() -> None:
    event = submit(event=draft(), actor=None, at_once=False)
    assert event.state == Event.State.PROPOSED
    assert refuse(event=event, reason="Sans lien avec l’orientation.", actor=None).state == Event.State.REFUSED
    assert submit(event=event, actor=None, at_once=False).state == Event.State.PROPOSED
    with pytest.raises(ValidationError, match="changé d’état"):
        withdraw(event=event, reason="", actor=None)


def test_A3_each_change_is_in_the_public_history_and_raises_the_sequence() -> None:
    event = published()
    session = first_session(event)
    was = session.starts_at
    later = was + timedelta(days=7)
    sessions.reschedule(session=session, starts_at=later, ends_at=later + timedelta(hours=1), actor=None)
    held = sessions.cancel(session=session, message="Faute d’inscrits.", actor=None)
    assert (held.former_starts_at, held.status, held.sequence) == (was, Session.Status.CANCELLED, 2)
    assert list(SessionChange.objects.values_list("kind", "message", "former_starts_at")) == [
        ("rescheduled", "", was), ("cancelled", "Faute d’inscrits.", None),
    ]  # fmt: skip
    with pytest.raises(ValidationError, match="annulée"):
        sessions.postpone(session=held, actor=None)
    assert sessions.restore(session=held, actor=None).status == Session.Status.RESCHEDULED


def test_A3_a_place_of_the_directory_gives_its_address_and_its_agency() -> None:
    place = site(commune=town("Épinal"), address="3 rue du Lycée")
    event = published(date_of(site=place))
    session = first_session(event)
    assert (session.address, session.town, session.lat) == ("3 rue du Lycée", "Épinal", place.lat)
    assert event.agency == place.agency
    moved = sessions.move_online(session=session, online_url="https://visio.exemple.invalid/salle", actor=None)
    assert (moved.site, moved.address, moved.former_place) == (None, "", f"{place.name}, 3 rue du Lycée, Épinal")
    assert list(Listing.objects.values_list("online", "commune_id")) == [(True, "")]


def test_A3_a_public_date_is_cancelled_never_removed() -> None:
    session = first_session(published())
    with pytest.raises(ValidationError, match="publiée"):
        sessions.remove(session=session, actor=None)


@pytest.mark.parametrize(
    ("starts", "hours"), [("1901-05-05 10:00", 2), ("2099-12-31 23:00", 4), ("2027-05-05 10:00", -1)]
)
def test_a_date_out_of_our_time_is_refused_by_form_and_by_the_database(starts: str, hours: int) -> None:
    values = date_of(starts, hours=hours)
    with pytest.raises(ValidationError):
        draft(values)
    event = draft()
    with pytest.raises(IntegrityError), transaction.atomic():
        Session.objects.create(event=event, **values)


def test_R13_every_door_writes_in_the_journal() -> None:
    event = published()
    sessions.say_full(session=first_session(event), full=True, actor=None)
    sessions.say_full(session=first_session(event), full=True, actor=None)
    verbs = list(JournalEntry.objects.order_by("id").values_list("verb", flat=True))
    assert verbs == ["event.create", "event.publish", "session.full"]
