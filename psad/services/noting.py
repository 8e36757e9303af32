"""What is written beside the acts: a note, who represents a minor and whether the family is associated (D7, D11)."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.core.exceptions import ValidationError

from accounts.models import User
from core.sealing import opened
from psad.identity import bound, identity_of
from psad.models import Guardian, Note
from psad.services.cases import day_of, locked, moved
from psad.services.contacting import LONGEST_NOTE

MAJORITY = 18


def note(*, case: UUID, text: str, version: int | None = None, by: User, role: str, at: dt.datetime) -> Note:
    """Write a sealed note, also on a closed case. Raises `ValidationError`: nothing written."""
    said = text.strip()[:LONGEST_NOTE]
    if not said:
        raise ValidationError({"text": "Écrivez quelques mots."})
    held = locked(case, version=version)
    row = Note(case=held, at=at, by=by)
    row.text = opened(held.sealed_key).close(said, bound=bound(held, f"note/{row.pk}"))
    row.save()
    moved(held, "note", by=by, at=at, role=role)
    return row


def represent(
    *, case: UUID, name: str, phone: str = "", email: str = "", wish: str, guardian: UUID | None = None,
    version: int | None = None, by: User, role: str, at: dt.datetime,
) -> Guardian:  # fmt: skip
    """Write who represents a minor, or change it (`guardian`), and what was said of associating the family.

    Raises `ValidationError` by field; for an adult, no representative is kept (D11).
    """
    if wish not in Guardian.Wish.values:
        raise ValidationError({"wish": "Choisissez dans la liste."})
    held = locked(case, version=version)
    seal = opened(held.sealed_key)
    if identity_of(held, seal).age_on(day_of(at)) >= MAJORITY:
        raise ValidationError("Cette personne est majeure\u00a0: on ne garde pas de représentant légal.")
    row = Guardian.objects.get(pk=guardian, case=held) if guardian else Guardian(case=held)
    row.at, row.by, row.wish = at, by, wish
    contact = {"name": name.strip()[:150], "phone": phone.strip()[:20], "email": email.strip()[:254], "address": ""}
    row.contact = seal.close(contact, bound=bound(held, f"guardian/{row.pk}"))
    row.save()
    moved(held, "family", by=by, at=at, role=role, wish=wish)
    return row
