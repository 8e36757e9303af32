"""`load_region_pack`: a new pack is written whole, a known one changes nothing, an edited field stays (M6)."""

from __future__ import annotations

import datetime as dt
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from core.models import JournalEntry, PackLoad, SearchDocument
from core.packs.report import LoadError
from core.packs.transaction import LOCK
from members.models import Charter, CharterSignature, Commitment, Network, Organisation, Plan
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
from tests.packs import changed, write_pack

pytestmark = pytest.mark.django_db

WRITTEN = (
    Agency, Charter, CharterSignature, Commitment, Commune, Contour, Department, EmploymentBasin, FormerCommune,
    JournalEntry, Network, Organisation, PackLoad, Plan, Referent, RoutingRule, SearchDocument, Site, SiteKind,
)  # fmt: skip


def versions() -> dict[str, list[tuple[str, ...]]]:
    """Where every row stands and which transaction wrote it: equal twice, nothing was written between."""
    found = {}
    with connection.cursor() as cursor:
        for model in WRITTEN:
            cursor.execute(f"SELECT xmin::text, ctid::text FROM {model._meta.db_table} ORDER BY 1, 2")
            found[model.__name__] = cursor.fetchall()
    return found


def figures() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in WRITTEN}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "pack")


def test_T1_every_commune_gets_the_basin_and_the_agency_of_its_epci(folder: Path) -> None:
    load_region_pack(folder)
    commune = Commune.objects.select_related("agency", "basin").get(insee="97001")
    assert (commune.basin.name, commune.basin.name_published, commune.agency.slug) == (
        "Haute-Rive", "HAUTE RIVE", "amont",
    )  # fmt: skip
    assert (commune.folded_name, commune.postal_codes) == ("haute rive", ["97000", "97100"])
    assert FormerCommune.objects.get(former_insee="97009").commune_id == "97002"
    assert Contour.objects.filter(kind="basin").count() == 2


def test_M1_an_organisation_gets_its_sheet_its_parent_and_its_name_of_today(folder: Path) -> None:
    load_region_pack(folder)
    academie = Organisation.objects.get(slug="academie")
    assert (academie.parent.slug, academie.parent.display_name) == ("rectorat", "Grand rectorat")
    assert (academie.activities, str(academie.fte)) == (["Écouter", "Informer"], "2.50")
    assert academie.published_on == dt.date(2020, 5, 4)
    mission = Organisation.objects.get(slug="ml-amont")
    assert (mission.kind, mission.parent.slug, mission.network.slug, mission.legal_representative) == (
        "mission-locale", "les-missions", "missions", "Bob MODELE",
    )  # fmt: skip
    assert Network.objects.get(slug="ecole").short == "Parler études."
    assert Network.objects.get(slug="missions").blaze == "mission-locale"


def test_M3_the_charter_its_values_its_texts_and_who_signed(folder: Path) -> None:
    load_region_pack(folder)
    charter = Charter.objects.get()
    assert charter.values == [{"title": "La gratuité", "text": "Rien à payer.", "source": "Article 1"}]
    assert [(c.engagement_number, c.axis_number, c.party) for c in charter.commitments.all()] == [
        (1, 1, "signatories"), (7, None, "region"),
    ]  # fmt: skip
    signed = charter.signatures.order_by("organisation__slug").values_list("organisation__slug", flat=True)
    assert list(signed) == ["academie", "ml-amont", "ml-aval", "rectorat"]  # the collective row does not sign


def test_T2_referents_keep_their_territory_and_a_vacancy_is_a_state(folder: Path) -> None:
    load_region_pack(folder)
    regional, bob, vacant = Referent.objects.order_by("pack_key")
    assert (regional.agency, regional.town, regional.name) == (None, "Haute-Rive", "Ada EXEMPLE")
    assert (bob.agency.slug, bob.structure.slug, bob.name) == ("amont", "ml-amont", "Bob MODELE")
    assert (vacant.vacant, vacant.note, vacant.published_on) == (True, "Poste laissé vide", dt.date(2020, 5, 4))


def test_M2_M4_a_place_offers_what_its_kind_does_and_stands_at_its_commune(folder: Path) -> None:
    load_region_pack(folder)
    cio = Site.objects.get(slug="cio-haute-rive")
    # The académie says that it does not receive the public: its CIO do.
    assert (cio.services, cio.publics, cio.not_for, cio.listed) == (
        ["accueil", "conseil"],
        ["lyceen"],
        ["retraite"],
        True,
    )
    assert (cio.lat, cio.lon, cio.provisional, cio.agency.slug, cio.network.slug) == (48.0, 5.0, True, "amont", "ecole")
    assert cio.card
    assert Site.objects.get(slug="ml-aval").publics == []
    assert not Site.objects.get(slug="prison-aval").listed
    assert set(SearchDocument.objects.filter(kind="site").values_list("key", flat=True)) == {
        "cio-haute-rive", "ml-amont", "ml-aval",
    }  # fmt: skip


def test_M4_routing_rules_point_at_a_kind_a_network_or_an_organisation(folder: Path) -> None:
    load_region_pack(folder)
    found = {str(rule): rule.rank for rule in RoutingRule.objects.select_related("kind", "network", "organisation")}
    assert found == {
        "* × * → CIO": 1,
        "lyceen × choisir-formation → École": 1,
        "salarie × * → Mission locale d’Aval": 2,
    }


def test_M6_twice_changes_nothing(folder: Path) -> None:
    load_region_pack(folder)
    before = versions()
    report = load_region_pack(folder)
    assert versions() == before
    assert not report.changed
    assert {(t.created, t.updated, t.kept, t.absent) for t in report.tallies.values()} == {(0, 0, 0, 0)}


def test_M6_what_changed_in_the_pack_is_updated_and_the_rest_is_not_touched(folder: Path) -> None:
    load_region_pack(folder)
    before = versions()
    write_pack(folder, **changed("sites", "CIO de Haute-Rive", "CIO du centre"))
    report = load_region_pack(folder)
    site = Site.objects.get(slug="cio-haute-rive")
    assert (site.name, site.sort_key) == ("CIO du centre", "cio du centre")
    assert (report.tally("sites").updated, report.tally("sites").unchanged) == (1, 3)
    assert versions()["Commune"] == before["Commune"]
    assert PackLoad.objects.count() == 2
    assert SearchDocument.objects.get(kind="site", key="cio-haute-rive").title == "CIO du centre"


def test_M6_what_people_edited_stays_and_is_said(folder: Path) -> None:
    load_region_pack(folder)
    Agency.objects.filter(slug="amont").update(name="Amont et Mi-Côte")
    report = load_region_pack(
        write_pack(folder, **changed("agencies", "1,amont,Amont,Haute-Rive,2019", "1,amont,AMONT,Haute-Rive,2018"))
    )
    agency = Agency.objects.get(slug="amont")
    assert (agency.name, agency.cto_installed_year) == ("Amont et Mi-Côte", 2018)
    assert (report.tally("agencies").kept, report.tally("agencies").updated) == (1, 1)
    assert (
        "gardé\u00a0: agence territoriale amont, nom\u00a0: «\u00a0Amont et Mi-Côte\u00a0» "
        "(pack\u00a0: «\u00a0AMONT\u00a0»)" in report.remarks
    )
    again = load_region_pack(folder)
    assert (again.tally("agencies").kept, again.changed) == (1, False)


def test_M6_an_edited_field_that_points_elsewhere_is_said_by_name(folder: Path) -> None:
    load_region_pack(folder)
    Organisation.objects.filter(slug="ml-amont").update(network=Network.objects.get(slug="ecole"))
    report = load_region_pack(folder)
    here, there = "«\u00a0École\u00a0»", "«\u00a0Missions locales\u00a0»"
    assert [line for line in report.remarks if "réseau" in line] == [
        f"gardé\u00a0: organisme ml-amont, réseau\u00a0: {here} (pack\u00a0: {there})"
    ]


def test_M6_what_left_the_pack_stays_and_a_routing_rule_goes(folder: Path) -> None:
    load_region_pack(folder)
    last = "prison-aval,justice,prison,Service d’Aval,98001,town,2 rue du Fleuve,l. 63,\n"
    rule = "salarie,*,organisation,ml-aval,2,Un conseil.,l. 92\n"
    write_pack(folder, **changed("sites", last, ""), **changed("routing", rule, ""))
    report = load_region_pack(folder)
    assert (report.tally("sites").absent, Site.objects.count()) == (1, 4)
    assert (report.tally("routing").removed, RoutingRule.objects.count()) == (1, 2)


def test_M6_a_routing_rule_that_people_edited_or_added_stays(folder: Path) -> None:
    load_region_pack(folder)
    RoutingRule.objects.filter(status="salarie").update(rank=1)
    RoutingRule.objects.create(status="parent", kind=SiteKind.objects.get(slug="cio"), rank=1, reason="r", source="s")
    report = load_region_pack(
        write_pack(folder, **changed("routing", "salarie,*,organisation,ml-aval,2,Un conseil.,l. 92\n", ""))
    )
    assert (report.tally("routing").removed, report.tally("routing").absent, RoutingRule.objects.count()) == (0, 1, 4)


def test_T3_the_name_of_a_referent_that_was_erased_is_kept_nowhere(folder: Path) -> None:
    load_region_pack(folder)
    Referent.objects.filter(pack_key="t-1").update(name="")
    report = load_region_pack(folder)
    assert report.remarks == ["gardé\u00a0: référent·e t-1, nom (valeurs non montrées)"]
    assert "MODELE" not in str(Referent.objects.get(pack_key="t-1").pack_values)


def test_T3_what_people_deleted_does_not_come_back_unless_asked(folder: Path) -> None:
    load_region_pack(folder)
    Referent.objects.get(pack_key="t-1").delete()
    report = load_region_pack(folder)
    assert (Referent.objects.count(), report.tally("referents").deleted_here, report.changed) == (2, 1, False)
    load_region_pack(folder, restore_deleted=True)
    assert Referent.objects.count() == 3


def test_the_load_is_remembered_with_its_facts_and_in_the_journal(folder: Path) -> None:
    load_region_pack(folder)
    load = PackLoad.objects.get()
    assert (load.pack, load.facts["charter"]["wording"]) == ("val-d-essai", "publié en mai 2020, non confirmé")
    assert load.report[0].startswith("départements – créés\u00a0: 2, mis à jour\u00a0: 0")
    entry = JournalEntry.objects.get(verb="pack.load")
    assert (entry.actor_label, entry.changes["communes"][1]["created"]) == ("système", 3)


def test_two_loads_cannot_run_at_once(folder: Path) -> None:
    parameters = {
        k: v
        for k, v in connection.get_connection_params().items()
        if k in {"dbname", "host", "port", "user", "password"}
    }
    with psycopg.connect(**parameters) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        with pytest.raises(LoadError, match="Un autre chargement est en cours"):
            load_region_pack(folder)
    assert Agency.objects.count() == 0
    load_region_pack(folder)
    assert Agency.objects.count() == 2


def test_what_the_database_refuses_undoes_everything(folder: Path) -> None:
    """Somebody already took the number of a network under another slug."""
    Network.objects.create(number=2, slug="autre", name="Autre")
    before = figures()
    with pytest.raises(LoadError, match="La base de données refuse ce chargement"):
        load_region_pack(folder)
    assert figures() == before


def test_the_command_prints_its_report_and_check_writes_nothing(folder: Path) -> None:
    out = StringIO()
    call_command("load_region_pack", str(folder), "--check", stdout=out)
    assert (out.getvalue(), figures()["PackLoad"]) == ("Rien à changer.\n", 0)
    call_command("load_region_pack", str(folder), stdout=out)
    assert (
        "communes – créés\u00a0: 3, mis à jour\u00a0: 0, inchangés\u00a0: 0, gardés (modifiés ici)\u00a0: 0"
        in out.getvalue()
    )
    call_command("refresh_places", stdout=out)
    assert out.getvalue().endswith("Lieux récrits\u00a0: 4.\n")


def test_the_command_fails_in_french_when_the_folder_is_missing(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as raised:
        call_command("load_region_pack", str(tmp_path / "absent"))
    assert str(raised.value).splitlines()[0] == "Rien n’a été chargé."
    assert "dossier introuvable" in str(raised.value)
