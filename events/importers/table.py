"""Reads a table of events, CSV or XLSX, as people keep it in a spreadsheet in France (A6, S4); see docs/agenda.md.

One line is one date; lines that follow each other with the same `identifiant` are the dates of one event.
"""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import IO, Any

import openpyxl

from core.reference import Access
from core.text import fold
from events.importers import plain
from events.importers.calendar_times import PARIS
from events.importers.guess import KIND_NAMES, PUBLIC_NAMES, SECTOR_NAMES
from events.importers.incoming import Attendance, CutError, Date, FormatError, Incoming, Place, Status, check, guarded
from events.importers.table_row import Row, key_of

# Column, folded with underscores: what else it may be called.
COLUMNS: dict[str, tuple[str, ...]] = {
    "identifiant": ("id", "uid", "reference"), "titre": ("intitule", "nom", "evenement"), "type": ("kind",),
    "date": ("date_debut", "date_de_debut", "jour", "debut"),
    "heure_debut": ("heure", "heure_de_debut", "de"), "date_fin": ("date_de_fin", "fin"),
    "heure_fin": ("heure_de_fin", "a"), "lieu": ("nom_du_lieu", "salle"), "adresse": ("rue",),
    "code_postal": ("cp",), "commune": ("ville",), "code_insee": ("insee",),
    "lien_visio": ("en_ligne", "visio", "lien_de_connexion"), "resume": ("en_une_phrase",),
    "description": ("presentation",), "secteurs": ("secteur",), "publics": ("public",), "age_min": (), "age_max": (),
    "accessibilite": (), "inscription": ("lien_inscription", "lien_d_inscription"), "prix": ("tarif",),
    "site": ("page", "lien", "url", "site_internet"), "telephone": (), "courriel": ("email", "mail", "e_mail"),
    "statut": ("etat",),
}  # fmt: skip
_ALIASES = {alias: name for name, others in COLUMNS.items() for alias in (name, *others)}
_STATUS = {
    "": Status.SCHEDULED, "prevu": Status.SCHEDULED, "prevue": Status.SCHEDULED, "maintenu": Status.SCHEDULED,
    "confirme": Status.SCHEDULED, "complet": Status.SCHEDULED, "annule": Status.CANCELLED,
    "annulee": Status.CANCELLED, "reporte": Status.POSTPONED, "reportee": Status.POSTPONED,
}  # fmt: skip
_ACCESS = {fold(text): str(value) for value, label in Access.choices for text in (value, str(label))}
LARGEST_SHEET = 30_000_000  # bytes once unpacked, all parts together
MOST_COLUMNS, MOST_LINES = 100, 1_048_576  # of a workbook, whatever it says of itself
TOO_LARGE = (
    "Ce classeur est trop grand une fois ouvert (plus de 30\u00a0Mo)\u00a0: enregistrez sa première feuille en .csv."
)
UNCLOSED = (
    "Ligne {number}\u00a0: un guillemet est ouvert et jamais fermé, la suite du fichier n’a pas pu être lue. Rien "
    "n’est retiré de l’agenda."
)


def read_table(path: Path) -> Iterator[Incoming]:
    """Every event of the table. Raises `FormatError` when it is no table, or lacks its title or its date,
    `CutError` once all that came is given."""
    lines = _sheet(path) if _is_zip(path) else _csv(path)
    names: list[str] = []
    held: Incoming | None = None
    cut: CutError | None = None
    for number, cells in _until_cut(lines):
        if isinstance(cells, CutError):
            cut = cells
            break
        if not any(_filled(cell) for cell in cells):
            continue
        if not names:
            names = _names(cells)
            continue
        row = Row(number, dict(zip(names, cells, strict=False)))
        item = guarded(partial(_event, row), f"ligne {number}")
        item.uid, item.title = item.uid or key_of(row), item.title or plain.line(row.text("titre"))
        if held is not None and item.uid == held.uid and item.where.startswith("ligne"):
            held.dates += item.dates
            held.problems += [f"{item.where}\u00a0: {problem}" for problem in item.problems]
            continue
        if held is not None:
            yield check(held)
        held = item
    if held is not None:
        yield check(held)
    if cut is not None:
        raise cut
    if not names:
        raise FormatError("Ce tableau est vide.")


def _until_cut(lines: Iterator[tuple[int, list[Any]]]) -> Iterator[tuple[int, list[Any] | CutError]]:
    try:
        yield from lines
    except CutError as error:
        yield 0, error


def _names(cells: list[Any]) -> list[str]:
    """The columns by their names, unknown ones left out. Raises `FormatError`."""
    names = [_ALIASES.get(fold(str(cell or "")).replace(" ", "_"), "") for cell in cells]
    missing = [name for name in ("titre", "date") if name not in names]
    if missing:
        columns = " et ".join(f"«\u00a0{name}\u00a0»" for name in missing)
        raise FormatError(
            f"La première ligne doit nommer les colonnes\u00a0: il manque {columns}. Partez du modèle à télécharger."
        )
    return names


def _event(row: Row) -> Incoming:
    item = Incoming(where=f"ligne {row.number}")
    item.title = plain.line(row.text("titre"))
    item.summary = plain.line(row.text("resume"), 300)
    item.description = plain.paragraphs(row.text("description"))
    item.kind = row.one_of("type", KIND_NAMES)
    item.sectors = row.some_of("secteurs", SECTOR_NAMES) if row.text("secteurs") else None
    item.publics = row.some_of("publics", PUBLIC_NAMES) if row.text("publics") else None
    item.access = row.some_of("accessibilite", _ACCESS)
    item.age_min, item.age_max = row.age("age_min"), row.age("age_max")
    if item.age_min is not None and item.age_max is not None and item.age_max < item.age_min:
        row.wrong("age_max", "sous l’âge le plus bas")
    item.contact_email, item.contact_phone = row.email("courriel"), plain.line(row.text("telephone"), 40)
    item.website = row.address("site")
    _registration(item, row)
    price = plain.line(row.text("prix"))
    item.free = not price or fold(price) in {"gratuit", "0", "0 euro", "entree libre", "libre"}
    item.price_text = "" if item.free else price
    if dated := _date(row):
        item.dates = [dated]
    item.uid = key_of(row)
    item.problems += row.problems
    return item


def _registration(item: Incoming, row: Row) -> None:
    said = row.text("inscription")
    if not said:
        return
    if link := plain.url(said):
        item.registration_url = link
    elif "@" in said:
        item.contact_email, item.registration_contact = row.email("inscription"), True
    elif re.fullmatch(r"[+\d][\d .()-]{5,30}", said):
        item.contact_phone, item.registration_contact = said, True
    else:
        row.wrong("inscription", "une adresse en https://, un courriel ou un numéro est attendu")


def _date(row: Row) -> Date | None:
    """The date of the line; nothing when its days or its hours cannot be read. Every wrong cell is told, whichever."""
    elsewhere = len(row.problems)
    day, start = row.day("date", required=True), row.hour("heure_debut")
    last, end = row.day("date_fin") or day, row.hour("heure_fin")
    if day and last and last < day:
        row.wrong("date_fin", "avant le début")
    unreadable = len(row.problems) > elsewhere
    said = fold(row.text("statut"))
    if said not in _STATUS:
        row.wrong("statut", f"«\u00a0{row.text('statut')[:40]}\u00a0» inconnu\u00a0: prévu, complet, reporté ou annulé")
    link = row.address("lien_visio") if fold(row.text("lien_visio")) not in {"oui", "non", ""} else ""
    if day is None or last is None or unreadable:
        return None
    whole = start is None
    starts = _instant(day, start or time())
    if whole:
        ends = _instant(last + timedelta(days=1), time())
    elif end is None and last == day:
        ends = starts  # an hour, says `check`
    else:
        ends = _instant(last, end or time(23, 59))
    place = Place(
        name=plain.line(row.text("lieu")), address=plain.line(row.text("adresse"), 300),
        postal_code=row.digits("code_postal"), city=plain.line(row.text("commune"), 120),
        insee=row.digits("code_insee"),
    )  # fmt: skip
    here = bool(place.name or place.address or place.city or place.insee or place.postal_code)
    online = bool(link) or fold(row.text("lien_visio")) == "oui"
    attendance = Attendance.PLACE if not online else Attendance.HYBRID if here else Attendance.ONLINE
    return Date(
        key=f"{starts:%Y%m%dT%H%M%SZ}", starts_at=starts, ends_at=ends, all_day=whole,
        status=_STATUS.get(said, Status.SCHEDULED), full=said == "complet", place=place, online_url=link,
        attendance=attendance,
    )  # fmt: skip


def _instant(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=PARIS).astimezone(UTC)


def _filled(cell: Any) -> bool:
    return cell is not None and str(cell).strip() != ""


def _is_zip(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise FormatError("Ce classeur est au format d’avant 2007 (.xls)\u00a0: enregistrez-le en .xlsx ou en .csv.")
    return head.startswith(b"PK\x03\x04")


def _sheet(path: Path) -> Iterator[tuple[int, list[Any]]]:
    """The lines of the first sheet of a workbook."""
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(part.file_size for part in packed.infolist()) > LARGEST_SHEET:
                raise FormatError(TOO_LARGE)
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except FormatError:
        raise
    except Exception as error:
        raise FormatError("Ce classeur ne s’ouvre pas\u00a0: enregistrez-le à nouveau en .xlsx.") from error
    try:
        rows = book.worksheets[0].iter_rows(values_only=True, max_col=MOST_COLUMNS)
        for number, cells in enumerate(rows, start=1):
            if number > MOST_LINES:
                raise FormatError(TOO_LARGE)
            if any(cells):
                yield number, list(cells)
    finally:
        book.close()


def _csv(path: Path) -> Iterator[tuple[int, list[Any]]]:
    encoding = "utf-8-sig" if _is_utf8(path) else "cp1252"
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        head = file.readline(10_000)
        file.seek(0)
        mark = max(";,\t", key=head.count)
        record: list[str] = []  # the lines of the record under way
        reader = csv.reader((record.append(line) or line for line in _clean(file)), delimiter=mark)  # type: ignore[func-returns-value]
        start = 1
        try:
            for cells in reader:
                number, start = start, reader.line_num + 1
                if len(record) > 1 and _unclosed(record, mark):
                    raise CutError(UNCLOSED.format(number=number))
                record.clear()
                yield number, list(cells)
        except csv.Error as error:
            raise FormatError(
                f"Ligne {reader.line_num} illisible\u00a0: guillemets mal fermés, ou ce n’est pas un tableau."
            ) from error


def _clean(file: IO[str]) -> Iterator[str]:
    return (line.replace("\0", "") for line in file)


def _unclosed(record: list[str], mark: str) -> bool:
    """Whether the last cell of a record opens a quote that the end of the file closes."""
    try:
        list(csv.reader(record, delimiter=mark, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def _is_utf8(path: Path) -> bool:
    import codecs

    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while piece := file.read(1 << 18):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True
