"""A case is closed with a reason of the list, and may be opened again (D2, D14)."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.core.exceptions import ValidationError

from accounts.models import User
from psad.lists import Answer, CheckResult, ClosingReason, Disposition, Step
from psad.models import Attempt, Case, Check, Proposal
from psad.services.cases import day_of, locked, moved, unreachable_lacks
from psad.services.proposing import give_back

_DISPOSITIONS = {
    ClosingReason.MOVED: Disposition.MOVED,
    ClosingReason.UNREACHABLE: Disposition.UNREACHABLE,
    ClosingReason.WRONG: Disposition.WRONG,
    ClosingReason.SOLVED: Disposition.SOLVED,
    ClosingReason.LASTING: Disposition.SOLVED,
}
# Given by other acts, never chosen.
BY_ANOTHER_ACT = frozenset(
    {ClosingReason.TRANSFERRED, ClosingReason.DEPARTMENT, ClosingReason.OPPOSED, ClosingReason.MERGED}
)
LASTING_MONTHS = 6


def close(*, case: UUID, reason: str, version: int | None = None, by: User | None, role: str, at: dt.datetime) -> Case:
    """Close. Proposals without an answer give their place back.

    Raises `ValidationError`: closed already, a reason of another act, « injoignable » before enough tries, « durable »
    without a check that holds at six months at least.
    """
    if reason not in ClosingReason.values or reason in BY_ANOTHER_ACT:
        raise ValidationError({"reason": "Choisissez un motif de la liste."})
    held = locked(case, version=version)
    if held.step == Step.CLOSED:
        raise ValidationError("Ce dossier est déjà clos.")
    if reason == ClosingReason.UNREACHABLE and (lacks := unreachable_lacks(held)):
        raise ValidationError({"reason": f"Avant « injoignable », il faut\u00a0: {lacks}."})
    if reason == ClosingReason.LASTING and not _lasts(held):
        raise ValidationError({
            "reason": f"« Durable » se dit après une vérification à {LASTING_MONTHS} mois au moins qui tient."
        })  # fmt: skip
    shut(held, reason, by=by, role=role, at=at)
    return held


def shut(held: Case, reason: str, *, by: User | None, role: str, at: dt.datetime) -> None:
    """Close a case whose row is held, whatever the reason."""
    for row in Proposal.objects.filter(case=held, answer=Answer.WAITING).select_related("solution"):
        row.answer, row.answered_at = Answer.WITHDRAWN, at
        row.save()
        give_back(row.solution)
    held.step, held.closed_on, held.closing_reason = Step.CLOSED, day_of(at), reason
    held.disposition = _DISPOSITIONS.get(ClosingReason(reason), held.disposition)
    moved(held, "close", by=by, at=at, role=role, reason=reason)


def reopen(*, case: UUID, version: int | None = None, by: User, role: str, at: dt.datetime) -> Case:
    """Open again, at the step that its history tells. Raises `ValidationError`: open, opposed, given to another."""
    held = locked(case, version=version)
    if held.step != Step.CLOSED:
        raise ValidationError("Ce dossier est ouvert.")
    if held.opposed_at is not None:
        raise ValidationError("Cette personne s’est opposée\u00a0: on ne la contacte plus.")
    held.step, held.closed_on, held.closing_reason = _step(held), None, ""
    held.disposition, held.archived_at = Disposition.TO_CONTACT, None
    moved(held, "reopen", by=by, at=at, role=role)
    return held


def _step(held: Case) -> str:
    if held.solution_on is not None:
        return Step.FOLLOWED
    if held.first_contact_at is not None:
        return Step.PROPOSING
    return Step.CONTACTING if Attempt.objects.filter(case=held).exists() else Step.RECEIVED


def _lasts(held: Case) -> bool:
    holds = [CheckResult.HOLDS, CheckResult.OTHER]
    return Check.objects.filter(case=held, months__gte=LASTING_MONTHS, result__in=holds).exists()


__all__ = ["BY_ANOTHER_ACT", "close", "reopen", "shut"]
