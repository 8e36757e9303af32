"""The real pack of Grand Est gives what the charter says (T1, T2, M1, M4; issue 2, item 4)."""

from __future__ import annotations

import pytest
from django.db.models import Count, F

from core.packs.report import Report
from members.models import CharterSignature, Commitment, FundingCriterion, Network, Organisation, Plan, QualityCriterion
from territories.importers.region_pack import load_region_pack
from territories.models import (
    Agency,
    Commune,
    Contour,
    Department,
    EmploymentBasin,
    FormerCommune,
    Referent,
    RoutingRule,
    Site,
    SiteKind,
)
from tests.pack import GRAND_EST, grand_est

__all__ = ["grand_est"]


@pytest.fixture(autouse=True)
def _loaded(grand_est: Report, db: None) -> None:
    """Every test here reads the loaded pack."""


def test_T1_the_territory_is_whole() -> None:
    models = (Department, Commune, FormerCommune, EmploymentBasin, Agency, Contour)
    assert [model.objects.count() for model in models] == [10, 5115, 480, 43, 12, 65]
    assert Commune.objects.exclude(agency=F("basin__agency")).count() == 0
    assert Agency.objects.filter(communes=None).count() == EmploymentBasin.objects.filter(communes=None).count() == 0
    assert dict(Contour.objects.values_list("kind").annotate(Count("id"))) == {
        "agency": 12,
        "basin": 43,
        "department": 10,
    }


def test_M1_the_organisations_are_those_of_the_charter() -> None:
    assert Network.objects.count() == 13
    assert Network.objects.exclude(blaze="").exclude(short="").count() == 13
    assert dict(Organisation.objects.values_list("kind").annotate(Count("id"))) == {
        "organisation": 42,
        "mission-locale": 44,
    }
    assert Organisation.objects.filter(status="associated_partner", network=None).count() == 4
    assert Organisation.objects.get(slug="pole-emploi-grand-est").display_name == "France Travail Grand Est"
    troyes = Organisation.objects.get(slug="mission-locale-troyes")
    assert (troyes.parent.slug, troyes.network.slug, troyes.legal_representative) == (
        "missions-locales", "missions-locales", "Elisabeth GRANPIERRE",
    )  # fmt: skip


def test_M3_the_texts_of_the_charter_and_its_signatures() -> None:
    models = (Commitment, QualityCriterion, FundingCriterion, Plan)
    assert [model.objects.count() for model in models] == [35, 68, 65, 2]
    assert list(Plan.objects.filter(invented=True).values_list("slug", flat=True)) == ["plan-demonstration-2024-2028"]
    assert CharterSignature.objects.filter(organisation__kind="mission-locale").count() == 44


def test_T2_the_referents_are_there_with_two_vacancies_and_without_contacts() -> None:
    assert Referent.objects.filter(agency=None).count() == 37
    assert Referent.objects.exclude(agency=None).count() == 293
    vacant = Referent.objects.filter(name="").order_by("town").values_list("organisation__slug", "town")
    assert list(vacant) == [("reseau-cio", "Saint-Dié-des-Vosges"), ("missions-locales", "Valmont")]
    assert Referent.objects.exclude(email="", phone="").count() == 0


def test_M4_the_places_and_who_they_serve() -> None:
    assert (Site.objects.count(), Site.objects.public().count(), SiteKind.objects.count()) == (220, 190, 21)
    assert Site.objects.filter(provisional=False).count() == 0
    hidden = Site.objects.filter(listed=False).order_by("kind__slug").values_list("kind__slug", flat=True).distinct()
    assert list(hidden) == ["autre", "disp", "draaf", "pjj"]
    assert Site.objects.filter(listed=True, services=[]).count() == 0
    assert Site.objects.filter(kind__slug="cio", listed=True).count() == 35
    assert Site.objects.exclude(agency=F("commune__agency")).count() == 0
    assert RoutingRule.objects.count() == 696


def test_M6_the_real_pack_twice_changes_nothing(grand_est: Report) -> None:
    report = load_region_pack(GRAND_EST)
    assert (report.changed, report.remarks) == (False, [])
    assert sum(t.unchanged for t in report.tallies.values()) == sum(t.created for t in grand_est.tallies.values())
