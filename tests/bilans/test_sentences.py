"""The sentences beside charts and maps: the finding, grammatical, and nothing when there is nothing to say (S1)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from bilans.consolidation import Figure, Part, State
from bilans.contents.blocks import deduced
from bilans.contents.region_places import by_agency
from bilans.contents.region_words import brief
from bilans.contents.sentences import BASINS, NETWORKS, TERRITORIES, names, people_shared, places, since
from bilans.contents.words import fraction, listed
from bilans.models import Breakdown, Indicator

NB = "\u00a0"
AND_ONE = (
    "Le territoire de T0 vient en tête avec 9, devant le territoire de T1 (5). "
    f"1{NB}territoire n’est pas communiqué (n.c.)."
)


def cells(*rows: tuple[str, int | None]) -> list[dict[str, Any]]:
    """`(label, value)`; none is hidden."""
    return [
        {"key": label, "label": label, "value": str(value), "said": str(value)} if value is not None
        else {"key": label, "label": label, "value": None, "said": "n.c."}
        for label, value in rows
    ]  # fmt: skip


def sexes(women: int | None, men: int | None, unknown: int) -> list[dict[str, Any]]:
    found = cells(("Femmes", women), ("Hommes", men), ("Non renseigné", unknown))
    for cell, key in zip(found, ("f", "h", "non-renseigne"), strict=True):
        cell["key"] = key
    return found


def test_who_they_are_says_the_largest_group_its_share_and_who_is_unknown() -> None:
    assert people_shared(sexes(60, 30, 10), Breakdown.SEX, Decimal(100)) == (
        f"Les femmes représentent 60{NB}% des personnes (60), devant les hommes (30{NB}%). "
        f"Pour 10{NB}% des personnes, le sexe n’est pas renseigné."
    )


def test_who_they_are_uses_a_fraction_where_one_is_near() -> None:
    text = people_shared(sexes(49, 51, 0), Breakdown.SEX, Decimal(100))
    assert text.startswith(f"Les hommes représentent un peu plus de la moitié des personnes (51, soit 51{NB}%)")


@pytest.mark.parametrize("women", [0, None])
def test_nobody_at_all_says_nothing_and_hidden_ones_say_why(women: int | None) -> None:
    text = people_shared(sexes(women, women, 0), Breakdown.SEX, Decimal(0))
    assert text == ("" if women == 0 else "Les effectifs sont trop petits pour être communiqués (n.c.).")


def test_everybody_in_one_class() -> None:
    assert people_shared(sexes(1, 0, 0), Breakdown.SEX, Decimal(1)) == (
        f"Le public se compose entièrement de ce seul groupe{NB}: les femmes (1{NB}personne)."
    )


def test_places_elide_agree_and_say_first_followers_and_those_of_none() -> None:
    shown = cells(("Épinal", 50), ("Metz", 30), ("Le Thillot", 20), ("Nancy", 0))
    assert places(shown, TERRITORIES, "events") == (
        f"Le territoire d’Épinal vient en tête avec 50{NB}évènements, soit la moitié du total, devant le territoire de "
        "Metz (30) et le territoire du Thillot (20). Le territoire de Nancy n’en compte aucun."
    )


def test_a_basin_that_is_called_so_is_not_the_basin_of_a_basin() -> None:
    assert places(cells(("Bassin houiller", 2), ("Toul", 1)), BASINS, "sites") == (
        f"Le Bassin houiller vient en tête avec 2{NB}lieux, devant le bassin de Toul (1)."
    )


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([], ""), ([0, 0, 0], ""), ([None, None], "Les effectifs sont trop petits pour être communiqués (n.c.)."),
        ([7], f"Un seul territoire est renseigné{NB}: le territoire de T0, avec 7."),
        ([7, 7], f"Tous sont au même niveau{NB}: 7."),
        ([7, 7, 1], "Le territoire de T0 et le territoire de T1 sont en tête, avec 7 chacun."),
        ([9] + [0] * 4, f"Le territoire de T0 vient en tête avec 9. 4{NB}territoires n’en comptent aucun."),
        ([9, 5, None], AND_ONE),
    ],
)  # fmt: skip
def test_places_at_the_edges(values: list[int | None], text: str) -> None:
    shown = cells(*((f"T{rank}", value) for rank, value in enumerate(values)))
    assert places(shown, TERRITORIES, "count") == text


def test_means_are_ranked_and_never_a_part_of_a_total() -> None:
    shown = cells(("Apec", 4), ("CRESS", 3), ("État", 2))
    assert "total" not in places(shown, NETWORKS, "score", 1, adds=False)


def test_B3_a_part_of_the_total_is_that_of_the_total_that_is_printed() -> None:
    shown = cells(("Metz", 30), ("Nancy", 20), ("Toul", 10))
    assert "soit la moitié du total" in places(shown, TERRITORIES, "count")
    # Forty more were received at a distance: the document prints a hundred.
    assert f"soit 30{NB}% du total" in places(shown, TERRITORIES, "count", total=Decimal(100))
    # Counted in two places: their sum is over the total, a share would lie.
    assert "du total" not in places(shown, TERRITORIES, "count", total=Decimal(45))


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (9930, f"soit 1{NB}% de moins qu’en 2024"),
        (9970, "autant qu’en 2024"),
        (10060, f"soit 1{NB}% de plus qu’en 2024"),
    ],
)  # fmt: skip
def test_B3_the_year_in_brief_says_the_same_move_as_the_key_figure(now: int, words: str) -> None:
    asked = Indicator(key="personnes-accueillies", unit="people", adding="sum")
    both = (Decimal(10000), Decimal(now))
    found = Figure(asked, Decimal(now), answered=3, expected=3, previous=both[0], comparable=both)
    assert brief({asked.key: found}, 2025).endswith(f", {words} à périmètre comparable.")


def test_B3_a_last_line_that_is_no_sum_of_those_above_says_why() -> None:
    def found(adding: str, *states: State) -> Figure:
        parts = tuple(
            Part(rank, str(rank), f"T{rank}", "territory", state, Decimal(3) if state == "answered" else None)
            for rank, state in enumerate(states)
        )
        asked = Indicator(key=adding, label=f"Compte {adding}", unit="events", adding=adding)
        return Figure(asked, Decimal(9), parts=parts)

    noted = by_agency([found("distinct", "answered", "missing"), found("sum", "answered", "missing")])[0]["note"]
    assert noted == (
        f"Pour «{NB}Compte distinct{NB}», que le portail compte lui-même, la dernière ligne compte aussi les "
        "territoires qui n’ont pas répondu."
    )
    assert by_agency([found("distinct", "answered", "answered")])[0]["note"] == ""
    assert by_agency([found("sum", "answered", "missing")])[0]["note"] == ""


def test_moves_that_print_the_same_are_named_together() -> None:
    pairs = [("A", Decimal(1000), Decimal(1021)), ("B", Decimal(1000), Decimal(1024)), ("C", Decimal(10), Decimal(9))]
    assert f"«{NB}B{NB}» et «{NB}A{NB}» évoluent de même (+{NB}2{NB}%)" in since(pairs, 2024)
    pairs.append(("D", Decimal(1000), Decimal(1010)))
    assert f"les plus fortes hausses sont celles de «{NB}B{NB}» et de «{NB}A{NB}» (+{NB}2{NB}%)" in since(pairs, 2024)
    pairs.append(("E", Decimal(1000), Decimal(1022)))
    assert f"la plus forte hausse est celle de 3{NB}indicateurs (+{NB}2{NB}%)" in since(pairs, 2024)


def test_B3_places_without_a_figure_hold_none_when_the_others_make_the_total() -> None:
    shown: dict[str, Any] = {"value": "12", "unit": "sites", "decimals": 0}
    found = [*cells(("Metz", 7), ("Toul", 5)), {"key": "x", "label": "x", "value": None, "said": "non renseigné"}]
    shown["breakdowns"] = [{"key": "basin", "title": "", "cells": found}]
    assert [cell["said"] for cell in deduced(shown, "basin")] == ["7", "5", "0"]
    assert [cell["said"] for cell in deduced(shown | {"value": "13"}, "basin")][2] == "non renseigné"
    hidden = [*found, {"key": "y", "label": "y", "value": None, "said": "n.c."}]
    shown["breakdowns"][0]["cells"] = hidden
    assert [cell["said"] for cell in deduced(shown, "basin")][2:] == ["non renseigné", "n.c."]


def test_since_says_the_strongest_moves_and_nothing_of_small_numbers() -> None:
    moves = [("A", Decimal(100), Decimal(123)), ("B", Decimal(100), Decimal(60)), ("C", Decimal(3), Decimal(30))]
    assert since(moves, 2024) == (
        f"Par rapport à 2024, hors petits nombres, la seule hausse est celle de «{NB}A{NB}» (+{NB}23{NB}%){NB}; "
        f"la seule baisse est celle de «{NB}B{NB}» (−{NB}40{NB}%)."
    )
    assert since(moves[2:], 2024) == ""
    assert since([("A", Decimal(100), Decimal(100)), ("B", Decimal(50), Decimal(50))], 2024) == (
        "Rien ne bouge vraiment par rapport à 2024."
    )


def test_lists_are_joined_and_long_ones_cut() -> None:
    assert listed(["Metz"]) == "Metz"
    assert listed(["Metz", "Nancy", "Toul"]) == "Metz, Nancy et Toul"
    assert names([str(n) for n in range(14)]) == f"{', '.join(str(n) for n in range(12))}, et 2{NB}autres"


@pytest.mark.parametrize(
    ("part", "words"),
    [(33, "un tiers"), (50, "la moitié"), (47, "près de la moitié"), (75, "les trois quarts"), (40, f"40{NB}%")],
)  # fmt: skip
def test_fractions(part: int, words: str) -> None:
    assert fraction(Decimal(part), Decimal(100)) == words


def test_a_move_too_small_for_a_percentage_is_neither_denied_nor_forgotten() -> None:
    still = [("A", Decimal(100), Decimal(100)), ("B", Decimal(50), Decimal(50))]
    assert since(still, 2024) == "Rien ne bouge vraiment par rapport à 2024."
    assert since([*still, ("C", Decimal(1), Decimal(0))], 2024) == ""


def test_none_is_named_second_alone_among_its_equals() -> None:
    shown = cells(*((f"T{rank}", value) for rank, value in enumerate([9, 3, 1, 1])))
    assert "(3)" in places(shown, TERRITORIES, "count")
    assert "T2" not in places(shown, TERRITORIES, "count").split(".")[0]
