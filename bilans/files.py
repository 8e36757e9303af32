"""The figures of a document as tables to take away: CSV, XLSX, ODS, beside each PDF (B3; issue 8).

They are made from the content alone, so that a file says what its document says; the same content gives the same bytes.
No cell is ever a formula.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from bilans import kinds, ods
from bilans.content import Content
from bilans.models import Unit
from bilans.numbers import HIDDEN, MISSING, UNAVAILABLE
from core.spreadsheets import harmless

STATES = {
    "answered": "connu", "partial": "partiel", "unavailable": UNAVAILABLE, "missing": MISSING, "hidden": HIDDEN,
}  # fmt: skip
FIGURES = (
    "Année", "Sorte", "Sujet", "Thème", "Indicateur", "Intitulé", "Unité", "Valeur", "État",
    "Valeur de l’année d’avant", "Évolution", "Réponses", "Attendus", "Commentaire",
)  # fmt: skip
CLASSES = (*FIGURES[:7], "Ventilation", "Classe", "Valeur", "État")
WORDS = ("Partie", "Texte")
DEFINITIONS = ("Indicateur", "Intitulé", "Définition", "Unité", "Consolidation", "Rempli par", "Source")
# One table with everything, for a program: its names have neither accent nor space.
WHOLE = (
    "annee", "sorte", "sujet", "theme", "indicateur", "intitule", "unite", "ventilation", "classe", "classe_intitule",
    "valeur", "etat", "valeur_precedente", "reponses", "attendus", "definition",
)  # fmt: skip
Cell = str | int | float | None
Row = Sequence[Cell]
_MODIFIED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")
_WIDEST, _NARROWEST = 60, 8


@dataclass(frozen=True)
class Sheet:
    name: str
    header: Sequence[str]
    rows: Sequence[Row]


def sheets_of(content: Content) -> list[Sheet]:
    """The four tables of a document: figures, classes, words, definitions."""
    figures = list(_figures(content))
    return [
        Sheet("Chiffres", FIGURES, [
            [*_who(content, theme, one), _number(one["value"]), STATES[one["state"]], _number(one["previous"]),
             one["change"]["said"] if one["change"] else "", one["answered"], one["expected"], one["comment"]]
            for theme, one in figures
        ]),
        Sheet("Ventilations", CLASSES, [
            [*_who(content, theme, one), part["title"], cell["label"], _number(cell["value"]), _state(cell)]
            for theme, one in figures for part in one["breakdowns"] for cell in part["cells"]
        ]),
        Sheet("Textes", WORDS, _words(content)),
        Sheet("Définitions", DEFINITIONS, [
            [one["key"], one["label"], one["definition"], one["unit"], one["adding"], one["filled_by"], one["origin"]]
            for one in content["definitions"]
        ]),
    ]  # fmt: skip


def csv_of(content: Content) -> bytes:
    """Every figure and class on a line of its own, each with the definition of its indicator."""
    meanings = {one["key"]: one["definition"] for one in content["definitions"]}
    rows: list[Row] = []
    for theme, one in _figures(content):
        who = _who(content, theme, one)
        meaning = meanings.get(one["key"], "")
        rows.append([
            *who, "", "", "", _number(one["value"]), STATES[one["state"]], _number(one["previous"]), one["answered"],
            one["expected"], meaning,
        ])  # fmt: skip
        rows += [
            [
                *who,
                part["key"],
                cell["key"],
                cell["label"],
                _number(cell["value"]),
                _state(cell),
                None,
                None,
                None,
                meaning,
            ]
            for part in one["breakdowns"]
            for cell in part["cells"]
        ]
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";")
    writer.writerow(WHOLE)
    writer.writerows([_french(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def xlsx_of(content: Content) -> bytes:
    """A workbook: one sheet a table, its header frozen, its columns as wide as what they hold."""
    book = Workbook(write_only=True)
    for one in sheets_of(content):
        sheet = book.create_sheet(one.name)
        sheet.freeze_panes = "A2"
        for column, width in enumerate(_widths(one), start=1):
            sheet.column_dimensions[get_column_letter(column)].width = width
        bold = [_xlsx_cell(sheet, title) for title in one.header]
        for cell in bold:
            cell.font = Font(bold=True)
        sheet.append(bold)
        for row in one.rows:
            sheet.append([value if isinstance(value, int | float) else _xlsx_cell(sheet, value) for value in row])
    buffer = io.BytesIO()
    book.save(buffer)
    return _clockless(buffer.getvalue())


def ods_of(content: Content) -> bytes:
    """The same sheets for LibreOffice."""
    return ods.workbook([(one.name, one.header, one.rows, _widths(one)) for one in sheets_of(content)])


def _figures(content: Content) -> list[tuple[str, dict[str, Any]]]:
    """(theme, FIGURE): each figure once, in the order of the document."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for section in content["sections"]:
        for one in section["figures"]:
            found.setdefault(one["key"], (section["title"], one))
    return list(found.values())


def _who(content: Content, theme: str, one: dict[str, Any]) -> list[Cell]:
    return [
        content["year"], kinds.get(content["kind"]).label, content["subject"]["name"], theme, one["key"], one["label"],
        Unit(one["unit"]).label,
    ]  # fmt: skip


def _state(cell: dict[str, Any]) -> str:
    if cell["value"] is not None:
        return STATES["answered"]
    return HIDDEN if cell["said"] == HIDDEN else MISSING


def _words(content: Content) -> list[Row]:
    """What the document says besides figures: commentary, questions, the sentences of its charts and maps."""
    rows: list[Row] = [["Commentaire d’ensemble", content["commentary"]]] if content["commentary"] else []
    rows += [[one["title"], one["text"]] for one in content["questions"]]
    for section in content["sections"]:
        shown = [*section["charts"], *section["maps"]]
        rows += [[section["title"], section["intro"]]] if section["intro"] else []
        rows += [[f"{section['title']}\u00a0– {one['title']}", one["text"]] for one in shown if one["text"]]
    done = content["completeness"]
    if done["missing"]:
        rows.append(["Bilans qui manquent", ", ".join(done["missing"])])
    if done["blank"]:
        rows.append(["Indicateurs non renseignés", ", ".join(done["blank"])])
    return [*rows, *(["À savoir", note] for note in content["notes"])]


def _number(value: str | None) -> Cell:
    """A decimal of a content as a number; none stays none, never a zero."""
    if value is None:
        return None
    amount = Decimal(value)
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def _french(cell: Cell) -> str:
    return str(cell).replace(".", ",") if isinstance(cell, float) else harmless(cell)


def _widths(sheet: Sheet) -> list[int]:
    """In characters: the longest text of each column, within reason."""
    columns = list(zip(*[sheet.header, *sheet.rows], strict=True))
    longest = [max(len("" if value is None else str(value)) for value in column) for column in columns]
    return [min(_WIDEST, max(_NARROWEST, 2 + most)) for most in longest]


def _xlsx_cell(sheet: Any, value: Cell) -> Any:
    # Where the type says « text », nothing runs: the words stay as they were typed.
    cell = WriteOnlyCell(sheet, value=None if value is None else ILLEGAL_CHARACTERS_RE.sub("", str(value)))
    if value is not None:
        cell.data_type = "s"
    return cell


def _clockless(data: bytes) -> bytes:
    """The same ZIP without the hour it was written at: the same content gives the same bytes."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        members = [(member.filename, source.read(member)) for member in source.infolist()]
    return ods.zipped([
        (name, _MODIFIED.sub(rb"\g<1>1980-01-01T00:00:00Z", body) if name == "docProps/core.xml" else body)
        for name, body in members
    ])  # fmt: skip
