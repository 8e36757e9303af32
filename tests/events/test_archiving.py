"""What the clock alone takes out of the agenda (A8)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from core.models import SearchDocument
from events.models import Event, Listing
from events.services.archiving import archive
from events.services.states import withdraw
from tests.events.tools import published

pytestmark = pytest.mark.django_db


def test_A8_a_withdrawn_event_leaves_calendars_after_its_days_and_keeps_its_page() -> None:
    event = published()
    other = published()
    withdraw(event=event, reason="", actor=None)
    assert archive() == 0
    assert Listing.objects.count() == 2
    with time_machine.travel(timezone.now() + timedelta(days=61), tick=False):
        assert archive() == 1
        assert archive() == 0
    assert list(Listing.objects.values_list("event_id", flat=True)) == [other.pk]
    event.refresh_from_db()
    assert (event.state, event.is_public) == (Event.State.WITHDRAWN, True)


def test_what_has_been_over_for_a_year_leaves_the_search_of_the_portal() -> None:
    event = published()
    assert SearchDocument.objects.filter(kind="event", key=event.slug).count() == 1
    with time_machine.travel(timezone.now() + timedelta(days=300), tick=False):
        assert archive() == 0
    with time_machine.travel(timezone.now() + timedelta(days=380), tick=False):
        assert archive() == 1
        assert archive() == 0
    assert SearchDocument.objects.filter(kind="event").count() == 0
    assert Listing.objects.count() == 1  # past searches still find it
