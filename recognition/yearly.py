"""What a yearly account asks of the recognition: bare counts, of a day or of a year (R4, R7, R8)."""

from __future__ import annotations

import datetime as dt

from recognition.clock import PARIS
from recognition.models import Candidature, Decision, Recognition


def in_force(on: dt.date) -> int:
    """Organisations whose recognition held on that day."""
    return Recognition.objects.in_force(on).values("organisation").distinct().count()


def lodged(year: int) -> int:
    """Dossiers deposited in the year, whatever became of them; a draft is none."""
    starts, ends = (dt.datetime(when, 1, 1, tzinfo=PARIS) for when in (year, year + 1))
    return Candidature.objects.filter(deposited_at__gte=starts, deposited_at__lt=ends).count()


def granted(year: int) -> int:
    """Dossiers to which a decision of the year gave the recognition."""
    rows = Decision.objects.filter(kind=Decision.Kind.GRANT, decided_on__year=year)
    return rows.values("candidature").distinct().count()
