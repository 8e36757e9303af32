"""Where a fact comes from, as a page says it: the lines of the text extract stay in the data and the API."""

from __future__ import annotations

import re

from core.text import without_lines


def public_source(source: str) -> str:
    """« Annexe 2, fiche Réseau des CIO, l. 1676 » is said « Charte 2018, annexe 2, fiche Réseau des CIO »."""
    said = without_lines(source)
    if said.startswith("Annexe"):
        said = f"Charte 2018, a{said[1:]}"
    return re.sub(r"^Charte GE\b", "Charte 2018", said)
