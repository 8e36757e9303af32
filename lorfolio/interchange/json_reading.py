"""A JSON Resume read into rows of a portfolio: what it says, what it says that we do not keep, what we had to cut."""

from __future__ import annotations

import re
from typing import Any

from core.text import fold
from lorfolio.interchange.bounded import refuse
from lorfolio.interchange.incoming import Incoming, Row, empty
from lorfolio.interchange.json_fields import (
    EXPERIENCE,
    LANGUAGE,
    OLD_PARTS,
    PART,
    PARTS,
    PROJECT_KINDS,
    SKILL,
    Part,
)  # fmt: skip
from lorfolio.interchange.json_person import read_person
from lorfolio.interchange.json_resume import NATIVE, study_title
from lorfolio.interchange.json_values import name_of, text_of, texts_of, web
from lorfolio.lists import Cefr, Level
from lorfolio.models.base import PARTIAL

MOST_ITEMS = 1_000
UNTITLED = {"experience": "Expérience", "skill": "Compétence", "language": "Langue", "extra": "Sans titre"}
_ROOM = {
    "title": 160, "organisation": 160, "place": 120, "summary": 4_000, "label": 160, "note": 1_000, "name": 60,
    "issuer": 160,
}  # fmt: skip
_EXTRA_ROOM = {"title": 200, "summary": 2_000}
_DATES = ("starts", "ends", "date")
_LISTS = {"highlights": 400, "keywords": 80}
MOST_LINES = 30
SAID = {
    "work": "Emploi", "volunteer": "Bénévolat", "education": "Formation", "awards": "Prix", "projects": "Projet",
    "certificates": "Certificat", "publications": "Réalisation", "skills": "Compétence", "languages": "Langue",
    "interests": "Centre d’intérêt", "references": "Recommandation",
}  # fmt: skip
_LEVELS = {fold(level.label): int(level) for level in Level if level}
_CEFR = {fold(level): str(level) for level in Cefr if level} | {
    fold(NATIVE): str(Cefr.NATIVE), "native": str(Cefr.NATIVE), "native speaker": str(Cefr.NATIVE),
    "muttersprache": str(Cefr.NATIVE),
}  # fmt: skip
_KINDS = {str(kind) for kind in PROJECT_KINDS}


def read(document: Any) -> Incoming:
    """Raises `ValidationError` (French, on `file`) for what is no JSON Resume at all."""
    if not isinstance(document, dict):
        refuse("Ce fichier n’est pas un CV au format JSON Resume.")
    document = {OLD_PARTS.get(key, key): value for key, value in document.items()}
    if not {"$schema", "basics", "meta", *PART} & document.keys():
        refuse("Ce fichier n’est pas un CV au format JSON Resume\u00a0: aucune de ses parties n’y est.")
    found = Incoming()
    found.unknown += [name_of(key) for key in document if key not in {"$schema", "basics", "meta", *PART}]
    read_person(document, found)
    for part in PARTS:
        for index, item in enumerate(_list(document, part.name, found)):
            if not isinstance(item, dict):
                found.unknown.append(f"{part.name}[{index}]")
            elif len(found.rows) >= MOST_ITEMS:
                refuse("Ce fichier contient plus de 1\u00a0000 éléments\u00a0: trop pour un CV.")
            else:
                found.rows.append(_row(part, f"{part.name}.{index}", item, found))
    return found


class _Item:
    """One item while it is read: values under their fields' names of 1.0.0, and what was made of each."""

    def __init__(self, part: Part, key: str, raw: dict[str, Any], found: Incoming) -> None:
        self.part, self.key, self.found = part, key, found
        self.came: dict[str, list[Any]] = {}
        self.said: dict[str, Any] = {}
        for given, value in raw.items():
            name = given if given in part.fields else part.old.get(given, given)
            if name != given and name in raw:
                name = given
            if name not in part.fields:
                if name != "certainty":  # ours: a proof does not travel in a file
                    self.unknown(name)
                continue
            listed = part.kept.get(name) is list or part.columns.get(name) in _LISTS
            made = texts_of(value) if listed else text_of(value)
            if made is None:
                self.unknown(name)
            elif made:
                self.said[name] = made

    def unknown(self, name: str) -> None:
        self.found.unknown.append(f"{self.key.replace('.', '[')}].{name_of(name)}")

    def kept(self, name: str, column: str, room: int) -> str:
        """The text of a field as its column can hold it."""
        said: str = self.said.get(name, "")
        stored = said.strip()[:room].strip()
        self.noted(name, stored, said, cut=len(said.strip()) > room)
        return stored

    def noted(self, name: str, stored: Any, said: Any, *, cut: bool = False) -> None:
        if stored != said:
            self.came[name] = [stored, said]
        if cut:
            self.found.remarks.append(f"{self.where()}\u00a0: un texte trop long est raccourci.")

    def where(self) -> str:
        number = int(self.key.split(".")[1]) + 1
        return f"{SAID[self.part.name]} n°\u00a0{number}"


def _row(part: Part, key: str, raw: dict[str, Any], found: Incoming) -> Row:
    item = _Item(part, key, raw, found)
    values = empty(part.item)
    for name, column in part.columns.items():
        if column in _DATES:
            values[column] = _date(item, name)
        elif column == "url":
            values[column] = _url(item, name)
        elif column in _LISTS:
            values[column] = _lines(item, name, _LISTS[column])
        else:
            room = _EXTRA_ROOM.get(column) if part.item == "extra" else None
            values[column] = item.kept(name, column, room or _ROOM[column])
    details: dict[str, Any] = {name: item.said[name] for name in part.kept if name in item.said}
    if part.item not in (LANGUAGE, SKILL):
        values["kind"] = part.kind
    _levelled(part, item, values, details)
    if part.name == "projects":
        _project(values, details)
    _in_order(item, values)
    _titled(part, item, values, details)
    if item.came:
        details["came"] = item.came
    values["details"] = details
    return Row(key, part.item, values)


def _titled(part: Part, item: _Item, values: dict[str, Any], details: dict[str, Any]) -> None:
    column = {"skill": "label", "language": "name"}.get(part.item, "title")
    if part.name == "education" and (title := study_title(details.get("studyType", ""), details.get("area", ""))):
        values["title"] = title
        return
    if values.get(column):
        return
    for name in part.titles:
        other = part.columns.get(name, "")
        if other and other != column and values.get(other):
            title = values[other]
            if name in item.came:
                item.came[name][0] = title
            values |= {column: title, other: ""}
            details["titled"] = [name, title]
            return
    values[column] = UNTITLED[part.item]
    details["titled"] = ["", values[column]]
    item.found.remarks.append(f"{item.where()}\u00a0: sans titre, à compléter.")


def _levelled(part: Part, item: _Item, values: dict[str, Any], details: dict[str, Any]) -> None:
    """Our own words of a level are understood; others are kept as said: we do not judge for the person."""
    if part.item == SKILL:
        values["level"] = _LEVELS.get(fold(details.get("level", "")), 0)
        if values["level"]:
            item.noted("level", Level(values["level"]).label, details.pop("level"))
    elif part.item == LANGUAGE:
        values["level"] = _CEFR.get(fold(details.get("fluency", "")), "")
        if values["level"]:
            spoken = NATIVE if values["level"] == Cefr.NATIVE else values["level"]
            item.noted("fluency", spoken, details.pop("fluency"))


def _project(values: dict[str, Any], details: dict[str, Any]) -> None:
    """The type of a project may be one of our kinds; else the project stays one, of its own type."""
    if details.get("type") in _KINDS:
        values["kind"] = details.pop("type")
    else:
        details["from"] = "projects"


def _in_order(item: _Item, values: dict[str, Any]) -> None:
    if item.part.item != EXPERIENCE:
        return
    starts, ends = values["starts"], values["ends"]
    if starts and ends and not (ends >= starts or starts.startswith(ends)):
        item.came.setdefault("endDate", ["", item.said["endDate"]])[0] = ""
        values["ends"] = ""
        item.found.remarks.append(f"{item.where()}\u00a0: la fin vient avant le début, elle n’est pas gardée.")


def _date(item: _Item, name: str) -> str:
    said = item.said.get(name, "")
    stored = said.strip() if re.match(PARTIAL, said.strip()) else ""
    if not stored and (full := re.match(r"(\d{4}-\d{2}-\d{2})T", said.strip())):
        stored = full[1] if re.match(PARTIAL, full[1]) else ""
    item.noted(name, stored, said)
    if said and not stored:
        item.found.remarks.append(f"{item.where()}\u00a0: la date «\u00a0{said[:30]}\u00a0» n’est pas comprise.")
    return stored


def _url(item: _Item, name: str) -> str:
    said = item.said.get(name, "")
    stored = web(said)
    item.noted(name, stored, said)
    if said and not stored:
        item.found.remarks.append(f"{item.where()}\u00a0: l’adresse de page n’est pas comprise.")
    return stored


def _lines(item: _Item, name: str, room: int) -> list[str]:
    said = item.said.get(name, [])
    stored = [line for text in said if (line := " ".join(text.split())[:room].strip())][:MOST_LINES]
    cut = len(said) > MOST_LINES or any(len(text) > room for text in said)
    item.noted(name, stored, said, cut=cut)
    return stored


def _list(document: dict[str, Any], name: str, found: Incoming) -> list[Any]:
    value = document.get(name)
    if value is None or isinstance(value, list):
        return value or []
    found.unknown.append(name)
    return []
