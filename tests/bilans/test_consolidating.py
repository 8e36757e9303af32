"""What many bilans make together is said with what is missing, and never invented (B1, B3)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bilans.consolidating import consolidate, there_and_everywhere
from bilans.consolidation import Figure
from bilans.models import Adding, Bilan, Breakdown, Campaign, Indicator, Kind
from members.models import Organisation
from psad import context
from psad.models import Figure as Published
from psad.models import Publication
from tests.bilans.world import accepted, bilan, campaign, indicator, returned, submitted, value
from tests.factories import agency, network, organisation, site, town

pytestmark = pytest.mark.django_db


def figure(of: Campaign, key: str, kind: Kind = Kind.ORGANISATION, **scope: Any) -> Figure:
    return consolidate(of, kind=kind, whole=True, **scope)[key]


def handed_in(
    asked: Indicator,
    amount: Any = None,
    *,
    of: Campaign | None = None,
    subject: Organisation | None = None,
    **fields: Any,
) -> Bilan:
    row = bilan(subject=subject, of=of)
    value(row, asked, amount, **fields)
    return submitted(row)


def test_B3_a_missing_answer_is_never_a_zero_and_is_named() -> None:
    asked, year = indicator("recus"), campaign()
    handed_in(asked, 30)
    accepted(handed_in(asked, 12))
    handed_in(asked)
    handed_in(asked, unavailable=True)
    value(bilan(), asked, 1000)
    value(returned(bilan()), asked, 1000)
    found = figure(year, "recus")
    assert (found.amount, found.answered, found.expected, found.complete) == (42, 2, 6, False)
    states = [row.name for row in Bilan.objects.order_by("pk")]
    assert set(found.missing) == {states[2], states[4], states[5]}
    assert found.unavailable == (states[3],)
    assert [part.accepted for part in found.parts if part.state == "answered"] == [False, True]


def test_B3_who_left_a_territory_is_compared_with_the_zero_they_now_count_there() -> None:
    there, other = agency(), agency()
    asked = indicator("seances", breakdowns=[Breakdown.AGENCY])
    last, year = campaign(2024), campaign(2025)
    stays, leaves = organisation(), organisation()
    for of, subject, place, amount in (
        (last, stays, there, 1), (year, stays, there, 1), (last, leaves, there, 5), (year, leaves, other, 5),
    ):  # fmt: skip
        row = handed_in(asked, amount, of=of, subject=subject)
        value(row, asked, amount, Breakdown.AGENCY, place.slug)
    found = there_and_everywhere(year, there, whole=True)[0]["seances"]
    assert (found.amount, found.previous, found.comparable) == (1, 6, (6, 1))
    came = there_and_everywhere(year, other, whole=True)[0]["seances"]
    assert (came.amount, came.previous, came.comparable) == (5, None, (0, 5))


def test_B3_nobody_answered_is_no_figure() -> None:
    indicator("recus")
    bilan()
    found = figure(Campaign.objects.get(), "recus")
    assert (found.amount, found.answered, found.expected, found.previous, found.comparable) == (None, 0, 1, None, None)


def test_B1_a_mean_is_weighted_and_says_who_has_no_weight() -> None:
    weight = indicator("reponses")
    asked = indicator("satisfaction", adding=Adding.MEAN, weight="reponses", decimals=1, unit="score")
    year = campaign()
    for note, answers in ((4, 300), ("2.5", 100), (1, None), (5, 0)):
        row = bilan()
        value(row, asked, note)
        value(row, weight, answers)
        submitted(row)
    found = figure(year, "satisfaction")
    assert found.amount == Decimal("3.6")  # 3.625: what is printed is what is reckoned on
    assert (found.answered, found.expected) == (2, 4)
    assert [name.endswith(" (pondération non renseignée)") for name in found.missing] == [True, True]
    assert consolidate(year, kind=Kind.ORGANISATION, whole=True, only=["satisfaction"]).keys() == {"satisfaction"}


def test_B1_what_does_not_add_up_is_the_figure_of_nobody() -> None:
    asked, year = indicator("part", adding=Adding.NONE), campaign()
    handed_in(asked, 40)
    assert figure(year, "part").amount == 40
    handed_in(asked, 60)
    found = figure(year, "part")
    assert (found.amount, [part.amount for part in found.parts]) == (None, [40, 60])


def test_B1_what_is_not_expected_is_missing_from_nobody() -> None:
    asked, year = indicator("vae", required=False), campaign()
    handed_in(asked, 7)
    handed_in(asked)
    found = figure(year, "vae")
    assert (found.amount, found.answered, found.expected, found.missing) == (7, 1, 1, ())


def test_B3_a_change_is_that_of_the_subjects_that_answered_both_years() -> None:
    asked, before, year = indicator("recus"), campaign(2024), campaign(2025)
    stays, goes, comes = organisation(), organisation(), organisation()
    for of, subject, amount in (
        (before, stays, 100), (before, goes, 50), (year, stays, 110), (year, comes, 500), (year, goes, None)
    ):  # fmt: skip
        handed_in(asked, amount, of=of, subject=subject)
    found = figure(year, "recus")
    assert (found.amount, found.previous, found.comparable) == (610, 150, (100, 110))


def test_B3_classes_make_the_total_and_say_what_was_not_shared_out() -> None:
    asked, year = indicator("recus", breakdowns=["sex"]), campaign()
    for total, women, men in ((30, 10, 20), (40, None, None), (9, 4, 3)):
        row = bilan()
        value(row, asked, total)
        for category, amount in (("f", women), ("h", men)):
            value(row, asked, amount, "sex", category)
        submitted(row)
    cells = {cell.category: cell.amount for cell in figure(year, "recus").breakdowns["sex"]}
    assert cells == {"f": 14, "h": 23, "non-renseigne": None, "non-ventile": 42}


def test_B3_of_a_territory_counts_what_organisations_declare_there() -> None:
    asked, year = indicator("recus", breakdowns=["agency"]), campaign()
    indicator("sans-territoire")
    here, there = agency(slug="ici"), agency(slug="la-bas")
    declares, silent, elsewhere, nobody = (organisation() for _ in range(4))
    commune = town(agency=here)
    for one in (declares, silent, nobody):
        site(organisation=one, commune=commune)
    for subject, total, classes in (
        (declares, 50, {"ici": 30, "la-bas": 15}), (silent, 80, {}), (elsewhere, 8, {"la-bas": 8}), (nobody, 0, {}),
    ):  # fmt: skip
        row = bilan(subject=subject)
        value(row, asked, total)
        for category, amount in classes.items():
            value(row, asked, amount, "agency", category)
        submitted(row)
    found = figure(year, "recus", agency=here)
    assert (found.amount, found.answered, found.expected, found.missing) == (30, 2, 3, (str(silent),))
    assert figure(year, "recus", agency=there).amount == 23
    assert consolidate(year, kind=Kind.ORGANISATION, agency=here, whole=True).keys() == {"recus"}


def test_B3_by_network() -> None:
    asked, year = indicator("recus"), campaign()
    one, other = network(), network()
    for amount, of in ((5, one), (7, one), (100, other)):
        handed_in(asked, amount, subject=organisation(network=of))
    assert figure(year, "recus", network=one).amount == 12
    assert figure(year, "recus", network=other).amount == 100
    assert consolidate(year, kind=Kind.TERRITORY, network=one) == {}


def test_B3_the_year_of_an_indicator_that_had_not_begun_is_not_compared() -> None:
    asked, before, year = indicator("recus", first_year=2025), campaign(2024), campaign(2025)
    handed_in(asked, 9, of=year)
    bilan(of=before)
    assert figure(year, "recus").previous is None
    assert consolidate(before, kind=Kind.ORGANISATION) == {}


def test_D9_a_distinct_count_is_asked_of_its_level_and_is_no_sum(campaign_with_flows: Campaign) -> None:
    """The flows of the PSAD: nobody publishes them for a territory, and platforms do not make the region."""
    found = figure(campaign_with_flows, "psad-recus", Kind.PSAD)
    assert (found.amount, found.expected, [part.amount for part in found.parts]) == (90, 0, [30, 40])
    assert consolidate(campaign_with_flows, kind=Kind.PSAD, agency=agency()).keys() == {"reunions"}


@pytest.fixture
def campaign_with_flows() -> Campaign:
    flows = indicator("psad-recus", filled_by=Kind.PSAD, adding=Adding.DISTINCT, source="psad_received", of_people=True)
    indicator("reunions", filled_by=Kind.PSAD)
    for amount in (30, 40):
        value(row := bilan(Kind.PSAD), flows, amount)
        submitted(row)
    with context.task("figures"):
        told = Publication.objects.create(kind="year", starts_on=dt.date(2025, 1, 1), published_at=timezone.now())
        Published.objects.create(publication=told, level="region", measure="received", value=90)
    return Campaign.objects.get()


@pytest.mark.parametrize("kind", Kind.values)
def test_figures_ask_the_same_queries_whatever_the_size(kind: str) -> None:
    asked = indicator("un", filled_by=kind, breakdowns=["agency", "sex"])
    years = [campaign(2024), campaign(2025)]

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            consolidate(years[1], kind=Kind(kind))
        return len(found)

    for of in years:
        value(row := bilan(kind, of=of), asked, 3)
        submitted(row)
    first = queries()
    if kind != Kind.REGION:
        for number in range(3):
            other = indicator(f"autre-{number}", filled_by=kind)
            for of in years:
                value(row := bilan(kind, of=of), other, 3)
                value(row, asked, 4, "sex", "f")
                submitted(row)
    assert queries() == first <= 7
