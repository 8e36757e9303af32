"""The closed list of names that the words of letters may hold, and how they take their value (R14).

A value is text: whatever an organisation typed, it is never read as Markdown nor as HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.urls import reverse

from core.links import absolute
from core.text import siret_words
from recognition.letters.about import About, day_words, moment_words, region_name
from recognition.letters.blocks import BLOCKS
from recognition.letters.kinds import KINDS
from recognition.models import LetterKind

MARK = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_OUR_ADDRESSES = frozenset({"page_dossier", "page_publique"})
_ALL = frozenset(LetterKind.values)
_OF_DECISION = frozenset({"grant", "refusal", "suspension", "resumption", "withdrawal", "repeal"})
_OF_RIGHT = _ALL - {"receipt", "completed", "refusal"}


@dataclass(frozen=True)
class Name:
    """One name: what it is, an example for the preview, in which letters it means something, its value."""

    label: str
    example: str
    kinds: frozenset[str]
    value: Callable[[About], str]


def _siret(about: About) -> str:
    return siret_words(about.candidature.siret) if about.candidature else ""


def _day(get: Callable[[About], object]) -> Callable[[About], str]:
    def value(about: About) -> str:
        day = get(about)
        return day_words(day) if day else ""  # type: ignore[arg-type]

    return value


def _effect(about: About) -> object:
    right = about.recognition
    if about.kind == LetterKind.SUSPENSION and right and right.suspended_since:
        return right.suspended_since
    return about.dated_on


def _deposit(about: About) -> str:
    moment = about.candidature.deposited_at if about.candidature else None
    return moment_words(moment) if moment else ""


def _address(route: str, key: object) -> str:
    return absolute(reverse(route, args=[key]))


NAMES: dict[str, Name] = {
    "organisme": Name("nom de l’organisme", "Association Exemple", _ALL, lambda a: str(a.organisation)),
    "siret": Name("SIRET", "123\u00a0456\u00a0782\u00a000017", _ALL, _siret),
    "region": Name("nom de la Région", "Région Exemple", _ALL, lambda _: region_name()),
    "date_lettre": Name("date de la lettre", "15 décembre 2027", _ALL, _day(lambda a: a.dated_on)),
    "numero_lettre": Name("numéro de la lettre", "L-2027-0000", _ALL, lambda a: a.number),
    "campagne": Name(
        "année de la campagne", "2027", _ALL, lambda a: str(a.candidature.campaign.year) if a.candidature else ""
    ),
    "numero_dossier": Name(
        "numéro du dossier", "AR-2027-0000", _ALL, lambda a: a.candidature.receipt_number if a.candidature else ""
    ),
    "date_depot": Name(
        "jour du dépôt", "28 mai 2027", _ALL, lambda a: _deposit(a).partition(" à ")[0]
    ),
    "moment_depot": Name("jour et heure du dépôt", "28 mai 2027 à 14\u00a0h\u00a005", _ALL, _deposit),
    "cahier_des_charges": Name(
        "texte qui porte le cahier des charges", "Charte Exemple", _ALL, lambda a: a.charter.title if a.charter else ""
    ),
    "page_dossier": Name(
        "adresse du dossier", "https://orientation.exemple/candidature/…", _ALL,
        lambda a: _address("candidature", a.candidature.public_id) if a.candidature else "",
    ),
    "numero_deliberation": Name(
        "numéro de délibération", "27CP-0000", _OF_DECISION,
        lambda a: a.decision.deliberation_number if a.decision else "",
    ),
    "date_decision": Name(
        "date de la décision", "6 décembre 2027", _OF_DECISION, _day(lambda a: a.decision and a.decision.decided_on)
    ),
    "instance": Name("instance qui décide", "Commission Exemple", _OF_DECISION, lambda a: a.deciding_body),
    "plan": Name("plan", "Plan Exemple 2024-2028", _OF_RIGHT, lambda a: a.plan.name if a.plan else ""),
    "date_debut": Name(
        "début de la reconnaissance (sa notification)", "15 décembre 2027", _OF_RIGHT, _day(lambda a: a.starts_on)
    ),
    "date_fin": Name("terme de la reconnaissance", "31 décembre 2028", _OF_RIGHT, _day(lambda a: a.term_on)),
    "date_limite": Name("dernier jour pour renouveler", "30 septembre 2028", _OF_RIGHT, _day(lambda a: a.limit_on)),
    "date_effet": Name(
        "jour où la décision prend effet", "15 décembre 2027", frozenset({"suspension", "resumption"}), _day(_effect)
    ),
    "date_procedure": Name(
        "jour où la procédure contradictoire a été ouverte", "3 novembre 2027",
        frozenset({"notice", "withdrawal", "repeal"}), _day(lambda a: a.notice and a.notice.told_on),
    ),
    "date_reponse": Name(
        "dernier jour pour répondre", "3 décembre 2027", frozenset({"notice", "withdrawal", "repeal"}),
        _day(lambda a: a.notice and a.notice.answer_by),
    ),
    "page_publique": Name(
        "page publique de la reconnaissance", "https://orientation.exemple/reconnaissances/…", _OF_RIGHT,
        lambda a: _address("recognition", a.recognition.public_id) if a.recognition else "",
    ),
}  # fmt: skip


def names_of(kind: str) -> dict[str, Name]:
    """Those that a letter of this kind may hold."""
    return {key: name for key, name in NAMES.items() if kind in name.kinds}


def refusals(kind: str, text: str) -> list[str]:
    """What `text` names that such a letter does not know, one French sentence each."""
    known, blocks = names_of(kind), KINDS[kind].blocks
    said = []
    for key in dict.fromkeys(MARK.findall(text)):
        if key in known or key in blocks:
            continue
        if key in BLOCKS or key in NAMES:
            said.append(f"«\u00a0{{{{ {key} }}}}\u00a0» n’a pas de sens dans cette lettre.")
        else:
            said.append(f"«\u00a0{{{{ {key} }}}}\u00a0» n’est pas un nom connu\u00a0: choisissez dans la liste.")
    without = MARK.sub("", text)
    if "{{" in without or "}}" in without:
        said.append("Une accolade n’est pas fermée\u00a0: un nom s’écrit {{ organisme }}.")
    return said


def values_of(about: About, text: str) -> dict[str, str]:
    """The value of each name that `text` holds; those of `about.extra` first.

    Raises `ValidationError` (French) for a name that is unknown or that has no value: no letter has a hole (R14).
    """
    known = names_of(about.kind)
    values: dict[str, str] = {}
    for key in dict.fromkeys(MARK.findall(text)):
        if key in BLOCKS:
            continue
        if key not in known:
            raise ValidationError(
                f"Le modèle de cette lettre nomme «\u00a0{key}\u00a0», que le portail ne connaît pas."
            )
        values[key] = about.extra.get(key) or known[key].value(about)
        if not values[key].strip():
            raise ValidationError(
                f"Cette lettre ne peut pas être écrite\u00a0: il manque «\u00a0{known[key].label}\u00a0»."
            )
    return values


def fill(text: str, values: Mapping[str, str], *, markdown: bool) -> str:
    """`text` with its names replaced. In Markdown, each sign of a value that could be read as a mark is escaped."""

    def value(match: re.Match[str]) -> str:
        said = values.get(match[1])
        if said is None:
            return match[0]
        said = re.sub(r"[ \t\r\n]+", " ", said).strip()
        return escaped(said) if markdown and match[1] not in _OUR_ADDRESSES else said

    return MARK.sub(value, text)


def escaped(value: str) -> str:
    """`value` as Markdown that reads as itself."""
    return _PUNCTUATION.sub(r"\\\1", value)
