"""Names of communes inside a French sentence: « à 3,2 km d’Épinal », « au Thillot », « des Islettes »."""

from __future__ import annotations

from core.text import fold

NBSP = "\u00a0"


def of(name: str) -> str:
    """« de Metz », « d’Épinal », « du Thillot », « des Islettes », « de La Bresse », « du Bassin houiller »."""
    if name.startswith("Le "):
        return f"du {name[3:]}"
    if name.startswith("Les "):
        return f"des {name[4:]}"
    if name.startswith(("Bassin ", "Pays ")):
        return f"du {name}"
    return f"d’{name}" if _elides(name) else f"de {name}"


def at(name: str) -> str:
    """« à Metz », « au Thillot », « aux Islettes », « à La Bresse »."""
    if name.startswith("Le "):
        return f"au {name[3:]}"
    if name.startswith("Les "):
        return f"aux {name[4:]}"
    return f"à {name}"


def kilometres(km: float) -> str:
    """« 3,2 km » under ten, « 25 km » above, with a space that does not break; never « 0 km »."""
    if km < 0.1:
        return f"moins de 100{NBSP}m"
    if km < 9.95:
        return f"{km:.1f}".replace(".", ",").removesuffix(",0") + f"{NBSP}km"
    return f"{km:.0f}{NBSP}km"


def _elides(name: str) -> bool:
    """Before a vowel, or a y that sounds like one. An h does not elide: here most come from German (Haguenau)."""
    word = fold(name)
    return word[:1] in tuple("aeiou") or (word[:1] == "y" and word[1:2] not in tuple("aeiou"))
