"""Who changed what in an organisation, told in words from the journal to those who work there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from core.journal import UNSAID
from core.models import JournalEntry
from members.models import CharterSignature, Mandate, Organisation

SHOWN = 100
LONGEST = 200
_VERBS = {
    "sheet.change": "a mis la fiche à jour",
    "sheet.confirm": "a confirmé la fiche",
    "invitation.send": "a invité une personne",
    "invitation.resend": "a renvoyé une invitation",
    "invitation.revoke": "a annulé une invitation",
    "invitation.accept": "a accepté une invitation",
    "charter.sign": "a signé la charte au nom de l’organisme",
    "charter.correct": "a corrigé une signature de la charte",
    "charter.withdraw": "a retiré une signature de la charte",
    "admin.add": "a créé la fiche",
    "admin.change": "a modifié la fiche",
    "admin.delete": "a retiré un élément",
    "import.add": "a créé la fiche, par un import",
    "import.change": "a modifié la fiche, par un import",
    "import.remove": "a retiré un élément, par un import",
    "mandate.grant": "a rejoint l’équipe",
    "mandate.end": "a quitté l’équipe ou changé de rôle",
}
_FIELDS = {field.name: field for field in Organisation._meta.concrete_fields}


@dataclass(frozen=True)
class Change:
    """One field: before and after, cut when long; `unsaid` when its values are not kept."""

    label: str
    before: str
    after: str
    unsaid: bool = False


@dataclass(frozen=True)
class Line:
    """`who` did `what`, on `at`; `changes` are those of the sheet."""

    at: datetime
    who: str
    what: str
    changes: list[Change]


def lines(organisation: Organisation) -> list[Line]:
    """The last acts on the sheet, the people and the signatures, the latest first; in four queries.

    People of the organisation are named as their account is today; others by the role in which they acted.
    """
    mandates = {
        str(mandate.pk): mandate for mandate in Mandate.objects.filter(organisation=organisation).select_related("user")
    }
    signatures = [
        str(pk) for pk in CharterSignature.objects.filter(organisation=organisation).values_list("pk", flat=True)
    ]
    of_this = Q(target_type=Organisation._meta.label_lower, target_key=str(organisation.pk))
    of_this |= Q(target_type=Mandate._meta.label_lower, target_key__in=list(mandates))
    of_this |= Q(target_type=CharterSignature._meta.label_lower, target_key__in=signatures)
    entries = list(JournalEntry.objects.filter(of_this).order_by("-id")[:SHOWN])
    colleagues = {str(mandate.user_id): str(mandate.user) for mandate in mandates.values()}
    return [_line(entry, mandates, colleagues) for entry in entries]


def _line(entry: JournalEntry, mandates: dict[str, Mandate], colleagues: dict[str, str]) -> Line:
    mandate = mandates.get(entry.target_key) if entry.target_type == Mandate._meta.label_lower else None
    who = colleagues.get(entry.actor_key) or _role(entry.actor_label)
    if mandate is not None:  # the person it bears on; who did it is a role
        who = str(mandate.user)
    of_the_sheet = mandate is None and entry.verb.startswith(("sheet.", "admin.", "import."))
    changes = _changes(entry.changes) if of_the_sheet else []
    return Line(entry.at, who, _VERBS.get(entry.verb, entry.verb), changes)


def _role(label: str) -> str:
    return {"Région": "La Région", "agence": "L’agence", "système": "Le portail"}.get(label, "Une personne")


def _changes(changes: dict[str, Any]) -> list[Change]:
    found = []
    for name, pair in changes.items():
        if name not in _FIELDS:  # a field of an older version
            continue
        label = str(_FIELDS[name].verbose_name)
        before, after = pair if isinstance(pair, list) and len(pair) == 2 else (None, None)
        found.append(Change(label, _said(before), _said(after), unsaid=UNSAID in (before, after)))
    return found


def _said(value: Any) -> str:
    text = " ; ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    text = text.replace(" | ", " ; ")
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
