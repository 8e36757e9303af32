"""Words of the field that say one thing: who looks for « JPO » finds « portes ouvertes ».

A closed table, read when words are looked for and never when they are written: changing it needs no writing again.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod

from core.text import fold

MOST = 9  # ways to say a search: each is one more branch of the query
# One line a thing. Written with accents or without, plural or not: words are compared without them.
TABLE: tuple[tuple[str, ...], ...] = (
    ("portes ouvertes", "JPO", "journée portes ouvertes", "journée de portes ouvertes", "journée des portes ouvertes"),
    ("forum", "salon", "carrefour"),
    ("alternance", "apprentissage", "apprenti"),
    ("job dating", "jobdating", "speed dating", "rencontre employeurs"),
    ("webinaire", "webinar", "visioconférence", "visio"),
    ("réunion d’information", "réunion info", "information collective", "info collective", "info coll"),
    ("mini-stage", "ministage"),
    ("stage de 3e", "stage de troisième", "stage de 3ème"),
    ("immersion", "PMSMP"),
    ("demandeur d’emploi", "demandeuse d’emploi", "chômeur", "chômeuse", "chômage", "recherche d’emploi"),
    ("France Travail", "Pôle emploi"),
    ("VAE", "validation des acquis de l’expérience", "validation des acquis"),
    ("CEP", "conseil en évolution professionnelle"),
    ("CIO", "centre d’information et d’orientation"),
    ("CFA", "centre de formation d’apprentis"),
    ("MFR", "maison familiale rurale"),
    ("bac", "baccalauréat"),
    ("BTP", "bâtiment et travaux publics", "travaux publics", "bâtiment"),
    ("handicap", "handicapé", "RQTH"),
    ("numérique", "informatique"),
    ("CV", "curriculum vitae"),
)


def widened(words: str) -> str:
    """`words` as `websearch_to_tsquery` reads them, in every way the table gives to say them, at most `MOST`.

    The very words where none is in the table, or where they are quoted: those are meant as they stand. Of two things
    that begin at one word the longest is read: « journée portes ouvertes » is one.
    """
    if '"' in words:
        return words
    typed = fold(words).split()
    if not any(word in _FIRSTS for word in map(_one, typed)):
        return words
    parts = list(_parts(typed))
    if all(len(ways) == 1 for ways in parts):
        return words
    while prod(map(len, parts)) > MOST:  # the last things said are left as they were typed
        last = max(i for i, ways in enumerate(parts) if len(ways) > 1)
        parts[last] = parts[last][:1]
    return " or ".join(dict.fromkeys(" ".join(said) for said in product(*parts)))


def _parts(typed: list[str]) -> Iterator[tuple[str, ...]]:
    """What is typed, thing by thing: the ways to say each, as typed first."""
    compared, at = [_one(word) for word in typed], 0
    while at < len(typed):
        for length in _LENGTHS:
            if ways := _SAID.get(" ".join(compared[at : at + length])) if at + length <= len(typed) else None:
                as_typed = " ".join(typed[at : at + length])
                yield (as_typed, *(way for way in ways if _all(way) != _all(as_typed)))
                at += length
                break
        else:
            yield (typed[at],)
            at += 1


def _one(word: str) -> str:
    """A folded word without the mark of its plural."""
    return word.rstrip("sx") if len(word) > 3 else word


def _all(words: str) -> str:
    return " ".join(map(_one, words.split()))


def _ways(line: tuple[str, ...]) -> tuple[str, ...]:
    """The ways that find something more: one that holds all the words of another finds nothing that it does not."""
    folded = [fold(way) for way in line]
    held = [{*_all(way).split()} for way in folded]
    return tuple(way for way, words in zip(folded, held, strict=True) if not any(other < words for other in held))


_SAID = {_all(fold(way)): _ways(line) for line in TABLE for way in line}
_LENGTHS = sorted({len(way.split()) for way in _SAID}, reverse=True)
_FIRSTS = {way.split()[0] for way in _SAID}
