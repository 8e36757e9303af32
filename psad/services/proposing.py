"""Step 3: needs, plan, solutions proposed, the person's answer; the last place is given once (D2, D6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import F, Q

from accounts.models import User
from core.sealing import opened
from psad.identity import bound
from psad.lists import Answer, CheckResult, Disposition, Means, Need, Step
from psad.models import Case, Check, Interview, Proposal, Solution
from psad.services.cases import day_of, moved
from psad.services.contacting import LONGEST_NOTE, inform, workable

NO_PLACE = "Il ne reste plus de place\u00a0: un·e collègue vient de prendre la dernière."


def interview(
    *, case: UUID, means: str, needs: Collection[str], plan: str, family_present: bool = False,
    informed: bool = False, version: int | None = None, by: User, role: str, at: dt.datetime,
) -> Interview:  # fmt: skip
    """Write a meeting: needs of the closed list, the plan agreed (sealed). It is a contact. `informed`: the notice was
    given there (D7).

    Raises `ValidationError` by field.
    """
    if means not in Means.values:
        raise ValidationError({"means": "Choisissez un moyen de la liste."})
    if not set(needs) <= set(Need.values):
        raise ValidationError({"needs": "Choisissez dans la liste des besoins."})
    held = workable(case, version)
    row = Interview(case=held, at=at, by=by, means=means, needs=sorted(set(needs)), family_present=family_present)
    row.plan = opened(held.sealed_key).close(plan.strip()[:LONGEST_NOTE], bound=bound(held, f"interview/{row.pk}"))
    row.save()
    held.first_contact_at, held.last_contact_at = held.first_contact_at or at, at
    if held.step not in {Step.FOLLOWED, Step.CLOSED}:
        held.step = Step.PROPOSING
    moved(held, "interview", by=by, at=at, role=role, needs=row.needs)
    if informed and held.informed_at is None:
        inform(case=case, means=means, by=by, role=role, at=at)
    return row


def propose(
    *, case: UUID, solution: UUID, version: int | None = None, by: User, role: str, at: dt.datetime
) -> Proposal:
    """Propose a solution of the catalogue: it holds a place until a refusal.

    Raises `ValidationError`: withdrawn, too late to propose, no place left (two advisers for the last one), proposed
    already.
    """
    held = workable(case, version)
    found = Solution.objects.get(pk=solution, platform=held.platform_id)
    if found.withdrawn_at is not None:
        raise ValidationError({"solution": "Cette solution n’est plus offerte."})
    if found.apply_before is not None and day_of(at) >= found.apply_before:
        raise ValidationError({"solution": "La date pour proposer cette solution est passée."})
    if Proposal.objects.filter(case=held, solution=found, answer__in=[Answer.WAITING, Answer.ACCEPTED]).exists():
        raise ValidationError({"solution": "Cette solution est déjà proposée à cette personne."})
    _take(found)
    row = Proposal.objects.create(case=held, solution=found, at=at, by=by)
    moved(held, "propose", by=by, at=at, role=role, kind=found.kind)
    return row


def answer(
    *, case: UUID, proposal: UUID, said: str, started_on: dt.date | None = None, version: int | None = None,
    by: User | None, role: str, at: dt.datetime,
) -> Proposal:  # fmt: skip
    """Write the person's answer (`by` is nobody when they give it themselves). A refusal gives the place back; a start
    plans the checks (`Platform.check_months`).

    Raises `ValidationError` by field: not of the list, a start before the proposal or without acceptance.
    """
    if said not in {Answer.ACCEPTED, Answer.REFUSED, Answer.WITHDRAWN}:
        raise ValidationError({"said": "Choisissez une réponse de la liste."})
    held = workable(case, version)
    row = Proposal.objects.select_for_update(of=("self",)).select_related("solution").get(pk=proposal, case=held)
    if started_on is not None and said != Answer.ACCEPTED:
        raise ValidationError({"started_on": "Une solution commence quand elle est acceptée."})
    if started_on is not None and started_on < day_of(row.at):
        raise ValidationError({"started_on": "Le début ne peut précéder la proposition."})
    held_place = row.answer in {Answer.WAITING, Answer.ACCEPTED}
    keeps_place = said == Answer.ACCEPTED
    if held_place and not keeps_place:
        give_back(row.solution)
    elif keeps_place and not held_place:
        _take(row.solution)
    row.answer, row.answered_at, row.started_on = said, at, started_on
    row.save()
    if started_on is not None:
        _start(held, row, started_on, by, at)
    moved(held, "answer", by=by, at=at, role=role, kind=row.solution.kind, answer=said)
    return row


def check(
    *, case: UUID, check: UUID, result: str, version: int | None = None, by: User, role: str, at: dt.datetime
) -> Check:
    """Say whether the raccrochage holds at a check (D2, D9). Broken: the case is to be worked again."""
    if result not in CheckResult.values:
        raise ValidationError({"result": "Choisissez un résultat de la liste."})
    held = workable(case, version)
    row = Check.objects.select_for_update().get(pk=check, case=held)
    row.result, row.done_at, row.by = result, at, by
    row.save()
    if result != CheckResult.UNKNOWN:
        held.last_contact_at = at
    if result == CheckResult.BROKEN:
        Check.objects.filter(case=held, proposal=row.proposal_id, result="").delete()
        held.step, held.solution_on = Step.PROPOSING, None
    moved(held, "check", by=by, at=at, role=role, months=row.months, result=result)
    return row


def _start(held: Case, row: Proposal, started_on: dt.date, by: User | None, at: dt.datetime) -> None:
    held.step, held.solution_on, held.disposition = Step.FOLLOWED, started_on, Disposition.SOLVED
    known = set(Check.objects.filter(proposal=row).values_list("months", flat=True))
    Check.objects.bulk_create(
        Check(case=held, proposal=row, months=months, due_on=months_after(started_on, months), at=at, by=by)
        for months in held.platform.check_months
        if months not in known
    )


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day of the month, `months` later; the last of a shorter month."""
    year, month = divmod(day.month - 1 + months, 12)
    last = (dt.date(day.year + year + (month == 11), (month + 1) % 12 + 1, 1) - dt.timedelta(days=1)).day
    return dt.date(day.year + year, month + 1, min(day.day, last))


def _take(solution: Solution) -> None:
    """One place, by one statement: of two advisers for the last one, the second is told (D6)."""
    free = Q(places=None) | Q(taken__lt=F("places"))
    if not Solution.objects.filter(free, pk=solution.pk, withdrawn_at=None).update(taken=F("taken") + 1):
        raise ValidationError({"solution": NO_PLACE})


def give_back(solution: Solution) -> None:
    Solution.objects.filter(pk=solution.pk, taken__gt=0).update(taken=F("taken") - 1)
