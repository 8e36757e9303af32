"""« Near a place » reads the squares of the map that a circle meets, and misses nothing of it (A2)."""

from __future__ import annotations

import math
import random

import pytest
from django.utils import timezone

from core.geo import mercator
from events.models import Listing
from events.models.listing import CELL, cell_number
from events.search.conditions import Walk, cells, ongoing
from events.search.filters import Search
from territories.near import Start
from tests import factories
from tests.events.tools import date_of, published


def square(x: float, y: float) -> int:
    return cell_number(math.floor(x / CELL), math.floor(y / CELL))


@pytest.mark.parametrize(
    ("lat", "lon", "km"), [(48.17, 6.45, 30), (48.58, 7.75, 1), (49.9, 4.1, 100), (-21.1, -0.2, 60)]
)
def test_A2_squares_hold_the_whole_circle_and_little_more(lat: float, lon: float, km: int) -> None:
    start, dice = Start(lat, lon), random.Random(7)
    (x, y), reach, found = mercator(lat, lon), km / start.scale, set(cells(start, km))
    for _ in range(2_000):
        angle, far = dice.uniform(0, 2 * math.pi), reach * math.sqrt(dice.random())
        assert square(x + far * math.cos(angle), y + far * math.sin(angle)) in found
    assert len(found) <= (2 * reach / CELL + 2) ** 2


@pytest.mark.django_db
def test_A2_the_database_counts_squares_as_the_search_does() -> None:
    for name, insee, lat, lon in (("Épinal", "88160", 48.17, 6.45), ("Troyes", "10387", 48.30, 4.08)):
        town = factories.town(name, insee=insee, lat=lat, lon=lon)
        event = published(date_of("2027-03-16 14:00", commune=town))
        assert Listing.objects.get(event_id=event.pk).cell == square(*mercator(lat, lon))


@pytest.mark.django_db
def test_A2_near_a_place_each_square_is_one_short_walk() -> None:
    """The statement asks the place of no index: the squares do, each in order of date and no longer than the list."""
    search = Search(point=Start(48.17, 6.45), radius=30)
    for sql, _ in (
        Walk(search, timezone.now(), None, 21, once=True).sql(),
        ongoing(search, timezone.now(), 5, once=True),
    ):
        assert sql.count("l.cell = k.key") == 1
        assert "<@ circle" not in sql.replace("e.position <@ circle", "")
