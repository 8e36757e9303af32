"""One line of a table of events: each getter says what is wrong with its cell, in French, and answers nothing then."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from core.text import fold
from events.importers import plain

_FRENCH_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_HOUR = re.compile(r"(\d{1,2})\s?(?:[h:]\s?(\d{2})?(?::\d{2})?)?", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s<>,;]{1,64}@[^@\s<>,;]{1,180}\.[A-Za-z]{2,20}")


@dataclass(slots=True)
class Row:
    """Cells by column: text in CSV, what a workbook holds (dates, times, numbers) in XLSX."""

    number: int
    cells: dict[str, Any]
    problems: list[str] = field(default_factory=list)

    def wrong(self, column: str, message: str) -> None:
        self.problems.append(f"{column.replace('_', ' ')}\u00a0: {message}")

    def text(self, column: str) -> str:
        value = self.cells.get(column)
        if value is None:
            return ""
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return str(value).strip()

    def digits(self, column: str) -> str:
        """A code of five figures; spreadsheets drop the first zero."""
        value = self.text(column).replace(" ", "")
        return value.zfill(5) if value.isdigit() and len(value) == 4 else value[:10]

    def day(self, column: str, *, required: bool = False) -> date | None:
        value = self.cells.get(column)
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        text = self.text(column)
        if not text:
            if required:
                self.wrong(column, "valeur obligatoire")
            return None
        try:
            if match := _FRENCH_DAY.fullmatch(text.split(" ")[0]):
                return date(int(match[3]), int(match[2]), int(match[1]))
            return date.fromisoformat(text[:10])
        except ValueError:
            self.wrong(column, f"«\u00a0{text[:40]}\u00a0» n’est pas une date (JJ/MM/AAAA)")
            return None

    def hour(self, column: str) -> time | None:
        value = self.cells.get(column)
        if isinstance(value, datetime):
            return value.time().replace(second=0, microsecond=0)
        if isinstance(value, time):
            return value.replace(second=0, microsecond=0)
        if isinstance(value, float) and 0 <= value < 1:  # a fraction of the day
            minutes = round(value * 1440)
            return time(minutes // 60 % 24, minutes % 60)
        text = self.text(column)
        if not text:
            return None
        match = _HOUR.fullmatch(text)
        if match and int(match[1]) < 24 and int(match[2] or 0) < 60:
            return time(int(match[1]), int(match[2] or 0))
        self.wrong(column, f"«\u00a0{text[:40]}\u00a0» n’est pas une heure (14:30)")
        return None

    def age(self, column: str) -> int | None:
        text = self.text(column)
        if not text:
            return None
        if not text.isdigit() or not 0 <= int(text) <= 120:
            self.wrong(column, f"«\u00a0{text[:20]}\u00a0» n’est pas un âge")
            return None
        return int(text)

    def email(self, column: str) -> str:
        text = self.text(column)
        if text and not _EMAIL.fullmatch(text):
            self.wrong(column, "ce n’est pas une adresse de courriel")
            return ""
        return text

    def address(self, column: str) -> str:
        text = self.text(column)
        if not text:
            return ""
        if text.lower().startswith("www."):
            text = f"https://{text}"
        if not plain.url(text):
            self.wrong(column, "une adresse commence par https://")
        return plain.url(text)

    def one_of(self, column: str, names: Mapping[str, str]) -> str:
        text = self.text(column)
        if not text:
            return ""
        if found := names.get(fold(text)):
            return found
        self.wrong(column, f"«\u00a0{text[:60]}\u00a0» n’est pas dans la liste")
        return ""

    def some_of(self, column: str, names: Mapping[str, str]) -> list[str]:
        """Values separated by « | » or semicolons; by commas when no name has one."""
        text = self.text(column)
        if not text:
            return []
        if fold(text) in names:
            return [names[fold(text)]]
        found = []
        for part in re.split(r"\s*[|;]\s*" if re.search(r"[|;]", text) else r"\s*[,]\s*", text):
            if not part:
                continue
            if fold(part) not in names:
                self.wrong(column, f"«\u00a0{part[:60]}\u00a0» n’est pas dans la liste")
            else:
                found.append(names[fold(part)])
        return list(dict.fromkeys(found))


def key_of(row: Row) -> str:
    """The `identifiant`; without one, a key that the same line has each time the file is read."""
    if said := " ".join(row.text("identifiant").split()):
        return f"table:{said[:300]}"
    about = "\0".join(fold(row.text(name)) for name in ("titre", "date", "heure_debut", "lieu", "commune"))
    return "ligne:" + hashlib.blake2b(about.encode(), digest_size=16).hexdigest()
