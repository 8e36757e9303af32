"""Numbers as people type them in French, « 1 234,5 », and what may be kept of them for an indicator (S4)."""

from __future__ import annotations

import re
from decimal import Decimal

from django.core.exceptions import ValidationError

from bilans.models import Indicator, Unit
from bilans.numbers import number as in_french

MOST = Decimal("999999999999")  # what the column holds
_LONGEST = 60  # characters of a number
_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?", re.ASCII)
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+", re.ASCII)  # « 1.234,5 », as some sheets write it
_CEILINGS = {Unit.SHARE: Decimal(100), Unit.SCORE: Decimal(5)}


def number(text: str, indicator: Indicator) -> Decimal | None:
    """What was typed as a value of `indicator`; none when nothing was. Raises `ValidationError` (French)."""
    bare = re.sub(r"[\s\u00a0\u202f]+", "", text[: _LONGEST + 1]).removesuffix("%").removesuffix("€")
    if not bare:
        return None
    if len(text) > _LONGEST:
        raise ValidationError("Ce nombre est trop long.")
    if _THOUSANDS.fullmatch(bare):
        bare = bare.replace(".", "")
    bare = bare.replace(",", ".")
    if bare[:1] in "-−" and _PLAIN.fullmatch(bare[1:]):
        raise ValidationError("Un nombre positif ou nul est attendu.")
    if not _PLAIN.fullmatch(bare):
        raise ValidationError(
            "Un nombre est attendu, en chiffres\u00a0: «\u00a01\u202f234\u00a0» ou «\u00a012,5\u00a0»."
        )
    amount = Decimal(bare)
    refuse(amount, indicator)
    return amount


def refuse(amount: Decimal, indicator: Indicator) -> None:
    """Raises `ValidationError` (French) for an amount that cannot be a value of `indicator`."""
    if not amount.is_finite() or amount < 0:
        raise ValidationError("Un nombre positif ou nul est attendu.")
    if amount > MOST:
        raise ValidationError("Ce nombre est trop grand.")
    ceiling = _CEILINGS.get(Unit(indicator.unit))
    if ceiling is not None and amount > ceiling:
        sign = "\u00a0%" if indicator.unit == Unit.SHARE else ""
        raise ValidationError(f"Au plus {ceiling}{sign}.")
    decimals = indicator.decimals
    if amount != round(amount, decimals):
        if not decimals:
            raise ValidationError("Un nombre entier est attendu, sans virgule.")
        raise ValidationError(f"{decimals} chiffre{'s' if decimals > 1 else ''} au plus après la virgule.")


def shown(amount: Decimal | None, indicator: Indicator) -> str:
    """An amount as its field shows it: « 1 234,5 »; empty when there is none."""
    return "" if amount is None else in_french(amount, indicator.decimals)
