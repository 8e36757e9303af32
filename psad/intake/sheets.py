"""A table as people send it (CSV, XLSX, ODS), read line by line: every cell is text, a formula is what was typed.

Nothing is run, nothing is unpacked beyond a limit, no more than a line is held at once.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import openpyxl

MOST_COLUMNS = 60
MOST_LINES = 100_000  # a region's list of a whole year is under a third of it
LARGEST_UNPACKED = 200_000_000  # bytes, all parts of a workbook together
LONGEST_CELL = 2_000  # characters
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"

Line = tuple[int, list[str]]


class FormatError(Exception):
    """The file is no table that can be read; its words are French, and quote nothing of the file."""


def lines(content: bytes) -> Iterator[Line]:
    """The lines of the first sheet that are not blank, each with its number in the file. Raises `FormatError`."""
    for number, cells in _read(content):
        if not any(cells):
            continue
        if number > MOST_LINES:
            raise FormatError(f"Ce fichier a plus de {MOST_LINES} lignes\u00a0: donnez-le en plusieurs fois.")
        yield number, cells


def _read(content: bytes) -> Iterator[Line]:
    if not content.strip():
        raise FormatError("Ce fichier est vide.")
    if content.startswith(_OLD_WORKBOOK):
        raise FormatError(
            "Ce classeur est protégé par un mot de passe, ou au format d’avant 2007 (.xls)\u00a0: enregistrez-le en"
            " .xlsx."
        )
    if not content.startswith(b"PK\x03\x04"):
        return _csv(content)
    return _ods(content) if _is_ods(content) else _xlsx(content)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    # Line breaks and marks that no screen shows would hide what a cell says.
    text = "".join(c if c.isprintable() else " " for c in str(value)[:LONGEST_CELL])
    return " ".join(text.split())


# --- CSV


def _csv(content: bytes) -> Iterator[Line]:
    if b"\0" in content[:4_000]:
        raise FormatError("Ce fichier n’est pas un tableau\u00a0: un CSV, un classeur .xlsx ou .ods est attendu.")
    encoding = "utf-8-sig" if _is_utf8(content) else "cp1252"
    stream = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, errors="replace", newline="")
    head = stream.readline(10_000)
    stream.seek(0)
    reader = csv.reader(stream, delimiter=max(";,\t", key=head.count), strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            if len(cells) > MOST_COLUMNS:
                raise FormatError(f"Ligne {number}\u00a0: trop de colonnes.")
            yield number, [_cell(cell) for cell in cells]
    except csv.Error as error:
        raise FormatError(f"Ligne {reader.line_num} illisible\u00a0: un guillemet est mal fermé.") from error


def _is_utf8(content: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(content), 1 << 18):
            decoder.decode(content[start : start + (1 << 18)])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


# --- Workbooks


def _is_ods(content: bytes) -> bool:
    with _unpacked(content) as packed:
        return "content.xml" in packed.namelist()


def _unpacked(content: bytes) -> zipfile.ZipFile:
    try:
        packed = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError) as error:
        raise FormatError("Ce classeur ne s’ouvre pas\u00a0: enregistrez-le à nouveau.") from error
    if sum(part.file_size for part in packed.infolist()) > LARGEST_UNPACKED:
        raise FormatError("Ce classeur est trop grand une fois ouvert\u00a0: enregistrez sa première feuille en .csv.")
    return packed


def _xlsx(content: bytes) -> Iterator[Line]:
    _unpacked(content).close()
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False)
        rows = book.worksheets[0].iter_rows(values_only=True, max_col=MOST_COLUMNS)
        for number, cells in enumerate(rows, start=1):
            yield number, _trimmed([_cell(cell) for cell in cells])
    except FormatError:
        raise
    except Exception as error:  # a workbook breaks its reader in many ways
        raise FormatError("Ce classeur ne s’ouvre pas\u00a0: enregistrez-le à nouveau en .xlsx.") from error
    book.close()


def _ods(content: bytes) -> Iterator[Line]:
    with _unpacked(content) as packed, packed.open("content.xml") as stream:
        try:
            yield from _ods_rows(stream)
        except (ElementTree.ParseError, zipfile.BadZipFile, ValueError) as error:
            raise FormatError("Ce classeur ne s’ouvre pas\u00a0: enregistrez-le à nouveau en .ods.") from error


def _ods_rows(stream: Any) -> Iterator[Line]:
    number = 0
    table: Any = None
    # expat fetches nothing from outside and bounds what entities may grow to.
    for event, element in ElementTree.iterparse(stream, events=("start", "end")):  # noqa: S314
        if event == "start":
            table = element if element.tag == f"{_TABLE}table" and table is None else table
            continue
        if element.tag == f"{_TABLE}table":
            return  # the first sheet only
        if element.tag != f"{_TABLE}table-row":
            continue
        cells = _trimmed(_ods_cells(element))
        # Blank rows are said once, with how many times.
        times = int(element.get(f"{_TABLE}number-rows-repeated", "1"))
        for _ in range(min(times, MOST_LINES + 1) if any(cells) else 1):
            number += 1
            yield number, cells
        number += times - 1 if not any(cells) else 0
        element.clear()
        if table is not None:
            table.clear()


def _ods_cells(row: Any) -> list[str]:
    cells: list[str] = []
    for cell in row:
        if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            continue
        times = min(int(cell.get(f"{_TABLE}number-columns-repeated", "1")), MOST_COLUMNS)
        cells += [_cell(_ods_value(cell))] * times
        if len(cells) >= MOST_COLUMNS:
            break
    return cells[:MOST_COLUMNS]


def _ods_value(cell: Any) -> Any:
    if formula := cell.get(f"{_TABLE}formula"):
        return "=" + formula.partition("=")[2]
    kind = cell.get(f"{_OFFICE}value-type", "")
    if kind == "date":
        return cell.get(f"{_OFFICE}date-value", "")[:10]
    if kind in ("float", "currency", "percentage"):
        return float(cell.get(f"{_OFFICE}value", "0"))
    return " ".join("".join(part.itertext()) for part in cell.findall(f"{_TEXT}p"))  # not those of a comment


def _trimmed(cells: list[str]) -> list[str]:
    """Without the empty cells at its end, which workbooks keep where something was erased."""
    while cells and not cells[-1]:
        cells.pop()
    return cells
