"""Indicators come as data with the pack of a region; what was asked keeps its meaning (B1, M6)."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from bilans.models import Indicator, Kind
from bilans.pack import INDICATORS, check, load
from bilans.services.agreeing import refused_columns
from bilans.sources import SOURCES
from core.packs.report import Problems, Report
from core.packs.tables import read_table
from core.packs.threeway import Writer
from tests.bilans.world import campaign, indicator
from tests.pack import GRAND_EST

ELSE = "terminez-le et créez-en un autre qui le remplace"
FILE = GRAND_EST / "indicators.csv"
with FILE.open(encoding="utf-8", newline="") as opened:
    ROWS = list(csv.DictReader(opened))
LINE = next(row for row in ROWS if row["key"] == "etp-orientation")


def table_of(folder: Path, rows: list[dict[str, str]]) -> tuple[Any, Problems]:
    path, problems = folder / "indicators.csv", Problems()
    with path.open("w", encoding="utf-8", newline="") as written:
        writer = csv.DictWriter(written, list(ROWS[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return read_table(path, problems, required=list(ROWS[0])), problems


def problems_of(folder: Path, *rows: dict[str, str]) -> list[str]:
    table, problems = table_of(folder, list(rows))
    check(table)
    return [str(problem) for problem in problems.errors]


def bring(folder: Path, *rows: dict[str, str]) -> Report:
    table, _ = table_of(folder, list(rows))
    report = Report()
    held = list(Indicator.objects.order_by("pk").values_list("key", flat=True))
    load(table, Writer(report, known={INDICATORS.label: held}))
    return report


def test_the_table_of_grand_est_is_right(tmp_path: Path) -> None:
    assert problems_of(tmp_path, *ROWS) == []


def test_B1_every_source_named_is_known_and_every_one_known_is_named() -> None:
    assert {row["source"] for row in ROWS} - {""} == set(SOURCES)


@pytest.mark.parametrize("kind", Kind.values)
def test_B1_each_kind_is_asked_ten_indicators_or_more_and_has_six_headlines(kind: str) -> None:
    rows = [row for row in ROWS if row["filled_by"] == kind]
    assert len(rows) >= 10
    assert sorted(row["headline"] for row in rows if row["headline"]) == list("123456")


def test_B1_each_indicator_says_the_text_it_comes_from() -> None:
    assert [row["key"] for row in ROWS if not row["origin"] or len(row["definition"]) < 20] == []


def test_B1_one_indicator_takes_the_place_of_another_without_a_year_between() -> None:
    by_key = {row["key"]: row for row in ROWS}
    pairs = [(row, by_key[row["replaces"]]) for row in ROWS if row["replaces"]]
    assert [(row["key"], int(row["first_year"]) - int(former["last_year"])) for row, former in pairs] == [
        ("demandes-a-distance", 1)
    ]


@pytest.mark.parametrize(
    ("wrong", "column", "said"),
    [
        ({"unit": "kilos"}, "unit", "valeur inconnue «\u00a0kilos\u00a0»"),
        ({"source": "au-hasard"}, "source", "le portail ne sait pas calculer «\u00a0au-hasard\u00a0»"),
        ({"adding": "mean"}, "weight", "une moyenne pondérée dit par quoi elle l’est"),
        ({"weight": "personnes-accueillies"}, "weight", "seule une moyenne se pondère"),
        ({"adding": "none", "breakdowns": "sex"}, "breakdowns", "seul un nombre qui s’additionne se ventile"),
        ({"first_year": "2024", "last_year": "2020"}, "last_year", "la dernière année précède la première"),
        ({"replaces": "rien"}, "replaces", "aucun autre indicateur «\u00a0rien\u00a0»"),
    ],
)
def test_B1_a_wrong_line_is_said_beside_its_cell(tmp_path: Path, wrong: dict[str, str], column: str, said: str) -> None:
    other = next(row for row in ROWS if row["key"] == "personnes-accueillies")
    found = problems_of(tmp_path, other, LINE | wrong)
    assert f"indicators.csv, ligne 3, colonne {column}\u00a0: {said}" in found


@pytest.mark.django_db
def test_B1_an_indicator_asked_keeps_its_meaning_and_the_rest_loads(tmp_path: Path) -> None:
    bring(tmp_path, LINE)
    campaign(2024)
    report = bring(tmp_path, LINE | {"unit": "count", "label": "ETP de l’année"}, LINE | {"key": "autre"})
    kept = Indicator.objects.get(key=LINE["key"])
    assert (kept.unit, kept.label) == ("fte", "ETP de l’année")
    assert Indicator.objects.filter(key="autre").exists()
    assert [line for line in report.remarks if "sens gardé" in line] == [
        f"déjà demandé, sens gardé\u00a0: indicateur etp-orientation (unité)\u00a0; {ELSE}"
    ]


@pytest.mark.django_db
def test_B1_an_indicator_not_asked_yet_may_change_whole(tmp_path: Path) -> None:
    bring(tmp_path, LINE)
    campaign(2024, opened=False)
    bring(tmp_path, LINE | {"unit": "count"})
    assert Indicator.objects.get(key=LINE["key"]).unit == "count"


@pytest.mark.django_db
def test_B1_only_the_indicators_of_the_year_are_asked() -> None:
    indicator("finie", last_year=2023)
    indicator("neuve", first_year=2025)
    indicator("durable")
    assert [row.key for row in Indicator.objects.of_year(2024)] == ["durable"]


@pytest.mark.django_db
def test_B1_the_database_too_keeps_the_meaning_of_what_was_asked() -> None:
    row = indicator(unit="count")
    campaign(2024)
    Indicator.objects.filter(pk=row.pk).update(label="Mieux dit", last_year=2024)
    with pytest.raises(IntegrityError, match="keeps its meaning"), transaction.atomic():
        Indicator.objects.filter(pk=row.pk).update(unit="people")
    ended = indicator(unit="count", last_year=2020)
    Indicator.objects.filter(pk=ended.pk).update(unit="people")


@pytest.mark.django_db
def test_B1_an_indicator_does_not_end_before_the_years_that_asked_it() -> None:
    row = indicator()
    campaign(2024)
    assert refused_columns(row, {"last_year": 2023}) == ["last_year"]
    assert refused_columns(row, {"last_year": 2024}) == []
