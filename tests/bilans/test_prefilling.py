"""A bilan is filled with what the portal knows, and what people wrote stays (B2)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bilans.models import Bilan, Indicator, Kind, Value
from bilans.prefilling import prefill, prefill_all
from bilans.sources import SOURCES, compute
from events.models import Event, Session
from members.models import Organisation
from psad import context
from psad.models import Figure, Publication
from tests.bilans.world import accepted, bilan, campaign, indicator, moment, submitted, value
from tests.factories import agency, fresh, organisation, referent, site, town
from tests.psad.world import platform

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_january")]
NOW = moment(2026, 1, 5, 8)


@pytest.fixture
def _in_january() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def sites(**fields: Any) -> Indicator:
    return indicator(source="sites_open", unit="sites", breakdowns=["agency"], **fields)


def said(of: Bilan, asked: Indicator, breakdown: str = "", category: str = "") -> tuple[Any, Any]:
    row = Value.objects.get(bilan=of, indicator=asked, breakdown=breakdown, category=category)
    return row.amount, row.proposed


def event(house: Organisation | None = None, *days: dt.datetime, **fields: Any) -> Event:
    number = fresh()
    made = Event.objects.create(
        slug=f"evenement-{number}", title=f"Évènement {number}", folded_title=f"evenement {number}",
        kind=fields.pop("kind", "forum"), organisation=house, state=fields.pop("state", "published"),
        published_at=moment(2025, 1, 2),
    )  # fmt: skip
    for day in days:
        Session.objects.create(event=made, starts_at=day, ends_at=day + dt.timedelta(hours=2), **fields)
    return made


def computed(name: str, of: Bilan) -> Decimal | None:
    return compute(name, of).amount


def test_B2_what_the_portal_counts_is_there_with_its_classes() -> None:
    asked, house = sites(), organisation()
    served = agency()
    for _ in range(2):
        site(organisation=house, commune=town(agency=served))
    site()
    row = bilan(subject=house)
    assert prefill(row, at=NOW) == 2
    assert said(row, asked) == (2, 2)
    assert said(row, asked, "agency", served.slug) == (2, 2)


def test_B2_a_refreshed_figure_never_writes_over_what_people_wrote() -> None:
    asked, house = sites(), organisation()
    site(organisation=house)
    row = bilan(subject=house)
    prefill(row, at=NOW)
    Value.objects.filter(indicator=asked, breakdown="").update(amount=7)
    site(organisation=house)
    prefill(row, at=NOW)
    assert said(row, asked) == (7, 2)


def test_B2_a_figure_that_nobody_touched_follows_the_portal() -> None:
    asked, house = sites(), organisation()
    first = site(organisation=house)
    row = bilan(subject=house)
    prefill(row, at=NOW)
    first.listed = False
    first.save()
    other = site(organisation=house)
    prefill(row, at=NOW)
    assert said(row, asked, "agency", first.agency.slug) == (0, 0)
    assert said(row, asked, "agency", other.agency.slug) == (1, 1)
    assert prefill(row, at=NOW) == 0


def test_B2_a_figure_said_unavailable_by_people_stays_so() -> None:
    asked, house = sites(), organisation()
    site(organisation=house)
    row = bilan(subject=house)
    value(row, asked, None, unavailable=True)
    prefill(row, at=NOW)
    kept = Value.objects.get(indicator=asked, breakdown="")
    assert (kept.amount, kept.unavailable, kept.proposed) == (None, True, 1)


def test_B2_a_figure_that_may_not_be_corrected_always_follows() -> None:
    asked, house = sites(correctable=False), organisation()
    site(organisation=house)
    row = bilan(subject=house)
    value(row, asked, 9)
    prefill(row, at=NOW)
    assert said(row, asked) == (1, 1)


@pytest.mark.parametrize("settle", [submitted, accepted])
def test_B2_a_bilan_handed_in_is_left_alone(settle: Any) -> None:
    sites()
    row = settle(bilan())
    assert prefill(row, at=NOW) == 0
    assert not Value.objects.exists()


def test_B2_only_what_its_kind_is_asked_in_its_year() -> None:
    sites(last_year=2024)
    sites(filled_by=Kind.TERRITORY)
    row = bilan()
    assert prefill(row, at=NOW) == 0


def test_B3_what_the_portal_does_not_know_is_no_zero() -> None:
    asked = indicator(source="fte", unit="fte", decimals=2)
    row = bilan(subject=organisation(fte=None))
    prefill(row, at=NOW)
    assert not Value.objects.exists()
    other = bilan(subject=organisation(fte="3.50"))
    prefill(other, at=NOW)
    assert said(other, asked) == (Decimal("3.50"), Decimal("3.50"))


def test_the_rooms_are_asked_as_often_for_one_bilan_as_for_three() -> None:
    for name in SOURCES:
        indicator(source=name)
    rows = [bilan() for _ in range(4)]
    with CaptureQueriesContext(
        connection,
    ) as one:
        prefill_all(rows[:1], at=NOW)
    with CaptureQueriesContext(connection) as three:
        prefill_all(rows[1:], at=NOW)
    assert len(one) == len(three)


# --- what each room says


def test_an_event_counts_once_where_its_first_date_was_held() -> None:
    house, here, there = organisation(), town(), town()
    event(house, moment(2025, 3, 4), commune=here)
    twice = event(house, moment(2025, 5, 4), commune=here)
    Session.objects.create(event=twice, starts_at=moment(2025, 6, 1), ends_at=moment(2025, 6, 1, 12), commune=there)
    found = compute("events_held", bilan(subject=house))
    assert (found.amount, found.parts["agency", here.agency.slug]) == (2, 2)
    assert computed("events_held", bilan(Kind.TERRITORY, there.agency)) == 1
    assert computed("events_held", bilan(Kind.REGION)) == 2
    assert computed("event_towns", Bilan(kind=Kind.REGION, campaign=campaign(2024))) == 0


@pytest.mark.parametrize(
    "fields", [{"status": "cancelled"}, {"status": "postponed"}, {"happened": False}, {"state": "withdrawn"}]
)
def test_an_event_that_did_not_take_place_was_announced_and_not_held(fields: dict[str, Any]) -> None:
    house = organisation()
    event(house, moment(2025, 3, 4), **fields)
    row = bilan(subject=house)
    assert (computed("events_announced", row), computed("events_held", row)) == (1, 0)


def test_an_event_counts_in_the_year_of_paris() -> None:
    house = organisation()
    event(house, dt.datetime(2024, 12, 31, 23, 30, tzinfo=dt.UTC))
    event(house, dt.datetime(2025, 12, 31, 23, 30, tzinfo=dt.UTC))
    event(house, moment(2025, 3, 4), state="draft")
    assert computed("events_announced", bilan(subject=house)) == 1


def test_partners_and_active_organisations_count_once_at_each_level() -> None:
    first, second, partner, place = organisation(), organisation(), organisation(), town()
    for house in (first, first, second):
        event(house, moment(2025, 4, 1), commune=place).partners.add(partner)
    assert computed("event_partners", bilan(subject=first)) == 1
    assert computed("event_partners", bilan(Kind.REGION)) == 1
    assert computed("active_organisations", bilan(Kind.TERRITORY, place.agency)) == 2


def test_those_who_came_are_added_only_where_it_was_said() -> None:
    house = organisation()
    row = bilan(subject=house)
    event(house, moment(2025, 3, 4))
    assert computed("events_attended", row) is None
    event(house, moment(2025, 3, 4), moment(2025, 3, 5), attended=30)
    assert computed("events_attended", row) == 60


def test_places_and_their_hours() -> None:
    house = organisation()
    site(
        organisation=house,
        access=["pmr"],
        channels=["telephone"],
        hours={"1": [["09:00", "12:00"], ["13:30", "17:00"]]},
    )
    site(organisation=house, listed=False)
    site(organisation=house)
    row = bilan(subject=house)
    names = ("sites_open", "sites_accessible", "sites_accessible_share", "sites_remote", "opening_hours")
    assert [computed(name, row) for name in names] == [2, 1, 50, 1, Decimal("6.5")]


def test_referents_named_vacant_confirmed() -> None:
    house, place = organisation(), agency()
    referent(organisation=house, agency=place, confirmed_on=dt.date(2025, 2, 1))
    referent(organisation=house, confirmed_on=dt.date(2024, 2, 1))
    referent(organisation=house, name="")
    row = bilan(subject=house)
    assert [computed(f"referents_{name}", row) for name in ("named", "confirmed", "vacant")] == [2, 1, 1]
    assert computed("referents_named", bilan(Kind.TERRITORY, place)) == 1
    assert compute("referents_named", row).parts["agency", "hors-territoire"] == 1


def test_what_stands_today_is_not_said_of_years_long_past() -> None:
    house = organisation(fte=2)
    site(organisation=house)
    old = bilan(subject=house, of=campaign(2023))
    assert [computed(name, old) for name in ("sites_open", "fte", "referents_named")] == [None, None, None]
    assert computed("events_held", old) == 0


def test_B1_the_region_is_counted_and_others_do_not_know() -> None:
    organisation()
    organisation(status=Organisation.Status.FORMER)
    region, house = bilan(Kind.REGION), bilan()
    assert computed("members", region) == 2  # the house of the bilan too
    names = ("lorfolio_accounts", "recognitions", "candidatures_lodged", "recognitions_granted", "platforms")
    assert [computed(name, region) for name in names] == [0, 0, 0, 0, 0]
    assert [computed(name, house) for name in names] == [None] * 5


def test_D8_flows_of_a_platform_come_from_what_was_published_hidden_as_there() -> None:
    place, other = platform("troyes"), platform("chaumont")
    mine, region = bilan(Kind.PSAD, place), bilan(Kind.REGION)
    assert computed("psad_received", mine) is None
    with context.task("figures"):
        year = Publication.objects.create(kind="year", starts_on=dt.date(2025, 1, 1), published_at=NOW)
        for level, unit, number in (("platform", "troyes", 12), ("platform", "chaumont", None), ("region", "", 40)):
            Figure.objects.create(publication=year, level=level, unit=unit, measure="received", value=number)
    assert (computed("psad_received", mine), computed("psad_received", region)) == (12, 40)
    asked = indicator(
        source="psad_received", unit="people", filled_by=Kind.PSAD, adding="distinct", correctable=False, of_people=True
    )
    hidden = bilan(Kind.PSAD, other)
    prefill_all([mine, hidden], at=NOW)
    assert said(mine, asked) == (12, 12)
    kept = Value.objects.get(bilan=hidden)
    assert (kept.amount, kept.hidden, kept.unavailable) == (None, True, False)
