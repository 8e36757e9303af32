"""What stays of a case for the figures, and what is destroyed for good (D13)."""

from __future__ import annotations

import datetime as dt
import secrets
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from psad.lists import Answer, ClosingReason
from psad.models import Case, Check, File, Obligation, PastCase, Proposal
from psad.services import filing
from psad.services.cases import day_of

_CLASSES = ((18, "16-17"), (21, "18-20"), (25, "21-24"))


def told(rows: Sequence[Case]) -> list[PastCase]:
    """The lines of figures of these cases, in no order: closed values, whole weeks, no key, no commune."""
    keys = [row.pk for row in rows]
    kinds: dict[UUID, set[str]] = defaultdict(set)
    checks: dict[UUID, dict[str, str]] = defaultdict(dict)
    proposals = Proposal.objects.filter(case__in=keys, answer=Answer.ACCEPTED).exclude(started_on=None)
    for case, kind in proposals.values_list("case_id", "solution__kind"):
        kinds[case].add(kind)
    for case, months, result in (
        Check.objects.filter(case__in=keys)
        .exclude(result="")
        .order_by("done_at")
        .values_list("case_id", "months", "result")
    ):
        checks[case][str(months)] = result
    obliged = set(Obligation.objects.filter(case__in=keys).values_list("case_id", flat=True))
    departments = dict(Case.objects.filter(pk__in=keys).values_list("pk", "commune__department_id"))
    made = [
        PastCase(
            platform_id=row.platform_id, received_month=row.received_on.replace(day=1),
            facts={
                "source": row.source, "origin": row.origin, "sex": row.sex, "age": _age_class(row),
                "department": departments.get(row.pk) or "", "step": row.step, "disposition": row.disposition,
                "reason": row.closing_reason, "kinds": sorted(kinds[row.pk]), "checks": checks[row.pk],
                "contact_weeks": _weeks(row, row.first_contact_at and day_of(row.first_contact_at)),
                "solution_weeks": _weeks(row, row.solution_on), "obligation": row.pk in obliged,
                "informed": row.informed_at is not None,
            },
        )
        for row in rows
        if row.closing_reason != ClosingReason.MERGED
    ]  # fmt: skip
    secrets.SystemRandom().shuffle(made)  # their numbers say nothing of the order of the cases
    return made


def destroy_files(cases: Sequence[Any]) -> None:
    """The sealed files of these cases leave the disk once the transaction holds; their key goes with the case."""
    names = list(File.objects.filter(case__in=cases).values_list("stored", flat=True))
    transaction.on_commit(lambda: _unlink(names))  # killed in between, `filing.sweep` finds them


def _unlink(names: Sequence[str]) -> None:
    shelf = filing.storage()
    for name in names:
        shelf.delete(name)


def _age_class(row: Case) -> str:
    """At reception, from the month of birth."""
    months = (row.received_on.year - row.birth_month.year) * 12 + row.received_on.month - row.birth_month.month
    return next((name for limit, name in _CLASSES if months < limit * 12), "25+")


def _weeks(row: Case, day: dt.date | None) -> int | None:
    return max(0, (day - row.received_on).days // 7) if day else None
