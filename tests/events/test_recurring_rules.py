"""Rules give days, and hours that stay what the clock of Paris says (A3)."""

from __future__ import annotations

from datetime import UTC, date, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from events.rrules import LONGEST, PARIS, Rule, days, instants, parse

_days = st.dates(date(2020, 1, 1), date(2090, 12, 31))
# Hours that the two changes of the hour neither skip nor repeat.
_hours = st.times(time(4), time(23, 59)).map(lambda found: found.replace(second=0, microsecond=0))


@given(
    start=_days, starts=_hours, ends=_hours, every=st.integers(1, 4), weekdays=st.sets(st.integers(0, 6), min_size=1)
)
def test_A3_the_hour_on_the_wall_never_changes(
    start: date, starts: time, ends: time, every: int, weekdays: set[int]
) -> None:
    rule = Rule("WEEKLY", start + timedelta(days=365), every, tuple(sorted(weekdays)))
    found = days(rule, start)
    assert {day.weekday() for day in found} <= weekdays
    for day in found:
        begin, end = (instant.astimezone(UTC).astimezone(PARIS) for instant in instants(day, starts, ends))
        assert (begin.date(), begin.time(), end.time()) == (day, starts, ends)
        assert timedelta() < end.astimezone(UTC) - begin.astimezone(UTC) <= timedelta(hours=25)


@given(
    start=_days, every=st.integers(1, 6), span=st.integers(0, LONGEST.days),
    shape=st.one_of(
        st.just({"rhythm": "DAILY"}),
        st.sets(st.integers(0, 6), min_size=1).map(lambda d: {"rhythm": "WEEKLY", "weekdays": tuple(sorted(d))}),
        st.integers(1, 31).map(lambda d: {"rhythm": "MONTHLY", "month_day": d}),
        st.tuples(st.sampled_from([1, 2, 3, 4, -1]), st.integers(0, 6)).map(
            lambda pair: {"rhythm": "MONTHLY", "rank": pair[0], "weekdays": (pair[1],)}
        ),
    ),
)  # fmt: skip
def test_A3_a_rule_is_read_as_it_was_written(start: date, every: int, span: int, shape: dict) -> None:
    rule = Rule(until=start + timedelta(days=span), every=every, **shape)
    assert parse(rule.text()) == rule
    try:
        found = days(rule, start)
    except ValidationError as error:
        refused = error.code
    else:
        refused = ""
        assert found == sorted(set(found))
        assert start <= found[0] <= found[-1] <= rule.until
    assert refused in {"", "none", "many"}


def test_A3_every_shape_of_rule_in_days_and_in_words() -> None:
    start, until = date(2027, 3, 2), date(2027, 4, 30)
    cases = [
        (Rule("WEEKLY", until, 2, (1, 3)), ["03-02", "03-04", "03-16", "03-18", "03-30", "04-01", "04-13", "04-15",
         "04-27", "04-29"], "Toutes les 2 semaines, le mardi et le jeudi, jusqu’au 30 avril 2027"),
        (Rule("MONTHLY", until, weekdays=(1,), rank=-1), ["03-30", "04-27"],
         "Tous les mois, le dernier mardi, jusqu’au 30 avril 2027"),
        (Rule("MONTHLY", until, month_day=31), ["03-31"], "Tous les mois, le 31, jusqu’au 30 avril 2027"),
        (Rule("DAILY", until, 20), ["03-02", "03-22", "04-11"], "Tous les 20 jours, jusqu’au 30 avril 2027"),
    ]  # fmt: skip
    for rule, expected, sentence in cases:
        assert [f"{day:%m-%d}" for day in days(rule, start)] == expected
        assert rule.sentence() == sentence


def test_A3_days_left_out_are_not_given() -> None:
    rule = Rule("WEEKLY", date(2027, 3, 23), weekdays=(1,))
    assert days(rule, date(2027, 3, 2), [date(2027, 3, 9)]) == [date(2027, 3, d) for d in (2, 16, 23)]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (Rule("WEEKLY", date(2027, 3, 1), weekdays=(1,)), "précéder"),
        (Rule("WEEKLY", date(2029, 3, 10), weekdays=(1,)), "Deux ans"),
        (Rule("WEEKLY", date(2027, 6, 1)), "au moins un jour"),
        (Rule("DAILY", date(2028, 12, 1)), "plus de 400"),
        (Rule("WEEKLY", date(2027, 3, 3), weekdays=(0,)), "aucune date"),
    ],
)
def test_A3_a_rule_without_end_too_long_or_empty_is_refused_in_words(rule: Rule, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        days(rule, date(2027, 3, 2))


def test_A3_an_evening_that_passes_midnight_ends_the_day_after() -> None:
    begin, end = instants(date(2027, 6, 21), time(22), time(1))
    assert (begin.isoformat(), end.isoformat()) == ("2027-06-21T22:00:00+02:00", "2027-06-22T01:00:00+02:00")


@pytest.mark.parametrize("text", ["FREQ=YEARLY;UNTIL=20270101T235959", "FREQ=DAILY", "FREQ=MONTHLY;BYDAY=1MO,2TU"])
def test_A3_a_rule_that_is_not_ours_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match="FREQ"):
        parse(text)
