"""Opening hours: one rule for what may be written, and pages that stand whatever is stored."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from territories import cards, openings
from territories.models import Site
from tests.factories import site

ODD: list[Any] = [[], "x", 5, None, {"7": 5}, {"1": [["9", "x"]]}, {"1": [[1, 2]]}, {"1": "ab"}, {"1": [["09:00"]]}]
WRONG = [
    *ODD[1:4], *ODD[4:], {"8": []}, {"1": [["12:00", "09:00"]]}, {"1": [["09:00", "12:00"], ["11:00", "13:00"]]},
    {"1": [["<b>", "<i>"]]}, {"1": [["09:00", "24:00"]]},
]  # fmt: skip


@pytest.mark.parametrize("hours", WRONG)
def test_what_the_pages_could_not_read_is_refused(hours: Any) -> None:
    with pytest.raises(ValidationError):
        openings.check_hours(hours)


def test_regular_hours_are_accepted() -> None:
    openings.check_hours({"1": [["09:00", "12:00"], ["14:00", "17:30"]], "7": []})


@pytest.mark.parametrize("hours", ODD)
def test_whatever_is_stored_is_read_as_unknown(hours: Any) -> None:
    assert [openings.ranges(hours, day) for day in range(1, 8)] == [[]] * 7
    assert (openings.week(hours), openings.today(hours), openings.state(hours)) == ([], "", None)


def test_an_hour_is_written_HH_MM() -> None:
    assert openings.hour("09:30") == "9\u00a0h\u00a030"
    for odd in ("9", "<b>9", "09:00<script>", "25:00"):
        with pytest.raises(ValueError, match="HH:MM"):
            openings.hour(odd)


@pytest.mark.django_db
@pytest.mark.parametrize("hours", [[], "x", 5])
def test_the_database_holds_hours_by_day_only(hours: Any) -> None:
    place = site()
    with pytest.raises(IntegrityError), transaction.atomic():
        Site.objects.filter(pk=place.pk).update(hours=hours)


@pytest.mark.django_db
def test_S2_nothing_in_the_hours_becomes_markup(client: Client) -> None:
    place = site()
    days = {str(day): [["<img src=x>", "<script>"], ["09:00", "12:00"]] for day in range(1, 8)}
    Site.objects.filter(pk=place.pk).update(hours=days)
    cards.refresh_cards(Site.objects.filter(pk=place.pk))
    for url in (place.get_absolute_url(), "/lieux/"):
        answer = client.get(url)
        assert answer.status_code == 200
        assert "<img src=x>" not in answer.content.decode()
    place.refresh_from_db()
    assert "9\u00a0h – 12\u00a0h" in cards.fill(place.card, hours=place.hours)
