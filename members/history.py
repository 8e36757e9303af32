"""Who did what, to whom, in an organisation: told in words from the journal to those who work there.

Names are those of the accounts of today, found by their key: the journal keeps none. The rooms above `register` what
they keep of an organisation (its places, its referents) and how each of their acts is said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q

from core.journal import UNSAID
from core.models import JournalEntry
from members.models import CharterSignature, Invitation, Mandate, Organisation

SHOWN = 100
LONGEST = 200
_ORGANISATION, _MANDATE, _SIGNATURE = (model._meta.label_lower for model in (Organisation, Mandate, CharterSignature))
_VERBS = {
    "sheet.change": "a mis la fiche à jour",
    "sheet.confirm": "a confirmé la fiche",
    "invitation.resend": "a renvoyé une invitation",
    "invitation.revoke": "a annulé une invitation",
    "invitation.accept": "a accepté une invitation",
    "charter.sign": "a signé la charte au nom de l’organisme",
    "charter.correct": "a corrigé une signature de la charte",
    "charter.withdraw": "a retiré une signature de la charte",
    "admin.add": "a créé la fiche",
    "admin.change": "a modifié la fiche",
    "admin.delete": "a retiré un élément",
}
_ON_SIGNATURE = {"admin.add": "a enregistré une signature de la charte", "admin.change": _VERBS["charter.correct"]}
_WRITES = ("sheet.change", "sheet.confirm", "admin.change")


@dataclass(frozen=True)
class Source:
    """What a room above keeps of an organisation.

    `things(organisation)` names each thing by its key (one query); `verbs` says an act, `{}` standing for that name;
    `labels` names the fields whose values are told.
    """

    target_type: str
    things: Callable[[Organisation], Mapping[str, str]]
    verbs: Mapping[str, str]
    labels: Mapping[str, str] = field(default_factory=dict)


_sources: list[Source] = []


def register(source: Source) -> None:
    """Tell the acts on these things in the history of their organisation."""
    _sources.append(source)


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
    """`who` did `what`, on `at`; `joined` is the key of the account when it says that its own person came in."""

    at: datetime
    who: str
    what: str
    changes: list[Change]
    joined: str = ""


@dataclass(frozen=True)
class _Known:
    """What the journal only has keys of, as it is today."""

    mandates: Mapping[str, Mandate]
    colleagues: Mapping[str, str]
    invited: Mapping[str, str]
    things: Mapping[str, Mapping[str, str]]

    def who(self, entry: JournalEntry) -> str:
        return self.colleagues.get(entry.actor_key) or _role(entry.actor_label)

    def subject(self, entry: JournalEntry) -> Mandate | None:
        return self.mandates.get(entry.target_key) if entry.target_type == _MANDATE else None


def lines(organisation: Organisation) -> list[Line]:
    """The last acts, the latest first; in five queries, and one for each source.

    People of the organisation are named as their account is today; others by the role in which they acted.
    """
    rows = Mandate.objects.filter(organisation=organisation).select_related("user")
    mandates = {str(mandate.pk): mandate for mandate in rows}
    signatures = CharterSignature.objects.filter(organisation=organisation).values_list("pk", flat=True)
    invitations = Invitation.objects.filter(organisation=organisation).exclude(accepted_by=None)
    known = _Known(
        mandates,
        {str(mandate.user_id): str(mandate.user) for mandate in mandates.values()},
        {str(invitation.pk): str(invitation.accepted_by) for invitation in invitations.select_related("accepted_by")},
        {source.target_type: source.things(organisation) for source in _sources},
    )
    of_this = Q(target_type=_ORGANISATION, target_key=str(organisation.pk))
    of_this |= Q(target_type=_MANDATE, target_key__in=list(mandates))
    of_this |= Q(target_type=_SIGNATURE, target_key__in=[str(pk) for pk in signatures])
    for target_type, things in known.things.items():
        of_this |= Q(target_type=target_type, target_key__in=list(things))
    entries = JournalEntry.objects.filter(of_this).order_by("-id")[:SHOWN]
    found: list[Line] = []
    ended: list[JournalEntry] = []  # ends of the act in hand: a change of role is an end, then a beginning
    for entry in reversed(list(entries)):
        if entry.verb not in ("mandate.grant", "mandate.end") or not (ended and _same_act(ended[-1], entry)):
            ended = []
        if entry.verb == "mandate.grant":
            found = found[: len(found) - len(ended)]
            found.append(_granted(entry, ended, known))
            ended = []
            continue
        if entry.verb == "invitation.accept" and found and found[-1].joined == entry.actor_key:
            continue  # told by the line above
        ended = [*ended, entry] if entry.verb == "mandate.end" else ended
        found.append(_line(entry, known))
    return found[::-1]


def last_hand(organisation: Organisation) -> str:
    """The key of the account that wrote the sheet last; empty when nobody did."""
    rows = JournalEntry.objects.filter(target_type=_ORGANISATION, target_key=str(organisation.pk), verb__in=_WRITES)
    return rows.order_by("-id").values_list("actor_key", flat=True).first() or ""


def _same_act(one: JournalEntry, other: JournalEntry) -> bool:
    """Written in one transaction (the database gives both its beginning) by the same person."""
    return (one.at, one.actor_key) == (other.at, other.actor_key)


def _granted(entry: JournalEntry, ended: list[JournalEntry], known: _Known) -> Line:
    """Somebody joins, is given another role, or takes the management over."""
    mandate = known.subject(entry)
    if mandate is None:
        return Line(entry.at, known.who(entry), "a modifié l’équipe", [])
    person, role = str(mandate.user), mandate.get_role_display().lower()
    left = {str(m.user_id) for m in map(known.subject, ended) if m is not None}
    own = entry.actor_key == str(mandate.user_id)
    joined = entry.actor_key if own else ""
    if not own and entry.actor_key in left:
        return Line(entry.at, known.who(entry), f"a passé la main à {person}", [])
    if str(mandate.user_id) in left:
        said = f"est maintenant {role}" if own else f"a changé le rôle de {person}\u00a0: {role}"
        return Line(entry.at, known.who(entry), said, [], joined)
    said = "a rejoint l’équipe" if own else f"a fait entrer {person} dans l’équipe ({role})"
    return Line(entry.at, known.who(entry), said, [], joined)


def _line(entry: JournalEntry, known: _Known) -> Line:
    return Line(entry.at, known.who(entry), _what(entry, known), _changes(entry))


def _what(entry: JournalEntry, known: _Known) -> str:
    source = next((source for source in _sources if source.target_type == entry.target_type), None)
    if source is not None:
        said = source.verbs.get(entry.verb, "a modifié {}")
        return said.format(known.things[entry.target_type].get(entry.target_key, ""))
    mandate = known.subject(entry)
    if mandate is not None:
        if entry.verb == "mandate.end" and entry.actor_key == str(mandate.user_id):
            return "a quitté l’équipe"
        said = "mis fin à" if entry.verb in ("mandate.end", "admin.delete") else "modifié"
        return f"a {said} la participation de {mandate.user}"
    if entry.verb == "invitation.send":
        pair = entry.changes.get("invitation") or [None, None]
        return f"a invité {known.invited.get(str(pair[-1]), 'une personne')}"
    if entry.target_type == _SIGNATURE and entry.verb in _ON_SIGNATURE:
        return _ON_SIGNATURE[entry.verb]
    return _VERBS.get(entry.verb, "a modifié la fiche")


def _role(label: str) -> str:
    return {"Région": "La Région", "agence": "L’agence", "système": "Le portail"}.get(label, "Une personne")


def _changes(entry: JournalEntry) -> list[Change]:
    """The fields of the sheet, or of a thing of a room above, that have a name."""
    source = next((source for source in _sources if source.target_type == entry.target_type), None)
    labels: Mapping[str, str] = {}
    if source is not None:
        labels = source.labels
    elif entry.target_type == _ORGANISATION and entry.verb.startswith(("sheet.", "admin.")):
        labels = {name: str(column.verbose_name) for name, column in _FIELDS.items()}
    found = []
    for name, pair in entry.changes.items():
        if name not in labels:  # a field of an older version, or one whose values are not told
            continue
        before, after = pair if isinstance(pair, list) and len(pair) == 2 else (None, None)
        found.append(Change(labels[name], _said(before), _said(after), unsaid=UNSAID in (before, after)))
    return found


def _said(value: Any) -> str:
    text = " ; ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    text = text.replace(" | ", " ; ")
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
