"""The French that sentences about figures are made of: who is counted, fractions, lists, where (S1: no template shows).

The words come from closed lists (statuses, classes of age); names of territories and networks are used as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bilans.breakdowns import ELSEWHERE, UNKNOWN
from bilans.models.indicator import Breakdown
from bilans.numbers import NBSP, percent_of
from core.reference import Status
from territories.toponyms import of

# Several people of a class, as the subject of a sentence.
_PEOPLE: dict[str, dict[str, str]] = {
    Breakdown.SEX: {"f": "les femmes", "h": "les hommes"},
    Breakdown.AGE: {
        "16": "les moins de 18 ans", "18": "les 18-25 ans", "26": "les 26-44 ans", "45": "les 45 ans et plus",
    },
    Breakdown.STATUS: {
        Status.COLLEGIEN: "les collégien·nes", Status.LYCEEN: "les lycéen·nes", Status.ETUDIANT: "les étudiant·es",
        Status.APPRENTI: "les apprenti·es",
        Status.DECROCHEUR: "les jeunes sorti·es de l’école sans solution", Status.SALARIE: "les salarié·es",
        Status.CADRE: "les cadres", Status.AGENT_PUBLIC: "les agent·es du service public",
        Status.INDEPENDANT: "les indépendant·es", Status.DEMANDEUR_EMPLOI: "les demandeur·ses d’emploi",
        Status.HANDICAP: "les personnes en situation de handicap",
        Status.SOUS_MAIN_DE_JUSTICE: "les personnes sous main de justice", Status.RETRAITE: "les retraité·es",
        Status.BENEVOLE: "les bénévoles", Status.PARENT: "les parents",
        Status.PROFESSIONNEL: "les professionnel·les de l’orientation",
    },
}  # fmt: skip
UNKNOWN_SAID: dict[str, str] = {
    Breakdown.SEX: "le sexe n’est pas renseigné",
    Breakdown.AGE: "l’âge n’est pas renseigné",
    Breakdown.STATUS: "le statut n’est pas renseigné",
}
REST = (UNKNOWN, ELSEWHERE[0], "non-ventile")
"""The classes that are no group of people and no place: never the largest of anything."""

_FRACTIONS = (
    (Decimal("99.5"), "la totalité"),
    (Decimal(95), "la quasi-totalité"),
    (Decimal(77), ""),
    (Decimal(73), "les trois quarts"),
    (Decimal("69.5"), ""),
    (Decimal("68.5"), ""),
    (Decimal("64.5"), "les deux tiers"),
    (Decimal(56), ""),
    (Decimal("50.5"), "un peu plus de la moitié"),
    (Decimal("49.5"), "la moitié"),
    (Decimal(45), "près de la moitié"),
    (Decimal("34.5"), ""),
    (Decimal(32), "un tiers"),
    (Decimal("26.5"), ""),
    (Decimal(24), "un quart"),
    (Decimal(21), ""),
    (Decimal(19), "un cinquième"),
)


def people_of(breakdown: str, category: str, label: str) -> str:
    """« les demandeur·ses d’emploi »; a class without words of its own keeps its label between quotation marks."""
    words: dict[str, str] = _PEOPLE.get(Breakdown(breakdown), {})
    return words.get(category) or f"«{NBSP}{label}{NBSP}»"


def first_letter(text: str) -> str:
    """`text` as it begins a sentence."""
    return text[:1].upper() + text[1:]


def fraction(part: Decimal, whole: Decimal) -> str:
    """« un tiers », « près de la moitié », or « 43 % » when no fraction is near."""
    share = part * 100 / whole if whole else Decimal(0)
    words = next((words for least, words in _FRACTIONS if share >= least), "")
    return words or percent_of(part, whole)


def listed(words: Sequence[str]) -> str:
    """« Metz », « Metz et Nancy », « Metz, Nancy et Toul »."""
    *others, last = words or [""]
    return f"{', '.join(others)} et {last}" if others else last


def territory(name: str) -> str:
    """« le territoire de Metz », « le territoire d’Épinal »."""
    return f"le territoire {of(name)}"


def basin(name: str) -> str:
    """« le bassin de Metz », « le Bassin houiller »."""
    return f"le {name}" if name.startswith("Bassin ") else f"le bassin {of(name)}"


def network(name: str) -> str:
    """« le réseau France Travail »: a family keeps its name, whatever its gender and number."""
    return f"le réseau «{NBSP}{name}{NBSP}»"


def of_territory(name: str) -> str:
    """A heading: « Territoire de Metz », « Territoire d’Épinal »."""
    return f"Territoire {of(name)}"
