"""Initials that a visitor meets, and what they stand for: said at their first use on a page."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.text import fold

MEANINGS = {
    "AIO": "accueil, information et orientation",
    "ARML": "association régionale des missions locales",
    "CAD": "centre d’aide à la décision",
    "CEP": "conseil en évolution professionnelle",
    "CPRDFOP": "plan régional de développement des formations et de l’orientation professionnelles",
    "CREFOP": "comité régional de l’emploi, de la formation et de l’orientation professionnelles",
    "CSAIO": "chef·fe du service d’information et d’orientation de l’académie",
    "CTO": "concertation territoriale de l’orientation",
    "DCIO": "direction d’un centre d’information et d’orientation",
    "DSPIP": "direction d’un service pénitentiaire d’insertion et de probation",
    "EPL": "établissement public local d’enseignement agricole",
    "EPLEFPA": "établissement public local d’enseignement agricole",
    "IEN-IO": "inspection de l’Éducation nationale pour l’information et l’orientation",
    "OPACIF": "organisme qui finançait le congé individuel de formation des salarié·es",
    "PSAD": "plateforme de suivi et d’appui aux jeunes sortis de l’école",
    "SPRO": "service public régional de l’orientation",
    "VAE": "validation des acquis de l’expérience",
}
_INITIALS = re.compile(rf"(?<![\w-])({'|'.join(sorted(MEANINGS, key=len, reverse=True))})(?![\w-])")


def met(text: str) -> Iterator[tuple[int, str]]:
    """The initials of `text` that it does not explain itself, each once: where they end, and which they are."""
    folded, seen = fold(text), set[str]()
    for match in _INITIALS.finditer(text):
        word = match.group()
        if word not in seen and fold(MEANINGS[word]) not in folded:
            yield match.end(), word
        seen.add(word)
