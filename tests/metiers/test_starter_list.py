"""Our own list: whole, in plain French, and loaded as often as one likes (L3, L6)."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from django.conf import settings

from core.packs.report import LoadError
from metiers.loading.starter import load_starter
from metiers.models import FamilySkill, JobFamily, Skill

pytestmark = pytest.mark.django_db
FOLDER = Path(settings.BASE_DIR) / "data" / "competences"


def lines(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_L3_the_list_is_loaded_whole_and_a_second_time_changes_nothing() -> None:
    load_starter(FOLDER)
    skills, families = lines("skills.csv"), lines("families.csv")
    assert Skill.objects.filter(active=True).count() == len(skills) >= 300
    assert JobFamily.objects.filter(active=True).count() == len(families) >= 45
    links = sum(len((row["essential"] + " " + row["useful"]).split()) for row in families)
    assert FamilySkill.objects.count() == links
    before = list(Skill.objects.order_by("pk").values_list())
    assert not load_starter(FOLDER).changed
    assert list(Skill.objects.order_by("pk").values_list()) == before


def test_L3_every_skill_has_a_question_in_plain_words_and_words_of_the_field() -> None:
    skills = lines("skills.csv")
    assert [row["slug"] for row in skills if not re.search("\u00a0\\?$", row["question"])] == []
    assert [row["slug"] for row in skills if "'" in "".join(row.values())] == []
    assert [row["slug"] for row in skills if not row["synonyms"]] == []
    assert len({row["label"].casefold() for row in skills}) == len(skills)
    assert 18 <= len({row["group"] for row in skills}) <= 22
    assert {row["kind"] for row in skills} == set(Skill.Kind.values)


def test_L6_every_family_asks_for_a_few_skills_and_every_letter_of_the_rome_has_one() -> None:
    families = lines("families.csv")
    assert [row["slug"] for row in families if not 3 <= len(row["essential"].split()) <= 6] == []
    assert [row["slug"] for row in families if len(row["useful"].split()) < 4] == []
    prefixes = [prefix for row in families for prefix in row["rome"].split()]
    assert len(prefixes) == len(set(prefixes))
    assert {prefix[0] for prefix in prefixes} == set("ABCDEFGHIJKLMN")


def test_a_skill_that_the_list_has_no_more_is_proposed_no_more_and_stays(tmp_path: Path) -> None:
    load_starter(FOLDER)
    for name in ("skills.csv", "families.csv"):
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())
    text = (tmp_path / "skills.csv").read_text().replace("composter,", "faire-un-compost,")
    (tmp_path / "skills.csv").write_text(text)
    load_starter(tmp_path)
    assert Skill.objects.get(pk="composter").active is False
    assert Skill.objects.get(pk="faire-un-compost").active is True


def test_S4_a_family_that_asks_for_an_unknown_skill_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "skills.csv").write_bytes((FOLDER / "skills.csv").read_bytes())
    text = (FOLDER / "families.csv").read_text().replace("conduire-elevage", "conduire-elevages", 1)
    (tmp_path / "families.csv").write_text(text)
    with pytest.raises(LoadError) as refused:
        load_starter(tmp_path)
    said = "families.csv, ligne 2, colonne essential\xa0: compétence inconnue «\xa0conduire-elevages\xa0»"
    assert refused.value.lines == [said]
    assert Skill.objects.count() == 0
