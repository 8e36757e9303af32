"""The Region reads what is submitted: accepts it, sends it back with a reason, reopens what was accepted (B2).

Each decision holds the row: two officers at once, or a button pressed twice, make one act.
"""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts.models import User
from bilans.models import Act, Bilan
from bilans.rules import may_decide
from bilans.services import telling
from bilans.services.noting import note_bilan
from core.journal import record

NO_REASON = "Dites ce qui est à reprendre\u00a0: ses auteurs le liront."
NOT_SUBMITTED = "Ce bilan n’est plus à lire\u00a0: il est « {state} »."
NOT_ACCEPTED = "Ce bilan n’est pas accepté\u00a0: il est « {state} »."
CHANGED = "Ce bilan a changé depuis que vous l’avez ouvert\u00a0: relisez-le avant de décider."
LONGEST = 4_000  # characters of a reason
State = Bilan.State


@transaction.atomic
def accept(bilan: Bilan, *, user: User, at: dt.datetime, seen: int | None = None) -> Bilan:
    """What it says counts as it is; nothing of it changes any more. Accepting again changes nothing.

    `seen`: the version that was read; another one is refused. Raises `ValidationError` (French).
    """
    held = _held(bilan, user)
    if held.state == State.ACCEPTED:
        return held
    _expect(held, State.SUBMITTED, NOT_SUBMITTED, seen)
    held.state, held.accepted_at = State.ACCEPTED, at
    held.save(update_fields=["state", "accepted_at"])
    act = note_bilan(held, Act.Done.ACCEPTED, at=at, actor=user)
    record(verb="bilan.accept", target=held, actor=user, key=str(held.public_id))
    telling.tell_accepted(held, act)
    return _followed(bilan, held)


@transaction.atomic
def send_back(bilan: Bilan, *, user: User, reason: str, at: dt.datetime, seen: int | None = None) -> Bilan:
    """Its people take it up again, with what they wrote and `reason`. The same reason twice is a double click.

    Raises `ValidationError` (French): no reason, not submitted any more, changed since it was read.
    """
    reason = _reason(reason)
    held = _held(bilan, user)
    if held.state == State.RETURNED and held.return_reason == reason:
        return held
    _expect(held, State.SUBMITTED, NOT_SUBMITTED, seen)
    return _returned(bilan, held, Act.Done.RETURNED, user=user, reason=reason, at=at)


@transaction.atomic
def reopen(bilan: Bilan, *, user: User, reason: str, at: dt.datetime) -> Bilan:
    """What was accepted is to be corrected after all: its people take it up again, while the campaign runs.

    Raises `ValidationError` (French): no reason, not accepted.
    """
    reason = _reason(reason)
    held = _held(bilan, user)
    if held.state == State.RETURNED and held.return_reason == reason:
        return held
    _expect(held, State.ACCEPTED, NOT_ACCEPTED, None)
    return _returned(bilan, held, Act.Done.REOPENED, user=user, reason=reason, at=at)


def _returned(bilan: Bilan, held: Bilan, done: str, *, user: User, reason: str, at: dt.datetime) -> Bilan:
    held.state, held.returned_at, held.return_reason, held.accepted_at = State.RETURNED, at, reason, None
    held.save(update_fields=["state", "returned_at", "return_reason", "accepted_at"])
    act = note_bilan(held, done, at=at, actor=user, reason=reason)
    verb = "bilan.reopen" if done == Act.Done.REOPENED else "bilan.return"
    record(verb=verb, target=held, actor=user, key=str(held.public_id))
    telling.tell_returned(held, act)
    return _followed(bilan, held)


def _reason(reason: str) -> str:
    reason = reason.replace("\r\n", "\n").strip()
    if not reason:
        raise ValidationError({"reason": NO_REASON}, code="required")
    if len(reason) > LONGEST:
        raise ValidationError({"reason": f"{LONGEST} caractères au plus."}, code="long")
    return reason


def _held(bilan: Bilan, user: User) -> Bilan:
    """The row as it is now, held until the end of the transaction, for who may decide of it."""
    if not may_decide(user, bilan):
        raise PermissionDenied
    rows = Bilan.objects.select_for_update(of=("self",)).select_related(
        "campaign", "organisation", "agency", "platform"
    )
    return rows.get(pk=bilan.pk)


def _expect(held: Bilan, state: str, words: str, seen: int | None) -> None:
    if held.state != state:
        raise ValidationError(words.format(state=held.get_state_display()), code="moved")
    if seen is not None and held.version != seen:
        raise ValidationError(CHANGED, code="changed")


def _followed(bilan: Bilan, held: Bilan) -> Bilan:
    """The object that the caller has says what was written."""
    for name in ("state", "accepted_at", "returned_at", "return_reason"):
        setattr(bilan, name, getattr(held, name))
    return held
