"""What makes a skill unique in a portfolio: « C », « C++ » and « C# » are three."""

from __future__ import annotations

import re

from core.text import fold

LONGEST = 160
# Signs that are part of a name, after a letter or a digit: « C++ », « C# », « F# », « Notepad++ »; « a + b » has none.
_SIGNED = re.compile(r"(?<=\w)(?:\+{2,}|\+(?![\w+])|[#♯](?!\w))")


def skill_key(label: str) -> str:
    """`label` as `core.text.fold` has it, but + and # at the end of a word stay; « 电工 » folds to nothing, and is
    itself."""
    pieces: list[str] = []
    rest = 0
    for sign in _SIGNED.finditer(label):
        pieces += [fold(label[rest : sign.start()]), sign.group().replace("♯", "#"), " "]
        rest = sign.end()
    whole = "".join([*pieces, fold(label[rest:])]).strip()
    return " ".join(whole.split())[:LONGEST] or label.strip().lower()[:LONGEST]
