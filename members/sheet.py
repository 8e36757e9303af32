"""The sheet of annexe 2 (M1) as its organisation keeps it: what it holds, what is missing, how old it is."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core import signing
from django.utils import timezone

from members.models import Organisation

# What the organisation itself writes; the Region keeps the rest (name, network, status, parent).
EDITABLE = (
    "legal_representative", "legal_representative_title", "presentation", "activities", "fte", "fte_note", "website",
    "place",
)  # fmt: skip
STALE_DAYS = 365
_SALT = "members.sheet"


@dataclass(frozen=True)
class Part:
    """One part of annexe 2: written here, or read on the common sheet of the body above."""

    name: str
    label: str
    written: bool
    common: bool = False

    @property
    def done(self) -> bool:
        return self.written or self.common


# A part, its name in a sentence, and whether the sheet of the body above may stand for it.
_PARTS = (
    ("legal_representative", "le nom de la personne qui représente l’organisme", False),
    ("legal_representative_title", "son titre", False),
    ("presentation", "la présentation", True),
    ("activities", "les activités", True),
    ("fte", "les équivalents temps plein", True),
    ("website", "le site internet", True),
    ("place", "le siège", False),
)


def parts(organisation: Organisation) -> list[Part]:
    """The parts of the sheet in the order of annexe 2; asks for `organisation.parent` once."""
    parent = organisation.parent if organisation.parent_id else None
    return [
        Part(name, label, _written(organisation, name), common and parent is not None and _written(parent, name))
        for name, label, common in _PARTS
    ]


def _written(organisation: Organisation, name: str) -> bool:
    value = getattr(organisation, name)
    return value is not None and value not in ("", [])


def missing(organisation: Organisation) -> list[str]:
    """What the sheet does not say yet, as words of a sentence."""
    return [part.label for part in parts(organisation) if not part.done]


def is_stale(organisation: Organisation) -> bool:
    """Never confirmed, or more than a year ago."""
    limit = timezone.localdate() - timedelta(days=STALE_DAYS)
    return organisation.confirmed_on is None or organisation.confirmed_on < limit


def values_of(organisation: Organisation) -> dict[str, Any]:
    """What the organisation itself writes, field by field."""
    return {name: getattr(organisation, name) for name in EDITABLE}


def sealed(organisation: Organisation) -> str:
    """The sheet as a form is opened with it: the form carries it, signed, so that a save tells what was touched."""
    values = values_of(organisation)
    values["fte"] = None if organisation.fte is None else str(organisation.fte)
    return signing.dumps(values, salt=_SALT, compress=True)


def unsealed(token: str) -> dict[str, Any]:
    """What `sealed` kept; empty when it is not ours: nothing is then known of what was read."""
    try:
        values: dict[str, Any] = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return {}
    values["fte"] = None if values.get("fte") is None else Decimal(values["fte"])
    return values


def fingerprint(organisation: Organisation) -> str:
    """What somebody had under their eyes: it changes as soon as one editable field does (optimistic lock)."""
    values: dict[str, Any] = {name: getattr(organisation, name) for name in EDITABLE}
    values["fte"] = None if organisation.fte is None else f"{organisation.fte:.2f}"
    return hashlib.sha256(json.dumps(values, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:32]
