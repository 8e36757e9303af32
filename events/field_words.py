"""The fields of an event in words, for who compares two wordings of it: a diff, a conflict, a history (A5, S4)."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from core.reference import Access, EventType, Sector, Status
from events.models import Event
from members.models import Organisation

NOTHING = "(vide)"
_LISTS = {"sectors": Sector, "publics": Status, "access": Access}
_CHOICES = {"kind": EventType, "registration_mode": Event.RegistrationMode}
_EMPTY = {"sectors": "Tous les secteurs", "publics": "Tout public", "access": "Rien de précisé"}
_LABELS = {
    "free": "Gratuit", "partners": "Partenaires", "date_note": "Date, en mots", "age_min": "Âge, à partir de",
    "age_max": "Âge, jusqu’à",
}  # fmt: skip


def _houses(slugs: list[str]) -> list[Organisation]:
    return list(Organisation.objects.filter(slug__in=slugs).order_by("sort_key", "pk"))


def label(name: str) -> str:
    """The name of a field as its readers know it, with a capital."""
    known = _LABELS.get(name) or str(Event._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    return known[:1].upper() + known[1:]


def words(name: str, value: Any) -> str:
    """A value as people read it: « Forum », « Oui », « Lycéen·ne, Parent », « (vide) »."""
    if name in _LISTS:
        known: dict[str, str] = {str(key): str(said) for key, said in _LISTS[name].choices}
        return ", ".join(known.get(item, str(item)) for item in value or []) or _EMPTY[name]
    if name in _CHOICES:
        return str(dict(_CHOICES[name].choices).get(value, value)) or NOTHING
    if isinstance(value, bool):
        return "Oui" if value else "Non"
    if name == "partners":
        return ", ".join(house.display_name for house in _houses(value or [])) or NOTHING
    if name == "image":
        return f"Image ({PurePosixPath(str(value)).name})" if value else "Pas d’image"
    return NOTHING if value in (None, "") else str(value)
