"""What a chart or a map shows, in a sentence or two: the most, the least, the share, the move (S1).

Each function is given what is shown and nothing that is hidden; it answers with an empty text when there is nothing to
say, never with a sentence about nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from bilans.contents.words import REST, UNKNOWN_SAID, first_letter, fraction, listed, people_of
from bilans.models.indicator import Unit
from bilans.numbers import NBSP, bare, counted, percent_of, said

Cells = Sequence[dict[str, Any]]
"""Cells of a FIGURE: {"key", "label", "value", "said"}."""


def amount(cell: dict[str, Any]) -> Decimal | None:
    """The value of a cell; none when it is hidden or unknown."""
    return None if cell["value"] is None else Decimal(cell["value"])


def told(cells: Cells, *, rest: bool = False) -> list[tuple[Decimal, dict[str, Any]]]:
    """The cells whose value is told, the largest first, then by name; without « non renseigné » and the like."""
    rows = [(value, cell) for cell in cells if (value := amount(cell)) is not None]
    kept = [(value, cell) for value, cell in rows if rest or cell["key"] not in REST]
    return sorted(kept, key=lambda row: (-row[0], row[1]["label"]))


def people_shared(cells: Cells, breakdown: str, total: Decimal | None) -> str:
    """« Les demandeur·ses d’emploi sont les plus nombreux : 1 234 personnes, 43 % de l’ensemble, devant… »"""
    rows = [row for row in told(cells) if row[0] > 0]
    whole = total or Decimal(0)
    if not rows or whole <= 0:
        return _hidden_only(cells)
    (most, first), *others = rows
    who = people_of(breakdown, first["key"], first["label"])
    sentences = []
    if most == whole:
        sentences.append(f"Le public se compose entièrement de ce seul groupe{NBSP}: {who} ({said(most, Unit.PEOPLE)})")
    else:
        text = f"{first_letter(who)} représentent {fraction(most, whole)} des personnes ({said(most, Unit.PEOPLE)}"
        share = percent_of(most, whole)
        text += ")" if fraction(most, whole) == share else f", {share})"
        behind = [
            f"{people_of(breakdown, cell['key'], cell['label'])} ({percent_of(value, whole)})"
            for value, cell in others[:2]
        ]
        sentences.append(text + (f", devant {listed(behind)}" if behind else ""))
    unknown = next((value for cell in cells if cell["key"] in REST and (value := amount(cell))), None)
    if unknown and breakdown in UNKNOWN_SAID:
        sentences.append(f"Pour {percent_of(unknown, whole)} des personnes, {UNKNOWN_SAID[breakdown]}")
    return _joined(sentences, cells)


def places(
    cells: Cells, place: Callable[[str], str], unit: str, decimals: int = 0, *, adds: bool = True, total: Any = None
) -> str:  # fmt: skip
    """« C’est le territoire de Metz qui en compte le plus : 120 évènements, un quart du total… »

    `adds` false for means and shares: the highest and the lowest are said, and no part of any total.
    """
    rows = told(cells)
    if not rows:
        return _hidden_only(cells)
    if not any(value for value, _ in rows):
        return "Aucun n’est déclaré sur ce qui est représenté ici." if adds else ""
    whole = Decimal(total) if total else sum((value for value, _ in told(cells, rest=True)), Decimal(0))
    (most, first), *others = rows
    tied = [cell for value, cell in rows if value == most]
    sentences = []
    if len(rows) == 1:
        sentences.append(f"{first_letter(place(first['label']))} est le seul à répondre{NBSP}: "
                         f"{said(most, unit, decimals)}")  # fmt: skip
    elif len(tied) == len(rows):
        sentences.append(f"Tous sont au même niveau{NBSP}: {said(most, unit, decimals)}")
    elif len(tied) > 1:
        sentences.append(f"{first_letter(listed([place(cell['label']) for cell in tied[:4]]))} sont en tête, avec "
                         f"{said(most, unit, decimals)} chacun")  # fmt: skip
    else:
        text = f"{first_letter(place(first['label']))} vient en tête avec {said(most, unit, decimals)}"
        if adds and len(rows) > 2 and most < whole:
            text += f", soit {fraction(most, whole)} du total"
        follow = [f"{place(cell['label'])} ({bare(value, unit, decimals)})" for value, cell in others[:2] if value]
        sentences.append(text + (f", devant {listed(follow)}" if follow else ""))
    if len(rows) > 3 and len(tied) < len(rows):
        sentences += _least(rows, place, unit, decimals)
    return _joined(sentences, cells)


def _least(
    rows: list[tuple[Decimal, dict[str, Any]]], place: Callable[[str], str], unit: str, decimals: int
) -> list[str]:
    none = [cell for value, cell in rows if not value]
    if len(none) > 3:
        return [f"{counted(len(none), 'n’en compte', 'n’en comptent')} aucun"]
    if none:
        verb = "n’en compte aucun" if len(none) == 1 else "n’en comptent aucun"
        return [f"{first_letter(listed([place(cell['label']) for cell in none]))} {verb}"]
    least, last = rows[-1]
    if rows[-2][0] == least:
        return []
    return [f"À l’autre bout, {place(last['label'])}{NBSP}: {said(least, unit, decimals)}"]


def since(pairs: Sequence[tuple[str, Decimal, Decimal]], year: int) -> str:
    """From (name, before, now): the strongest rise and the strongest fall « par rapport à 2024 »."""
    moves = [
        ((now - before) * 100 / before, name, before, now) for name, before, now in pairs if before >= 20 and now >= 1
    ]
    ups = sorted((move for move in moves if move[0] >= 1), key=lambda move: (-move[0], move[1]))
    downs = sorted((move for move in moves if move[0] <= -1), key=lambda move: (move[0], move[1]))
    if not moves:
        return ""
    if not ups and not downs:
        return f"Tout est presque stable par rapport à {year}."
    parts = []
    if ups:
        parts.append(f"la plus forte hausse est celle de «{NBSP}{ups[0][1]}{NBSP}» (+{NBSP}{_whole(ups[0][0])}{NBSP}%)")
    if downs:
        words = "la plus forte baisse est" if len(downs) > 1 or not ups else "la seule baisse est"
        gap = _whole(-downs[0][0])
        parts.append(f"{words} celle de «{NBSP}{downs[0][1]}{NBSP}» (−{NBSP}{gap}{NBSP}%)")
    elif len(moves) > 1 and len(ups) == len(moves):
        parts.append("rien ne baisse")
    return f"Par rapport à {year}, {f'{NBSP}; '.join(parts)}."


def names(rows: Sequence[str], most: int = 12) -> str:
    """« A, B et C », or the first of a long list and how many more."""
    if len(rows) <= most:
        return listed(rows)
    return f"{', '.join(rows[:most])}, et {counted(len(rows) - most, 'autre', 'autres')}"


def _whole(percent: Decimal) -> str:
    return percent_of(percent, Decimal(100)).removesuffix(f"{NBSP}%") if percent < 100 else str(round(percent))


def _hidden_only(cells: Cells) -> str:
    if any(cell["said"] == "n.c." for cell in cells):
        return "Les effectifs sont trop petits pour être communiqués (n.c.)."
    return ""


def _joined(sentences: list[str], cells: Cells) -> str:
    hidden = sum(cell["said"] == "n.c." for cell in cells)
    if hidden:
        one = "Une classe n’est pas communiquée (n.c.), son effectif étant trop petit"
        sentences.append(one if hidden == 1 else f"{hidden}{NBSP}classes ne sont pas communiquées (n.c.)")
    return " ".join(f"{sentence}." for sentence in sentences)
