"""Tables as spreadsheets in France save them (A6, S4)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
from django.utils import timezone

from events.importers.incoming import FormatError, Incoming
from events.importers.table import read_table
from tests.events.importing import written


def read(folder: Path, text: str, encoding: str = "utf-8") -> list[Incoming]:
    return list(read_table(written(folder, text.encode(encoding), "evenements.csv")))


def starts(item: Incoming) -> list[str]:
    return [f"{timezone.localtime(date.starts_at):%Y-%m-%d %H:%M}" for date in item.dates]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("mark", [";", ","])
def test_A6_separators_and_charsets_of_spreadsheets(tmp_path: Path, encoding: str, mark: str) -> None:
    lines = [
        ["Titre", "Date", "Heure début", "Commune", "Type"],
        ["Journée été", "16/03/2027", "14h30", "Épinal", "Forum"],
    ]
    [item] = read(tmp_path, "\r\n".join(mark.join(cells) for cells in lines), encoding)
    assert (item.title, starts(item), item.kind, item.problems) == ("Journée été", ["2027-03-16 14:30"], "forum", [])
    assert item.dates[0].place.city == "Épinal"


def test_A6_lines_of_one_identifier_are_the_dates_of_one_event(tmp_path: Path) -> None:
    found = read(tmp_path, "identifiant;titre;date\nA;Atelier;2027-03-16\nA;Atelier;2027-03-23\nB;Forum;2027-04-01\n")
    assert [(item.uid, starts(item)) for item in found] == [
        ("table:A", ["2027-03-16 00:00", "2027-03-23 00:00"]), ("table:B", ["2027-04-01 00:00"]),
    ]  # fmt: skip


def test_S4_each_error_names_its_line_its_column_and_what_was_expected(tmp_path: Path) -> None:
    text = (
        "titre;date;heure_debut;type;inscription;statut;age_min;date_fin\n"
        ";16/03/2027;;;;;;\nB;31/02/2027;;;;;;\nC;16/03/2027;25h;;;;;\nD;16/03/2027;;Fête;;;;\n"
        "E;16/03/2027;;;peut-être;;;\nF;16/03/2027;;;;bof;;\nG;16/03/2027;;;;;vieux;\n"
        "H;16/03/2027;;;;;;15/03/2027\nI;;;;;;;\n"
    )
    assert [(item.where, item.problems) for item in read(tmp_path, text)] == [
        ("ligne 2", ["sans titre"]),
        ("ligne 3", ["date\u00a0: «\u00a031/02/2027\u00a0» n’est pas une date (JJ/MM/AAAA)"]),
        ("ligne 4", ["heure debut\u00a0: «\u00a025h\u00a0» n’est pas une heure (14:30)"]),
        ("ligne 5", ["type\u00a0: «\u00a0Fête\u00a0» n’est pas dans la liste"]),
        ("ligne 6", ["inscription\u00a0: une adresse en https://, un courriel ou un numéro est attendu"]),
        ("ligne 7", ["statut\u00a0: «\u00a0bof\u00a0» inconnu\u00a0: prévu, complet, reporté ou annulé"]),
        ("ligne 8", ["age min\u00a0: «\u00a0vieux\u00a0» n’est pas un âge"]),
        ("ligne 9", ["date fin\u00a0: avant le début"]),
        ("ligne 10", ["date\u00a0: valeur obligatoire"]),
    ]


def test_S4_a_line_with_several_errors_tells_them_all_at_once(tmp_path: Path) -> None:
    text = (
        "titre;date;heure_debut;heure_fin;type;statut;lien_visio;age_min;courriel\n"
        ";31/02/2027;25h;;Fête;bof;visio;vieux;moi\nB;16/03/2027;16:00;14:00;Fête;bof;;;\n"
    )
    first, second = read(tmp_path, text)
    assert [problem.partition("\u00a0:")[0] for problem in first.problems] == [
        "type", "age min", "courriel", "date", "heure debut", "statut", "lien visio", "sans titre",
    ]  # fmt: skip
    assert [problem.partition("\u00a0:")[0] for problem in second.problems] == [
        "type", "statut", "la fin vient avant le début",
    ]  # fmt: skip


def test_A6_a_workbook_holds_dates_and_times(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["titre", "date", "heure_debut", "heure_fin", "code_postal", "publics", "secteurs"])
    sheet.append(["Forum", dt.date(2027, 3, 16), dt.time(9), 0.5, 8000, "Lycéen·ne | Parent", "Bois"])
    path = tmp_path / "e.xlsx"
    book.save(path)
    [item] = read_table(path)
    assert (starts(item), item.problems) == (["2027-03-16 09:00"], [])
    assert (item.dates[0].place.postal_code, item.publics, item.sectors) == ("08000", ["lyceen", "parent"], ["bois"])
    assert item.dates[0].ends_at - item.dates[0].starts_at == dt.timedelta(hours=3)


def test_A6_online_hybrid_and_on_site(tmp_path: Path) -> None:
    lines = ("A;2027-03-16;https://visio.exemple.invalid/a;", "B;2027-03-16;oui;Troyes", "C;2027-03-16;;Troyes")
    text = "\n".join(("titre;date;lien_visio;commune", *lines))
    assert [str(item.dates[0].attendance) for item in read(tmp_path, text)] == ["online", "hybrid", "place"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "vide"),
        (b"nom de famille;age\nX;1\n", "il manque"),
        (b"PK\x03\x04rien", "ouvre pas"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "2007"),
    ],
)
def test_S4_what_is_no_table_is_said_so(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(FormatError, match=said):
        list(read_table(written(tmp_path, content, "e.csv")))
