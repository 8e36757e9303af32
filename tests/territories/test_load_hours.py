"""French opening hours: what is regular is read, the rest is left as text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from territories.importers.hours import DAYS, parse_hours
from territories.openings import sentence_of_day

MORNING, AFTERNOON = ["09:00", "12:00"], ["13:30", "17:30"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Samedi : 9 h–12 h", {"6": [MORNING]}),
        ("Lundi et mardi : 9 h–12 h, 13 h 30–17 h 30", {"1": [MORNING, AFTERNOON], "2": [MORNING, AFTERNOON]}),
        ("Lundi au mercredi : 9h-12h ; Jeudi : 13h30-17h30", {**{d: [MORNING] for d in "123"}, "4": [AFTERNOON]}),
        ("lundi, jeudi et samedi : de 9 h à 12 h et 13 h 30 à 17 h 30", {d: [MORNING, AFTERNOON] for d in "146"}),
        ("Jeudi\u00a0: 9\u00a0h–12\u00a0h\u202f; Mardi : 9 h – 12 h", {"2": [MORNING], "4": [MORNING]}),
        ("Samedi : 0 h–23 h 59", {"6": [["00:00", "23:59"]]}),
    ],
)  # fmt: skip
def test_regular_hours_are_read(text: str, expected: dict) -> None:
    assert parse_hours(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Sur rendez-vous",
        "Lundi : sur rendez-vous",
        "Lundi au vendredi : 9 h–12 h (sauf vacances)",
        "Lundi : 12 h–9 h",
        "Lundi : 9 h–12 h, 11 h–17 h",
        "Lundi : 9 h–12 h ; Lundi : 14 h–17 h",
        "Vendredi au lundi : 9 h–12 h",
        "Lundi : 25 h–26 h",
        "Lundi : 9 h 75–12 h",
        "1er lundi du mois : 9 h–12 h",
        "Lundi, lundi : 9 h–12 h",
    ],
)
def test_anything_else_is_left_as_text(text: str) -> None:
    assert parse_hours(text) is None


def _ranges(minutes: list[int]) -> list[list[str]]:
    clocks = [f"{m // 60:02}:{m % 60:02}" for m in sorted(minutes)]
    return [clocks[i : i + 2] for i in range(0, len(clocks) - 1, 2)]


WEEKS = st.dictionaries(
    st.sampled_from([str(day) for day in range(1, 8)]),
    st.lists(st.integers(0, 24 * 60 - 1), min_size=2, max_size=6, unique=True)
    .filter(lambda minutes: len(minutes) % 2 == 0)
    .map(_ranges),
    min_size=1,
)


@given(WEEKS)
@settings(max_examples=200, deadline=None)
def test_hours_written_by_the_portal_are_read_back(week: dict[str, list[list[str]]]) -> None:
    text = " ; ".join(f"{DAYS[int(day) - 1].capitalize()} : {sentence_of_day(week, int(day))}" for day in week)
    assert parse_hours(text) == dict(sorted(week.items()))


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_no_text_breaks_the_reader(text: str) -> None:
    hours = parse_hours(text)
    assert hours is None or set(hours) <= set("1234567")
