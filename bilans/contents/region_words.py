"""The three sentences that open the bilan of the region: people, territories and agenda, young people of the PSAD."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from bilans import numbers
from bilans.consolidation import Figure
from bilans.contents.words import fraction
from bilans.models.indicator import Unit
from bilans.numbers import NBSP, counted, percent_of


def brief(figures: Mapping[str, Figure], year: int) -> str:
    """What happened in the year, in plain sentences: what is not known is not spoken of."""
    said = [_people(figures, year), _territories(figures), _young(figures)]
    return " ".join(sentence for sentence in said if sentence)


def _amount(figures: Mapping[str, Figure], key: str) -> Decimal | None:
    one = figures.get(key)
    return None if one is None or one.hidden or not one.amount else one.amount


def _people(figures: Mapping[str, Figure], year: int) -> str:
    received, followed = _amount(figures, "personnes-accueillies"), _amount(figures, "accompagnements")
    if received is None:
        return ""
    one = figures["personnes-accueillies"]
    who = "l’organisme qui a répondu a"
    if one.answered > 1:
        who = f"les {numbers.number(one.answered)} organismes qui ont répondu ont"
    text = f"En {year}, {who} accueilli {numbers.said(received, Unit.PEOPLE)}{_moved(one, year)}"
    if followed is not None:
        verb = "ont été accompagnées" if followed >= 2 else "a été accompagnée"
        text += f"{NBSP}; {numbers.said(followed, Unit.PEOPLE)} {verb}"
    return f"{text}."


def _moved(one: Figure, year: int) -> str:
    """« , soit 5 % de plus qu’en 2024 chez ceux qui ont répondu les deux années »."""
    if one.comparable is None:
        return ""
    before, now = one.comparable
    if before < numbers.PERCENT_FROM:
        return ""
    percent = numbers.rounded((now - before) * 100 / before)  # as the key figure beside says it
    if not percent:
        return f", autant qu’en {year - 1} à périmètre comparable"
    words = "de plus" if percent > 0 else "de moins"
    return f", soit {numbers.number(abs(percent))}{NBSP}% {words} qu’en {year - 1} à périmètre comparable"


def _territories(figures: Mapping[str, Figure]) -> str:
    events, towns = _amount(figures, "region-evenements"), _amount(figures, "region-communes")
    actions = _amount(figures, "actions-realisees")
    parts = []
    if events is not None:
        verb = "s’est tenu" if events < 2 else "se sont tenus"
        where = f" dans {counted(towns, 'commune', 'communes')}" if towns is not None else ""
        parts.append(f"{numbers.said(events, Unit.EVENTS)} de l’agenda {verb}{where}")
    if actions is not None:
        verb = "a été menée" if actions < 2 else "ont été menées"
        word = "action des programmes territoriaux" if actions < 2 else "actions des programmes territoriaux"
        parts.append(f"{numbers.number(actions)}{NBSP}{word} {verb} à bien")
    return f"Sur les territoires, {', et '.join(parts)}." if parts else ""


def _young(figures: Mapping[str, Figure]) -> str:
    received, solved = _amount(figures, "psad-recus"), _amount(figures, "psad-solutions")
    held, lost = _amount(figures, "psad-tenus-6"), _amount(figures, "psad-perdus-6")
    if received is None:
        return ""
    who = counted(received, "jeune sorti·e", "jeunes sorti·es")
    text = f"Les plateformes (PSAD) ont reçu {who} de l’école sans solution"
    if solved is not None:
        text += f", et {counted(solved, 'solution a', 'solutions ont')} commencé"
    if held is not None and lost is not None:
        share = fraction(held, held + lost)
        words = percent_of(held, held + lost) if share.endswith("%") else share
        text += f"{NBSP}; six mois après, {words} des solutions vérifiées tenaient toujours"
    return f"{text}."
