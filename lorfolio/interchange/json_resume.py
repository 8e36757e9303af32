"""A portfolio, or what was chosen of it, as a JSON Resume 1.0.0 (`json_reading` is the way back).

A field that came from a file and that a column could not hold as it was (`details["came"]`) is given back as it came
while the person has not changed it; only in what they take out for themselves, since no page shows it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from lorfolio.content import Content, ExperienceSeen, ExtraSeen, LanguageSeen, PersonSeen, SkillSeen
from lorfolio.interchange.json_fields import (
    BASICS,
    EXPERIENCE,
    LANGUAGE,
    LOCATION,
    META,
    PARTS,
    PROFILE,
    SCHEMA,
    SKILL,
    VERSION,
    Part,
    part_of,
)  # fmt: skip
from lorfolio.lists import Cefr, Certainty, Level

TITLE_ROOM = 160
NATIVE = "Langue maternelle"
Item = ExperienceSeen | SkillSeen | LanguageSeen | ExtraSeen


def export(
    content: Content, *, certainty: bool = False, everything: bool = False, at: dt.datetime | None = None
) -> dict[str, Any]:
    """The document, its keys in the order of the schema; nothing empty in it.

    `certainty` adds to an item « prouve » or « atteste » under `certainty` (ours: the schema has no such field).
    `everything` is for the person alone: street address, address of a photo, and fields as their file wrote them.
    """
    document: dict[str, Any] = {"$schema": SCHEMA, "basics": _basics(content.person, everything)}
    for part in PARTS:
        document[part.name] = [_item(part, row, certainty, everything) for row in _rows(part, content)]
    document["meta"] = _meta(content.person.details if everything else {}, at)
    if everything and (named := content.person.details.get("$schema")):
        document["$schema"] = named
    full: dict[str, Any] = _full(document)
    return full


def study_title(study: str, area: str) -> str:
    """« CAP Cuisine » of a `studyType` and an `area`, as the column can hold it."""
    return " ".join(filter(None, (study.strip(), area.strip())))[:TITLE_ROOM].strip()


def _basics(person: PersonSeen, everything: bool) -> dict[str, Any]:
    details = person.details
    basics: dict[str, Any] = {"name": _back(details, "name", person.name, everything)}
    basics["label"] = _back(details, "label", person.headline, everything)
    if everything:
        basics["image"] = details.get("image", "")
    for name in ("email", "phone", "url", "summary"):
        basics[name] = _back(details, name, getattr(person, BASICS[name]), everything)
    basics["location"] = _location(person, everything)
    basics["profiles"] = [{key: row.get(key, "") for key in PROFILE} for row in person.profiles]
    return basics


def _location(person: PersonSeen, everything: bool) -> dict[str, str]:
    """Nothing of it when the place is hidden; the street for the person alone."""
    kept: Mapping[str, str] = person.details.get("location", {})
    if not person.place:
        return {key: kept.get(key, "") for key in LOCATION if key != "city"} if everything else {}
    placed = kept.get("city_place") == person.place  # the commune said by the file is still the one shown
    found = {"postalCode": person.postal_code, "city": person.place}
    if placed:
        found |= {key: kept.get(key, "") for key in ("postalCode", "city", "countryCode", "region") if kept.get(key)}
    if everything:
        found["address"] = kept.get("address", "")
    return {key: found.get(key, "") for key in LOCATION}


def _rows(part: Part, content: Content) -> list[Item]:
    if part.item == SKILL:
        return list(content.skills)
    if part.item == LANGUAGE:
        return list(content.languages)
    rows: tuple[Item, ...] = content.experiences if part.item == EXPERIENCE else content.extras
    return [row for row in rows if part_of(row.kind) is part]  # type: ignore[union-attr]


def _item(part: Part, row: Item, certainty: bool, everything: bool) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, column in part.columns.items():
        value = getattr(row, column)
        made[name] = _back(row.details, name, list(value) if isinstance(value, tuple) else value, everything)
    made |= {name: row.details.get(name, "") for name in part.kept if name not in made}
    _titled(part, row, made, everything)
    if isinstance(row, SkillSeen) and row.level:
        made["level"] = _back(row.details, "level", Level(row.level).label, everything)
    if isinstance(row, LanguageSeen) and row.level:
        spoken = NATIVE if row.level == Cefr.NATIVE else row.level
        made["fluency"] = _back(row.details, "fluency", spoken, everything)
    if part.name == "projects" and "from" not in row.details:
        made["type"] = row.kind  # type: ignore[union-attr]
    if certainty and not isinstance(row, LanguageSeen) and row.certainty != Certainty.DECLARED:
        made["certainty"] = str(row.certainty)
    return made


def _titled(part: Part, row: Item, made: dict[str, Any], everything: bool) -> None:
    """Put the title back in the field it was taken from, while the person has changed neither."""
    title, details = _title_of(row), row.details
    if part.name == "education":
        if title == study_title(details.get("studyType", ""), details.get("area", "")):
            return
        made["studyType"], made["area"] = "", title
    source, taken = details.get("titled", (part.title_field, ""))
    if source == part.title_field or taken != title or getattr(row, part.columns.get(source, ""), ""):
        return
    made[part.title_field] = ""
    if source:
        made[source] = details.get("came", {}).get(source, ("", title))[1] if everything else title


def _title_of(row: Item) -> str:
    if isinstance(row, SkillSeen):
        return row.label
    return row.name if isinstance(row, LanguageSeen) else row.title


def _back(details: Mapping[str, Any], name: str, now: Any, everything: bool) -> Any:
    """`now`, or what the file said when the person has not changed what we made of it."""
    stored, original = details.get("came", {}).get(name, (None, None))
    return original if everything and original is not None and stored == now else now


def _meta(kept: Mapping[str, Any], at: dt.datetime | None) -> dict[str, str]:
    meta: dict[str, str] = {"version": VERSION} | kept.get("meta", {})
    if at and "lastModified" not in meta:
        meta["lastModified"] = at.strftime("%Y-%m-%dT%H:%M:%S")
    return {key: meta[key] for key in META if key in meta}


def _full(value: Any) -> Any:
    """`value` without what says nothing: empty texts, lists and objects. An item with no field left stays, as `{}`."""
    if isinstance(value, dict):
        cleaned = {key: _full(inner) for key, inner in value.items()}
        return {key: inner for key, inner in cleaned.items() if inner not in ("", [], {}, None)}
    return [_full(inner) for inner in value] if isinstance(value, list) else value
