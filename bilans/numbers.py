"""Numbers as French prints them, in documents, on screens and in charts: « 1 234 personnes », « 92 % », « + 12 % »."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from bilans.models.indicator import Indicator, Unit

NBSP, THIN = "\u00a0", "\u202f"
MISSING = "non renseigné"
UNAVAILABLE = "non disponible"
HIDDEN = "n.c."
# Under it a percentage says more than it knows: « de 3 à 5 » is said instead of « + 67 % ».
PERCENT_FROM = 20
# From this many times on, « × 3,4 » reads better than « + 240 % ».
_TIMES = 3

# What is counted, for one and for several; a unit that is not here has a sign or none.
_NOUNS = {
    Unit.PEOPLE: ("personne", "personnes"),
    Unit.EVENTS: ("évènement", "évènements"),
    Unit.SITES: ("lieu", "lieux"),
    Unit.HOURS: ("heure", "heures"),
    Unit.DAYS: ("jour", "jours"),
    Unit.FTE: ("ETP", "ETP"),
    Unit.EUROS: ("€", "€"),
    Unit.SHARE: ("%", "%"),
    Unit.SCORE: ("sur 5", "sur 5"),
}
# Where a change is a difference, never a percentage of a percentage.
_IN_POINTS = (Unit.SHARE, Unit.SCORE)


def rounded(amount: Decimal, decimals: int = 0) -> Decimal:
    """`amount` with that many decimals, halves going up as people do."""
    return amount.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def number(amount: Decimal | int, decimals: int = 0) -> str:
    """« 1 234,5 »: narrow spaces that never break, a comma, a true minus."""
    text = f"{abs(rounded(Decimal(amount), decimals)):,f}".replace(",", THIN).replace(".", ",")
    return f"−{text}" if amount < 0 and any(c in "123456789" for c in text) else text


def plural(amount: Decimal | int, decimals: int = 0) -> bool:
    """Whether French counts it as several: from two on, « 1,9 jour »."""
    return abs(rounded(Decimal(amount), decimals)) >= 2


def counted(amount: Decimal | int, one: str, several: str) -> str:
    """« 1 organisme », « 12 organismes »."""
    return f"{number(amount)}{NBSP}{several if plural(amount) else one}"


def said(amount: Decimal | None, unit: str, decimals: int = 0) -> str:
    """A value with what it counts: « 1 234 personnes », « 4,3 sur 5 », « 12 jours »; none is « non renseigné »."""
    if amount is None:
        return MISSING
    one, several = _NOUNS.get(Unit(unit), ("", ""))
    noun = several if plural(amount, decimals) else one
    shown = _plain(amount, unit, decimals)
    return f"{shown}{NBSP}{noun}" if noun else shown


def bare(amount: Decimal | None, unit: str, decimals: int = 0) -> str:
    """A value for a column or a bar whose heading says the unit; the signs stay: « 92 % », « 1 200 € »."""
    if amount is None:
        return MISSING
    return said(amount, unit, decimals) if unit in (Unit.SHARE, Unit.EUROS) else _plain(amount, unit, decimals)


def _plain(amount: Decimal | int, unit: str, decimals: int) -> str:
    """« 48 ETP », « 4,5 ETP »: no decimals for nothing, but those of a score, which is read on its scale."""
    text = number(amount, decimals)
    return text.rstrip("0").removesuffix(",") if "," in text and unit != Unit.SCORE else text


def percent_of(part: Decimal | int, whole: Decimal | int) -> str:
    """« 43 % », « moins de 1 % », « 100 % » only when it is all; empty when there is nothing to share."""
    if not whole:
        return ""
    share = Decimal(part) * 100 / Decimal(whole)
    if 0 < share < 1:
        return f"moins de 1{NBSP}%"
    if 99 < share < 100:
        return f"plus de 99{NBSP}%"
    return f"{number(share)}{NBSP}%"


def change(
    now: Decimal | None,
    before: Decimal | None,
    unit: str,
    decimals: int = 0,
    *,
    year: int,
    wanted: str = "",
    flagged: bool = False,
    same: bool = True,
) -> dict[str, Any] | None:
    """What became of a value since `year` (the year before), as a FIGURE of a content holds it; none without both.

    `same` false: it is that of the subjects that answered both years, and says so.
    """
    if now is None or before is None:
        return None
    now, before = rounded(now, decimals), rounded(before, decimals)
    percent = rounded((now - before) * 100 / before, 1) if before and unit not in _IN_POINTS else None
    up = now > before
    good = None if now == before or wanted not in ("up", "down") else up == (wanted == "up")
    return {
        "said": _moved(now, before, unit, decimals, percent=percent, year=year)
        + ("" if same else ", à périmètre comparable"),
        "percent": None if percent is None else str(percent),
        "good": good,
        "flagged": flagged,
    }


def _moved(
    now: Decimal, before: Decimal, unit: str, decimals: int, *, percent: Decimal | None, year: int
) -> str:  # fmt: skip
    since = f"par rapport à {year}"
    if now == before:
        return f"stable {since}"
    if unit in _IN_POINTS:
        gap = abs(now - before)
        points = f"point{'s' if plural(gap, decimals) else ''}"
        return f"{'+' if now > before else '−'}{NBSP}{_plain(gap, unit, decimals)}{NBSP}{points} {since}"
    move = ratio(now, before)
    if percent is None or not move:
        return f"de {_plain(before, unit, decimals)} en {year} à {_plain(now, unit, decimals)}"
    return f"{move} {since}" if rounded((now - before) * 100 / before) else f"presque stable {since}"


def ratio(now: Decimal, before: Decimal) -> str:
    """« + 12 % », « − 5 % », « × 3,4 »; empty where a percentage would say more than it knows."""
    if before < PERCENT_FROM or now < 1:
        return ""
    percent = rounded((now - before) * 100 / before)
    if percent <= -100:
        return ""
    if now >= _TIMES * before:
        times = now / before
        return f"×{NBSP}{number(times, 0 if times >= 10 else 1).removesuffix(',0')}"
    return f"{'+' if now > before else '−'}{NBSP}{number(abs(percent))}{NBSP}%"


def of(indicator: Indicator, amount: Decimal | None) -> str:
    """A value of `indicator`, said."""
    return said(amount, indicator.unit, indicator.decimals)
