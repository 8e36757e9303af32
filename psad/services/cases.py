"""What every act on a case does: hold its row, check what was seen, write its line, say what comes next."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError

from psad import reading
from psad.lists import Answer, Means, Outcome, Purpose, Step
from psad.models import Attempt, Case, Check, Grant, Interview, Move, Obligation, Proposal, Transfer, Wish

PARIS = ZoneInfo("Europe/Paris")
ANSWER_DAYS = 15
CALL_BACK_DAYS = 7
PROPOSE_DAYS = 15
YOUNG = "young"
"""What the log calls the person of the case."""


class Conflict(ValidationError):  # noqa: N818 (it is what happened)
    """Somebody else changed the case since the page was opened: nothing is written, what was typed is kept."""

    def __init__(self) -> None:
        super().__init__(
            "Ce dossier a changé pendant que vous l’aviez ouvert\u00a0: relisez ce qui a changé, puis recommencez."
            " Ce que vous aviez écrit est gardé dans le formulaire.",
            code="conflict",
        )


def locked(case: UUID, *, version: int | None = None) -> Case:
    """The case, its row held to the end of the transaction.

    Raises `Case.DoesNotExist` for one that the context does not see, `Conflict` when `version` is not its own any more,
    `ValidationError` for an anonymous one.
    """
    found = Case.objects.select_for_update(of=("self",)).select_related("platform").get(pk=case)
    if found.anonymised_at is not None:
        raise ValidationError("Ce dossier est anonyme\u00a0: rien ne s’y ajoute.")
    if version is not None and found.version != version:
        raise Conflict
    return found


def moved(case: Case, verb: str, *, by: Any, at: dt.datetime, role: str, **data: Any) -> Move:
    """Write the act in the case's history and in the log, work out what comes next, save.

    `data` holds closed values, dates and numbers only: never a name, never free text.
    """
    schedule(case, day_of(at))
    if role == YOUNG:
        data["self"] = True  # `by` is empty for them, as for a colleague whose account is gone
    case.version += 1
    if case.archived_at is not None and case.last_contact_at is not None and case.last_contact_at >= case.archived_at:
        case.archived_at = None  # met again: the case goes back to its team (D13)
    case.save()
    line = Move.objects.create(case=case, at=at, by=by, verb=verb, data=data)
    reading.log(case.platform_id, role=role, verb=f"case.{verb}", purpose=Purpose.WORK, cases=[case.log_key])
    return line


def role_of(grant: Grant | None) -> str:
    """What the log calls who acts."""
    return grant.role if grant is not None else "task"


def day_of(at: dt.datetime) -> dt.date:
    return at.astimezone(PARIS).date()


def schedule(case: Case, today: dt.date) -> None:
    """Set `due_on` and `due_what` from the rows of the case: the earliest thing that somebody has to do."""
    if case.step == Step.CLOSED:
        case.due_on, case.due_what = None, ""
        return
    if case.opposed_at is not None:  # the team takes note of it, then closes
        case.due_on, case.due_what = day_of(case.opposed_at), "oppose"
        return
    known = [*_wishes(case), *_obligation(case), *_transfer(case), *(_usual(case, today))]
    case.due_on, case.due_what = min(known, default=(None, ""), key=lambda due: due[0] or dt.date.max)


def _usual(case: Case, today: dt.date) -> list[tuple[dt.date, str]]:
    if case.step == Step.RECEIVED:
        return [(case.received_on + dt.timedelta(days=case.platform.contact_days), "prepare")]
    if case.step == Step.PREPARING:
        return [(case.received_on + dt.timedelta(days=case.platform.contact_days), "contact")]
    if case.step == Step.CONTACTING:
        last = Attempt.objects.filter(case=case).order_by("-at").first()
        return [(day_of(last.at) + dt.timedelta(days=CALL_BACK_DAYS) if last else today, "call_back")]
    if case.step == Step.FOLLOWED:
        checks = Check.objects.filter(case=case, result="").order_by("due_on").values_list("due_on", flat=True)[:1]
        return [(day, "check") for day in checks]
    open_ones = Proposal.objects.filter(case=case, answer__in=[Answer.WAITING, Answer.ACCEPTED], started_on=None)
    # What was accepted comes first: nothing else is to be proposed while it is to begin.
    known = sorted(open_ones, key=lambda row: (row.answer != Answer.ACCEPTED, row.answered_at or row.at))
    if known:
        first, what = known[0], "start" if known[0].answer == Answer.ACCEPTED else "answer"
        return [(day_of(first.answered_at or first.at) + dt.timedelta(days=ANSWER_DAYS), what)]
    since = case.last_contact_at or case.first_contact_at
    met = Interview.objects.filter(case=case).exists()
    return [((day_of(since) if since else today) + dt.timedelta(days=PROPOSE_DAYS), "propose" if met else "interview")]


def _obligation(case: Case) -> list[tuple[dt.date, str]]:
    """Two months after a convocation without compliance, the case is passed to the département (D12)."""
    found = Obligation.objects.filter(case=case, ended_at=None).first()
    if found is None:
        return []
    if found.convoked_at is None:
        return [(day_of(found.at), "convoke")]
    return [(found.pass_on, "pass_on")] if found.pass_on and found.passed_at is None else []


def _wishes(case: Case) -> list[tuple[dt.date, str]]:
    """What the person asked about their data waits for nothing else."""
    first = Wish.objects.filter(case=case, handled_at=None).order_by("at").first()
    return [(day_of(first.at), "wish")] if first else []


def _transfer(case: Case) -> list[tuple[dt.date, str]]:
    asked = Transfer.objects.filter(case=case, accepted_at=None, refused_at=None).first()
    return [(day_of(asked.at), "transfer")] if asked else []


def unreachable_lacks(case: Case) -> str:
    """What the protocol still asks before « injoignable », in French; empty when enough was tried (issue 6)."""
    platform = case.platform
    tries = Attempt.objects.filter(case=case).exclude(outcome__in=[Outcome.REACHED])
    count, means = tries.count(), set(tries.values_list("means", flat=True))
    lacks = []
    if count < platform.attempts_needed:
        lacks.append(f"{platform.attempts_needed - count} essai(s) de plus")
    if len(means) < platform.means_needed:
        names = ", ".join(sorted(Means(mean).label.lower() for mean in means)) or "aucun"
        lacks.append(f"un autre moyen que\u00a0: {names}")
    return " et ".join(lacks)
