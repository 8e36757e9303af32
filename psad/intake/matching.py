"""Finding the same person again without keeping who they are in the clear: keyed hashes (issue 6, D13).

The key of a platform is derived from `PSAD_HASH_KEY`: the same person has other hashes in another platform, and a dump
without the environment answers nothing. `elsewhere_key` alone is the same everywhere, and no policy lets it be read.
"""

from __future__ import annotations

import datetime as dt
import hmac
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from django.conf import settings

from core.text import fold
from psad.identity import Identity
from psad.intake.sounds import sound

_BYTES = 16
_SHORTEST_WORD = 2
_SHORTEST_START = 3
_LONGEST_START = 6


@dataclass(frozen=True)
class Keys:
    """What a case keeps of its person to be found: the very person, a name alike, the words one types."""

    match: bytes
    sound: bytes
    words: list[bytes]
    elsewhere: bytes


def keys_of(identity: Identity, platform: int) -> Keys:
    """The keys of a person in `platform` (its number)."""
    whole = whole_name(identity.surname, identity.given_names, identity.birth_date)
    first = (fold(identity.given_names).split() or [""])[0]
    alike = f"{sound(identity.surname)}|{sound(first)[:2]}|{identity.birth_date.year}"
    return Keys(
        match=_hash(platform, "match", whole),
        sound=_hash(platform, "sound", alike),
        words=[_hash(platform, "word", part) for part in sorted(_parts(f"{identity.surname} {identity.given_names}"))],
        elsewhere=_hash(0, "elsewhere", whole),
    )


def whole_name(surname: str, given_names: str, birth_date: dt.date) -> str:
    """A person as two lists write them: accents, hyphens, case and second given names aside."""
    first = (fold(given_names).split() or [""])[0]
    return f"{fold(surname).replace(' ', '')}|{first}|{birth_date.isoformat()}"


def search_keys(typed: str, platform: int) -> list[bytes]:
    """Those that a case must hold, all of them, to answer what is typed: whole words, or how they begin."""
    return [
        _hash(platform, "word", word[:_LONGEST_START] + "*" if len(word) > _LONGEST_START else word + "*")
        for word in fold(typed).split()
        if len(word) >= _SHORTEST_START
    ]


def same_file(content: bytes, platform: int) -> bytes:
    """What tells that a list was given already."""
    return _hash(platform, "list", sha256(content).hexdigest())


def fact_key(facts: str, platform: int) -> bytes:
    """What tells that a line says again what another one said."""
    return _hash(platform, "facts", facts)


def _parts(name: str) -> set[str]:
    words = [word for word in fold(name).split() if len(word) >= _SHORTEST_WORD]
    return {f"{word[:length]}*" for word in words for length in range(_SHORTEST_START, _LONGEST_START + 1)} | {
        f"{word}*" for word in words if len(word) < _LONGEST_START
    }


def _hash(platform: int, use: str, value: str) -> bytes:
    return hmac.digest(_key(settings.PSAD_HASH_KEY or settings.SECRET_KEY, platform, use), value.encode(), "sha256")[
        :_BYTES
    ]


@lru_cache(maxsize=512)
def _key(secret: str, platform: int, use: str) -> bytes:
    return hmac.digest(secret.encode(), f"psad/{platform}/{use}".encode(), "sha256")
