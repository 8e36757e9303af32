"""Reads a CSV table of a pack and says, cell by cell, what is wrong with it.

Format: UTF-8, comma, one header line, RFC 4180 quotes, no line break inside a cell (`docs/region-pack.md`).
A table that people keep in a spreadsheet may also be as Excel saves it in France: semicolons, Windows-1252, decimal
commas and days first (`spreadsheet`).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from core.packs.report import Problems

SEPARATOR = "|"
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_YES_NO = {"yes": True, "no": False}


def quoted(value: str) -> str:
    return f"«\u00a0{value}\u00a0»"


@dataclass
class Row:
    """One line of a table. The getters record what is wrong in `problems` and answer a neutral value."""

    file: str
    line: int
    cells: dict[str, str]
    problems: Problems = field(repr=False)
    french: bool = False  # saved by a spreadsheet in France: decimal commas, days first

    def wrong(self, column: str, message: str) -> None:
        self.problems.add(message, file=self.file, line=self.line, column=column)

    def text(self, column: str, *, required: bool = False) -> str:
        value = self.cells.get(column, "").strip()
        if required and not value:
            self.wrong(column, "valeur obligatoire")
        return value

    def slug(self, column: str) -> str:
        value = self.text(column, required=True)
        if value and not _SLUG.fullmatch(value):
            self.wrong(column, f"identifiant incorrect {quoted(value)} (minuscules, chiffres et tirets)")
        return value

    def integer(self, column: str, *, required: bool = True, minimum: int = 0, maximum: int = 2**31 - 1) -> int | None:
        value = self.text(column, required=required)
        if not value:
            return None
        if not re.fullmatch(r"-?[0-9]{1,12}", value) or not minimum <= int(value) <= maximum:
            self.wrong(column, f"nombre entier de {minimum} à {maximum} attendu, {quoted(value)} lu")
            return None
        return int(value)

    def number(self, column: str, *, minimum: float, maximum: float, required: bool = True) -> float | None:
        value = self.text(column, required=required)
        if not value:
            return None
        if self.french:
            value = value.replace(",", ".")
        if not re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,15})?", value) or not minimum <= float(value) <= maximum:
            self.wrong(column, f"nombre de {minimum:g} à {maximum:g} attendu, {quoted(value)} lu")
            return None
        return float(value)

    def decimal(self, column: str) -> Decimal | None:
        value = self.text(column)
        if not value:
            return None
        try:
            number = Decimal(value.replace(",", "."))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or not 0 <= number < 1_000_000:
            self.wrong(column, f"nombre attendu, {quoted(value)} lu")
            return None
        return number.quantize(Decimal("0.01"))

    def date(self, column: str, *, required: bool = False) -> dt.date | None:
        value = self.text(column, required=required)
        if self.french and (day := re.fullmatch(r"([0-9]{2})/([0-9]{2})/([0-9]{4})", value)):
            value = "-".join(reversed(day.groups()))
        try:
            return dt.date.fromisoformat(value) if value else None
        except ValueError:
            self.wrong(column, f"date AAAA-MM-JJ attendue, {quoted(value)} lu")
            return None

    def flag(self, column: str) -> bool:
        value = self.choice(column, _YES_NO, what="réponse")
        return _YES_NO.get(value, False)

    def choice(self, column: str, allowed: Collection[str], *, what: str = "valeur", required: bool = True) -> str:
        """The cell if it is one of `allowed`; otherwise « {what} inconnu·e »."""
        value = self.text(column, required=required)
        return self._known(column, value, allowed, what)

    def choices(self, column: str, allowed: Collection[str], *, what: str) -> list[str]:
        return [self._known(column, value, allowed, what) for value in self.items(column)]

    def _known(self, column: str, value: str, allowed: Collection[str], what: str) -> str:
        if value and value not in allowed:
            feminine = what in {"valeur", "réponse", "agence", "commune", "sorte de lieu", "situation", "académie"}
            self.wrong(column, f"{what} inconnu{'e' if feminine else ''} {quoted(value)}")
            return ""
        return value

    def items(self, column: str, separator: str = SEPARATOR) -> list[str]:
        parts = self.cells.get(column, "").split(separator if separator.strip() else None)
        return [part.strip() for part in parts if part.strip()]


@dataclass
class Table:
    """The lines of one file; empty when it could not be read (the reason is in the problems)."""

    file: str
    rows: list[Row]
    problems: Problems = field(repr=False)
    french: bool = False

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def once(self, *columns: str) -> None:
        """Report every line whose value of `columns` was already met."""
        met: dict[tuple[str, ...], int] = {}
        for row in self.rows:
            key = tuple(row.text(column) for column in columns)
            if any(key) and key in met:
                shown = " × ".join(part or "*" for part in key)
                row.wrong(" + ".join(columns), f"doublon de la ligne {met[key]}, {quoted(shown)}")
            met.setdefault(key, row.line)

    def values(self, column: str) -> set[str]:
        return {row.text(column) for row in self.rows} - {""}


HOW_TO_SAVE = "enregistrez-le depuis le tableur au format «\u00a0CSV UTF-8 (délimité par des virgules)\u00a0»"


def read_text(path: Path, problems: Problems, *, name: str = "", spreadsheet: bool = False) -> str | None:
    """The text of a UTF-8 file, or None with the reason said: missing, empty, bad UTF-8 (line and byte), NUL.

    With `spreadsheet`, a file that is not UTF-8 is read as Windows-1252.
    """
    name = name or path.name
    try:
        raw = path.read_bytes()
    except OSError:
        problems.add("fichier introuvable ou illisible", file=name)
        return None
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    if not raw.strip():
        problems.add("fichier vide", file=name)
        return None
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if spreadsheet and (old := _windows(raw)) is not None:
            return old
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        how = f"\u00a0; {HOW_TO_SAVE}" if path.suffix == ".csv" else ""
        reason = f"octet {column} (0x{raw[error.start]:02X})\u00a0: ce n’est pas de l’UTF-8{how}"
        problems.add(reason, file=name, line=line)
        return None
    if "\0" in text:
        problems.add("caractère nul interdit", file=name, line=text.count("\n", 0, text.index("\0")) + 1)
        return None
    return text


def _windows(raw: bytes) -> str | None:
    """The text of a file in Windows-1252; None when it cannot be one."""
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def read_table(
    path: Path,
    problems: Problems,
    *,
    required: Collection[str],
    known: Collection[str] = (),
    allow_empty: bool = True,
    spreadsheet: bool = False,
) -> Table:
    """Read `path`; `required` columns must be there, `known` ones may be, any other is ignored with a warning.

    `spreadsheet`: the file may be as Excel saves it in France.
    """
    table = Table(path.name, [], problems)
    text = read_text(path, problems, spreadsheet=spreadsheet)
    if text is None:
        problems.unreadable = True
        return table
    table.french = spreadsheet and ";" in (first := text.partition("\n")[0]) and "," not in first
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=";" if table.french else ",")
    try:
        header = next(reader, [])
        if not _check_header(header, table, required, known):
            problems.unreadable = True
            return table
        _read_rows(reader, header, table)
    except csv.Error as error:
        problems.add(f"guillemets mal fermés ou ligne illisible ({error})", file=table.file, line=reader.line_num)
    if not table.rows and not allow_empty and not problems.errors:
        problems.add("aucune ligne", file=table.file)
    return table


def _check_header(header: list[str], table: Table, required: Collection[str], known: Collection[str]) -> bool:
    problems, file = table.problems, table.file
    header[:] = [name.strip() for name in header]
    if len(header) == 1 and ";" in header[0]:
        problems.add(
            f"le séparateur doit être la virgule, pas le point-virgule\u00a0; {HOW_TO_SAVE}", file=file, line=1
        )
        return False
    for name in sorted({name for name in header if header.count(name) > 1}):
        problems.add("colonne en double", file=file, line=1, column=name or "(sans nom)")
    missing = [name for name in required if name not in header]
    for name in missing:
        problems.add("colonne manquante", file=file, line=1, column=name)
    for name in header:
        if name not in required and name not in known:
            problems.warn("colonne ignorée", file=file, line=1, column=name or "(sans nom)")
    return not missing


def _read_rows(reader: Iterator[list[str]], header: list[str], table: Table) -> None:
    problems, file = table.problems, table.file
    start = 2
    for cells in reader:
        line, start = start, reader.line_num + 1  # type: ignore[attr-defined]
        if not cells:
            continue
        if any("\n" in cell or "\r" in cell for cell in cells):
            problems.add("saut de ligne dans une cellule (guillemets mal fermés ?)", file=file, line=line)
        elif len(cells) != len(header):
            problems.add(f"{len(cells)} cellules lues, {len(header)} attendues", file=file, line=line)
        else:
            table.rows.append(Row(file, line, dict(zip(header, cells, strict=True)), problems, table.french))
