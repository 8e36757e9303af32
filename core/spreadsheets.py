"""Tables that leave the portal for a spreadsheet, in CSV or XLSX; no cell is ever a formula."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

NARROWEST, WIDEST = 8, 60  # characters of a column
_NOT_IN_A_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a spreadsheet may take for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def harmless(value: Any) -> str:
    """`value` as text that no spreadsheet runs: an apostrophe stands before what looks like a formula."""
    text = _text(value)
    if isinstance(value, (int, float)):  # « -1.5 » is a number, whatever it begins with
        return text
    return f"'{text}" if text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA) else text


def _french(value: Any) -> str:
    return str(value).replace(".", ",") if isinstance(value, float) else harmless(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, dt.datetime):  # the hour that clocks show: with an offset, a spreadsheet reads no date
        shown = timezone.localtime(value) if timezone.is_aware(value) else value
        return f"{shown:%Y-%m-%d %H:%M}"
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(map(str, value))
    return str(value)


def csv_file(
    name: str, header: Sequence[str], rows: Iterable[Sequence[Any]], *, comma: bool = False
) -> HttpResponse:  # fmt: skip
    """`name`.csv to download: UTF-8 with a mark that Excel reads, semicolons as French spreadsheets expect.

    `comma`: « 91,5 », which these spreadsheets take for a number; with a point, for who reads the file with a program.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";")
    writer.writerow(header)
    writer.writerows([_french(cell) if comma else harmless(cell) for cell in row] for row in rows)
    return _download(f"{name}.csv", "text/csv; charset=utf-8", b"\xef\xbb\xbf" + buffer.getvalue().encode())


def xlsx_file(
    name: str, header: Sequence[str], rows: Iterable[Sequence[Any]], *, sheet_name: str = "Feuille 1"
) -> HttpResponse:
    """`name`.xlsx to download: one sheet named `sheet_name`, its first line frozen, columns as wide as what they hold.

    Every cell but numbers and dates is plain text.
    """
    lines = [tuple(row) for row in rows]
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_NOT_IN_A_SHEET_NAME.sub(" ", sheet_name)[:31])
    sheet.freeze_panes = "A2"
    for column, width in enumerate(_widths(header, lines), start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    bold = []
    for title in header:
        cell = WriteOnlyCell(sheet, value=title)
        cell.font = Font(bold=True)
        bold.append(cell)
    sheet.append(bold)
    for row in lines:
        sheet.append([_cell(sheet, value) for value in row])
    buffer = io.BytesIO()
    book.save(buffer)
    return _download(f"{name}.xlsx", XLSX, buffer.getvalue())


def _widths(header: Sequence[str], lines: Sequence[Sequence[Any]]) -> list[int]:
    """In characters: the longest text of each column, within reason."""
    columns = zip(header, *lines, strict=True)
    return [min(WIDEST, max(NARROWEST, 2 + max(len(_text(value)) for value in column))) for column in columns]


def _cell(sheet: Any, value: Any) -> Any:
    if isinstance(value, (int, float, dt.date)) and not isinstance(value, (bool, dt.datetime)):
        return value
    # Where the type says « text », nothing runs: the words stay as they were typed.
    cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", _text(value)))
    cell.data_type = "s"
    return cell


def _download(filename: str, content_type: str, content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    response["Cache-Control"] = "private, no-store"
    return response
