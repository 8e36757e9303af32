"""The events of a region pack: past, or without a day; loaded once, kept as people edited them (M6, A1)."""

from __future__ import annotations

import pytest
from django.utils import timezone

from events.models import Event, Listing
from events.services.writing import edit_event
from territories.importers.region_pack import load_region_pack
from tests.pack import GRAND_EST

pytestmark = pytest.mark.django_db


def test_A1_the_events_of_2018_load_and_appear_as_past() -> None:
    report = load_region_pack(GRAND_EST)
    assert list(Event.objects.order_by("pk").values_list("kind", "state", "date_note")) == [
        ("forum", "published", ""),
        ("reunion-information", "published", ""),
        ("salon", "published", ""),
        ("reunion-information", "published", "en avril 2018"),
        ("forum", "published", "date non publiée"),
        ("forum", "published", "date non publiée"),
        ("forum", "published", "date non publiée"),
    ]
    festival = Event.objects.get(pack_key="festival-des-metiers-epinal-2018")
    session = festival.sessions.get()
    assert f"{timezone.localtime(session.starts_at):%Y-%m-%d %H:%M}" == "2018-03-15 00:00"
    assert f"{timezone.localtime(session.ends_at):%Y-%m-%d %H:%M}" == "2018-03-18 00:00"
    assert (session.commune.name, festival.agency.slug, session.all_day) == ("Épinal", "epinal", True)
    assert Listing.objects.filter(ends_at__gte=timezone.now()).count() == 0
    assert sum(line.startswith("hors agenda") for line in report.remarks) == 4


def test_M6_a_second_load_changes_nothing_and_what_people_edited_or_deleted_stays() -> None:
    load_region_pack(GRAND_EST)
    edit_event(event=Event.objects.get(slug="festival-des-metiers"), values={"title": "Festival"}, actor=None)
    Event.objects.get(slug="berufsinfomesse-offenburg").delete()
    report = load_region_pack(GRAND_EST)
    tally = report.tallies["évènements"]
    assert (tally.created, tally.updated, tally.unchanged, tally.deleted_here) == (0, 0, 6, 1)
    assert Event.objects.get(slug="festival-des-metiers").title == "Festival"
