"""Values of a document as texts, whatever their type; addresses that a page may link to."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from lorfolio.interchange.bounded import clean


def web(said: str) -> str:
    """An address of the web that a page may link to, or nothing."""
    said = said.strip()
    try:
        parts = urlsplit(said)
    except ValueError:
        return ""
    ok = parts.scheme in ("http", "https") and parts.hostname and len(said) <= 200 and not re.search(r"\s", said)
    return said if ok else ""


def text_of(value: Any) -> str | None:
    """A text; None for what is none. A number is one as it is written."""
    if isinstance(value, bool | dict | list):
        return None
    said = clean(str(value)) if value is not None else ""
    return said if said.strip() else ""


def texts_of(value: Any) -> list[str] | None:
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        return [] if value is None else None
    return [made for inner in value if (made := text_of(inner))]


def name_of(key: str) -> str:
    return clean(key)[:60]
