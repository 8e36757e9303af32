"""What a list or a report says joins the case of the very person, or opens it (D4). Nothing known is overwritten:
blanks are filled, what differs is kept in a sealed note for whoever follows the person.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import connection

from core.sealing import Seal, opened
from core.text import fold
from psad.identity import Identity, bound, identity_of, seal_identity
from psad.intake.matching import Keys
from psad.intake.rio import Entry
from psad.lists import ClosingReason, Source, Step
from psad.models import Case, Import, Move, Note, Platform
from psad.services.cases import day_of
from psad.services.opening import new_case

LABELS = {
    "given_names": "prénoms", "address": "adresse", "postcode": "code postal", "town": "commune", "phone": "téléphone",
    "email": "courriel", "ine": "INE", "school": "établissement", "class_name": "classe",
    "followed_by_ml": "suivi par la mission locale",
}  # fmt: skip
# Facts in the clear that a list fills when the case has none.
_CLOSED = ("sex", "origin", "commune_id", "left_on", "school_uai")


def matches(platform: int, keys: Collection[bytes]) -> dict[bytes, UUID]:
    """The cases of these very persons in a platform, by match key: those merged into another lead to it."""
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT match_key, id FROM psad_match(%s, %s)", [platform, list(set(keys))])
        return {bytes(key): case for key, case in cursor.fetchall()}


def held(cases: Collection[UUID]) -> Iterable[Case]:
    """The rows, held to the end of the transaction, always in the same order."""
    rows = Case.objects.select_for_update(of=("self",)).select_related("platform").filter(pk__in=cases)
    return rows.order_by("pk")


def case_of(platform: Platform, entry: Entry, keys: Keys, *, on: dt.date, by: Any, source: Source = Source.RIO) -> Case:
    """A case ready to be saved for a line. `by` is a person's key."""
    case = new_case(
        platform=platform, identity=entry.identity, source=source, received_on=on, origin=entry.origin, sex=entry.sex,
        left_on=entry.left_on, school_uai=entry.school_uai, keys=keys,
    )  # fmt: skip
    case.commune_id, case.opened_by_id = entry.commune or None, by
    return case


def open_cases(cases: Sequence[Case], *, by: Any, at: dt.datetime) -> None:
    Case.objects.bulk_create(cases)
    Move.objects.bulk_create(
        Move(case=case, at=at, by_id=by, verb="opened", data={"source": str(case.source)}) for case in cases
    )


def absorb(found: Sequence[tuple[Case, Entry]], *, batch: Import, at: dt.datetime) -> None:
    """Complete the cases that lines of a list matched."""
    moves: list[Move] = []
    notes: list[Note] = []
    for case, entry in found:
        seal = opened(case.sealed_key)
        filled, differing = complete(case, entry, seal)
        again = reopened(case, entry, day_of(at))
        case.version += 1
        case.updated_at = at
        if differing:
            said = f"Reçu par la liste du {day_of(batch.given_at):%d/%m/%Y}\u00a0: "
            notes.append(note(case, seal, said + _sentence(differing), by=batch.given_by_id, at=at))
        data = {"list": str(batch.pk), "filled": filled, "differs": sorted(differing), "reopened": again}
        moves.append(Move(case=case, at=at, by_id=batch.given_by_id, verb="listed", data=data))
    cases = list({case.pk: case for case, _ in found}.values())
    Case.objects.bulk_update(cases, _CHANGED, batch_size=200)
    Note.objects.bulk_create(notes)
    Move.objects.bulk_create(moves)


_CHANGED = (
    "sex", "origin", "commune", "left_on", "school_uai", "identity", "version", "updated_at", "step", "closed_on",
    "closing_reason", "due_on", "due_what", "disposition", "archived_at",
)  # fmt: skip


def complete(case: Case, entry: Entry, seal: Seal) -> tuple[list[str], dict[str, str]]:
    """Fill what the case lacks from `entry`: the names of what was filled, and what the entry says otherwise."""
    known = identity_of(case, seal)
    differing = {
        name: value
        for name, value in entry.identity.words().items()
        if value and name in LABELS and known.words()[name] and not _same(name, value, known)
    }
    merged = known.completed(entry.identity)
    if "phone" in differing and not known.other_phone:
        merged = replace(merged, other_phone=differing.pop("phone"))
    filled = [name for name, value in merged.words().items() if value and not known.words()[name]]
    if merged != known:
        case.identity = seal_identity(merged, seal, case)
    theirs = {
        "sex": entry.sex, "origin": entry.origin, "commune_id": entry.commune, "left_on": entry.left_on,
        "school_uai": entry.school_uai,
    }  # fmt: skip
    for name in _CLOSED:
        if theirs[name] and not getattr(case, name):
            setattr(case, name, theirs[name])
            filled.append(name.removesuffix("_id"))
    return filled, differing


def _same(name: str, value: str, known: Identity) -> bool:
    words = known.words()
    if name == "phone":
        return _digits(value) in (_digits(words["phone"]), _digits(words["other_phone"]))
    if name == "given_names":  # « Léa » and « Léa, Marie »
        ours, theirs = fold(words[name]), fold(value)
        return ours.startswith(theirs) or theirs.startswith(ours)
    return fold(value) == fold(words[name])


def _digits(number: str) -> str:
    return "".join(c for c in number if c.isdigit())[-9:]


def _sentence(differing: dict[str, str]) -> str:
    return "\u00a0; ".join(f"{LABELS[name]}\u00a0: {value}" for name, value in differing.items()) + "."


def note(case: Case, seal: Seal, text: str, *, by: Any, at: dt.datetime) -> Note:
    """A note ready to be saved, sealed. `by` is a person's key, or nobody."""
    made = Note(case=case, at=at, by_id=by)
    made.text = seal.close(text, bound=bound(case, f"note/{made.pk}"))
    return made


def reopened(case: Case, entry: Entry, today: dt.date) -> bool:
    """Whether somebody whose case was closed has left a training since: they are to be met again (D3).

    Who opposed the processing is not: the list changes nothing to it.
    """
    if case.step != Step.CLOSED or case.closing_reason == ClosingReason.OPPOSED or case.opposed_at is not None:
        return False
    if entry.left_on is None or case.closed_on is None or entry.left_on <= case.closed_on:
        return False
    case.step, case.closed_on, case.closing_reason, case.archived_at = Step.RECEIVED, None, "", None
    case.disposition = "to_contact"
    case.due_on, case.due_what = today + dt.timedelta(days=case.platform.contact_days), "prepare"
    return True
