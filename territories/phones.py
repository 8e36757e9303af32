"""One rule for every telephone of the portal: places and referents (M1, T2)."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError

_WRITTEN = re.compile(r"\+?[0-9(][0-9 .()-]*")
_BETWEEN = re.compile(r"\s*(?:/|,|;|\bou\b)\s*")
REFUSED = "Écrivez un numéro à dix chiffres, par exemple 03 29 00 00 00, un numéro court comme 3949, ou +33…"


def telephones(text: str) -> str:
    """`text` with single spaces; several numbers stand apart by « / ».

    Each has ten digits beginning with 0, four digits (a short number, 3949), or a + then eight to fifteen digits.
    Raises `ValidationError` (French) otherwise.
    """
    written = " ".join(text.split())
    if written and not all(map(_is_number, _BETWEEN.split(written))):
        raise ValidationError(REFUSED, code="phone")
    return written


def telephone(text: str) -> None:
    """The same as a validator of a field."""
    telephones(text)


def _is_number(text: str) -> bool:
    digits = re.sub(r"\D", "", text.replace("(0)", ""))
    if not _WRITTEN.fullmatch(text):
        return False
    if text.startswith("+"):
        return 8 <= len(digits) <= 15
    return (len(digits) == 4 and digits[0] != "0") or (len(digits) == 10 and digits[0] == "0")
