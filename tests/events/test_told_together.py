"""What is decided of the events of one import is told in one letter (A5, habit 12)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from core import outbox
from core.models import OutboxMail
from events.models import Event
from events.services import states
from events.services.importing import Feed, apply
from members.models import Mandate
from tests.events.importing import items, vevent
from tests.events.tools import draft
from tests.factories import organisation, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> Any:
    return organisation(name="La Maison")


def manager(house: Any) -> Any:
    user = person()
    Mandate.objects.create(user=user, organisation=house, role=Mandate.Role.MANAGER)
    return user


def brought(tmp_path: Path, house: Any, *uids: str, giver: Any) -> list[Event]:
    made = items(tmp_path, *map(vevent, uids))
    apply(feed=Feed.of_file(house, "a.ics"), items=made, actor=giver, withdraw=False)
    return [Event.objects.get(source_uid=uid) for uid in uids]


def letters() -> list[OutboxMail]:
    return list(OutboxMail.objects.order_by("pk"))


def test_A5_several_decided_of_one_file_are_one_letter(tmp_path: Path, house: Any) -> None:
    giver = manager(house)
    a, b, c = brought(tmp_path, house, "a", "b", "c", giver=giver)
    states.publish(event=a, actor=None)
    (mail,) = letters()
    assert (mail.to, mail.subject) == (giver.email, "Dans l’agenda : Atelier a")  # alone, it says it as ever
    assert outbox.deliver_waiting() == 0  # it waits for those that follow
    states.refuse(event=b, reason="Il manque le lieu.", actor=None)
    states.publish(event=c, actor=None)
    (mail,) = letters()
    assert mail.subject == "Vos évènements relus : 2 dans l’agenda, 1 à revoir"
    lines = mail.text.splitlines()
    assert [line for line in lines if line.startswith("- ")] == ["- Atelier a", "- Atelier c", "- Atelier b"]
    assert "  Motif : Il manque le lieu." in lines
    assert [line.rpartition("/agenda/")[2] for line in lines if "/agenda/" in line][:3] == [
        f"{a.slug}/", f"{c.slug}/", f"{b.slug}/",
    ]  # fmt: skip


def test_A5_the_letter_leaves_after_a_quiet_while_and_an_hour_at_most(tmp_path: Path, house: Any) -> None:
    giver = manager(house)
    a, b = brought(tmp_path, house, "a", "b", giver=giver)
    states.publish(event=a, actor=None)
    OutboxMail.objects.update(created_at=timezone.now() - timedelta(minutes=55))
    states.publish(event=b, actor=None)
    (mail,) = letters()
    assert timedelta(minutes=4) < mail.not_before - timezone.now() <= timedelta(minutes=5)
    assert mail.subject == "Dans l’agenda : 2 évènements"


def test_A5_what_was_told_is_not_told_again_in_the_next_letter(tmp_path: Path, house: Any) -> None:
    giver = manager(house)
    a, b, c, d = brought(tmp_path, house, "a", "b", "c", "d", giver=giver)
    for event in (a, b):
        states.publish(event=event, actor=None)
    OutboxMail.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    assert outbox.deliver_waiting() == 1
    for event in (c, d):
        states.refuse(event=event, reason="Trop loin.", actor=None)
    first, second = letters()
    assert (first.subject, second.subject) == ("Dans l’agenda : 2 évènements", "Évènements à revoir : 2")
    assert [line for line in second.text.splitlines() if line.startswith("- ")] == ["- Atelier c", "- Atelier d"]


def test_A5_each_person_reads_of_their_own_file_and_what_was_written_by_hand_is_told_at_once(
    tmp_path: Path, house: Any
) -> None:
    one, other = manager(house), manager(house)
    (a,) = brought(tmp_path, house, "a", giver=one)
    (b,) = brought(tmp_path, house, "b", giver=other)
    by_hand = states.submit(event=draft(organisation=house, title="À la main"), actor=one, at_once=False)
    for event in (a, b, by_hand):
        states.publish(event=event, actor=None)
    assert [(mail.to, mail.subject) for mail in letters()] == [
        (one.email, "Dans l’agenda : Atelier a"), (other.email, "Dans l’agenda : Atelier b"),
        (one.email, "Dans l’agenda : À la main"),
    ]  # fmt: skip
    assert outbox.deliver_waiting() == 1


def test_A5_a_letter_of_a_hundred_decisions_stays_short(tmp_path: Path, house: Any) -> None:
    giver = manager(house)
    events = brought(tmp_path, house, *(f"n{number}" for number in range(62)), giver=giver)
    for event in events:
        states.publish(event=event, actor=None)
    (mail,) = letters()
    lines = [line for line in mail.text.splitlines() if line.startswith("- ")]
    assert (mail.subject, len(lines), lines[-1]) == ("Dans l’agenda : 62 évènements", 61, "- et 2 autres.")
