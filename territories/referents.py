"""Verbs on the referents an organisation names (T2): name, correct, replace, leave vacant, confirm.

Each locks the post, writes the journal without ever saying who, and keeps what it writes from the next pack: a field
that differs from what the pack last said was edited here, and stays (ADR 0005).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from core.journal import Actor, record
from core.text import fold
from members.models import Organisation
from territories.confirmed import may_be_written_to, person_digest, still_holds
from territories.models import Agency, Referent
from territories.withdrawn import is_withdrawn, settle_name

_PERSONAL = ("name", "function", "email", "phone")  # of the person; the town is of the post
UNSAID = "[non conservé]"
_UNSAID_FIELDS = frozenset({"name", "email", "phone"})
WITHDRAWN = "Cette personne a demandé que son nom soit retiré\u00a0: il ne peut pas revenir ici."
CHANGED = "Cette fiche a changé pendant que vous écriviez\u00a0: relisez-la, puis recommencez."
GONE = "Ce poste n’existe plus."


@dataclass(frozen=True)
class Sheet:
    """What somebody of the organisation types of a referent; `contacts_right` says that mail may be sent there."""

    name: str
    function: str = ""
    town: str = ""
    email: str = ""
    phone: str = ""
    contacts_right: bool = False


def of_organisation(organisation: Organisation) -> QuerySet[Referent]:
    """The posts that `organisation` keeps: those it names, and those a wider body named in it."""
    rows = Referent.objects.filter(Q(organisation=organisation) | Q(structure=organisation))
    return rows.select_related("agency", "organisation", "structure").order_by("agency__order", "town", "pk")


def version_of(referent: Referent) -> str:
    """What a form remembers of the sheet it shows, so that two people do not write over each other."""
    return f"{person_digest(referent)[:16]}-{_short(referent.function, referent.town, referent.phone)}"


def _short(*words: str) -> str:
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[:16]


@transaction.atomic
def name_referent(
    *, organisation: Organisation, agencies: Sequence[Agency | None], sheet: Sheet, actor: Actor
) -> list[Referent]:
    """Open a post for each of `agencies` (None: the whole region), held by one person or vacant (empty name).

    Raises `ValidationError` (French) when this person already holds one of these posts for the organisation.
    """
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    made = []
    for agency in agencies:
        held = Referent.objects.filter(organisation=organisation, agency=agency, town=sheet.town).exclude(name="")
        if sheet.name and any(fold(other.name) == fold(sheet.name) for other in held):
            where = agency.name if agency else "toute la région"
            raise ValidationError(f"Cette personne est déjà référente ici\u00a0: {where}.", code="twice")
        post = Referent(organisation=organisation, agency=agency)
        _write(post, sheet, newcomer=True)
        record(verb="referent.name", target=post, actor=actor, changes={"agency": [None, agency and agency.slug]})
        made.append(post)
    return made


@transaction.atomic
def correct(
    *,
    referent: Referent,
    sheet: Sheet,
    actor: Actor,
    version: str | None = None,
    also: Iterable[Referent] = (),
) -> Referent:
    """Change the sheet of the person who holds the post. Raises `ValidationError` as `replace_holder`.

    `also`: the other posts of the same person (`siblings`) that take what changes here, the town aside; one that
    somebody else holds by now is left as it is.
    """
    keys = {referent.pk, *(other.pk for other in also)}
    held = list(Referent.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))
    before = next((post for post in held if post.pk == referent.pk), referent)
    same = [post for post in held if post.pk != referent.pk and _is_same_person(post, before)]
    changed = _change("referent.correct", referent, sheet, actor, version, newcomer=False)
    moved = {name for name in _PERSONAL if getattr(before, name) != getattr(changed, name)}
    for post in same:
        kept = {name: getattr(changed if name in moved else post, name) for name in _PERSONAL}
        theirs = Sheet(**kept, town=post.town, contacts_right=sheet.contacts_right)
        _change("referent.correct", post, theirs, actor, None, newcomer=False)
    return changed


def siblings(referent: Referent, organisation: Organisation) -> list[Referent]:
    """The other posts kept by `organisation` that the same person holds, at the same address."""
    return [
        post for post in of_organisation(organisation) if post.pk != referent.pk and _is_same_person(post, referent)
    ]


def _is_same_person(post: Referent, other: Referent) -> bool:
    return bool(fold(other.name)) and not post.withdrawn_at and person_digest(post) == person_digest(other)


@transaction.atomic
def replace_holder(*, referent: Referent, sheet: Sheet, actor: Actor, version: str | None = None) -> Referent:
    """Give the post to somebody else: nothing of the former person stays.

    Raises `ValidationError` (French) when the sheet changed meanwhile (`version`), when the name is one that was
    withdrawn from this post (T3), or when the post is gone.
    """
    return _change("referent.replace", referent, sheet, actor, version, newcomer=True)


@transaction.atomic
def vacate(*, referent: Referent, actor: Actor | None) -> Referent:
    """Nobody holds the post any more: name and contacts leave at once, a vacancy is a real, visible state (T2)."""
    post = _lock(referent)
    if post.name:
        _write(post, Sheet(name="", function=post.function, town=post.town), newcomer=True)
        record(verb="referent.vacate", target=post, actor=actor)
    return post


@transaction.atomic
def remove_post(*, referent: Referent, actor: Actor) -> None:
    """Delete a post opened here by mistake. Raises `ValidationError` (French) for a post of the charter."""
    post = _lock(referent)
    if post.pack_key:
        raise ValidationError("Ce poste vient de la charte\u00a0: il peut être vacant, il ne se supprime pas.")
    record(verb="referent.remove", target=post, actor=actor)
    post.delete()


@transaction.atomic
def confirm(*, referents: Iterable[Referent], actor: Actor | None, contacts: bool = False) -> int:
    """« Tout est encore juste »: these sheets are right today; with `contacts`, mail may be sent there too.

    Returns how many sheets.
    """
    keys = [referent.pk for referent in referents]
    today, count = timezone.localdate(), 0
    for post in Referent.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"):
        before = post.confirmed_on
        trusted = contacts or may_be_written_to(post)
        _settle_confirmation(post, trusted=trusted)
        post.save(update_fields=["confirmed_on", "contact_confirmed_at", "contact_digest"])
        changes: dict[str, Any] = {"confirmed_on": [before and before.isoformat(), today.isoformat()]}
        if contacts and post.email:
            changes["contacts"] = [None, "confirmés"]
        record(verb="referent.confirm", target=post, actor=actor, changes=changes)
        count += 1
    return count


def _change(
    verb: str, referent: Referent, sheet: Sheet, actor: Actor, version: str | None, *, newcomer: bool
) -> Referent:
    post = _lock(referent)
    if version is not None and version != version_of(post):
        raise ValidationError(CHANGED, code="changed")
    if is_withdrawn(post, sheet.name):
        raise ValidationError(WITHDRAWN, code="withdrawn")
    before = {field: getattr(post, field) for field in ("name", "function", "town", "email", "phone")}
    _write(post, sheet, newcomer=newcomer)
    changes = {
        field: [UNSAID, UNSAID] if field in _UNSAID_FIELDS else [old, getattr(post, field)]
        for field, old in before.items()
        if old != getattr(post, field)
    }
    record(verb=verb, target=post, actor=actor, changes=changes)
    return post


def _write(post: Referent, sheet: Sheet, *, newcomer: bool) -> None:
    """Write the sheet on the post; of a newcomer nothing that was said of the person before stays."""
    trusted = sheet.contacts_right or (may_be_written_to(post) and sheet.email.lower() == post.email.lower())
    post.name, post.function, post.town = sheet.name, sheet.function, sheet.town
    post.email, post.phone = sheet.email.lower(), sheet.phone
    if newcomer:
        post.note = post.source_line = ""
        post.published_on = timezone.localdate()
        trusted = sheet.contacts_right
    settle_name(post)
    before = post.contact_digest
    _settle_confirmation(post, trusted=trusted)
    if post.pk and before != post.contact_digest:
        post.checks.filter(used_at=None).delete()  # a link sent to somebody else opens nothing
    post.save()


def _settle_confirmation(post: Referent, *, trusted: bool) -> None:
    """The sheet is right today, said by somebody who knows; what they say of its contacts holds for this address."""
    post.confirmed_on = timezone.localdate()
    keep = trusted and bool(post.email) and bool(post.name)
    if not keep:
        post.contact_confirmed_at = None
    elif post.contact_confirmed_at is None or not still_holds(post):
        post.contact_confirmed_at = timezone.now()
    post.contact_digest = person_digest(post)


def _lock(referent: Referent) -> Referent:
    try:
        return (
            Referent.objects.select_for_update(of=("self",))
            .select_related("organisation", "agency")
            .get(pk=referent.pk)
        )
    except Referent.DoesNotExist as error:
        raise ValidationError(GONE, code="gone") from error
