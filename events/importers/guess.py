"""Type, sectors and publics of an event whose source does not say them: only from words that leave no doubt (A6)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from core.reference import EventType, Sector, Status
from core.text import fold

# Words of a title or a category, folded; the first type met wins: « salon » after « portes ouvertes du salon… ».
_KINDS: tuple[tuple[str, str], ...] = (
    (EventType.PORTES_OUVERTES, r"portes? ouvertes?|jpo"),
    (EventType.JOB_DATING, r"jobs? datings?|speed recruiting"),
    (EventType.WEBINAIRE, r"webinaires?|webinars?"),
    (EventType.REUNION_INFORMATION, r"reunions? d information|infos? collectives?|informations? collectives?"),
    (EventType.FORUM, r"forums?"),
    (EventType.SALON, r"salons?"),
    (EventType.ATELIER, r"ateliers?"),
    (EventType.CONFERENCE, r"conferences?|tables? rondes?"),
    (EventType.VISITE, r"visites?"),
)
_SECTORS: tuple[tuple[str, str], ...] = (
    (Sector.AGRICULTURE, r"agricoles?|agriculture|viticulture|viticoles?|paysagistes?"),
    (Sector.ARTISANAT, r"artisanat"),
    (Sector.BOIS, r"filiere bois|metiers du bois|metiers de la foret"),
    (Sector.CONSTRUCTION, r"btp|batiment|travaux publics"),
    (Sector.HOTELLERIE, r"hotellerie|metiers du tourisme|hotellerie restauration"),
    (Sector.INDUSTRIE, r"industries?|metiers industriels"),
    (Sector.NUMERIQUE, r"metiers du numerique|cybersecurite|developpeurs? web"),
    (Sector.SANITAIRE_SOCIAL, r"sanitaire et social|metiers du soin|aides? soignante?s?|aide a domicile|grand age"),
    (Sector.COMMERCE, r"metiers du commerce|metiers de la vente"),
    (Sector.METIERS_ART, r"metiers d art"),
)
_PUBLICS: tuple[tuple[str, str], ...] = (
    (Status.COLLEGIEN, r"collegiens?|collegiennes?"),
    (Status.LYCEEN, r"lyceens?|lyceennes?"),
    (Status.ETUDIANT, r"etudiants?|etudiantes?"),
    (Status.APPRENTI, r"apprentis?|apprenties?"),
    (Status.SALARIE, r"salaries?|salariees?"),
    (Status.DEMANDEUR_EMPLOI, r"demandeurs? d emploi|demandeuses? d emploi"),
    (Status.PARENT, r"parents?"),
)


class _Words:
    """Patterns of a closed list, in order, looked for in a folded text only where the first word of one stands."""

    def __init__(self, words: Iterable[tuple[str, str]]) -> None:
        self._first: dict[str, list[tuple[int, str, re.Pattern[str]]]] = {}
        for rank, (value, pattern) in enumerate(words):
            whole = rank, str(value), re.compile(rf"\b(?:{pattern})\b")
            for start in {form for one in pattern.split("|") for form in _forms(one.split(" ")[0])}:
                self._first.setdefault(start, []).append(whole)

    def said(self, text: str) -> list[str]:
        """The values whose words `text` says, in the order of the list."""
        asked = {one for word in text.split(" ") for one in self._first.get(word, ())}
        return [value for _, value, pattern in sorted(asked, key=lambda one: one[0]) if pattern.search(text)]


def _forms(word: str) -> list[str]:
    """« portes? » is « porte » and « portes »."""
    before, mark, after = word.partition("?")
    return [head + tail for head in (before, before[:-1]) for tail in _forms(after)] if mark else [word]


_KIND_WORDS, _SECTOR_WORDS, _PUBLIC_WORDS = _Words(_KINDS), _Words(_SECTORS), _Words(_PUBLICS)


def _names(choices: type[EventType] | type[Sector] | type[Status]) -> dict[str, str]:
    """What names a value of a closed list: its slug and its label, folded."""
    return {fold(text): str(value) for value, label in choices.choices for text in (value, str(label))}


KIND_NAMES, SECTOR_NAMES, PUBLIC_NAMES = _names(EventType), _names(Sector), _names(Status)


def kind_of(title: str, words: Iterable[str]) -> str:
    """The type that a category names, else that words of the title or of a category say; empty without any."""
    categories = [fold(word) for word in words]
    for category in categories:
        if category in KIND_NAMES:
            return KIND_NAMES[category]
    for text in (fold(title), *categories):
        if found := _KIND_WORDS.said(text):
            return found[0]
    return ""


def sectors_of(title: str, words: Iterable[str]) -> list[str]:
    return _all(title, words, SECTOR_NAMES, _SECTOR_WORDS)


def publics_of(title: str, words: Iterable[str]) -> list[str]:
    return _all(title, words, PUBLIC_NAMES, _PUBLIC_WORDS)


def _all(title: str, words: Iterable[str], names: Mapping[str, str], known: _Words) -> list[str]:
    categories = [fold(word) for word in words]
    found = {names[category] for category in categories if category in names}
    for text in (fold(title), *categories):
        found.update(known.said(text))
    return [value for value in dict.fromkeys(names.values()) if value in found] if found else []
