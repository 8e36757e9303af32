"""When, in French words (A3)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from events.render import times
from tests.events.tools import paris


def _plain(said: str) -> str:
    return said.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("starts", "ends", "all_day", "said"),
    [
        ("2027-03-16 14:00", "2027-03-16 16:00", False, "mardi 16 mars 2027, 14 h – 16 h"),
        ("2027-05-01 09:30", "2027-05-01 12:05", False, "samedi 1er mai 2027, 9 h 30 – 12 h 05"),
        ("2027-03-05 20:00", "2027-03-06 00:00", False, "vendredi 5 mars 2027, 20 h – minuit"),
        ("2027-03-05 20:00", "2027-03-06 02:00", False, "vendredi 5 mars 2027, 20 h – 2 h"),
        ("2027-03-20 00:00", "2027-03-21 00:00", True, "samedi 20 mars 2027, toute la journée"),
        ("2027-05-03 00:00", "2027-05-06 00:00", True, "du 3 au 5 mai 2027"),
        ("2027-04-30 00:00", "2027-05-03 00:00", True, "du 30 avril au 2 mai 2027"),
        ("2026-12-30 00:00", "2027-01-03 00:00", True, "du 30 décembre 2026 au 2 janvier 2027"),
        ("2027-05-03 09:00", "2027-05-05 17:00", False, "du lundi 3 mai, 9 h, au mercredi 5 mai 2027, 17 h"),
        (
            "2026-12-31 09:00",
            "2027-01-02 17:00",
            False,
            "du jeudi 31 décembre 2026, 9 h, au samedi 2 janvier 2027, 17 h",
        ),
    ],
)
def test_A3_when_in_words(starts: str, ends: str, all_day: bool, said: str) -> None:
    assert _plain(times.when(paris(starts), paris(ends), all_day=all_day)) == said


def test_A8_the_wall_clock_is_that_of_paris_in_winter_and_in_summer() -> None:
    assert [times.clock(times.local(paris(day))) for day in ("2027-03-27 14:00", "2027-03-28 14:00")] == [
        "14\u00a0h", "14\u00a0h",
    ]  # fmt: skip


def test_a_whole_day_of_twenty_three_hours_is_one_day() -> None:
    first, last = times.span(paris("2027-03-28 00:00"), paris("2027-03-29 00:00"))
    assert first == last == date(2027, 3, 28)


def test_how_near_a_date_is() -> None:
    now = paris("2027-03-16 22:00")

    def near(starts: str, hours: int = 2) -> str:
        return times.nearness(paris(starts), paris(starts) + timedelta(hours=hours), now)

    assert [near(day) for day in (
        "2027-03-16 10:00", "2027-03-16 21:00", "2027-03-16 23:00", "2027-03-17 00:30", "2027-03-18 00:30",
    )] == ["Passé", "En ce moment", "Aujourd’hui", "Demain", ""]  # fmt: skip


def test_a_moment_is_said_with_its_hour_but_for_a_whole_day() -> None:
    at = paris("2027-03-16 14:00")
    assert _plain(times.moment(at)) == "mardi 16 mars 2027 à 14 h"
    assert _plain(times.moment(at, all_day=True)) == "mardi 16 mars 2027"
