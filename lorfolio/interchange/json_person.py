"""Who a JSON Resume is about: `basics`, and what its `meta` says."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from lorfolio.interchange.incoming import Incoming
from lorfolio.interchange.json_fields import BASICS, LOCATION, META, OLD_BASICS, PROFILE
from lorfolio.interchange.json_values import name_of, text_of, web

_ROOM = {"headline": 160, "summary": 2_000, "phone": 30}
_SAID = {"label": "le titre", "summary": "la présentation", "phone": "le téléphone"}
MOST_PROFILES = 30


def read_person(document: dict[str, Any], found: Incoming) -> None:
    raw = document.get("basics", {})
    details: dict[str, Any] = {}
    if not isinstance(raw, dict):
        found.unknown.append("basics")
        raw = {}
    came: dict[str, list[Any]] = {}
    said: dict[str, str] = {}
    for name, value in raw.items():
        known = OLD_BASICS.get(name, name) if OLD_BASICS.get(name, name) not in raw else name
        if known in ("location", "profiles"):
            continue
        made = text_of(value) if known in {"name", "image", *BASICS} else None
        if made is None:
            found.unknown.append(f"basics.{name_of(name)}")
        elif made:
            said[known] = made
    person = found.person
    if "name" in said:
        given, _, family = " ".join(said["name"].split()).partition(" ")
        person |= {"given_name": given[:80], "family_name": family[:80]}
        came["name"] = [" ".join(filter(None, (given[:80], family[:80]))), said["name"]]
    for name, column in BASICS.items():
        if name in said:
            person[column] = _line_of_person(name, column, said[name], found)
            came[name] = [person[column], said[name]]
    if "image" in said:
        details["image"] = said["image"]
        found.remarks.append("L’adresse de la photo est gardée. La photo, non\u00a0: ajoutez-la dans votre profil.")
    _location(raw.get("location"), person, details, found)
    person["profiles"] = _profiles(raw.get("profiles"), found)
    meta = document.get("meta")
    if isinstance(meta, dict):
        details["meta"] = {key: text for key in META if (text := text_of(meta.get(key)) or "")}
        found.unknown += [f"meta.{name_of(key)}" for key in meta if key not in META]
    if named := text_of(document.get("$schema")):
        details["$schema"] = named
    details["came"] = {name: pair for name, pair in came.items() if pair[0] != pair[1]}
    person["details"] = {key: value for key, value in details.items() if value}


def _line_of_person(name: str, column: str, said: str, found: Incoming) -> str:
    said = said.strip()
    if column == "url":
        return web(said)
    if column == "email":
        try:
            validate_email(said)
        except ValidationError:
            found.remarks.append("L’adresse électronique n’est pas comprise.")
            return ""
        return said
    room = _ROOM[column]
    if len(said) > room:
        found.remarks.append(f"Votre profil\u00a0: {_SAID.get(name, name)}, trop long, est raccourci.")
    return said[:room].strip()


def _location(raw: Any, person: dict[str, Any], details: dict[str, Any], found: Incoming) -> None:
    if not isinstance(raw, dict):
        if raw is not None:
            found.unknown.append("basics.location")
        return
    kept = {key: text for key in LOCATION if (text := text_of(raw.get(key)) or "")}
    found.unknown += [f"basics.location.{name_of(key)}" for key in raw if key not in LOCATION]
    if city := kept.get("city", "").strip()[:120]:
        person["place"] = city
        kept["city_place"] = city
    if kept:
        details["location"] = kept


def _profiles(raw: Any, found: Incoming) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for index, profile in enumerate(raw if isinstance(raw, list) else []):
        if not isinstance(profile, dict):
            found.unknown.append(f"basics.profiles[{index}]")
            continue
        made = {key: text for key in PROFILE if (text := text_of(profile.get(key)) or "")}
        found.unknown += [f"basics.profiles[{index}].{name_of(key)}" for key in profile if key not in PROFILE]
        if "url" in made and not web(made["url"]):
            made.pop("url")
            found.remarks.append("Une adresse de profil n’est pas comprise.")
        if made and len(rows) < MOST_PROFILES:
            rows.append(made)
    return rows
