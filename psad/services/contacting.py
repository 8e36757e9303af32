"""Steps 2 and 3: who calls, how without harm, each try written; « injoignable » only after enough of them (D2, D7)."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.core.exceptions import ValidationError

from accounts.models import User
from core.sealing import opened
from psad.identity import bound
from psad.lists import Disposition, Means, Outcome, Step
from psad.models import Attempt, Case
from psad.services.cases import locked, moved, unreachable_lacks
from psad.services.granting import follow
from psad.young import notice

OPPOSED = "Cette personne s’est opposée\u00a0: on ne la contacte plus."
CLOSED = "Ce dossier est clos\u00a0: rouvrez-le d’abord."
LONGEST_NOTE = 2_000
FIRST_CONTACT = "Premier contact"


def prepare(
    *, case: UUID, follower: User | None, safe_contact: str, version: int | None, by: User, role: str, at: dt.datetime
) -> Case:
    """Say who makes the first contact and how to call without harm (`safe_contact`, sealed): the case is to be joined.

    An adviser who is to make it is given the case. Only who reads the whole platform names somebody else.
    Raises `ValidationError` for a closed case or a person who opposed, `Conflict`.
    """
    held = workable(case, version)
    if follower is None:
        held.follower = None
    elif follower.pk != held.follower_id:
        follow(held, follower, reason=FIRST_CONTACT, by=by, at=at)
    held.safe_contact = opened(held.sealed_key).close(
        safe_contact.strip()[:LONGEST_NOTE], bound=bound(held, "safe_contact")
    )
    if held.step == Step.RECEIVED:
        held.step = Step.PREPARING
    moved(held, "prepare", by=by, at=at, role=role, follower=str(follower.pk) if follower else "")
    return held


def attempt(
    *, case: UUID, means: str, outcome: str, note: str = "", version: int | None = None, by: User, role: str,
    at: dt.datetime,
) -> Attempt:  # fmt: skip
    """Write a try. Reaching the person dates the first and the last contact; reaching the family dates the last.

    Raises `ValidationError` by field for what is not of the lists, for a closed case or a person who opposed.
    """
    if means not in Means.values:
        raise ValidationError({"means": "Choisissez un moyen de la liste."})
    if outcome not in Outcome.values:
        raise ValidationError({"outcome": "Choisissez un résultat de la liste."})
    held = workable(case, version)
    row = Attempt(case=held, at=at, by=by, means=means, outcome=outcome)
    row.note = opened(held.sealed_key).close(note.strip()[:LONGEST_NOTE], bound=bound(held, f"attempt/{row.pk}"))
    row.save()
    if outcome == Outcome.REACHED:
        held.first_contact_at = held.first_contact_at or at
        held.step = Step.PROPOSING if held.step in {Step.RECEIVED, Step.PREPARING, Step.CONTACTING} else held.step
    elif held.step in {Step.RECEIVED, Step.PREPARING}:
        held.step = Step.CONTACTING
    if outcome in {Outcome.REACHED, Outcome.FAMILY}:
        held.last_contact_at = at
    moved(held, "attempt", by=by, at=at, role=role, means=means, outcome=outcome)
    return row


def say_unreachable(*, case: UUID, version: int | None = None, by: User, role: str, at: dt.datetime) -> Case:
    """Answer « injoignable » to the list (D14). Raises `ValidationError`: what the protocol still asks."""
    held = workable(case, version)
    if held.first_contact_at is not None:
        raise ValidationError("Cette personne a déjà été jointe.")
    if lacks := unreachable_lacks(held):
        raise ValidationError(f"Avant « injoignable », il faut\u00a0: {lacks}.")
    held.disposition = Disposition.UNREACHABLE
    moved(held, "unreachable", by=by, at=at, role=role)
    return held


def inform(*, case: UUID, means: str, by: User, role: str, at: dt.datetime) -> Case:
    """Record that the person was given the information notice, how, and which version of it (D7)."""
    if means not in Means.values:
        raise ValidationError({"means": "Choisissez un moyen de la liste."})
    held = workable(case, None)
    held.informed_at = held.informed_at or at
    moved(held, "inform", by=by, at=at, role=role, means=means, notice=notice.CURRENT)
    return held


def workable(case: UUID, version: int | None) -> Case:
    held = locked(case, version=version)
    if held.step == Step.CLOSED:
        raise ValidationError(CLOSED)
    if held.opposed_at is not None:
        raise ValidationError(OPPOSED)
    return held
