"""The sheet of an organisation, written by those who manage it: locked, journaled, found by the search at once."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.admin_rules import differences
from core import search
from core.journal import Actor, record
from core.merging import Merged, three_way
from members import search_entries
from members.models import Organisation
from members.sheet import EDITABLE, fingerprint, values_of

# The name of a natural person never enters the journal, which cannot forget it.
UNSAID = ("legal_representative",)


class SheetChangedError(Exception):
    """Somebody saved the sheet since it was read; `organisation` is what it says now."""

    def __init__(self, organisation: Organisation, merged: Merged | None = None) -> None:
        super().__init__("La fiche a changé entre-temps.")
        self.organisation, self.merged = organisation, merged


@transaction.atomic
def save_sheet(
    *, organisation: Organisation, values: dict[str, Any], seen: str, actor: Actor | None,
    base: dict[str, Any] | None = None,
) -> Organisation:  # fmt: skip
    """Write the editable fields given in `values`; the whole sheet is then confirmed as of today.

    `seen` is the `fingerprint` of the sheet that was read, `base` its values. When somebody saved it since, what
    `values` leave as it was read stays as it is now; `SheetChangedError` when both changed one field differently,
    `ValidationError` (French, by field) for values that the sheet cannot hold.
    """
    locked = Organisation.objects.select_for_update(of=("self",)).select_related("network").get(pk=organisation.pk)
    if fingerprint(locked) != seen:
        merged = three_way(base or {}, values_of(locked), values)
        if merged.conflicts:
            raise SheetChangedError(locked, merged)
        values = merged.values
    before = Organisation.objects.get(pk=locked.pk)
    wanted = {name: value for name, value in values.items() if name in EDITABLE}
    for name, value in wanted.items():
        setattr(locked, name, value)
    locked.clean_fields(exclude={field.name for field in locked._meta.fields} - set(wanted))
    changes = differences(before, locked, list(wanted), UNSAID)
    return _confirm(
        locked, list(wanted) if changes else [], "sheet.change" if changes else "sheet.confirm", changes, actor
    )


@transaction.atomic
def begin_sheet(*, organisation: Organisation, values: dict[str, Any], actor: Actor | None) -> Organisation:
    """Write in the sheet of a new member what another room knows of it, where the sheet says nothing; its manager is
    still asked to confirm it. A value that the sheet cannot hold is left out."""
    locked = Organisation.objects.select_for_update(of=("self",)).select_related("network").get(pk=organisation.pk)
    before = Organisation.objects.get(pk=locked.pk)
    kept = []
    for name, value in values.items():
        if name not in EDITABLE or not value or getattr(locked, name):
            continue
        setattr(locked, name, value)
        try:
            locked.clean_fields(exclude={field.name for field in locked._meta.fields} - {name})
        except ValidationError:
            setattr(locked, name, getattr(before, name))
        else:
            kept.append(name)
    if kept:
        locked.save(update_fields=kept)
        record(verb="sheet.change", target=locked, actor=actor, changes=differences(before, locked, kept, UNSAID))
    if locked.public:
        search.index([search_entries.organisation(locked)])
    return locked


@transaction.atomic
def confirm_sheet(*, organisation: Organisation, seen: str, actor: Actor | None) -> Organisation:
    """« Tout est encore juste » : the sheet that was read is right today. Raises as `save_sheet`."""
    locked = Organisation.objects.select_for_update(of=("self",)).select_related("network").get(pk=organisation.pk)
    if fingerprint(locked) != seen:
        raise SheetChangedError(locked)
    return _confirm(locked, [], "sheet.confirm", {}, actor)


def _confirm(
    locked: Organisation, fields: list[str], verb: str, changes: dict[str, Any], actor: Actor | None
) -> Organisation:
    today = timezone.localdate()
    if verb == "sheet.confirm" and locked.confirmed_on == today:
        return locked  # the button pressed twice
    locked.confirmed_on = today
    locked.save(update_fields=[*fields, "confirmed_on"])
    record(verb=verb, target=locked, actor=actor, changes=changes)
    if locked.public:
        search.index([search_entries.organisation(locked)])
    return locked
