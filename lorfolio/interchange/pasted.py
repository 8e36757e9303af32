"""A list that somebody pastes, one thing a line: « 2019-2022 Vendeuse, Boulangerie Exemple ». Dates are guessed."""

from __future__ import annotations

import re
from typing import Any

from core.text import fold
from lorfolio.interchange.bounded import TEXT_LETTERS, clean, refuse
from lorfolio.interchange.xml_reading import full

PATH, SKILLS = "parcours", "competences"
MOST_LINES = 200
_MONTHS = {
    "janv": 1, "fev": 2, "mars": 3, "avr": 4, "mai": 5, "juin": 6, "juil": 7, "aou": 8, "sept": 9, "oct": 10,
    "nov": 11, "dec": 12,
}  # fmt: skip
_MONTH = (
    r"(?:janv(?:ier)?|f[ée]vr?(?:ier)?|mars|avr(?:il)?|mai|juin|juil(?:let)?|ao[uû]t|sept(?:embre)?|oct(?:obre)?"
    r"|nov(?:embre)?|d[ée]c(?:embre)?)\.?"
)
_YEAR = r"(?:19|20)\d{2}"
_DATE = rf"(?:(?:0?[1-9]|1[0-2])\s?[/.]\s?{_YEAR}|{_YEAR}-(?:0[1-9]|1[0-2])(?!\d)|{_MONTH}\s+{_YEAR}|{_YEAR})"
_NOW = r"(?:aujourd.?hui|pr[ée]sent|maintenant|ce jour|en cours|actuellement|now|heute)"
_TO = r"\s*(?:[-–—→]+|à|au|jusqu.(?:en|à)?|/)\s*"
_PERIOD = re.compile(
    rf"[(\[]?\s*(?:de\s+|du\s+|d.|depuis\s+|en\s+)?(?<![\d/])(?P<starts>{_DATE})(?:{_TO}(?:en\s+)?(?P<ends>{_DATE}|{_NOW}))?(?!\d)\s*[)\]]?",
    re.IGNORECASE,
)
_SINCE = re.compile(r"\bdepuis\b", re.IGNORECASE)
_BULLET = re.compile(r"^[\s•·▪◦●*–—>-]+(?=\S)|^\d{1,2}[.)]\s+")
_CUT = re.compile(r"\s+[-–—|/]\s+|\s*[|;]\s*|,\s+|\s+chez\s+|\s+@\s*|\t+", re.IGNORECASE)
_STUDY = re.compile(
    r"^(cap|bep|bac|bts|but|dut|deug|licence|master|doctorat|diplome|brevet|formation|titre professionnel|mention|deust"
    r"|etudes|apprentissage du|certificat d aptitude|dnb|these)\b"
)
_HELP = re.compile(r"\bbenevol|\bvolontair|service civique")
_CARE = re.compile(r"\b(aidante?|au foyer|conge parental|m occuper|s occuper)\b")


def read(text: str, what: str) -> tuple[dict[str, Any], list[str], list[str]]:
    """The document, the lines that say nothing, no sentence. `what`: `PATH` or `SKILLS`."""
    text = clean(text)
    if len(text) > TEXT_LETTERS:
        refuse("Cette liste est très longue\u00a0: collez-la en plusieurs fois.")
    lines = [line for raw in text.split("\n") if (line := raw.strip())]
    if len(lines) > MOST_LINES:
        refuse(f"Il y a plus de {MOST_LINES} lignes\u00a0: collez-les en plusieurs fois.")
    made: dict[str, Any] = {}
    unknown: list[str] = []
    for line in lines:
        words = _BULLET.sub("", line)
        part, item = _skill(words) if what == SKILLS else _lived(words)
        if item:
            made.setdefault(part, []).append(item)
        else:
            unknown.append(line[:80])
    return made or {"work": []}, unknown, []


def _skill(line: str) -> tuple[str, dict[str, Any]]:
    name = line.strip(" .;,")
    return "skills", {"name": name} if any(c.isalnum() for c in name) else {}


def _lived(line: str) -> tuple[str, dict[str, Any]]:
    starts = ends = ""
    if found := _PERIOD.search(line):
        starts, ends = _date(found["starts"]), _date(found["ends"] or "")
        alone = not found["ends"] and not _SINCE.search(line[: found.end("starts")])
        ends = starts if alone else ends
        line = f"{line[: found.start()]} {line[found.end() :]}"
    parts = [part.strip(" ,;:.-–—()") for part in _CUT.split(line)]
    parts = [part for part in parts if any(c.isalpha() for c in part)]
    if not parts:
        return "", {}
    title, organisation, place = parts[0], *[*parts[1:3], "", ""][:2]
    said = fold(title)
    dates = {"startDate": starts, "endDate": ends, "location": place}
    if _STUDY.search(said):
        return "education", full({"area": title, "institution": organisation, **dates})
    if _HELP.search(fold(line)):
        return "volunteer", full({"position": title, "organization": organisation, **dates})
    if _CARE.search(said):
        return "projects", full({"name": title, "entity": organisation, "type": "proche", **dates})
    return "work", full({"position": title, "name": organisation, **dates})


def _date(said: str) -> str:
    """« 2019-03 » of « 03/2019 », « mars 2019 » or « 2019-03 »; « 2019 »; nothing of « aujourd’hui »."""
    year = re.search(_YEAR, said)
    if not year:
        return ""
    if number := re.match(r"(\d{1,2})\s?[/.]", said):
        return f"{year[0]}-{int(number[1]):02}"
    if re.fullmatch(rf"{_YEAR}-\d\d", said.strip()):
        return said.strip()
    word = fold(said).split()[0]
    month = next((number for start, number in _MONTHS.items() if word.startswith(start)), 0)
    return f"{year[0]}-{month:02}" if month else year[0]
