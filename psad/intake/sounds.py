"""How a French name sounds, roughly: « Thiébault » and « Tiebaut » alike. Candidates are shown, never merged on it."""

from __future__ import annotations

import re

from core.text import fold

_RULES = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"\b(de|du|des|le|la|les|el|al|ben|von|van|d|l)\s+", ""),
        (r"[^a-z]", ""),
        (r"ph", "f"), (r"sch|sh|ch", "j"), (r"th", "t"), (r"gh", "g"), (r"h", ""),
        (r"eau[ltdxs]*\b|aul[tdx]*s?\b|au[ltdxs]+\b", "o"), (r"eau|au", "o"),
        (r"ain|ein|in(?![aeiouyn])|yn(?![aeiouyn])", "1"), (r"[ae][mn](?![aeiouymn])", "2"),
        (r"o[mn](?![aeiouymn])", "3"), (r"ou|oo|w", "u"), (r"oeu|eu", "e"), (r"ai|ei|ay|ey|er\b|ez\b|et\b", "e"),
        (r"oi|oy", "wa"), (r"y|j(?=[aou])", "i"), (r"qu|ck|q|k", "k"), (r"c(?=[eiy])", "s"), (r"c", "k"),
        (r"g(?=[eiy])", "j"), (r"z|x", "s"), (r"v", "f"), (r"b(?=[tsd])", ""), (r"p(?=[ts])", ""),
        (r"(.)\1+", r"\1"), (r"[tdsp]+$", ""), (r"e+s?$", ""),
    )
)  # fmt: skip


def sound(name: str) -> str:
    """A short key of `name`; names without a letter of ours sound as they are written."""
    said = fold(name)
    for pattern, with_ in _RULES:
        said = pattern.sub(with_, said)
    return said or fold(name)
