"""Who hears of an event that an import brought: whoever gave it, else the team; who registered, alerts (A3, A5, A6)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from core.models import OutboxMail
from events.models import Event, Registration, Session, SessionChange
from events.search import finding
from events.search.filters import Search
from events.services import states, telling
from events.services.importing import Feed, apply
from members.models import Mandate
from tests.events.importing import bring, items, trusted, vevent
from tests.events.tools import draft
from tests.factories import organisation, person

pytestmark = pytest.mark.django_db


def manager(house: Any) -> Any:
    user = person()
    Mandate.objects.create(user=user, organisation=house, role=Mandate.Role.MANAGER)
    return user


def told() -> list[tuple[str, str]]:
    return list(OutboxMail.objects.order_by("pk").values_list("to", "subject"))


def test_A5_whoever_gave_the_file_is_told_of_the_refusal(tmp_path: Path) -> None:
    house = organisation()
    giver = manager(house)
    manager(house)
    apply(feed=Feed.of_file(house, "a.ics"), items=items(tmp_path, vevent("a")), actor=giver)
    event = Event.objects.get()
    assert event.author_key == giver.journal_key
    states.refuse(event=event, reason="Trop loin.", actor=None)
    assert told() == [(giver.email, "Évènement refusé : Atelier a")]


def test_A5_the_managers_are_told_of_what_a_source_brought(tmp_path: Path) -> None:
    house = organisation()
    first, second = manager(house), manager(house)
    bring(tmp_path, house, vevent("a"))
    event = Event.objects.get()
    assert [address for address, _, _ in telling.addressees(event)] == [first.email, second.email]
    states.publish(event=event, actor=None)
    assert told() == [(first.email, "Dans l’agenda : Atelier a"), (second.email, "Dans l’agenda : Atelier a")]


def test_A5_nobody_to_write_to_is_said(tmp_path: Path) -> None:
    bring(tmp_path, organisation(), vevent("a"))
    event = Event.objects.get()
    assert telling.addressees(event) == []
    assert telling.tell_author(event, "event_refused", reason="Non.") == 0
    assert OutboxMail.objects.count() == 0


def test_A5_who_hands_in_what_nobody_wrote_gets_the_answer(tmp_path: Path) -> None:
    house = organisation()
    manager(house)
    event, member = draft(organisation=house), person()
    Mandate.objects.create(user=member, organisation=house, role=Mandate.Role.MEMBER)
    held = states.submit(event=event, actor=member, at_once=False)
    assert telling.addressees(held) == [(member.email, True, False)]


def test_A6_who_registered_is_told_when_the_source_gives_the_event_no_more(tmp_path: Path) -> None:
    house = trusted()
    bring(tmp_path, house, vevent("a"))
    session = Session.objects.get()
    Registration.objects.create(
        session=session, name="Camille", email="camille@exemple.invalid", state=Registration.State.CONFIRMED
    )
    bring(tmp_path, house, vevent("b"), withdraw=True)
    assert Event.objects.get(source_uid="a").state == "withdrawn"
    assert [to for to, _ in told()] == ["camille@exemple.invalid"]


def test_A4_a_cancellation_by_an_import_reaches_alerts(tmp_path: Path) -> None:
    house = trusted()
    bring(tmp_path, house, vevent("a"))
    session = Session.objects.get()
    since = timezone.now()
    bring(tmp_path, house, vevent("a", STATUS="CANCELLED"))
    until = timezone.now() + timedelta(seconds=1)
    assert SessionChange.objects.get().at > since
    found = finding.changed(Search(), since, until)
    assert [(one.session, one.news) for one in found] == [(session.pk, "changed")]
