"""Bodies and rules come with the pack of a region, each cell checked, what people edited kept (M6)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from core.packs.report import LoadError, Problems
from core.packs.tables import read_table
from recognition import pack, rulebook
from recognition.models import Campaign, GoverningBody, Rule
from recognition.services import campaigns
from tests.pack import GRAND_EST, grand_est  # noqa: F401 (a fixture)

BODIES = "slug name short_name kind order role frequency candidature_month source"
ROWS = ["un,Un,Un,opinion,1,,,9,", "deux,Deux,Deux,opinion,2,,,10,", "trois,Trois,Trois,decision,3,,,12,"]


def problems_of(folder: Path, name: str, header: str, rows: list[str]) -> list[str]:
    path = folder / f"{name}.csv"
    path.write_text("\n".join([header.replace(" ", ","), *rows]) + "\n", encoding="utf-8")
    problems = Problems()
    table = read_table(path, problems, required=header.split(), known=[])
    {"governing_bodies": pack.check_bodies, "recognition_rules": pack.check_rules}[name](table)
    return problems.lines()


def test_M6_three_bodies_in_their_order_are_right(tmp_path: Path) -> None:
    assert problems_of(tmp_path, "governing_bodies", BODIES, ROWS) == []


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (ROWS[:2], "ligne 3, colonne kind\u00a0: aucune instance ne décide"),
        ([*ROWS, "q,Q,Q,decision,4,,,,"], "ligne 5, colonne kind\u00a0: une seule instance décide"),
        ([*ROWS[:2], "q,Q,Q,opinion,3,,,,", "t,T,T,decision,4,,,,"],
         "ligne 4, colonne kind\u00a0: 2 instances d’avis au plus"),
        ([ROWS[0], "t,T,T,decision,2,,,,", "d,D,D,opinion,3,,,,"],
         "ligne 4, colonne order\u00a0: l’instance qui décide vient la dernière"),
        ([*ROWS[:2], "trois,Trois,Trois,juge,3,,,,"], "ligne 4, colonne kind\u00a0: rôle inconnu «\u00a0juge\u00a0»"),
        ([*ROWS[:2], "trois,Trois,Trois,decision,3,,,13,"],
         "ligne 4, colonne candidature_month\u00a0: nombre entier de 1 à 12 attendu, «\u00a013\u00a0» lu"),
    ],
)  # fmt: skip
def test_M6_bodies_that_cannot_work_are_refused_with_their_line(tmp_path: Path, rows: list[str], said: str) -> None:
    assert f"governing_bodies.csv, {said}" in problems_of(tmp_path, "governing_bodies", BODIES, rows)


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        ("opens_on,31-02,,", "value", "jour de l’année (MM-JJ) attendu, «\u00a031-02\u00a0» lu"),
        ("opens_on,1 février,,", "value", "jour de l’année (MM-JJ) attendu, «\u00a01 février\u00a0» lu"),
        ("reminder_days,60 -3,,", "value", "nombres séparés par des espaces attendu, «\u00a060 -3\u00a0» lu"),
        ("piece_days,0,,", "value", "nombre entier de 1 à 999 attendu, «\u00a00\u00a0» lu"),
        ("last_year_follows_calendar,peut-être,,", "value", "oui ou non attendu, «\u00a0peut-être\u00a0» lu"),
        ("inconnue,1,,", "key", "règle inconnue «\u00a0inconnue\u00a0»"),
    ],
)
def test_M6_a_rule_that_cannot_be_read_is_refused_with_its_line(
    tmp_path: Path, row: str, column: str, said: str
) -> None:
    found = problems_of(tmp_path, "recognition_rules", "key value source note", [row])
    assert found == [f"recognition_rules.csv, ligne 2, colonne {column}\u00a0: {said}"]


def test_M6_days_of_the_year_out_of_order_are_refused(tmp_path: Path) -> None:
    found = problems_of(tmp_path, "recognition_rules", "key value source note", ["opens_on,06-02,,"])
    said = "«\u00a0Date limite de dépôt\u00a0» (06-01) vient avant «\u00a0Ouverture des candidatures\u00a0» (06-02)"
    assert found == [f"recognition_rules.csv, ligne 2, colonne value\u00a0: {said}"]


def test_M6_29_february_is_a_day_and_an_empty_rule_leaves_the_default(tmp_path: Path) -> None:
    rows = ["opens_on,02-29,,", "piece_days,,,"]
    assert problems_of(tmp_path, "recognition_rules", "key value source note", rows) == []


@pytest.mark.django_db
def test_M6_the_pack_of_grand_est_brings_its_bodies_and_its_rules(grand_est: object) -> None:  # noqa: F811
    assert list(GoverningBody.objects.values_list("slug", "kind", "order", "candidature_month")) == [
        ("conseil-orientation", "opinion", 1, 9), ("crefop", "opinion", 2, 10),
        ("commission-permanente", "decision", 3, 12),
    ]  # fmt: skip
    assert set(Rule.objects.values_list("key", flat=True)) == set(rulebook.KEYS)
    made = campaigns.create(year=2028, at=dt.datetime(2028, 1, 2, tzinfo=dt.UTC), actor=None)
    assert [getattr(made, step) for step in Campaign.STEPS] == [
        dt.date(2028, 2, 1), dt.date(2028, 6, 1), dt.date(2028, 8, 31), dt.date(2028, 9, 20), dt.date(2028, 10, 18),
        dt.date(2028, 12, 6), dt.date(2028, 12, 20),
    ]  # fmt: skip


@pytest.mark.django_db
def test_M6_a_rule_edited_here_stays_when_the_pack_is_loaded_again(grand_est: object) -> None:  # noqa: F811
    from territories.importers.region_pack import load_region_pack

    Rule.objects.filter(key="signatory").update(value="La présidente")
    report = load_region_pack(GRAND_EST)
    assert Rule.objects.get(key="signatory").value == "La présidente"
    assert not [line for line in report.lines() if "signatory" in line and "modifié" in line]


@pytest.mark.django_db
def test_M6_a_pack_without_these_tables_loads_and_a_wrong_one_does_not(tmp_path: Path) -> None:
    import shutil

    from territories.importers.region_pack import read_content

    folder = tmp_path / "pack"
    shutil.copytree(GRAND_EST, folder)
    for name in ("governing_bodies", "recognition_rules"):
        (folder / f"{name}.csv").unlink()
    assert {table.name for table, _ in read_content(folder).extras} == {"events", "indicators"}
    (folder / "recognition_rules.csv").write_text("key,value,source,note\nopens_on,demain,,\n", encoding="utf-8")
    with pytest.raises(LoadError, match="MM-JJ"):
        read_content(folder)
