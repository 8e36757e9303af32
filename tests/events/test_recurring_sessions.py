"""The dates of a rule: one, those that follow, all (A3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Event, Recurrence, Session, SessionChange
from events.rrules import PARIS, Rule
from events.services import recurring, sessions
from events.services.recurring import Series
from events.services.states import publish
from events.services.writing import create_event
from tests.events.tools import paris
from tests.factories import site, town

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_march")]
TUESDAYS = Series(Rule("WEEKLY", date(2027, 4, 13), weekdays=(1,)), date(2027, 3, 16), time(14), time(16))


@pytest.fixture
def _in_march(time_machine: Any = None) -> Any:
    import time_machine as machine

    with machine.travel(paris("2027-03-01 09:00"), tick=False):
        yield


def ruled(series: Series = TUESDAYS, *, public: bool = True) -> Event:
    event = create_event(values={"title": "Atelier CV", "kind": "atelier"}, sessions=[], actor=None)
    recurring.add_rule(event=event, series=series, actor=None)
    return publish(event=event, actor=None) if public else event


def told(event: Event) -> list[tuple[str, str]]:
    """« 03-16 14:00 » on the clock of Paris, and the state of each date."""
    rows = Session.objects.filter(event=event).order_by("starts_at", "pk")
    return [(f"{s.starts_at.astimezone(PARIS):%m-%d %H:%M}", s.status) for s in rows]


def of_day(event: Event, day: str) -> Session:
    return Session.objects.get(event=event, original_day=f"2027-{day}")


def test_A3_two_in_the_afternoon_stays_two_across_the_change_of_hour() -> None:
    event = ruled()
    assert [said for said, _ in told(event)] == [
        "03-16 14:00", "03-23 14:00", "03-30 14:00", "04-06 14:00", "04-13 14:00",
    ]  # fmt: skip
    offsets = {s.starts_at.astimezone(PARIS).utcoffset() for s in Session.objects.all()}
    assert offsets == {timedelta(hours=1), timedelta(hours=2)}


def test_A3_one_date_edited_alone_is_left_alone_by_the_rule() -> None:
    event = ruled()
    alone = of_day(event, "03-23")
    sessions.reschedule(
        session=alone, starts_at=paris("2027-03-24 10:00"), ends_at=paris("2027-03-24 12:00"), actor=None
    )
    recurring.change(session=of_day(event, "03-16"), series=replace(TUESDAYS, starts=time(15), ends=time(17)),
                     whole=True, actor=None)  # fmt: skip
    assert told(event) == [
        ("03-16 15:00", "rescheduled"), ("03-24 10:00", "rescheduled"), ("03-30 15:00", "rescheduled"),
        ("04-06 15:00", "rescheduled"), ("04-13 15:00", "rescheduled"),
    ]  # fmt: skip
    assert SessionChange.objects.filter(kind="rescheduled").count() == 5


def test_A3_this_date_and_those_after_split_the_rule_and_keep_their_identifiers() -> None:
    event = ruled()
    before = {s.original_day: s.public_id for s in Session.objects.all()}
    asked = Series(Rule("WEEKLY", date(2027, 4, 20), weekdays=(1,)), date(2027, 3, 30), time(9), time(10))
    done = recurring.change(session=of_day(event, "03-30"), series=asked, whole=False, message="Plus tôt.", actor=None)
    assert (len(done.kept), done.added, done.gone) == (3, [date(2027, 4, 20)], [])
    assert told(event) == [
        ("03-16 14:00", "scheduled"), ("03-23 14:00", "scheduled"), ("03-30 09:00", "rescheduled"),
        ("04-06 09:00", "rescheduled"), ("04-13 09:00", "rescheduled"), ("04-20 09:00", "scheduled"),
    ]  # fmt: skip
    after = {s.original_day: s.public_id for s in Session.objects.all()}
    assert {day: after[day] for day in before} == before
    assert list(Recurrence.objects.values_list("rule", flat=True)) == [
        "FREQ=WEEKLY;BYDAY=TU;UNTIL=20270329T235959", "FREQ=WEEKLY;BYDAY=TU;UNTIL=20270420T235959",
    ]  # fmt: skip


def test_A3_dates_that_were_split_follow_their_new_rule_and_a_second_change_cancels_none() -> None:
    event = ruled()
    asked = replace(TUESDAYS, starts_on=date(2027, 3, 30), starts=time(9), ends=time(10))
    recurring.change(session=of_day(event, "03-30"), series=asked, whole=False, actor=None)
    first, second = Recurrence.objects.order_by("starts_on")
    days = {rule.pk: [f"{s.original_day:%m-%d}" for s in rule.sessions.order_by("original_day")]
            for rule in (first, second)}  # fmt: skip
    assert days == {first.pk: ["03-16", "03-23"], second.pk: ["03-30", "04-06", "04-13"]}
    for day, kept in (("03-16", 2), ("03-30", 3)):
        session = of_day(event, day)
        again = recurring.series_of(session)
        assert again.starts == (time(14) if day == "03-16" else time(9))
        done = recurring.change(session=session, series=again, whole=True, actor=None)
        assert (len(done.kept), done.added, done.gone) == (kept, [], [])


def test_A3_public_dates_that_the_rule_gives_no_more_are_cancelled() -> None:
    event = ruled()
    asked = replace(TUESDAYS, rule=Rule("WEEKLY", date(2027, 3, 25), weekdays=(1, 3)))
    recurring.change(session=of_day(event, "03-16"), series=asked, whole=True, message="Salle fermée.", actor=None)
    assert told(event) == [
        ("03-16 14:00", "scheduled"), ("03-18 14:00", "scheduled"), ("03-23 14:00", "scheduled"),
        ("03-25 14:00", "scheduled"), ("03-30 14:00", "cancelled"), ("04-06 14:00", "cancelled"),
        ("04-13 14:00", "cancelled"),
    ]  # fmt: skip
    assert set(SessionChange.objects.values_list("kind", "message")) == {("cancelled", "Salle fermée.")}


def test_A3_dates_that_nobody_saw_are_taken_out_for_good() -> None:
    event = ruled(public=False)
    asked = replace(TUESDAYS, rule=Rule("WEEKLY", date(2027, 3, 23), weekdays=(1,)), starts=time(9), ends=time(10))
    recurring.change(session=of_day(event, "03-16"), series=asked, whole=True, actor=None)
    assert told(event) == [("03-16 09:00", "scheduled"), ("03-23 09:00", "scheduled")]
    assert SessionChange.objects.count() == 0


def test_A3_past_dates_stay_as_they_were() -> None:
    import time_machine as machine

    event = ruled()
    with machine.travel(paris("2027-03-25 09:00"), tick=False):
        recurring.change(
            session=of_day(event, "04-06"), series=replace(TUESDAYS, starts=time(8)), whole=True, actor=None
        )
    assert [said for said, _ in told(event)] == [
        "03-16 14:00", "03-23 14:00", "03-30 08:00", "04-06 08:00", "04-13 08:00",
    ]  # fmt: skip


def test_A3_a_date_taken_out_does_not_come_back() -> None:
    event = ruled(public=False)
    recurring.skip(session=of_day(event, "03-23"), actor=None)
    assert Recurrence.objects.get().skipped == [date(2027, 3, 23)]
    kept = replace(recurring.series_of(of_day(event, "03-16")), starts=time(9))
    recurring.change(session=of_day(event, "03-16"), series=kept, whole=True, actor=None)
    assert [said for said, _ in told(event)] == ["03-16 09:00", "03-30 09:00", "04-06 09:00", "04-13 09:00"]
    public = ruled()
    recurring.skip(session=of_day(public, "03-23"), message="Pont.", actor=None)
    assert of_day(public, "03-23").status == "cancelled"


def test_A3_another_place_for_all_is_told_once_a_date() -> None:
    event, place = ruled(), site(commune=town("Épinal"))
    asked = replace(TUESDAYS, fields={"site": place, "seats": 12})
    recurring.change(session=of_day(event, "03-16"), series=asked, whole=True, actor=None)
    assert set(Session.objects.values_list("status", "town", "seats")) == {("moved-place", "Épinal", 12)}
    assert SessionChange.objects.filter(kind="moved-place").count() == 5
    again = recurring.change(session=of_day(event, "03-16"), series=asked, whole=True, actor=None)
    assert len(again.kept) == 5
    assert SessionChange.objects.count() == 5
    event.refresh_from_db()
    assert event.agency == place.agency


def test_A3_full_is_said_of_seats_and_leaves_the_date_to_its_rule() -> None:
    event = ruled()
    sessions.say_full(session=of_day(event, "03-23"), full=True, actor=None)
    recurring.change(session=of_day(event, "03-16"), series=replace(TUESDAYS, starts=time(13)), whole=True, actor=None)
    moved = of_day(event, "03-23")
    assert (moved.full, moved.status) == (True, "rescheduled")


def test_A3_a_plan_says_what_will_be_done_and_does_nothing() -> None:
    event = ruled()
    asked = replace(TUESDAYS, rule=Rule("WEEKLY", date(2027, 4, 20), weekdays=(1,)), skipped=(date(2027, 3, 30),))
    plan = recurring.plan(session=of_day(event, "03-16"), series=asked, whole=True)
    assert [len(plan.kept), plan.added, [s.original_day for s in plan.gone]] == [
        4, [date(2027, 4, 20)], [date(2027, 3, 30)],
    ]  # fmt: skip
    assert len(told(event)) == 5


def test_A3_an_event_has_four_hundred_dates_at_most_and_says_so() -> None:
    event = ruled(Series(Rule("DAILY", date(2028, 4, 1)), date(2027, 3, 2), time(9), time(10)), public=False)
    with pytest.raises(ValidationError, match="au plus 400"):
        recurring.add_rule(event=event, series=TUESDAYS, actor=None)
    assert Session.objects.filter(event=event).count() == 397


def test_A3_four_hundred_dates_cost_no_more_queries_than_four() -> None:
    counts = []
    for until in (date(2027, 3, 5), date(2028, 4, 4)):
        event = create_event(values={"title": "Permanence", "kind": "atelier"}, sessions=[], actor=None)
        with CaptureQueriesContext(
            connection,
        ) as spent:
            recurring.add_rule(
                event=event, series=Series(Rule("DAILY", until), date(2027, 3, 2), time(9), time(10)), actor=None
            )
        counts.append(len(spent))
    assert counts[0] == counts[1]
