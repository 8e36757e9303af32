"""Organisations whose name is close to one that is typed: perhaps the same, which then has nothing to lodge (R1)."""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher

from core.text import fold
from members.models import Organisation

MOST = 5
_ALIKE = 0.86  # of the letters of two whole names, in their order
_SHARED = 0.75  # of what the shorter name says, its words weighed by how few organisations have them
_SMALL = frozenset(
    ["a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "par", "pour", "s", "sur"]
)


def near_names(name: str) -> list[Organisation]:
    """At most five of those that belong to the network, the closest first. One query, of a few hundred rows."""
    wanted = _words(name)
    if not wanted:
        return []
    rows = list(Organisation.objects.public().only("name", "current_name", "status", "slug"))
    said = {row.pk: [known for known in {row.name, row.current_name} if known] for row in rows}
    had = Counter(word for row in rows for word in set().union(*map(_words, said[row.pk])))
    found = []
    for row in rows:
        closest = max(_closeness(name, wanted, known, had) for known in said[row.pk])
        if closest > 0:
            found.append((closest, row))
    return [row for _, row in sorted(found, key=lambda line: (-line[0], line[1].pk))[:MOST]]


def _words(name: str) -> frozenset[str]:
    return frozenset(fold(name).split()) - _SMALL


def _closeness(name: str, wanted: frozenset[str], known: str, had: Counter[str]) -> float:
    """Between 0 (they differ) and 1 (the same words)."""
    words = _words(known)
    if not words:
        return 0.0
    alike = SequenceMatcher(None, fold(name), fold(known), autojunk=False).ratio()
    shorter = min(wanted, words, key=len)
    shared = _weight(wanted & words, had) / _weight(shorter, had)
    # One rare word in common (« Troyes ») is not a name in common, unless it is the whole name.
    enough = shared >= _SHARED and (len(wanted & words) > 1 or len(shorter) == 1)
    return max(alike if alike >= _ALIKE else 0.0, shared if enough else 0.0)


def _weight(words: frozenset[str], had: Counter[str]) -> float:
    return sum(1 / (had[word] or 1) for word in words)
