"""The figures of the platforms before the demonstration's cases: as many quarters as it takes, on any day (D9)."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from psad.models import Publication
from spro import demo_figures
from tests.psad import world

pytestmark = pytest.mark.django_db


def told(kind: str) -> list[dt.date]:
    return sorted(Publication.objects.filter(kind=kind).values_list("starts_on", flat=True))


@pytest.mark.parametrize(
    ("today", "last", "until"),
    [
        # Its cases are 600 days old at most: the first whole quarter of theirs is counted, those before are invented.
        (dt.date(2026, 11, 23), 2025, dt.date(2025, 4, 1)),
        # None of a year in progress is invented where cases are old enough…
        (dt.date(2026, 1, 20), 2025, dt.date(2024, 10, 1)),
        # … and no quarter that is not over.
        (dt.date(2025, 1, 10), 2026, dt.date(2024, 7, 1)),
    ],
)
def test_D9_the_past_stops_where_the_cases_begin(today: dt.date, last: int, until: dt.date) -> None:
    world.platform("troyes")
    with time_machine.travel(dt.datetime.combine(today, dt.time(12)), tick=False):
        demo_figures.publish_past(2023, last)
    quarters, years = told("quarter"), told("year")
    assert (quarters[0], quarters[-1]) == (dt.date(2023, 1, 1), until)
    assert len(quarters) == (until.year - 2023) * 4 + until.month // 3 + 1
    said = Publication.objects.filter(starts_on=until, kind="quarter").get().published_at.date()
    assert until < said <= today  # as the calendar would have
    assert [day.year for day in years] == list(range(2023, until.year + (until.month == 10)))


def test_D9_without_a_platform_nothing_is_published() -> None:
    demo_figures.publish_past(2023, 2025)
    assert told("quarter") == []
