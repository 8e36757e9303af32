"""The bilans of the demonstration: two complete years and one in progress, told by the rules (B2, B3)."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models import F, Q, Sum
from django.utils import timezone

from accounts.models import RegionMandate, User
from bilans.checking import gaps
from bilans.models import Act, Bilan, Campaign, Kind, Value
from bilans.sheet import sheet_of
from psad.models import Figure, Platform, Publication
from spro import demo_bilans, demo_figures, demo_psad
from tests.pack import grand_est  # noqa: F401

pytestmark = pytest.mark.django_db
State = Bilan.State


def person(name: str) -> User:
    return User.objects.get_or_create(email=f"{name}@demo.invalid")[0]


@pytest.fixture(scope="module")
def told(grand_est: Any, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[float]:  # noqa: F811
    from django.test import override_settings

    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")):
        RegionMandate.objects.get_or_create(user=person("region"))
        demo_psad._platforms()
        starts = time.monotonic()
        demo_bilans.seed(staff=person("region"), writers=[person("manager")])
        yield time.monotonic() - starts


def years() -> list[Campaign]:
    return list(Campaign.objects.order_by("year"))


def test_two_years_are_complete_and_one_is_in_progress_whatever_the_day(told: float) -> None:
    last = timezone.localdate().year - 1
    assert [(row.year, row.running, row.published_id is not None) for row in years()] == [
        (last - 2, False, True), (last - 1, False, True), (last, True, False),
    ]  # fmt: skip
    assert years()[-1].due_on > timezone.localdate()


def test_every_subject_has_a_bilan_each_year(told: float) -> None:
    for row in years():
        counts = Counter(row.bilans.values_list("kind", flat=True))
        assert (counts[Kind.TERRITORY], counts[Kind.REGION]) == (12, 1)
        assert counts[Kind.ORGANISATION] > 80
        assert counts[Kind.PSAD] > 20


def test_B3_a_few_never_came_so_that_it_is_said(told: float) -> None:
    for row in years()[:2]:
        assert Counter(row.bilans.values_list("state", flat=True))[State.DRAFT] == 4


def test_the_year_in_progress_has_every_state(told: float) -> None:
    assert set(years()[-1].bilans.values_list("state", flat=True)) == set(State.values)
    assert not Act.objects.filter(done=Act.Done.SUBMITTED).exclude(reason="").exists()  # nobody knows it yet
    assert not Act.objects.filter(done=Act.Done.RETURNED, reason="").exists()


def test_B2_what_is_handed_in_could_be_handed_in(told: float) -> None:
    handed_in = Bilan.objects.filter(state__in=Bilan.COUNTED).exclude(kind=Kind.PSAD)
    for kind in (Kind.ORGANISATION, Kind.TERRITORY, Kind.REGION):
        for bilan in handed_in.filter(kind=kind).select_related("campaign").order_by("campaign", "pk")[::9]:
            assert [gap.message for gap in gaps(sheet_of(bilan))] == [], bilan


def test_B1_what_people_counted_adds_up_to_its_total(told: float) -> None:
    classed = Value.objects.exclude(breakdown="").filter(indicator__source="")
    sums = classed.values("bilan", "indicator", "breakdown").annotate(said=Sum("amount"))
    rows = Value.objects.filter(breakdown="").values_list("bilan", "indicator", "amount")
    totals = {(bilan, indicator): amount for bilan, indicator, amount in rows}
    wrong = [row for row in sums if totals[row["bilan"], row["indicator"]] != row["said"]]
    assert sums.count() > 500
    assert wrong == []


def test_B3_a_few_figures_are_said_unavailable_with_a_reason(told: float) -> None:
    rows = Value.objects.filter(unavailable=True, indicator__source="")
    assert rows.count() >= 5
    assert not rows.filter(Q(comment="") | Q(amount__isnull=False)).exists()


def test_variations_are_explained(told: float) -> None:
    assert Value.objects.exclude(comment="").filter(unavailable=False).count() >= 10


def flows(year: int) -> Any:
    return Value.objects.filter(bilan__kind=Kind.PSAD, bilan__campaign__year=year).exclude(indicator__source="")


def test_D9_the_complete_years_have_the_flows_that_the_platforms_published(told: float) -> None:
    for row in years()[:2]:
        held = flows(row.year)
        assert not held.filter(unavailable=True).exists()
        assert held.filter(amount=None, hidden=True).exists()  # small counts
        received = dict(held.filter(indicator__source="psad_received").values_list("bilan__platform__slug", "amount"))
        assert len(received) == Platform.objects.count() > 30
        of_year = Publication.objects.get(kind="year", starts_on=dt.date(row.year, 1, 1))
        cells = Figure.objects.filter(publication=of_year, level="platform", measure="received", dimension="")
        assert received == dict(cells.values_list("unit", "value"))


def test_D8_nothing_small_is_published_of_the_past_and_nothing_twice(told: float) -> None:
    rows = Figure.objects.filter(value__isnull=False)
    assert rows.exclude(dimension="").exists()
    assert not rows.filter(value__lt=5).exists()
    before = Publication.objects.count(), Figure.objects.count()
    demo_figures.publish_past(years()[0].year, years()[-1].year)
    assert (Publication.objects.count(), Figure.objects.count()) == before


def test_D8_flows_of_the_year_in_progress_wait_for_its_cases_to_be_counted(told: float) -> None:
    rows = flows(years()[-1].year)
    assert rows.exists()
    assert not rows.exclude(unavailable=True, amount=None).exists()


def test_told_again_it_changes_nothing(told: float) -> None:
    before = Value.objects.count()
    demo_bilans.seed(staff=person("region"), writers=[person("manager")])
    assert Value.objects.count() == before
    assert not Bilan.objects.filter(submitted_at__gt=F("accepted_at")).exists()
