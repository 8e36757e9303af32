"""Where a fact comes from, as a page says it: the lines of the text extract stay in the data and the API."""

from __future__ import annotations

import re

_NUMBERS = r"\d+(?:\s*[-–]\s*\d+)?"
_LINES = re.compile(rf",?\s*\bl\.\s*{_NUMBERS}(?:(?:,| et)\s*{_NUMBERS})*")


def public_source(source: str) -> str:
    """« Annexe 2, fiche Réseau des CIO, l. 1676 » is said « Charte 2018, annexe 2, fiche Réseau des CIO »."""
    said = _LINES.sub("", source).strip()
    if said.startswith("Annexe"):
        said = f"Charte 2018, a{said[1:]}"
    return re.sub(r"^Charte GE\b", "Charte 2018", said)
