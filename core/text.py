"""French text as computers compare it."""

from __future__ import annotations

import re
import unicodedata

_SPECIAL = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "’": "'", "ß": "ss", "·": ""})
# « , l. 1939-1947 et 1951 », « (l. 403) », « l.2332, 2339 »: a number after a comma is a line if no word follows it.
_NUMBERS = r"\d{1,5}(?:\s?[-–]\s?\d{1,5})?"
_LINE = rf"(?<![\w’'])l\.\s?{_NUMBERS}(?:(?:,\s|\set\s)(?:l\.\s?)?{_NUMBERS}(?=\s*(?:$|[,;.:)]|et\s|\()))*"
_LINES = re.compile(rf"\s?\({_LINE}\)|(?:,\s?|\s)?{_LINE}")
_ARTICLES = re.compile(r"^(le|la|les|l|d|de|du|des) ")


class _Folded(dict[int, str]):
    """What each character is folded into, worked out when it is met (a few thousand are kept)."""

    def __missing__(self, code: int) -> str:
        decomposed = unicodedata.normalize("NFKD", chr(code).translate(_SPECIAL))
        bare = "".join(c for c in decomposed if not unicodedata.combining(c))
        found = re.sub(r"[^a-z0-9]", " ", bare.lower())
        if len(self) < 4_000:
            self[code] = found
        return found


_FOLDED = _Folded()


def fold(text: str) -> str:
    """`text` lowercase, without accents, every run of anything but letters and digits made one space."""
    return " ".join(text.translate(_FOLDED).split())


def without_lines(text: str) -> str:
    """`text` without the line numbers of the charter's text extract: they check our data, a reader has no such text.

    « Annexe 1, art. 2a, l. 1353 » becomes « Annexe 1, art. 2a ». Articles of law (« L6111-6 ») stay.
    """
    return _LINES.sub("", text).strip(" ,;")


def sort_key(text: str) -> str:
    """The key that puts French names in alphabetical order (PostgreSQL here has no ICU): articles do not count."""
    return _ARTICLES.sub("", fold(text))


# First names whose h is not mute (« de Hugo », « de Hassan »): Hélène, Henri, Héloïse, Hortense, Hubert elide.
_MUTE_H = re.compile(r"^h(el(en|o)|en[ro]|er[mv]|il|ippol|o(n|r)|ub|ya)")


def of_person(name: str) -> str:
    """« d’Apolline Ruchard », « d’Hélène », « d’Yves », « de Yasmina », « de Hassan »."""
    folded = fold(name)
    elides = folded[:1] in set("aeiou") or _MUTE_H.match(folded) or re.match(r"^y[^aeiou ]", folded)
    return f"d’{name}" if elides else f"de {name}"


def siret_words(number: str) -> str:
    """« 123 456 782 00017 », in one piece whatever the line."""
    return "\u00a0".join(filter(None, (number[0:3], number[3:6], number[6:9], number[9:])))
