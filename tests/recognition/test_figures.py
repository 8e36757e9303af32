"""The figures of the recognition: each decision counted, what is in force told from what was decided (S3)."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from core.spreadsheets import csv_file
from recognition import figures
from recognition.models import Recognition
from tests.recognition.life_world import after, recognised

pytestmark = pytest.mark.django_db


def test_S3_figures_count_each_decision_that_was_notified_and_what_is_still_in_force() -> None:
    first, second, third = (recognised() for _ in range(3))
    Recognition.objects.filter(pk=second.pk).update(suspended_since=second.starts_on)
    ended = {"ends_on": third.starts_on, "end_reason": Recognition.End.REPEALED}
    Recognition.objects.filter(pk=third.pk).update(**ended)
    with time_machine.travel(after(30)):
        states, delays, _ = figures.tables()
    told = [row for row in delays.rows if row[0] == "De la décision à la notification"]
    assert [row[-1] for row in told] == [3]  # three letters of one day, and of decisions of one day
    said = {row[0]: row[-1] for row in states.rows}
    assert (said["Reconnaissances décidées"], said["Reconnaissances en vigueur aujourd’hui"]) == (3, 1)
    assert first.starts_on == third.starts_on


def test_S3_a_spreadsheet_in_france_reads_the_figures_as_numbers_and_the_hours_as_hours() -> None:
    at = dt.datetime(2025, 5, 28, 14, 0, tzinfo=dt.UTC)
    said = csv_file("essai", ["jours", "à"], [[91.5, at]], comma=True).content.decode("utf-8-sig")
    assert said.splitlines()[1] == "91,5;2025-05-28 16:00"
    said = csv_file("essai", ["latitude"], [[48.5]]).content.decode("utf-8-sig")
    assert said.splitlines()[1] == "48.5"  # for who reads it with a program
