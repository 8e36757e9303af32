"""A list that somebody pastes, one thing a line: « 2019-2022 Vendeuse, Boulangerie Exemple ». Dates are guessed."""

from __future__ import annotations

import re
from typing import Any

from core.text import fold
from lorfolio.interchange import headings, tongues
from lorfolio.interchange.bounded import TEXT_LETTERS, clean, refuse
from lorfolio.interchange.xml_reading import full

PATH, SKILLS = "parcours", "competences"
MOST_LINES = 200
SHORT = 3  # words of a name in a row of names
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
_LEVEL = re.compile(
    r"[abc][12]|courant|bilingue|natif|(?:langue )?maternelle|intermediaire|debutant|scolaire|lu ecrit parle|notions"
)
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
    opening = _opening(lines) if what == PATH else {}
    # Above the heading of the experiences stand a name and an address: no job.
    whole = next(iter(opening.values()), "") in {headings.WORK, headings.STUDIES, headings.ABOUT}
    section = headings.SKILLS if what == SKILLS else headings.ABOUT if whole else ""
    for number, line in enumerate(lines):
        if number in opening:
            section = opening[number]
            continue
        words = _BULLET.sub("", line)
        if words != line and _told_of_the_last(words, made.get(section, []), section):
            continue
        items = _items(words, section, one_each=what == SKILLS)
        for part, item in items:
            made.setdefault(part, []).append(item)
        if not items:
            unknown.append(line[:80])
    return made or {"work": []}, unknown, []


def _opening(lines: list[str]) -> dict[int, str]:
    """The lines that open a part of a CV; a heading with nothing under it is a line as another."""
    said = [headings.section_of(line) for line in lines]
    return {number: part for number, part in enumerate(said[:-1]) if part and not said[number + 1]}


def _told_of_the_last(words: str, before: list[dict[str, Any]], section: str) -> bool:
    """Under a heading, a dash without a date says what was done in the job above it."""
    if section not in {headings.WORK, headings.HELPING} or not before or _PERIOD.search(words):
        return False
    before[-1].setdefault("highlights", []).append(words)
    return True


def _items(words: str, section: str, *, one_each: bool) -> list[tuple[str, dict[str, Any]]]:
    """What a line says, by the heading that it stands under (empty: none was read yet)."""
    if section == headings.ABOUT and not _PERIOD.search(words):
        return []
    if section in {headings.SKILLS, headings.INTERESTS}:
        return [made for each in ([words] if one_each else _each(words)) if (made := _named(each, section))[1]]
    if (tongue := _language(words, known=section != headings.LANGUAGES))[1]:
        return [tongue]
    made = _lived(words, section)
    return [made] if made[1] and section != headings.LANGUAGES else []


def _each(words: str) -> list[str]:
    """« Word, Excel, Sage » is three; « Accueillir, conseiller et vendre des produits » stays one."""
    parts = re.split(r"\s*[,;|•·]\s*", words)
    return parts if all(len(part.split()) <= SHORT for part in parts) and " et " not in words else [words]


def _language(words: str, *, known: bool) -> tuple[str, dict[str, Any]]:
    """« Anglais B1 », « Allemand : courant ». `known`: only a language that we know, and nothing but its level."""
    name, _, rest = words.strip(" .;,").partition(" ")
    name = name.strip(" :,-–—")
    if not name or (known and not (tongues.code_of(name) and _LEVEL.fullmatch(fold(rest).strip(" :,-()")))):
        return "", {}
    return "languages", full({"language": name, "fluency": rest.strip(" :,-–—()")})


def _named(line: str, part: str) -> tuple[str, dict[str, Any]]:
    name = line.strip(" .;,")
    return part, {"name": name} if any(c.isalnum() for c in name) else {}


def _lived(line: str, section: str) -> tuple[str, dict[str, Any]]:
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
    if section == headings.STUDIES or (section != headings.WORK and _STUDY.search(said)):
        return "education", full({"area": title, "institution": organisation, **dates})
    if section == headings.HELPING or _HELP.search(fold(line)):
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
