"""A cell of CSV: text that a program reads back exactly, and that no spreadsheet runs.

An apostrophe is put before what a spreadsheet would take for a formula, at the start of a text or after a semicolon
(where a French spreadsheet cuts). The rule has an exact inverse (`restored`), written in the metadata of each file; a
number or a telephone number (« +33 3 88… ») cannot do harm and stays as it is. JSON is never touched.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import orjson

LIST_MARK = " | "
_SIGNS = "=+@\t\r\n\uff1d\uff0b\uff0d\uff20-"
_DANGER = re.compile(rf"(\A|;)([ \u00a0]*)('*[{_SIGNS}])")
_ESCAPED = re.compile(rf"(\A|;)([ \u00a0]*)'('*[{_SIGNS}])")
_FIGURES = re.compile(r"[+-]?[0-9][0-9 .()\u00a0\u202f]*")
RULE = (
    "En CSV, une apostrophe précède ce qu’un tableur prendrait pour une formule (=, +, -, @, tabulation, saut de "
    "ligne) au début d’un texte ou après un point-virgule ; ôtez-la pour retrouver le texte exact. Les fichiers JSON "
    "donnent le texte brut."
)


def cell(value: Any) -> str | int | float:
    """`value` as the CSV writes it: numbers bare, lists joined by « | », objects in JSON, unknown as an empty cell."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return value
    return harmless(_text(value))


def harmless(text: str) -> str:
    """`text` that no spreadsheet runs; `restored` gives it back."""
    return text if _FIGURES.fullmatch(text) else _DANGER.sub(r"\1\2'\3", text)


def restored(text: str) -> str:
    """What `harmless` was given."""
    return text if _FIGURES.fullmatch(text) else _ESCAPED.sub(r"\1\2\3", text)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return LIST_MARK.join(map(str, value))
    if isinstance(value, dict):
        return orjson.dumps(value).decode() if value else ""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    return str(value)
