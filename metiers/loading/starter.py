"""Our own starter list: skills in plain French and families of métiers (`data/competences/`, ADR 0012)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.packs.report import LoadError, Problems, Report
from core.packs.tables import Row, Table, read_table
from core.packs.transaction import one_load
from core.reference import Sector
from core.text import fold
from metiers.loading.rows import bring, held, joined
from metiers.models import FamilySkill, JobFamily, Skill
from metiers.search import spoken

SKILL_COLUMNS = ("slug", "label", "group", "kind", "question", "synonyms")
FAMILY_COLUMNS = ("slug", "label", "sector", "rome", "examples", "essential", "useful")
MARK = " ; "


def load_starter(folder: Path) -> Report:
    """Bring `skills.csv` and `families.csv` of `folder`; what they no longer say is proposed no more, never deleted.

    Raises `LoadError` with every wrong line: nothing is written then.
    """
    problems = Problems()
    skills = read_table(folder / "skills.csv", problems, required=SKILL_COLUMNS, allow_empty=False)
    families = read_table(folder / "families.csv", problems, required=FAMILY_COLUMNS, allow_empty=False)
    skills.once("slug")
    families.once("slug")
    wanted_skills = {(row.slug("slug"),): _skill(row) for row in skills}
    wanted_families = {(row.slug("slug"),): _family(row) for row in families}
    links = _links(families, {key[0] for key in wanted_skills})
    if problems.errors:
        raise LoadError(problems.lines())
    report = Report(remarks=list(problems.warnings))
    with one_load():
        own = Skill.objects.filter(source=Skill.Source.STARTER)
        bring(Skill, wanted_skills, report, gone={"active": False}, within=own)
        bring(JobFamily, wanted_families, report, gone={"active": False})
        bring(FamilySkill, links, report, by=("family_id", "skill_id"), title="compétences de familles")
    return report


def _skill(row: Row) -> dict[str, Any]:
    values: dict[str, Any] = {
        "label": row.text("label", required=True), "group": row.text("group", required=True),
        "kind": row.choice("kind", Skill.Kind.values, what="sorte"), "question": row.text("question"),
        "synonyms": row.text("synonyms"), "source": Skill.Source.STARTER.value, "active": True,
    }  # fmt: skip
    also = [fold(word) for word in values["synonyms"].split(MARK.strip())] + [fold(values["question"])]
    values |= {"folded": fold(values["label"]), "also": joined(also, 800)}
    held(Skill, row, values)
    return values


def _family(row: Row) -> dict[str, Any]:
    values: dict[str, Any] = {
        "label": row.text("label", required=True),
        "sector": row.choice("sector", Sector.values, what="secteur", required=False),
        "prefixes": row.items("rome", " "), "examples": row.text("examples"), "active": True,
    }  # fmt: skip
    words = [form for example in values["examples"].split(MARK) for form in spoken(example)]
    values |= {"folded": fold(values["label"]), "also": joined(dict.fromkeys(words), 900)}
    held(JobFamily, row, values)
    return values


def _links(families: Table, known: set[str]) -> dict[tuple[str, str], dict[str, Any]]:
    links: dict[tuple[str, str], dict[str, Any]] = {}
    for row in families:
        position = 0
        for column in ("essential", "useful"):
            for slug in row.items(column, " "):
                if slug not in known:
                    row.wrong(column, f"compétence inconnue «\u00a0{slug}\u00a0»")
                key = (row.text("slug"), slug)
                if key in links:
                    row.wrong(column, f"compétence en double «\u00a0{slug}\u00a0»")
                links[key] = {"essential": column == "essential", "position": position}
                position += 1
    return links
