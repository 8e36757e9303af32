"""Numbers and their changes as French prints them (B3, S1)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bilans.numbers import change, number, percent_of, said


@pytest.mark.parametrize(
    ("amount", "unit", "decimals", "text"),
    [
        ("1234", "people", 0, "1\u202f234\u00a0personnes"), ("1", "people", 0, "1\u00a0personne"),
        ("0", "people", 0, "0\u00a0personne"), ("2", "events", 0, "2\u00a0évènements"),
        ("1.9", "days", 1, "1,9\u00a0jour"), ("12", "days", 1, "12\u00a0jours"), ("92", "share", 1, "92\u00a0%"),
        ("4.3", "score", 1, "4,3\u00a0sur 5"), ("4", "score", 1, "4,0\u00a0sur 5"), ("4.50", "fte", 2, "4,5\u00a0ETP"),
        ("1200000", "euros", 0, "1\u202f200\u202f000\u00a0€"), ("7", "count", 0, "7"),
    ],
)  # fmt: skip
def test_a_value_is_said_with_what_it_counts(amount: str, unit: str, decimals: int, text: str) -> None:
    assert said(Decimal(amount), unit, decimals) == text


def test_B3_a_missing_value_is_not_a_zero() -> None:
    assert (said(None, "people"), said(Decimal(0), "people")) == ("non renseigné", "0\u00a0personne")


def test_a_negative_number_has_a_true_minus_and_zero_has_none() -> None:
    assert (number(Decimal("-1234.5"), 1), number(Decimal("-0.2"))) == ("−1\u202f234,5", "0")


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        ("1", "300", "moins de 1\u00a0%"), ("299", "300", "plus de 99\u00a0%"), ("300", "300", "100\u00a0%"),
        ("0", "9", "0\u00a0%"), ("1", "0", ""),
    ],
)  # fmt: skip
def test_a_share_is_all_or_nothing_only_when_it_is(part: str, whole: str, text: str) -> None:
    assert percent_of(Decimal(part), Decimal(whole)) == text


@pytest.mark.parametrize(
    ("now", "before", "unit", "decimals", "text"),
    [
        ("112", "100", "people", 0, "+\u00a012\u00a0% par rapport à 2024"),
        ("88", "100", "people", 0, "−\u00a012\u00a0% par rapport à 2024"),
        ("5", "3", "people", 0, "de 3 en 2024 à 5"), ("0", "300", "people", 0, "de 300 en 2024 à 0"),
        ("1", "700", "people", 0, "de 700 en 2024 à 1"), ("9", "0", "count", 0, "de 0 en 2024 à 9"),
        ("7", "7", "people", 0, "stable par rapport à 2024"),
        ("1001", "1000", "people", 0, "presque stable par rapport à 2024"),
        ("1282", "1276", "people", 0, "presque stable par rapport à 2024"),
        ("340", "100", "people", 0, "×\u00a03,4 par rapport à 2024"),
        ("93", "92", "share", 0, "+\u00a01\u00a0point par rapport à 2024"),
        ("4.1", "4.4", "score", 1, "−\u00a00,3\u00a0point par rapport à 2024"),
    ],
)  # fmt: skip
def test_a_change_is_a_percentage_from_twenty_on_and_points_for_shares(
    now: str, before: str, unit: str, decimals: int, text: str
) -> None:
    found = change(Decimal(now), Decimal(before), unit, decimals, year=2024)
    assert found is not None
    assert found["said"] == text


@pytest.mark.parametrize(
    ("wanted", "good"), [("up", True), ("down", False), ("", None)]
)  # fmt: skip
def test_a_rise_is_called_good_only_by_its_indicator(wanted: str, good: bool | None) -> None:
    found = change(Decimal(120), Decimal(100), "people", year=2024, wanted=wanted)
    assert found is not None
    assert found["good"] is good


def test_B3_a_change_over_fewer_subjects_says_so_and_one_year_alone_is_no_change() -> None:
    found = change(Decimal(120), Decimal(100), "people", year=2024, same=False)
    assert found is not None
    assert found["said"].endswith(", à périmètre comparable")
    assert change(None, Decimal(100), "people", year=2024) is None
    assert change(Decimal(100), None, "people", year=2024) is None
