"""Dates that are known in part, as people say them."""

from __future__ import annotations

MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip
ONGOING = "aujourd’hui"


def partial_words(value: str) -> str:
    """« 2024-09 » is « septembre 2024 »; « 2024-09-01 » is « 1er septembre 2024 »."""
    year, month, day = [*value.split("-"), "", ""][:3]
    if not month:
        return year
    first = f"{int(day)}{'er' if int(day) == 1 else ''}\u00a0" if day else ""
    return f"{first}{MONTHS[int(month) - 1]}\u00a0{year}"


def period_words(starts: str, ends: str) -> str:
    """« de septembre 2022 à juin 2024 », « depuis 2024 », « jusqu’en 2019 », « en 2021 »; empty for nothing known."""
    if not starts and not ends:
        return ""
    if not ends:
        return f"depuis {_the(starts)}"
    if not starts:
        return f"jusqu’{_at(ends)}"
    if starts == ends:
        return f"le\u00a0{partial_words(ends)}" if ends.count("-") == 2 else f"en {partial_words(ends)}"
    if "-" not in starts and "-" not in ends:
        return f"{starts}\u2013{ends}"
    return f"{_from(starts)} {_to(ends)}"


def _the(value: str) -> str:
    return f"le\u00a0{partial_words(value)}" if value.count("-") == 2 else partial_words(value)


def _from(value: str) -> str:
    words = partial_words(value)
    if value.count("-") == 2:
        return f"du\u00a0{words}"
    return f"d’{words}" if words[0] in "ao" else f"de {words}"


def _to(value: str) -> str:
    return f"au\u00a0{partial_words(value)}" if value.count("-") == 2 else f"à {partial_words(value)}"


def _at(value: str) -> str:
    return f"au\u00a0{partial_words(value)}" if value.count("-") == 2 else f"en {partial_words(value)}"
