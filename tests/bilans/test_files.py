"""The files beside a document: the same figures, no formula, the same bytes for the same content (B3, B4)."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
import time_machine
from odf import table, text
from odf.opendocument import load
from odf.teletype import extractText
from openpyxl import load_workbook

from bilans.files import FIGURES, WHOLE, csv_of, ods_of, xlsx_of
from tests.bilans import sample

CONTENTS = {
    "organisation": sample.organisation,
    "territory": sample.territory,
    "psad": sample.psad,
    "region": sample.region,
}
EVIL = '=HYPERLINK("http://exemple.invalid")'


def trapped() -> dict[str, Any]:
    content = sample.organisation()
    content["subject"]["name"] = EVIL
    content["commentary"] = "@SUM(A1)\nDeux lignes & <balise>"
    return content


def ods_sheets(data: bytes) -> dict[str, list[list[str]]]:
    book = load(io.BytesIO(data))
    return {
        sheet.getAttribute("name"): [
            [extractText(cell) for cell in row.getElementsByType(table.TableCell)]
            for row in sheet.getElementsByType(table.TableRow)
        ]
        for sheet in book.spreadsheet.getElementsByType(table.Table)
    }  # fmt: skip


@pytest.mark.parametrize("kind", CONTENTS)
def test_B3_every_figure_of_a_document_is_in_its_files(kind: str) -> None:
    content = CONTENTS[kind]()
    keys = list(dict.fromkeys(one["key"] for section in content["sections"] for one in section["figures"]))
    rows = list(csv.DictReader(io.StringIO(csv_of(content).decode("utf-8-sig")), delimiter=";"))
    assert tuple(rows[0]) == WHOLE
    assert [row["indicateur"] for row in rows if not row["ventilation"]] == keys
    book = load_workbook(io.BytesIO(xlsx_of(content)))
    assert book.sheetnames == ["Chiffres", "Ventilations", "Textes", "Définitions"]
    sheet = book["Chiffres"]
    assert [cell.value for cell in sheet[1]] == list(FIGURES)
    assert [row[4] for row in sheet.iter_rows(min_row=2, values_only=True)] == keys
    found = ods_sheets(ods_of(content))
    assert list(found) == book.sheetnames
    assert [row[4] for row in found["Chiffres"][1:]] == keys
    assert len(found["Définitions"]) == 1 + len(content["definitions"])


def test_B3_a_missing_figure_is_an_empty_cell_and_never_a_zero() -> None:
    rows = list(csv.DictReader(io.StringIO(csv_of(sample.organisation()).decode("utf-8-sig")), delimiter=";"))
    missing = next(row for row in rows if row["indicateur"] == "distance" and not row["ventilation"])
    assert (missing["valeur"], missing["etat"], missing["valeur_precedente"]) == ("", "non renseigné", "3100")


def test_no_cell_of_a_file_is_a_formula() -> None:
    content = trapped()
    assert f"'{EVIL}".replace('"', '""') in csv_of(content).decode("utf-8-sig")
    book = load_workbook(io.BytesIO(xlsx_of(content)))
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}
    found = ods_sheets(ods_of(content))
    assert found["Chiffres"][1][2] == EVIL
    assert b"table:formula" not in ods_of(content)
    assert "Deux lignes & <balise>" in found["Textes"][1][1]


@pytest.mark.parametrize("write", [csv_of, xlsx_of, ods_of])
def test_B4_the_same_content_gives_the_same_bytes_whatever_the_hour(write: Any) -> None:
    with time_machine.travel("2026-01-05 08:00", tick=False):
        first = write(sample.organisation())
    with time_machine.travel("2027-03-01 23:59", tick=False):
        assert write(sample.organisation()) == first


def test_an_ods_names_its_header_in_bold_and_its_numbers_as_numbers() -> None:
    book = load(io.BytesIO(ods_of(sample.organisation())))
    sheet = book.spreadsheet.getElementsByType(table.Table)[0]
    first, second = sheet.getElementsByType(table.TableRow)[:2]
    assert first.getElementsByType(table.TableCell)[0].getAttribute("stylename") == "b"
    year = second.getElementsByType(table.TableCell)[0]
    assert (year.getAttribute("valuetype"), year.getAttribute("value")) == ("float", "2025")
    assert str(year.getElementsByType(text.P)[0]) == "2025"
