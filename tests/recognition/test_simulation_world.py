"""The world that `simulate_recognition` plays in, whatever the number of years (R8)."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from random import Random

import pytest

from members.models import Plan
from recognition.simulation.world import _plans
from tests.recognition import sittings


@pytest.mark.django_db
@pytest.mark.parametrize("given", [True, False])
def test_R8_a_plan_follows_another_until_the_last_year_played_is_over(given: bool) -> None:
    if given:
        sittings.plan(2023, 2028)
    _plans(dt.date(2027, 1, 1), dt.date(2036, 12, 31), Random(7))
    periods = list(Plan.objects.order_by("starts_on").values_list("starts_on", "ends_on"))
    assert periods[0][0] <= dt.date(2027, 1, 1)
    assert periods[-1][1] > dt.date(2036, 12, 31)
    assert [after[0] - before[1] for before, after in pairwise(periods)] == (
        [dt.timedelta(days=1)] * (len(periods) - 1)
    )
