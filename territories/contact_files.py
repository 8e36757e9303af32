"""Contacts of referents as files: vCards that telephones read, lines of a spreadsheet. A name withdrawn is in none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import vobject

from core.links import absolute
from territories.confirmed import is_stale
from territories.models import Referent

HEADER = (
    "Nom", "Fonction", "Organisme", "Structure", "Réseau", "Territoire", "Ville", "Secteur", "Courriel", "Téléphone",
    "État", "Publié le", "Confirmé le",
)  # fmt: skip


def vcards(referents: Iterable[Referent]) -> str:
    """One vCard 3.0 a person, in UTF-8; a vacant post is nobody. No note: what we think of a source stays with us."""
    return "".join(_vcard(referent) for referent in referents if referent.public_name)


def _vcard(referent: Referent) -> str:
    card: Any = vobject.vCard()
    name = _one_line(referent.public_name)
    card.add("fn").value = name
    card.add("n").value = vobject.vcard.Name(*_parts(name))
    house = referent.structure or referent.organisation
    card.add("org").value = [_one_line(house.display_name)]
    if referent.function:
        card.add("title").value = _one_line(referent.function)
    if referent.email:
        mail = card.add("email")
        mail.value, mail.type_param = _one_line(referent.email), ["INTERNET", "WORK"]
    for number in referent.phone.split("/"):
        if number.strip():
            phone = card.add("tel")
            phone.value, phone.type_param = _one_line(number), ["WORK", "VOICE"]
    if referent.town:
        place = card.add("adr")
        place.value, place.type_param = vobject.vcard.Address(city=_one_line(referent.town)), ["WORK"]
    card.add("categories").value = ["SPRO", referent.agency.name if referent.agency else "Région"]
    card.add("uid").value = f"urn:uuid:{referent.public_id}"
    card.add("url").value = absolute(house.get_absolute_url())
    card.add("rev").value = _revised(referent)
    return str(card.serialize())


def _parts(name: str) -> tuple[str, str]:
    """Family and given names: « Camille EXEMPLE », « EXEMPLE Camille », else the first word is the given name."""
    words = name.split()
    capitals = [word for word in words if word.isupper() and len(word) > 1]
    if capitals and len(capitals) < len(words):
        return " ".join(capitals), " ".join(word for word in words if word not in capitals)
    return (" ".join(words[1:]), words[0]) if len(words) > 1 else (name, "")


def _one_line(text: str) -> str:
    """`text` without what a card would take for the end of a line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _revised(referent: Referent) -> str:
    """When the sheet was last known right; as RFC 2426 writes an instant."""
    if referent.contact_confirmed_at:
        return referent.contact_confirmed_at.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    day = referent.confirmed_on or referent.published_on or dt.date(1970, 1, 1)
    return f"{day:%Y%m%d}T000000Z"


def table(referents: Iterable[Referent]) -> Iterable[tuple[Any, ...]]:
    """One line a post under `HEADER`; the territory is « Région » for the whole region."""
    for referent in referents:
        shown = referent.withdrawn_at is None
        network = referent.organisation.network
        yield (
            referent.public_name, referent.function, referent.organisation.display_name,
            referent.structure.display_name if referent.structure else "",
            network.display_name if network else "", referent.agency.name if referent.agency else "Région",
            referent.town, referent.area, referent.email if shown else "", referent.phone if shown else "",
            state(referent), referent.published_on, referent.confirmed_on,
        )  # fmt: skip


def state(referent: Referent) -> str:
    """« Vacant », « À confirmer », « Confirmé »: the word that stands on the sheet, in the list and in the files."""
    if not referent.public_name:
        return "Vacant"
    return "À confirmer" if is_stale(referent) else "Confirmé"
