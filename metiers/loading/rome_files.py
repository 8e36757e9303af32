"""Reads the files of a folder of the ROME: every line that is wrong is said, with its number."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.packs.report import Problems
from core.packs.tables import Row, Table, read_table
from core.text import fold
from metiers.loading.rows import Key, held
from metiers.models import (
    Interest,
    Job,
    JobDomain,
    JobName,
    JobSector,
    ProfessionalDomain,
    Skill,
)

Rows = dict[Key, dict[str, Any]]
_KNOWN = {"1": True, "0": False, "": None}
_KINDS = {"savoir-faire": "savoir-faire", "savoir-etre": "savoir-etre", "savoir": "savoir"}
JOB_COLUMNS = (
    "code", "label", "domain", "professional_domain", "riasec_major", "riasec_minor", "regulated", "managerial",
    "digital", "ecology", "parent",
)  # fmt: skip
# Files of our own making, that a folder may have besides (docs/lorfolio.md).
SKILLS, JOB_SKILLS = "competences.csv", "metier_competences.csv"


@dataclass
class Rome:
    """A folder, read: the rows of each table by their key."""

    problems: Problems = field(default_factory=Problems)
    domains: Rows = field(default_factory=dict)
    professional: Rows = field(default_factory=dict)
    jobs: Rows = field(default_factory=dict)
    names: Rows = field(default_factory=dict)
    interests: Rows = field(default_factory=dict)
    job_interests: Rows = field(default_factory=dict)
    sectors: Rows = field(default_factory=dict)
    job_sectors: Rows = field(default_factory=dict)
    skills: Rows | None = None  # None: the folder does not bring them, what is there stays
    job_skills: Rows | None = None


def read(folder: Path) -> Rome:
    """Everything that the folder says, and in `problems` everything that is wrong."""
    rome = Rome()
    _domains(folder, rome)
    _jobs(folder, rome)
    _names(folder, rome)
    _interests(folder, rome)
    _sectors(folder, rome)
    _skills(folder, rome)
    return rome


def _table(folder: Path, name: str, columns: Collection[str], rome: Rome, *once: str) -> Table:
    table = read_table(folder / name, rome.problems, required=columns, allow_empty=False)
    table.once(*once)
    return table


def _domains(folder: Path, rome: Rome) -> None:
    for row in _table(folder, "domains.csv", ("code", "label"), rome, "code"):
        values = {"label": row.text("label", required=True)}
        rome.domains[row.text("code", required=True),] = _held(JobDomain, row, values, code=row.text("code"))
    known = _keys(rome.domains)
    for row in _table(folder, "professional_domains.csv", ("code", "label", "domain"), rome, "code"):
        values = {
            "label": row.text("label", required=True), "domain_id": row.choice("domain", known, what="grand domaine")
        }  # fmt: skip
        code = row.text("code", required=True)
        rome.professional[code,] = _held(ProfessionalDomain, row, values, code=code)


def _jobs(folder: Path, rome: Rome) -> None:
    known = _keys(rome.professional)
    for row in _table(folder, "metiers.csv", JOB_COLUMNS, rome, "code"):
        code, label = row.text("code", required=True), row.text("label", required=True)
        values = {
            "label": label, "folded": fold(label), "active": True, "definition": "",
            "domain_id": row.choice("professional_domain", known, what="domaine professionnel"),
            "riasec_major": row.text("riasec_major"), "riasec_minor": row.text("riasec_minor"),
            **{name: _yes(row, name) for name in ("regulated", "managerial", "digital")},
            "ecology": row.text("ecology"), "parent": row.text("parent"),
        }  # fmt: skip
        rome.jobs[code,] = _held(Job, row, values, code=code)
    known = _keys(rome.jobs)
    for row in _table(folder, "definitions.csv", ("metier", "definition"), rome, "metier"):
        code = row.choice("metier", known, what="métier")
        if code:
            rome.jobs[code,]["definition"] = row.text("definition")


def _names(folder: Path, rome: Rome) -> None:
    known = _keys(rome.jobs)
    for row in _table(folder, "appellations.csv", ("ogr", "label", "metier", "main", "rare"), rome, "ogr"):
        label = row.text("label", required=True)
        values = {
            "label": label, "folded": fold(label), "job_id": row.choice("metier", known, what="métier"),
            "main": bool(_yes(row, "main")), "rare": bool(_yes(row, "rare")),
        }  # fmt: skip
        rome.names[row.integer("ogr"),] = _held(JobName, row, values)


def _interests(folder: Path, rome: Rome) -> None:
    for row in _table(folder, "interests.csv", ("code", "label", "definition"), rome, "code"):
        values = {"label": row.text("label", required=True), "definition": row.text("definition")}
        rome.interests[row.integer("code"),] = _held(Interest, row, values)
    table = _table(folder, "interest_metiers.csv", ("interest", "metier", "main"), rome, "interest", "metier")
    rome.job_interests = _links(table, "interest", "centre d’intérêt", rome.interests, rome.jobs)


def _sectors(folder: Path, rome: Rome) -> None:
    table = _table(folder, "sectors.csv", ("code", "label", "parent"), rome, "code")
    known = table.values("code")
    for row in table:
        parent = row.choice("parent", known, what="secteur", required=False)
        values = {"label": row.text("label", required=True), "parent_id": int(parent) if parent.isdigit() else None}
        rome.sectors[row.integer("code"),] = _held(JobSector, row, values)
    table = _table(folder, "sector_metiers.csv", ("sector", "metier", "main"), rome, "sector", "metier")
    rome.job_sectors = _links(table, "sector", "secteur", rome.sectors, rome.jobs)


def _links(table: Table, column: str, what: str, left: Rows, jobs: Rows) -> Rows:
    known, codes, links = {str(key) for key in _keys(left)}, _keys(jobs), {}
    for row in table:
        key, code = row.choice(column, known, what=what), row.choice("metier", codes, what="métier")
        if key and code:
            links[int(key), code] = {"main": bool(_yes(row, "main"))}
    return links


def _skills(folder: Path, rome: Rome) -> None:
    """Skills of the métiers, when the folder has both files; one without the other is an error."""
    if not (folder / SKILLS).exists() and not (folder / JOB_SKILLS).exists():
        return
    rome.skills, rome.job_skills = {}, {}
    for row in _table(folder, SKILLS, ("code", "label", "group", "kind"), rome, "code"):
        label, code = row.text("label", required=True), row.text("code", required=True).lower()
        values = {
            "label": label, "folded": fold(label), "group": row.text("group", required=True),
            "kind": row.choice("kind", _KINDS, what="sorte"), "source": Skill.Source.ROME.value, "active": True,
        }  # fmt: skip
        rome.skills[f"rome-{code}",] = _held(Skill, row, values, slug=f"rome-{code}")
    known, codes = {key.removeprefix("rome-") for key in _keys(rome.skills)}, _keys(rome.jobs)
    for row in _table(folder, JOB_SKILLS, ("metier", "competence", "essential"), rome, "metier", "competence"):
        code = row.choice("metier", codes, what="métier")
        skill = row.text("competence", required=True).lower()
        if skill not in known:
            row.wrong("competence", f"compétence inconnue «\u00a0{skill}\u00a0»")
        rome.job_skills[code, f"rome-{skill}"] = {"essential": bool(_yes(row, "essential"))}


def _held(model: Any, row: Row, values: dict[str, Any], **key: Any) -> dict[str, Any]:
    held(model, row, {**values, **key})
    return values


def _yes(row: Row, column: str) -> bool | None:
    value = row.text(column)
    if value not in _KNOWN:
        row.wrong(column, f"1, 0 ou rien attendu, «\u00a0{value}\u00a0» lu")
    return _KNOWN.get(value)


def _keys(rows: Mapping[Key, Any]) -> set[Any]:
    return {key[0] for key in rows}
