"""What visits found and is not mended yet: told to the organisation wherever it reads of its recognition (R10)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from recognition.models import Finding, Recognition, Visit


def to_mend(rights: Iterable[Recognition]) -> QuerySet[Finding]:
    """The gaps of their visits still open, the first due first."""
    rows = Finding.objects.filter(visit__recognition__in=list(rights), visit__state=Visit.State.DONE, resolved_on=None)
    rows = rows.exclude(severity=Finding.Severity.MET).select_related("criterion", "visit")
    return rows.order_by("due_on", "pk")
