"""Derive the tables of the Grand Est pack from the reference data of the project.

Usage, from the root of the repository::

    python scripts/build_pack.py SOURCE data/grand-est

``SOURCE`` is the folder of reference data (``SOURCE/grand-est/*.csv``, the
charter's facts, and ``SOURCE/geo/*.csv``, communes and EPCI). Only what may be
published is taken over: e-mail and telephone columns are dropped, and what
other columns quote of them is removed (rule S2; ``manage.py load_referents``
reads the contacts from a file kept by the Region).

French typography (apostrophes, non-breaking spaces) is set in running text;
columns named ``*_published``, names as signed and keys are left as printed.

Sites are derived by ``build_sites.py``, run afterwards.
Raises ValueError when a contact is left in any cell.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable
from pathlib import Path

Row = dict[str, str]

COPIED = {
    "agencies.csv": "grand-est/agencies.csv",
    "basins.csv": "grand-est/basins.csv",
    "networks.csv": "grand-est/networks.csv",
    "organisations.csv": "grand-est/organisations.csv",
    "missions_locales.csv": "grand-est/missions_locales.csv",
    "commitments.csv": "grand-est/commitments.csv",
    "quality_criteria.csv": "grand-est/quality_criteria.csv",
    "funding_criteria.csv": "grand-est/funding_criteria.csv",
    "events.csv": "grand-est/events.csv",
    "regional_referents.csv": "grand-est/regional_referents.csv",
    "territorial_referents.csv": "grand-est/territorial_referents.csv",
    "communes.csv": "geo/communes_grand_est.csv",
    "communes_former_codes.csv": "geo/communes_former_codes.csv",
    "epci_basins.csv": "geo/epci_basins.csv",
}
# What the print has wrong or could not know, by file and slug: a misprint is never a link, a name changes.
CORRECTED: dict[str, dict[str, Row]] = {
    "networks.csv": {
        "pole-emploi": {
            "current_name": "France Travail",
            "current_name_source": "Pôle emploi est devenu France Travail le 1er janvier 2024 "
            "(loi n° 2023-1196 du 18 décembre 2023 pour le plein emploi).",
        }
    },
    "organisations.csv": {
        "uniformation": {
            "website": "www.uniformation.fr",
            "note": "« Uniformalion » (corps de fiche, site) est une lecture fautive probable d’« Uniformation » "
            "(titre l.3865, signature l.945, synthèse) : corrigé dans les textes et dans le site "
            "(imprimé www.uniformalion.fr)",
        }
    },
}
DROPPED = {
    "contact_email_published",
    "contact_phone_published",
    "contact_phone_e164",
    "email_published",
    "phone_published",
    "phone_e164",
}
AS_PRINTED = {"slug", "website", "members", "postal_codes", "towns", "key", "name_signature"}

EMAIL = re.compile(r"[\w.+-]*@[\w.-]*")
PHONE = re.compile(r"(?<!\d)(?:\+33[ .]?|0)[1-9](?:[ .]?\d{2}){4}(?!\d)")
CONTACT_WORDS = re.compile(r"courriel|téléphone|numéro|indicatif|domaine imprimé|adresse électronique|@", re.IGNORECASE)
REWORDED = (
    (" et dans le courriel", ""),
    ("ni nom, ni fonction, ni courriel publiés", "ni nom ni fonction publiés"),
    ("mais courriel d'Aÿ-Champagne", "mais l'adresse publiée est d'Aÿ-Champagne"),
    ("corps de fiche, courriels, site", "corps de fiche, site"),
    ("dans les courriels et le site publiés", "dans le site publié"),
    (" spro@grandest.fr est le contact de l'agenda de l'orientation (l.5373)", ""),
)
"""Clauses of which only a part speaks of a contact: (printed in the source, kept here)."""
NAME_DOUBT = "Orthographe du nom à vérifier : le nom et l’adresse publiés ne concordent pas"


def read_rows(path: Path) -> list[Row]:
    """Rows of a UTF-8 CSV."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def write_rows(path: Path, rows: list[Row], columns: Iterable[str] | None = None) -> None:
    """Write rows as UTF-8, comma, LF, in the order of ``columns`` (default: of the first row)."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(columns or rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def without_contacts(note: str) -> str:
    """A note without the clauses that speak of an e-mail address or a telephone number.

    A doubt about a name that rests on its address is kept, without the address.
    """
    for source, kept_words in REWORDED:
        note = note.replace(source, kept_words)
    kept: list[str] = []
    for clause in note.split(" ; "):
        if "discordants" in clause:
            kept.append(NAME_DOUBT if not kept else NAME_DOUBT[0].lower() + NAME_DOUBT[1:])
        elif not (CONTACT_WORDS.search(clause) or PHONE.search(clause)):
            kept.append(clause)
    return " ; ".join(kept)


def without_address(text: str) -> str:
    """Running text without the invitation to write to an address."""
    return re.sub(r"\s*-?\s*Inscription : [\w.+-]+@[\w.-]+", "", text)


def typeset(text: str) -> str:
    """French apostrophes and non-breaking spaces (U+00A0)."""
    text = re.sub(r"(?<=\w)'(?=[\w«])", "’", text)
    text = re.sub(r" (?=[:;?!»%])", "\u00a0", text)
    return text.replace("« ", "«\u00a0")


def clean(column: str, value: str) -> str:
    """The cell as the pack keeps it."""
    if column == "note":
        value = without_contacts(value)
    elif column == "contact":
        value = ""
    elif column == "description":
        value = without_address(value)
    if column in AS_PRINTED or column.endswith(("_published", "_slug", "_slugs", "_lines")):
        return value
    return typeset(value)


def derive(rows: list[Row]) -> list[Row]:
    """Rows without contact columns, each cell cleaned."""
    return [{column: clean(column, value) for column, value in row.items() if column not in DROPPED} for row in rows]


def corrected(rows: list[Row], corrections: dict[str, Row]) -> list[Row]:
    """The rows with their corrections; a column that the source lacks is made for every row."""
    added = {column: "" for correction in corrections.values() for column in correction}
    for row in rows:
        row.update({column: row.get(column, "") for column in added} | corrections.get(row.get("slug", ""), {}))
    return rows


def refuse_contacts(name: str, rows: list[Row]) -> None:
    """Raise ValueError if an e-mail address or a telephone number is left."""
    for line, row in enumerate(rows, start=2):
        for column, value in row.items():
            if EMAIL.search(value) or PHONE.search(value):
                raise ValueError(f"{name}, ligne {line}, {column} : un contact est resté")


def build(source: Path, pack: Path) -> None:
    """Write every copied table of the pack."""
    for name, origin in COPIED.items():
        rows = derive(corrected(read_rows(source / origin), CORRECTED.get(name, {})))
        refuse_contacts(name, rows)
        write_rows(pack / name, rows)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage : build_pack.py SOURCE PAQUET")
    build(Path(sys.argv[1]), Path(sys.argv[2]))
