"""What the calendar writes is dated the day it is written; what it was to remind, of the day that was due (R8, R12)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection

from members.models import Organisation
from recognition.clock import day_of, morning_of
from recognition.models import Act, Campaign, Letter, PassDay, Recognition
from recognition.services.day import run_day
from recognition.services.life_due import to_notify
from recognition.services.notifying import notify, notify_now
from tests.recognition import sittings
from tests.recognition.dossiers import charter
from tests.recognition.life_world import TOLD, decided, paris

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def test_R8_after_days_without_a_pass_a_grant_is_dated_and_runs_from_the_day_it_is_told() -> None:
    made = decided()
    first, true = made.decided_on, made.decided_on + 14 * DAY
    PassDay.objects.create(on=first)
    run_day(true)
    right = Recognition.objects.get(granted_by=made)
    letter = Letter.objects.get(decision=made, kind="grant")
    assert (letter.dated_on, right.starts_on, day_of(right.entered_at)) == (true, true, true)  # type: ignore[arg-type]


def test_R13_a_pass_says_the_true_moment_of_what_it_does() -> None:
    made = decided()
    now = paris(TOLD.date(), 12)
    run_day(TOLD.date(), now=now)
    kinds = ("notified", "entered")
    assert set(Act.objects.filter(kind__in=kinds).values_list("kind", "at")) == {(kind, now) for kind in kinds}
    assert Recognition.objects.get(granted_by=made).entered_at == now


def test_R11_notified_by_hand_its_places_are_in_the_directory_at_once() -> None:
    made = decided()
    notify_now(decision=made, at=TOLD, actor=None)
    right = Recognition.objects.get(granted_by=made)
    assert (right.entered_at, right.organisation.status) == (TOLD, Organisation.Status.RECOGNISED)
    assert [site.site.listed for site in right.candidature.sites.all()] == [True]  # type: ignore[union-attr]
    assert notify_now(decision=made, at=TOLD + DAY, actor=None).decision == made


def test_R1_a_member_by_right_since_the_decision_is_not_notified_and_stops_nobody_else() -> None:
    stuck, fine = decided(), decided()
    Organisation.objects.filter(candidatures=stuck.candidature).update(status=Organisation.Status.SIGNATORY)
    with pytest.raises(ValidationError, match="membre de droit"):
        notify(decision=stuck, at=TOLD)
    run_day(TOLD.date())
    assert list(Recognition.objects.values_list("granted_by", flat=True)) == [fine.pk]
    assert list(to_notify(TOLD)) == [stuck]
    assert PassDay.objects.filter(on=TOLD.date()).exists()


def test_R12_a_day_that_a_later_pass_went_past_is_not_done_again() -> None:
    charter()
    PassDay.objects.create(on=dt.date(2027, 3, 1))
    assert run_day(dt.date(2020, 3, 1)) == []
    assert Campaign.objects.count() == 0


@time_machine.travel(morning_of(dt.date(2027, 3, 1)), tick=False)
def test_R12_on_a_real_portal_a_day_to_come_is_only_played_when_forced(monkeypatch: Any) -> None:
    sittings.campaign()
    assert call_command("recognition_day", "--on", "2027-03-02") is None  # a database of tests
    monkeypatch.setitem(connection.settings_dict, "NAME", "spro")
    with pytest.raises(CommandError, match="à venir"):
        call_command("recognition_day", "--on", "2027-06-02")
    assert not PassDay.objects.filter(on=dt.date(2027, 6, 2)).exists()
    call_command("recognition_day", "--on", "2027-06-02", "--force")
    assert PassDay.objects.filter(on=dt.date(2027, 6, 2)).exists()
