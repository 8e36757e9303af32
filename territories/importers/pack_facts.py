"""Checks `pack.toml`: the identity of a pack, its charter, its plans, its values, who holds what."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from core.packs.report import Problems
from territories.importers.pack_files import Pack

FILE = "pack.toml"
FORMAT = 1


def check_facts(pack: Pack) -> None:
    """Say what is wrong with the facts; values of a wrong type are replaced so that the tables can still be checked."""
    facts, problems = pack.facts, pack.problems
    if not facts:
        return
    if facts.get("format") != FORMAT:
        problems.add(f"format {FORMAT} attendu", file=FILE, column="format")
    for section in ("pack", "charter", "vocabulary", "missions_locales", "structures"):
        if not isinstance(facts.get(section, {}), dict):
            problems.add("section [ ] attendue", file=FILE, column=section)
            facts[section] = {}
    for section in ("plans", "values", "attributions"):
        if not isinstance(facts.get(section, []), list) or not all(isinstance(e, dict) for e in facts.get(section, [])):
            problems.add("sections [[ ]] attendues", file=FILE, column=section)
            facts[section] = []
    _texts(facts.get("pack", {}), ("slug", "name", "region_name"), "pack", problems)
    _texts(facts.get("charter", {}), ("version", "title", "published_on", "wording"), "charter", problems)
    _date(facts.get("charter", {}).get("published_on"), "charter.published_on", problems)
    for value in facts.get("values", []):
        _texts(value, ("slug", "title", "text"), "values", problems)
    _plans(facts, problems)
    _owners(pack)


def _texts(section: dict[str, Any], names: tuple[str, ...], label: str, problems: Problems) -> None:
    for name in names:
        value = section.get(name)
        if not isinstance(value, str) or not value.strip():
            problems.add("texte obligatoire", file=FILE, column=f"{label}.{name}")
        elif name in {"slug", "version"} and not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", value) and label != "values":
            problems.add(f"identifiant incorrect «\u00a0{value}\u00a0»", file=FILE, column=f"{label}.{name}")


def _date(value: Any, column: str, problems: Problems) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        problems.add(f"date AAAA-MM-JJ attendue, «\u00a0{value}\u00a0» lu", file=FILE, column=column)
        return None


def _plans(facts: dict[str, Any], problems: Problems) -> None:
    right: list[dict[str, Any]] = []
    for plan in facts.get("plans", []):
        before = len(problems.errors)
        _texts(plan, ("slug", "name"), "plans", problems)
        starts = _date(plan.get("starts_on"), "plans.starts_on", problems)
        ends = _date(plan.get("ends_on"), "plans.ends_on", problems)
        if starts and ends and ends <= starts:
            problems.add("la fin du plan précède son début", file=FILE, column="plans.ends_on")
        if any(plan.get("slug") == other["slug"] for other in right):
            problems.add(f"doublon «\u00a0{plan['slug']}\u00a0»", file=FILE, column="plans.slug")
        if len(problems.errors) == before:
            right.append({**plan, "starts_on": str(plan["starts_on"]), "ends_on": str(plan["ends_on"])})
    facts["plans"] = right


def _owners(pack: Pack) -> None:
    """`[structures.<kind>]`: a department's code to the organisation that holds such places there."""
    kinds, departments = pack["site_kinds"].values("slug"), pack["departments"].values("code")
    organisations = pack["organisations"].values("slug")
    for kind, owners in pack.facts.get("structures", {}).items():
        column = f"structures.{kind}"
        if kind not in kinds or not isinstance(owners, dict):
            pack.problems.add(f"sorte de lieu inconnue «\u00a0{kind}\u00a0»", file=FILE, column=column)
            continue
        for code, slug in owners.items():
            if code not in departments:
                pack.problems.add(f"département inconnu «\u00a0{code}\u00a0»", file=FILE, column=column)
            if slug not in organisations:
                pack.problems.add(f"organisme inconnu «\u00a0{slug}\u00a0»", file=FILE, column=f"{column}.{code}")
