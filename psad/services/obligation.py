"""The training obligation from 16 to 18 (D12, code de l’éducation R114-7): convoked, then two months, then passed on.

Only the mission-locale side acts. The letters are written with the act (`psad.letters`); here are the clock and its
refusals.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.core.exceptions import ValidationError

from accounts.models import User
from psad import letters
from psad.lists import ClosingReason, Purpose, Side
from psad.models import Case, Grant, Obligation
from psad.reading import read
from psad.services.cases import day_of, locked, moved
from psad.services.closing import shut
from psad.services.contacting import OPPOSED, workable
from psad.services.opening import OBLIGATION_ENDS
from psad.services.proposing import months_after

COMPLIANCE_MONTHS = 2
NOT_ML = "Seule la mission locale convoque au titre de l’obligation de formation (article R114-7)."


def begin(*, case: UUID, ground: str, grant: Grant, by: User, at: dt.datetime) -> Obligation:
    """Start the clock of a person of 16 or 17, on one of the three grounds of the article.

    Raises `ValidationError`: the other side, of age, a ground not of the list, a clock already running.
    """
    _ml(grant)
    if ground not in Obligation.Ground.values:
        raise ValidationError({"ground": "Choisissez un motif de la liste."})
    held = workable(case, None)
    if _of_age(held, grant, day_of(at)):
        raise ValidationError("Cette personne a 18 ans\u00a0: l’obligation de formation ne s’applique plus.")
    if Obligation.objects.filter(case=held, ended_at=None).exists():
        raise ValidationError("Une convocation est déjà en cours pour cette personne.")
    row = Obligation.objects.create(case=held, at=at, by=by, ground=ground)
    moved(held, "obligation", by=by, at=at, role=grant.role, ground=ground)
    return row


def convoke(
    *, obligation: UUID, meeting_at: dt.datetime, place: str = "", grant: Grant, by: User, at: dt.datetime
) -> Obligation:
    """Convoke the person and the legal representative, a letter to each; the two months run from this day.

    Raises `ValidationError`: the other side, a meeting in the past, convoked already, over.
    """
    _ml(grant)
    if meeting_at <= at:
        raise ValidationError({"meeting_at": "Le rendez-vous est à venir."})
    row, held = _running(obligation)
    if row.convoked_at is not None:
        raise ValidationError("Cette personne est déjà convoquée.")
    row.convoked_at, row.meeting_at = at, meeting_at
    row.pass_on = months_after(day_of(at), COMPLIANCE_MONTHS)
    row.save()
    letters.convocations(row, held, place=place.strip(), by=by, at=at)
    moved(held, "convoke", by=by, at=at, role=grant.role, pass_on=row.pass_on.isoformat())
    return row


def comply(*, obligation: UUID, grant: Grant, by: User, at: dt.datetime) -> Obligation:
    """The person came, or is in a solution: the clock stops."""
    _ml(grant)
    row, held = _running(obligation)
    row.ended_at, row.end_reason = at, "complied"
    row.save()
    moved(held, "comply", by=by, at=at, role=grant.role)
    return row


def pass_on(*, obligation: UUID, grant: Grant, by: User, at: dt.datetime) -> Obligation:
    """Pass the case to the president of the département, once two months went by without compliance (D12).

    Raises `ValidationError`: the other side, before the day, never convoked, of age meanwhile.
    """
    _ml(grant)
    row, held = _running(obligation)
    if row.pass_on is None or day_of(at) < row.pass_on:
        day = row.pass_on.strftime("%d/%m/%Y") if row.pass_on else "deux mois après la convocation"
        raise ValidationError(f"La transmission au département n’est possible qu’à partir du {day}.")
    if _of_age(held, grant, day_of(at)):
        raise ValidationError("Cette personne a 18 ans\u00a0: l’obligation de formation ne s’applique plus.")
    row.passed_at = row.ended_at = at
    row.end_reason = "passed"
    row.save()
    letters.to_department(row, held, by=by, at=at)
    shut(held, ClosingReason.DEPARTMENT, by=by, role=grant.role, at=at)
    return row


def _running(obligation: UUID) -> tuple[Obligation, Case]:
    found = Obligation.objects.get(pk=obligation)
    held = locked(found.case_id)
    if held.opposed_at is not None:
        raise ValidationError(OPPOSED)
    row = Obligation.objects.select_for_update().get(pk=obligation)
    if row.ended_at is not None:
        raise ValidationError("Cette convocation est terminée.")
    return row, held


def _ml(grant: Grant) -> None:
    if grant.side != Side.ML:
        raise ValidationError(NOT_ML)


def _of_age(held: Case, grant: Grant, today: dt.date) -> bool:
    opened = read(held, role=grant.role, verb="case.obligation", purpose=Purpose.WORK)
    return opened.identity.age_on(today) >= OBLIGATION_ENDS
