"""French text as computers compare it."""

from __future__ import annotations

import re
import unicodedata

_SPECIAL = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "’": "'", "ß": "ss", "·": ""})
_ARTICLES = re.compile(r"^(le|la|les|l|d|de|du|des) ")


def fold(text: str) -> str:
    """`text` lowercase, without accents, every run of anything but letters and digits made one space."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_SPECIAL))
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", " ", bare.lower()).strip()


def sort_key(text: str) -> str:
    """The key that puts French names in alphabetical order (PostgreSQL here has no ICU): articles do not count."""
    return _ARTICLES.sub("", fold(text))
