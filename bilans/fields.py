"""The fields of a bilan, each by a name: what forms send, what is saved, what two people may write at once (B2).

v:<indicator>                          the value
v:<indicator>:nd                       « chiffre non disponible »
v:<indicator>:mot                      its comment
v:<indicator>:<breakdown>:<class>      the part of one class
t:<column>                             the three questions, the commentary
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from bilans.models import Bilan, Indicator

What = Literal["amount", "unavailable", "comment", "text"]
Content = Decimal | bool | str | None

TEXTS = ("commentary", *(column for column, _, _ in Bilan.QUESTIONS))


@dataclass(frozen=True)
class Field:
    """One field: of an indicator (its total, or one class of a breakdown), or a text of the bilan itself."""

    name: str
    what: What
    indicator: str = ""
    breakdown: str = ""
    category: str = ""


def field_of(name: str) -> Field | None:
    """The field that is so called; none for a name that is nothing."""
    sort, _, rest = name.partition(":")
    if sort == "t":
        return Field(name, "text", rest) if rest in TEXTS else None
    parts = rest.split(":")
    if sort != "v" or not all(parts):
        return None
    if len(parts) == 1:
        return Field(name, "amount", parts[0])
    if len(parts) == 2:
        what: What | None = {"nd": "unavailable", "mot": "comment"}.get(parts[1])  # type: ignore[assignment]
        return Field(name, what, parts[0]) if what else None
    return Field(name, "amount", *parts) if len(parts) == 3 else None


def name_of(indicator: Indicator, breakdown: str = "", category: str = "", tail: str = "") -> str:
    return ":".join(part for part in ("v", indicator.key, breakdown, category, tail) if part)


def anchor(name: str) -> str:
    """The id of the control of a field."""
    return name.replace(":", "--")


def trace(content: Content) -> str:
    """Enough of what a field holds to know it again: itself when short, a digest of a text."""
    if content is None or content is False:
        return ""
    if content is True:
        return "1"
    if isinstance(content, Decimal):
        return f"{content.normalize():f}"
    text = tidy(content)
    return hashlib.sha256(text.encode()).hexdigest()[:16] if text else ""


def tidy(text: str) -> str:
    """A text as it is kept: one sort of line end, no blank around."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
