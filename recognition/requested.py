"""Where in the dossier a thing that the Region asks is: its words name a part, perhaps a slot (R5).

What is asked is written freely; a line whose words say nothing of a part leads nowhere rather than astray.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.text import fold

# In order: the first that speaks wins. Words without accents; part, then anchor on its page.
_WORDS: tuple[tuple[str, str, str], ...] = (
    (r"\bcomptes?\b|\bbilan comptable\b", "pieces", "piece-accounts"),
    (r"\brapport d.activite", "pieces", "piece-activity"),
    (r"\bnote\b", "pieces", "piece-note"),
    (r"\bpieces?\b|\bfichiers?\b|\bdocuments?\b", "pieces", ""),
    (r"\bhoraires?\b|\bsites?\b|\blieux?\b|\blocaux\b|\bantennes?\b|\bperimetre\b|\bpublics?\b", "sites", ""),
    (r"\bcriteres?\b|\breponses?\b|\bengagements?\b", "criteres", ""),
    (
        r"\b(siret|statuts?|siege|representante?|presentation|partenaires?|equipes?|pilotage|bilan d.activite|offre)\b",
        "organisme", "",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A line of a request, the part it speaks of and the place on its page; empty when its words do not say."""

    text: str
    part: str
    anchor: str


def asked(items: list[str]) -> list[Asked]:
    return [_one(item) for item in items]


def _one(item: str) -> Asked:
    words = fold(item)
    for pattern, part, anchor in _WORDS:
        if re.search(pattern, words):
            return Asked(item, part, anchor)
    return Asked(item, "", "")
