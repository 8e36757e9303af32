"""The recognition of the demonstration goes with the calendar: it may be started for the first time on any day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import RegionMandate, User
from recognition.models import Candidature
from recognition.simulation.checks import breaches
from spro import demo_recognition
from tests.pack import grand_est  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("today", ["2027-01-20", "2027-07-20", "2030-05-31"])
def test_whatever_the_day_of_the_first_start(grand_est: Any, today: str) -> None:  # noqa: F811
    """Before the opening, between a deadline and its sittings, on the eve of one when no plan of the pack is left."""
    with time_machine.travel(dt.datetime.fromisoformat(f"{today} 10:00+01:00")):
        people = [User.objects.create(email=f"{name}@demo.invalid") for name in ("region", "candidat", "collegue")]
        RegionMandate.objects.create(user=people[0])
        demo_recognition.seed(staff=people[0], candidate=people[1], colleague=people[2])
        assert set(Candidature.objects.values_list("state", flat=True)) == set(Candidature.State.values)
        assert breaches(timezone.localdate()) == []
