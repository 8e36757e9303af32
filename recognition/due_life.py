"""What is due at the Region's desk of recognitions: visits to tell, gaps to mend, procedures to decide (R10, S3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from core import desk
from core.desk import Task, Waiting
from core.values import day_in_words
from recognition.models import Finding, Notice, Recognition, Visit

YEAR = dt.timedelta(days=365)
SOON = dt.timedelta(days=30)


def in_force(rows: QuerySet[Any]) -> QuerySet[Any]:
    today = timezone.localdate()
    over = {Recognition.End.WITHDRAWN, Recognition.End.REPEALED}
    return rows.filter(starts_on__lte=today, ends_on__gte=today).exclude(end_reason__in=over)


def suspended(rows: QuerySet[Any]) -> QuerySet[Any]:
    return in_force(rows).filter(suspended_since__isnull=False)


def kept(rows: QuerySet[Any]) -> QuerySet[Any]:
    return in_force(rows).filter(kept_until_decision=True, ends_on__gt=F("term_on"))


def ending_soon(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Their term comes within a year."""
    return in_force(rows).filter(term_on__lte=timezone.localdate() + YEAR, kept_until_decision=False)


def over(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.exclude(pk__in=in_force(Recognition.objects.all()).values("pk"))


def untold(visits: QuerySet[Any]) -> QuerySet[Any]:
    """Planned for a day that is past, without a report."""
    return visits.filter(state=Visit.State.PLANNED, planned_on__lt=timezone.localdate())


def planned(visits: QuerySet[Any]) -> QuerySet[Any]:
    return visits.filter(state=Visit.State.PLANNED, planned_on__gte=timezone.localdate())


def planned_soon(visits: QuerySet[Any]) -> QuerySet[Any]:
    return planned(visits).filter(planned_on__lte=timezone.localdate() + SOON)


def _gaps() -> QuerySet[Finding]:
    gaps = Finding.objects.filter(visit=OuterRef("pk"), resolved_on=None)
    return gaps.exclude(severity=Finding.Severity.MET)


def with_gaps(visits: QuerySet[Any]) -> QuerySet[Any]:
    return visits.filter(Exists(_gaps()))


def with_late_gaps(visits: QuerySet[Any]) -> QuerySet[Any]:
    return visits.filter(Exists(_gaps().filter(due_on__lt=timezone.localdate())))


def open_(notices: QuerySet[Any]) -> QuerySet[Any]:
    """Neither dropped nor decided, of a recognition that still runs."""
    running = Q(recognition__ends_on__gte=timezone.localdate())
    return notices.filter(running, dropped_on=None, decisions=None)


def to_decide(notices: QuerySet[Any]) -> QuerySet[Any]:
    """Open, and answered or out of delay: a decision may be taken."""
    ready = Q(answered_on__isnull=False) | Q(answer_by__lt=timezone.localdate())
    return open_(notices).filter(ready)


def _line(
    model: Any, narrow: Callable[[Any], Any], due: str, *, day: str = "", word: str = "", late: bool = False
) -> Waiting:
    rows = narrow(model.objects.all())
    oldest = rows.aggregate(oldest=Min(day))["oldest"] if day else None
    url = f"{reverse(f'admin:recognition_{model._meta.model_name}_changelist')}?due={due}"
    return Waiting(rows.count(), url, f"{word} {day_in_words(oldest)}" if oldest else "", late)


def connect(region: Callable[[Any], Any]) -> None:
    """Declare the tasks; `region` keeps a query for who runs the Region's desk."""
    lines: list[tuple[str, int, str, Any]] = [
        ("visits-untold", 26, "[Visite faite|Visites faites], compte rendu à écrire",
         lambda: _line(Visit, untold, "sans-compte-rendu", day="planned_on", word="la plus ancienne est du")),
        ("visits-coming", 29, "[Visite prévue|Visites prévues] dans les 30 jours",
         lambda: _line(Visit, planned_soon, "bientot", day="planned_on", word="la première est le")),
        ("visits-late-gaps", 27, "[Visite dont un écart n’est|Visites dont des écarts ne sont] pas corrigé[|s] à temps",
         lambda: _line(Visit, with_late_gaps, "ecarts-en-retard", late=True)),
        ("notices-to-decide", 28, "[Procédure contradictoire|Procédures contradictoires] à conclure",
         lambda: _line(Notice, to_decide, "a-conclure", day="told_on", word="ouverte le")),
    ]  # fmt: skip
    for key, order, title, query in lines:
        desk.register(Task("region", key, order, title, region(query)))
