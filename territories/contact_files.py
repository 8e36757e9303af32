"""Contacts of referents as files: vCards that telephones read, lines of a spreadsheet. A name withdrawn is in none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import vobject
from django.db.models import Max

from core.links import absolute
from core.models import JournalEntry
from territories.confirmed import is_stale
from territories.models import Referent

HEADER = (
    "Nom", "Fonction", "Organisme", "Structure", "Réseau", "Territoire", "Ville", "Secteur", "Courriel", "Téléphone",
    "État", "Publié le", "Confirmé le",
)  # fmt: skip


def vcards(referents: Iterable[Referent]) -> str:
    """One vCard 3.0 a person, in UTF-8; a vacant post is nobody. No note: what we think of a source stays with us."""
    named = [referent for referent in referents if referent.public_name]
    written = _last_written(named)
    return "".join(_vcard(referent, written.get(str(referent.pk))) for referent in named)


def _last_written(referents: Iterable[Referent]) -> dict[str, dt.datetime]:
    """When each was last written on by somebody, as the journal knows."""
    lines = JournalEntry.objects.filter(
        target_type=Referent._meta.label_lower, target_key__in=[str(referent.pk) for referent in referents]
    )
    return dict(lines.order_by().values_list("target_key").annotate(Max("at")))


def _vcard(referent: Referent, written: dt.datetime | None) -> str:
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
    card.add("rev").value = _revised(referent, written)
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


def _revised(referent: Referent, written: dt.datetime | None) -> str:
    """The latest instant at which something of the sheet changed or was confirmed; as RFC 2426 writes an instant."""
    days = [day for day in (referent.confirmed_on, referent.published_on) if day]
    midnights = [dt.datetime.combine(day, dt.time(), dt.UTC) for day in days]
    instants = [*midnights, *filter(None, (referent.contact_confirmed_at, written))]
    return max(instants, default=dt.datetime(1970, 1, 1, tzinfo=dt.UTC)).astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")


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
