"""The real pack of Grand Est gives what the charter says (T1, T2, M1, M4; issue 2, item 4)."""

from __future__ import annotations

import pytest
from django.db.models import Count, F

from core.packs.report import Report
from members.models import CharterSignature, Commitment, FundingCriterion, Network, Organisation, Plan, QualityCriterion
from territories import communes, doors, near, routing
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
    assert (Site.objects.count(), Site.objects.public().count(), SiteKind.objects.count()) == (220, 188, 21)
    assert Site.objects.filter(provisional=False).count() == 0
    hidden = Site.objects.filter(listed=False).order_by("kind__slug").values_list("kind__slug", flat=True).distinct()
    assert list(hidden) == ["autre", "disp", "draaf", "opacif", "pjj"]
    assert Site.objects.filter(listed=True, services=[]).count() == 0
    assert Site.objects.filter(kind__slug="cio", listed=True).count() == 35
    assert Site.objects.exclude(agency=F("commune__agency")).count() == 0
    assert RoutingRule.objects.count() == 699


def test_R11_organisations_that_are_no_more_have_left_the_directory() -> None:
    gone = Site.objects.filter(organisation__slug__in=["fafsea", "opcalim"])
    assert sorted(gone.values_list("slug", "listed")) == [("fafsea", False), ("opcalim", False)]


def test_M4_national_doors_are_those_we_are_sure_of() -> None:
    doors = dict(SiteKind.objects.exclude(national_name="").values_list("slug", "national_phone"))
    assert {slug: phone for slug, phone in doors.items() if phone} == {
        "cio": "01 77 77 12 25", "france-travail": "3949", "cap-emploi": "0 800 11 10 09", "apec": "0 809 361 212",
        "agefiph": "0 800 11 10 09",
    }  # fmt: skip
    assert SiteKind.objects.exclude(national_name="").filter(national_source="").count() == 0
    assert SiteKind.objects.get(slug="opacif").national_url == "https://mon-cep.org"


@pytest.mark.parametrize(
    ("typed", "town"),
    [
        ("67 000", "67482"), ("67000", "67482"), ("strasbourg 67", "67482"), ("nancy cedex", "54395"),
        ("st die", "88413"), ("Épinal", "88160"), ("08500", None), ("ste-marie", None), ("Charleville", None),
    ],
)  # fmt: skip
def test_T1_what_people_type_is_understood_or_asked(typed: str, town: str | None) -> None:
    """None: several communes answer, and the visitor is asked."""
    answer = communes.find(typed, typed=True)
    assert (answer.town.insee if answer.town else None) == town
    assert bool(answer.several) is (town is None)


def test_T1_paris_is_not_ours() -> None:
    assert [communes.find(typed, typed=True).outside for typed in ("Paris", "75001", "Metz")] == [True, True, False]


@pytest.mark.parametrize(
    ("commune", "status", "need", "kind"),
    [
        ("88160", "lyceen", "choisir-formation", "cio"), ("57463", "cadre", "changer-de-metier", "apec"),
        ("08363", "decrocheur", "raccrocher", "mission-locale"), ("52448", "handicap", "emploi", "cap-emploi"),
        ("10387", "decrocheur", "", "mission-locale"), ("68224", "decrocheur", "information-metiers", "mission-locale"),
        ("54395", "demandeur-emploi", "emploi", "france-travail"), ("67482", "cadre", "cep", "apec"),
    ],
)  # fmt: skip
def test_M4_the_first_place_is_of_the_right_kind(commune: str, status: str, need: str, kind: str) -> None:
    town = communes.find(commune).town
    assert town
    routing.rules_changed()
    table = routing.table()
    (first,) = near.nearest(table, town.start, status=status, need=need, radius=50, limit=1)
    assert table.kinds[first.kind_id].slug == kind


@pytest.mark.parametrize("status", ["collegien", "lyceen", "parent", "benevole", "retraite"])
def test_M4_cap_emploi_is_not_proposed_without_a_handicap(status: str) -> None:
    routing.rules_changed()
    table, town = routing.table(), communes.find("57463").town
    assert town
    found = near.nearest(table, town.start, status=status, need="cep", radius=100, limit=200)
    assert "cap-emploi" not in {table.kinds[place.kind_id].slug for place in found}
    assert "Agefiph" not in [door.name for door in doors.doors(table, status, "cep")]


def test_M4_a_salaried_person_is_sent_to_the_door_of_the_cep() -> None:
    routing.rules_changed()
    assert "https://mon-cep.org" in [door.url for door in doors.doors(routing.table(), "salarie", "cep")]


def test_M4_vae_for_a_volunteer_is_first_with_those_who_deliver_it() -> None:
    routing.rules_changed()
    table = routing.table()
    slugs = [table.kinds[b.key].slug for b in doors.best(table, "benevole", "vae") if b.rule and b.rule.rank == 1]
    assert set(slugs) == {"cio", "france-travail", "mission-locale"}


def test_M6_the_real_pack_twice_changes_nothing(grand_est: Report) -> None:
    report = load_region_pack(GRAND_EST)
    assert report.changed is False
    assert [remark for remark in report.remarks if not remark.startswith("hors agenda")] == []
    assert sum(t.unchanged for t in report.tallies.values()) == sum(t.created for t in grand_est.tallies.values())
