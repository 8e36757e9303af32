"""`load_structures`: a national directory completes the places of the pack, adds others, and undoes no edit."""

from __future__ import annotations

import datetime as dt
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from core.models import JournalEntry, PackLoad
from core.packs.report import LoadError
from territories.importers.region_pack import load_region_pack
from territories.importers.structures import load_structures
from territories.models import Site
from tests.packs import STRUCTURE_COLUMNS, changed, write_pack
from tests.territories.test_region_pack import figures, versions

pytestmark = pytest.mark.django_db

NBSP = "\u00a0"
HOURS = "Lundi au mardi : 9 h–12 h"


def line(**values: str) -> str:
    known = {
        "id": "u-1", "type": "MISSION_LOCALE", "name": "Mission locale – Haute-Rive", "address": "1 rue d'Amont",
        "postal_code": "97000", "city": "Haute-Rive", "insee": "97001", "department": "97", "lat": "48.01",
        "lon": "5.01", "phone": "01 99 00 00 01", "website": "https://ml-amont.example/", "opening_hours": HOURS,
        "source_url": "https://annuaire.example/u-1", "updated": "2026-01-02", "quality_flags": "",
    }  # fmt: skip
    assert values.keys() <= known.keys()
    return ",".join(f'"{value}"' for value in (known | values).values())


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = write_pack(tmp_path / "pack")
    load_region_pack(folder)
    return folder


@pytest.fixture
def directory(tmp_path: Path):
    def write(*lines: str, columns: str = STRUCTURE_COLUMNS) -> Path:
        path = tmp_path / "annuaire.csv"
        path.write_text("\n".join([columns, *lines]) + "\n")
        return path

    return write


def test_a_structure_completes_the_place_of_its_kind_and_commune(pack: Path, directory) -> None:
    report = load_structures(directory(line()))
    site = Site.objects.get(slug="ml-amont")
    assert (site.name, site.address, site.postal_code, site.phone) == (
        "Mission locale d’Amont", "1 rue d’Amont", "97000", "01 99 00 00 01",
    )  # fmt: skip
    assert (site.hours, site.hours_text) == ({"1": [["09:00", "12:00"]], "2": [["09:00", "12:00"]]}, HOURS)
    assert (site.lat, site.lon, site.provisional, site.external_id) == (48.01, 5.01, False, "u-1")
    assert site.source_updated_on == dt.date(2026, 1, 2)
    assert "1 rue d’Amont" in site.card
    assert (report.tally("sites").updated, report.tally("sites").created) == (1, 0)
    assert "structures rapprochées\u00a0: 1, nouvelles\u00a0: 0" in report.remarks


def test_twice_changes_nothing_and_the_pack_does_not_take_back_what_the_directory_said(pack: Path, directory) -> None:
    path = directory(line(), line(id="u-2", insee="97002", city="Mi-Côte", name="Mission locale – Mi-Côte"))
    load_structures(path)
    before = versions()
    assert not load_structures(path).changed
    assert not load_region_pack(pack).changed
    assert versions() == before


def test_what_changed_in_the_directory_is_updated_and_what_people_edited_stays(pack: Path, directory) -> None:
    load_structures(directory(line()))
    Site.objects.filter(slug="ml-amont").update(phone="01 99 00 00 09")
    report = load_structures(directory(line(phone="01 99 00 00 02", address="3 quai Neuf")))
    site = Site.objects.get(slug="ml-amont")
    assert (site.phone, site.address) == ("01 99 00 00 09", "3 quai Neuf")
    assert report.tally("sites").kept == 1
    assert (
        f"gardé{NBSP}: lieu ml-amont, téléphone{NBSP}: «{NBSP}01 99 00 00 09{NBSP}» "
        f"(fichier{NBSP}: «{NBSP}01 99 00 00 02{NBSP}»)" in report.remarks
    )


def test_what_people_wrote_before_the_first_load_stays(pack: Path, directory) -> None:
    Site.objects.filter(slug="ml-amont").update(address="Place du Marché")
    report = load_structures(directory(line()))
    assert (Site.objects.get(slug="ml-amont").address, report.tally("sites").kept) == ("Place du Marché", 1)


def test_a_new_place_goes_to_the_organisation_that_a_clue_names(pack: Path, directory) -> None:
    """Both missions have one web host: the telephone tells whose the antenna is."""
    aval = line(id="u-2", insee="98001", department="98", name="Mission locale – Aval", phone="01 99 00 00 02")
    antenna = line(id="u-3", insee="97002", name="Mission locale – Mi-Côte", lat="48.1", lon="5.1")
    load_structures(directory(line(), aval, antenna))
    site = Site.objects.get(external_id="u-3")
    assert (site.slug, site.organisation.slug, site.commune_id) == ("mission-locale-mi-cote", "ml-amont", "97002")
    assert (site.services, site.channels, site.listed) == (["accueil", "cep"], ["sur-place", "telephone"], True)
    assert (site.network.slug, site.agency.slug, site.note) == ("missions", "amont", "")


def test_a_new_place_without_a_clue_goes_to_the_nearest_and_says_so(pack: Path, directory) -> None:
    load_structures(directory(line(insee="97002", city="Mi-Côte", phone="", website="")))
    site = Site.objects.get(external_id="u-1")
    assert (site.organisation.slug, site.note) == (
        "ml-amont", f"Rattaché à «{NBSP}Mission locale d’Amont{NBSP}» par proximité{NBSP}: à confirmer.",
    )  # fmt: skip


def test_a_cio_goes_to_the_academie_of_its_department(pack: Path, directory) -> None:
    load_structures(directory(line(type="CIO", insee="98001", department="98", name="CIO – Basse-Rive")))
    assert Site.objects.get(external_id="u-1").organisation.slug == "academie"


def test_several_structures_for_one_place_are_new_and_replace_it(pack: Path, directory) -> None:
    report = load_structures(
        directory(
            line(name="Mission locale – Haute-Rive – Gare"), line(id="u-2", name="Mission locale – Haute-Rive – Port")
        )
    )
    assert not Site.objects.get(slug="ml-amont").listed
    assert set(Site.objects.exclude(external_id="").values_list("slug", "organisation__slug")) == {
        ("mission-locale-haute-rive-gare", "ml-amont"), ("mission-locale-haute-rive-port", "ml-amont"),
    }  # fmt: skip
    assert f"retiré de l’annuaire{NBSP}: ml-amont (plusieurs lieux précis le remplacent à Haute-Rive)" in report.remarks


def test_two_places_of_one_name_get_two_addresses(pack: Path, directory) -> None:
    load_structures(directory(line(insee="97002"), line(id="u-2", insee="97002")))
    slugs = Site.objects.exclude(external_id="").order_by("slug").values_list("slug", flat=True)
    assert list(slugs) == ["mission-locale-haute-rive", "mission-locale-haute-rive-u2"]


def test_among_several_the_same_name_is_the_same_place(pack: Path, directory) -> None:
    load_structures(
        directory(line(id="u-2", name="Mission locale – Haute-Rive – Port"), line(name="Mission locale d'Amont"))
    )
    assert Site.objects.get(slug="ml-amont").external_id == "u-1"
    assert Site.objects.get(external_id="u-2").slug == "mission-locale-haute-rive-port"


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"quality_flags": "point_in_98001_Basse-Rive"}, "point signalé dans une autre commune"),
        ({"lat": "49.5"}, f"point à plus de 15{NBSP}km de la commune"),
        ({"lat": ""}, "point absent"),
    ],
)
def test_a_wrong_point_is_put_back_at_the_commune_and_said(values: dict, reason: str, pack: Path, directory) -> None:
    report = load_structures(directory(line(**values)))
    site = Site.objects.get(slug="ml-amont")
    assert (site.lat, site.lon) == (48.0, 5.0)
    assert report.remarks[0] == (
        f"annuaire.csv, ligne 2{NBSP}: Mission locale – Haute-Rive{NBSP}: {reason}, placé au centre de Haute-Rive"
    )


@pytest.mark.parametrize(("given", "kept"), [("97100", "97100"), ("97059", "97059"), ("86000", "97000")])
def test_a_postal_code_of_elsewhere_is_replaced_and_a_cedex_kept(given: str, kept: str, pack: Path, directory) -> None:
    load_structures(directory(line(postal_code=given)))
    assert Site.objects.get(slug="ml-amont").postal_code == kept


def test_irregular_hours_stay_as_text_and_an_unreadable_address_is_left_out(pack: Path, directory) -> None:
    report = load_structures(directory(line(opening_hours="Sur rendez-vous", website="ml point example")))
    site = Site.objects.get(slug="ml-amont")
    assert (site.hours, site.hours_text, site.website) == ({}, "Sur rendez-vous", "")
    assert report.remarks[0].endswith("adresse internet illisible, laissée de côté")


def test_lines_set_aside_are_counted_with_their_reason(pack: Path, directory) -> None:
    report = load_structures(
        directory(
            line(),
            line(id="u-2", type="MAIRIE"),
            line(id="u-3", insee="75056", department="75"),
            line(id="u-4", insee="97999"),
        )
    )
    assert [r for r in report.remarks if "écartée" in r] == [
        f"annuaire.csv, ligne 5{NBSP}: écartée (commune inconnue «{NBSP}97999{NBSP}»)",
        f"lignes écartées, commune inconnue{NBSP}: 1",
        f"lignes écartées, hors de la région{NBSP}: 1",
        f"lignes écartées, type MAIRIE non repris{NBSP}: 1",
    ]


def test_a_former_insee_code_is_understood(pack: Path, directory) -> None:
    load_structures(directory(line(insee="97009", city="Vieux-Village")))
    assert Site.objects.get(external_id="u-1").commune_id == "97002"


def test_a_place_that_people_deleted_is_not_made_again(pack: Path, directory) -> None:
    path = directory(line(insee="97002"))
    load_structures(path)
    Site.objects.get(external_id="u-1").delete()
    report = load_structures(path)
    assert (report.tally("sites").deleted_here, Site.objects.filter(external_id="u-1").count()) == (1, 0)


def test_a_structure_that_left_the_directory_is_kept_and_said(pack: Path, directory) -> None:
    load_structures(directory(line(insee="97002"), line(id="u-2")))
    report = load_structures(directory(line(id="u-2")))
    assert (report.tally("sites").absent, Site.objects.get(external_id="u-1").listed) == (1, True)


@pytest.mark.parametrize(
    ("lines", "columns", "message"),
    [
        ([line()], STRUCTURE_COLUMNS.replace("insee", "code"), f"1, colonne insee{NBSP}: colonne manquante"),
        ([line(id="u-0")], STRUCTURE_COLUMNS, f"3, colonne id{NBSP}: doublon de la ligne 2, «{NBSP}u-0{NBSP}»"),
        ([line(lat="nord")], STRUCTURE_COLUMNS, f"3, colonne lat{NBSP}: nombre de -90 à 90 attendu"),
        ([line(updated="hier")], STRUCTURE_COLUMNS, f"3, colonne updated{NBSP}: date AAAA-MM-JJ attendue"),
        ([line(phone="9" * 41)], STRUCTURE_COLUMNS, f"3, colonne phone{NBSP}: Assurez-vous que cette valeur"),
        ([line(name="")], STRUCTURE_COLUMNS, f"3, colonne name{NBSP}: valeur obligatoire"),
    ],
)
def test_a_wrong_directory_says_where_and_writes_nothing(lines, columns, message, pack: Path, directory) -> None:
    before = figures()
    with pytest.raises(LoadError) as raised:
        load_structures(directory(line(id="u-0"), *lines, columns=columns))
    assert [reason.startswith(f"annuaire.csv, ligne {message}") for reason in raised.value.lines] == [True]
    assert figures() == before
    assert not Site.objects.exclude(external_id="").exists()


def test_without_a_pack_or_a_file_the_command_says_so(directory, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="chargez d’abord un pack régional"):
        call_command("load_structures", str(directory(line())))
    with pytest.raises(CommandError, match="fichier introuvable ou illisible"):
        call_command("load_structures", str(tmp_path / "absent.csv"))


def test_the_command_prints_and_the_journal_holds_figures_only(pack: Path, directory) -> None:
    out = StringIO()
    call_command("load_structures", str(directory(line())), stdout=out)
    assert out.getvalue().startswith(f"lieux – créés{NBSP}: 0, mis à jour{NBSP}: 1, inchangés{NBSP}: 0")
    entry = JournalEntry.objects.get(verb="pack.load_structures")
    assert entry.changes == {"sites": [None, {"created": 0, "updated": 1, "removed": 0, "kept": 0}]}
    assert PackLoad.objects.get().keys["structures"] == ["u-1"]


def test_M6_the_pack_still_updates_what_the_directory_does_not_say(pack: Path, directory) -> None:
    load_structures(directory(line()))
    write_pack(
        pack, **changed("sites", "Mission locale d’Amont,97001,town,,", "Mission locale du Haut,97001,town,5 rue X,")
    )
    report = load_region_pack(pack)
    site = Site.objects.get(slug="ml-amont")
    assert (site.name, site.address, report.tally("sites").kept) == ("Mission locale du Haut", "1 rue d’Amont", 0)


def test_a_file_as_excel_saves_it_in_france_is_understood(pack: Path, tmp_path: Path) -> None:
    given = line(lat="48,01", lon="5,01", updated="02/01/2026", address="1 allée d’Amont").replace('","', '";"')
    path = tmp_path / "annuaire.csv"
    path.write_bytes("\r\n".join([STRUCTURE_COLUMNS.replace(",", ";"), given, ""]).encode("cp1252"))
    load_structures(path)
    site = Site.objects.get(slug="ml-amont")
    assert (site.address, site.lat, site.lon) == ("1 allée d’Amont", 48.01, 5.01)
    assert site.source_updated_on == dt.date(2026, 1, 2)
