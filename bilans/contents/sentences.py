"""What a chart or a map shows, in a sentence or two: the most, the least, the share, the move (S1).

Each function is given what is shown and nothing that is hidden; it answers with an empty text when there is nothing to
say, never with a sentence about nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bilans.contents.words import (
    REST,
    UNKNOWN_SAID,
    basin,
    first_letter,
    fraction,
    listed,
    network,
    people_of,
    territory,
)
from bilans.models.indicator import Unit
from bilans.numbers import HIDDEN, NBSP, bare, counted, percent_of, ratio, said

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
        text = f"{first_letter(who)} représentent {fraction(most, whole)} des personnes ({bare(most, Unit.PEOPLE)}"
        share = percent_of(most, whole)
        text += ")" if fraction(most, whole) == share else f", soit {share})"
        behind = [
            f"{people_of(breakdown, cell['key'], cell['label'])} ({percent_of(value, whole)})"
            for value, cell in others[:2]
        ]
        sentences.append(text + (f", devant {listed(behind)}" if behind else ""))
    unknown = next((value for cell in cells if cell["key"] in REST and (value := amount(cell))), None)
    if unknown and breakdown in UNKNOWN_SAID:
        sentences.append(f"Pour {percent_of(unknown, whole)} des personnes, {UNKNOWN_SAID[breakdown]}")
    return _joined(sentences, cells)


@dataclass(frozen=True)
class Place:
    """What a value is said of, besides people: how one is named in a sentence, and several counted."""

    named: Callable[[str], str]
    one: str
    several: str


TERRITORIES = Place(territory, "territoire", "territoires")
BASINS = Place(basin, "bassin", "bassins")
NETWORKS = Place(network, "réseau", "réseaux")


def places(
    cells: Cells, of: Place, unit: str, decimals: int = 0, *, adds: bool = True, total: Decimal | None = None
) -> str:  # fmt: skip
    """« Le territoire de Metz vient en tête avec 120 évènements, soit un quart du total, devant… »

    `adds` false for means and shares: the highest and the lowest are said, and no part of any total. `total`: the one
    that the document prints, which may hold more than these places (elsewhere, no place said); theirs without it.
    """
    rows = told(cells)
    if not rows:
        return _hidden_only(cells)
    if not any(value for value, _ in rows):
        return ""
    whole = sum((value for value, _ in told(cells, rest=True)), Decimal(0))
    if total is not None:
        adds, whole = adds and total >= whole, total  # what was counted in two places makes no shares
    (most, first), *others = rows
    tied = [cell for value, cell in rows if value == most]
    if len(rows) == 1:
        text = f"Un seul {of.one} est renseigné{NBSP}: {of.named(first['label'])}, avec {said(most, unit, decimals)}"
    elif len(tied) == len(rows):
        text = f"Tous sont au même niveau{NBSP}: {said(most, unit, decimals)}"
    elif len(tied) > 4:
        text = f"{len(tied)}{NBSP}{of.several} sont en tête, avec {said(most, unit, decimals)} chacun"
    elif len(tied) > 1:
        ahead = listed([of.named(cell["label"]) for cell in tied])
        text = f"{first_letter(ahead)} sont en tête, avec {said(most, unit, decimals)} chacun"
    else:
        text = f"{first_letter(of.named(first['label']))} vient en tête avec {said(most, unit, decimals)}"
        if adds and len(rows) > 2 and most < whole:
            text += f", soit {fraction(most, whole)} du total"
        follow = [f"{of.named(cell['label'])} ({bare(value, unit, decimals)})" for value, cell in _next(others)]
        text += f", devant {listed(follow)}" if follow else ""
    sentences = [text]
    if len(rows) > 3 and len(tied) < len(rows):
        sentences += _least(rows, of, unit, decimals)
    return _joined(sentences, cells, of)


def _next(others: list[tuple[Decimal, dict[str, Any]]]) -> list[tuple[Decimal, dict[str, Any]]]:
    """The second and the third, none of them named alone among its equals."""
    if len(others) < 3:
        return [row for row in others if row[0]]
    return [row for row in others[:2] if row[0] > others[2][0]]


def _least(rows: list[tuple[Decimal, dict[str, Any]]], of: Place, unit: str, decimals: int) -> list[str]:
    none = [cell for value, cell in rows if not value]
    if len(none) > 3:
        return [f"{first_letter(counted(len(none), of.one, of.several))} n’en comptent aucun"]
    if none:
        verb = "n’en compte aucun" if len(none) == 1 else "n’en comptent aucun"
        return [f"{first_letter(listed([of.named(cell['label']) for cell in none]))} {verb}"]
    least, last = rows[-1]
    if rows[-2][0] == least:
        return []
    return [f"À l’autre bout, {of.named(last['label'])}{NBSP}: {said(least, unit, decimals)}"]


def since(pairs: Sequence[tuple[str, Decimal, Decimal]], year: int) -> str:
    """From (name, before, now): the strongest rise and the strongest fall « par rapport à 2024 »."""
    moves = sorted(
        ((now / before, name, ratio(now, before)) for name, before, now in pairs if ratio(now, before)),
        key=lambda move: (-move[0], move[1]),
    )
    ups = [move for move in moves if move[0] >= Decimal("1.01")]
    downs = [move for move in moves if move[0] <= Decimal("0.99")]
    if not moves:
        return ""
    small = [now - before for _, before, now in pairs if not ratio(now, before)]  # too small for a percentage
    if not ups and not downs:
        if any(small):
            return ""
        return f"Rien ne bouge vraiment par rapport à {year}." if len(moves) > 1 else ""
    if len(moves) == 1:
        return f"«{NBSP}{moves[0][1]}{NBSP}»{NBSP}: {moves[0][2]} par rapport à {year}."
    parts = []
    if ups:
        parts.append(_strongest(ups, "hausse"))
    if downs:
        parts.append(_strongest(downs[::-1], "baisse"))
    elif len(moves) > 2 and len(ups) == len(moves) and not any(gap < 0 for gap in small):
        parts.append("rien ne baisse")
    but = ", hors petits nombres," if any(small) else ","
    return f"Par rapport à {year}{but} {f'{NBSP}; '.join(parts)}."


def _strongest(moves: Sequence[tuple[Decimal, str, str]], word: str) -> str:
    """« la plus forte hausse est celle de « A » (+ 12 %) »: those that print the same percentage are named together."""
    first = moves[0][2]
    tied = [f"«{NBSP}{name}{NBSP}»" for _, name, ratio_said in moves if ratio_said == first]
    if len(tied) == len(moves) == 2:
        return f"{' et '.join(tied)} évoluent de même ({first})"
    if len(tied) > 2:
        return f"la plus forte {word} est celle de {counted(len(tied), 'indicateur', 'indicateurs')} ({first})"
    if len(tied) == 2:
        return f"les plus fortes {word}s sont celles de {' et de '.join(tied)} ({first})"
    return f"la {'plus forte' if len(moves) > 1 else 'seule'} {word} est celle de {tied[0]} ({first})"


def names(rows: Sequence[str], most: int = 12) -> str:
    """« A, B et C », or the first of a long list and how many more."""
    if len(rows) <= most:
        return listed(rows)
    return f"{', '.join(rows[:most])}, et {counted(len(rows) - most, 'autre', 'autres')}"


def _hidden_only(cells: Cells) -> str:
    if any(cell["said"] == HIDDEN for cell in cells):
        return "Les effectifs sont trop petits pour être communiqués (n.c.)."
    return ""


def _joined(sentences: list[str], cells: Cells, of: Place | None = None) -> str:
    hidden = sum(cell["said"] == HIDDEN for cell in cells)
    if hidden and of is None:
        sentences.append(
            f"{counted(hidden, 'classe n’est pas communiquée', 'classes ne sont pas communiquées')} ({HIDDEN})"
        )
    elif hidden and of is not None:
        words = counted(hidden, f"{of.one} n’est pas communiqué", f"{of.several} ne sont pas communiqués")
        sentences.append(f"{words} ({HIDDEN})")
    return " ".join(sentence if sentence.endswith(".") else f"{sentence}." for sentence in sentences)
