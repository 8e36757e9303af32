"""`load_referents`: contacts come from a file of the Region, for people we know, and show nowhere (T2, T3, S2)."""

from __future__ import annotations

import csv
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from core.models import JournalEntry, PackLoad
from core.packs.report import LoadError
from territories.importers.referents import load_referents
from territories.importers.region_pack import load_region_pack
from territories.models import Referent
from tests.packs import write_pack
from tests.territories.test_region_pack import figures, versions

NBSP = "\u00a0"
COLUMNS = "id,organisation_slug,agency_slug,last_name,first_name,email_published,phone_published,phone_e164"
BOB = "1,les-missions,amont,MODELE,Bob,B.Modele@ml-amont.example,01.99.00.00.01,+33199000001"
VACANT = "2,les-missions,aval,,,accueil@ml-aval.example,,"


@pytest.fixture
def pack(tmp_path: Path, db: None) -> Path:
    folder = write_pack(tmp_path / "pack")
    load_region_pack(folder)
    return folder


@pytest.fixture
def contacts(tmp_path: Path):
    def write(*lines: str, columns: str = COLUMNS) -> Path:
        path = tmp_path / "contacts.csv"
        path.write_text("\n".join([columns, *lines]) + "\n")
        return path

    return write


def bob() -> Referent:
    return Referent.objects.get(pack_key="t-1")


def test_T3_contacts_are_filled_for_the_people_we_know(pack: Path, contacts) -> None:
    report = load_referents(contacts(BOB, VACANT))
    assert (bob().email, bob().phone) == ("b.modele@ml-amont.example", "01 99 00 00 01")
    assert Referent.objects.get(pack_key="t-2").email == "accueil@ml-aval.example"
    assert (report.tally("referents").updated, report.remarks) == (2, [])


def test_T3_the_regional_file_is_understood_too(pack: Path, contacts) -> None:
    columns = "id,organisation_slug,role,name,email_published,phone_published"
    load_referents(
        contacts("1,academie,referent_regional,Ada EXEMPLE,ada@academie.example,sur demande", columns=columns)
    )
    ada = Referent.objects.get(pack_key="r-1")
    assert (ada.email, ada.phone, bob().email) == ("ada@academie.example", "sur demande", "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (BOB.replace("1,les", "9,les"), "identifiant inconnu"),
        (BOB.replace("les-missions", "justice"), "l’organisme n’est pas celui de cet identifiant"),
        (BOB.replace("MODELE", "AUTRE"), "le nom n’est pas celui de cet identifiant"),
    ],
)
def test_T2_a_line_about_somebody_else_is_said_and_left(text: str, reason: str, pack: Path, contacts) -> None:
    report = load_referents(contacts(text))
    assert report.remarks == [f"contacts.csv, ligne 2{NBSP}: non appliquée ({reason})"]
    assert not Referent.objects.exclude(email="").exists()


def test_T3_a_withdrawn_name_gets_no_contact(pack: Path, contacts) -> None:
    Referent.objects.filter(pack_key="t-1").update(withdrawn_at=timezone.now())
    report = load_referents(contacts(BOB))
    assert (bob().email, report.remarks) == (
        "", [f"contacts.csv, ligne 2{NBSP}: non appliquée (nom retiré à sa demande)"],
    )  # fmt: skip


def test_twice_changes_nothing_and_the_pack_takes_nothing_back(pack: Path, contacts) -> None:
    path = contacts(BOB, VACANT)
    load_referents(path)
    before = versions()
    assert not load_referents(path).changed
    assert not load_region_pack(pack).changed
    assert versions() == before


def test_an_edited_contact_stays_and_an_erased_one_does_not_come_back(pack: Path, contacts) -> None:
    load_referents(contacts(BOB, VACANT))
    Referent.objects.filter(pack_key="t-1").update(email="nouveau@ml-amont.example")
    Referent.objects.filter(pack_key="t-2").update(email="")
    report = load_referents(contacts(BOB.replace("B.Modele", "b"), VACANT))
    assert (bob().email, Referent.objects.get(pack_key="t-2").email) == ("nouveau@ml-amont.example", "")
    assert sorted(report.remarks) == [
        f"gardé{NBSP}: référent·e t-1, courriel professionnel (valeurs non montrées)",
        f"gardé{NBSP}: référent·e t-2, courriel professionnel (valeurs non montrées)",
    ]


def test_S2_contacts_stand_in_their_two_columns_and_nowhere_else(pack: Path, contacts) -> None:
    out = StringIO()
    call_command("load_referents", str(contacts(BOB)), stdout=out)
    said = [out.getvalue(), str(bob().pack_values)]
    said += [str(entry.changes) for entry in JournalEntry.objects.all()]
    said += [f"{load.report}{load.keys}{load.facts}" for load in PackLoad.objects.all()]
    assert not [text for text in said if "@ml-amont" in text or "99 00 00 01" in text or "199000001" in text]


@pytest.mark.parametrize(
    ("lines", "columns", "message"),
    [
        ([BOB], COLUMNS.replace("email_", "mail_"), f", ligne 1, colonne email_published{NBSP}: colonne manquante"),
        ([BOB, BOB], COLUMNS, f", ligne 3, colonne id{NBSP}: doublon de la ligne 2, «{NBSP}1{NBSP}»"),
        ([BOB.replace("@", " chez ")], COLUMNS, f", ligne 2, colonne email_published{NBSP}: Saisissez une adresse"),
        ([BOB], COLUMNS.replace("agency_slug", "note"), f", ligne 1{NBSP}: ni les colonnes des référent·es"),
    ],
)
def test_a_wrong_file_says_where_and_writes_nothing(lines, columns, message, pack: Path, contacts) -> None:
    before = figures()
    with pytest.raises(LoadError) as raised:
        load_referents(contacts(*lines, columns=columns))
    assert [reason.startswith(f"contacts.csv{message}") for reason in raised.value.lines] == [True]
    assert (figures(), bob().email) == (before, "")


def test_S2_no_contact_of_anybody_is_in_the_packs_of_the_repository() -> None:
    """Neither an e-mail address nor a telephone number: the whole of `data/`, contours aside (coordinates only)."""
    data = Path(__file__).resolve().parents[2] / "data"
    contact = re.compile(r"[\w.+-]+@[\w-]+\.\w+|(?<![\d.])(?:\+33|0)[ .]?[1-9](?:[ .-]?\d{2}){4}(?!\d)")
    files = [path for path in data.rglob("*") if path.suffix in {".csv", ".toml", ".md"}]
    assert len(files) > 20
    assert contact.search("appelez le 03 88 00 00 00")
    assert contact.search("a.b@exemple.invalid")
    national = {
        row["national_phone"]
        for path in data.glob("*/site_kinds.csv")
        for row in csv.DictReader(path.read_text().splitlines())
    }  # the numbers of national services, nobody's
    found = [
        f"{path.name}: {match[0]}"
        for path in files
        for match in contact.finditer(path.read_text())
        if match[0] not in national
    ]
    assert found == []
