"""Numbers of receipts and letters: one after the other in a year, none twice (R14)."""

from __future__ import annotations

from recognition.models import Counter


def next_number(series: str, year: int) -> str:
    """« L-2027-0012 »: the next of `series` in `year`. Call it in the transaction that uses it: a rollback frees it."""
    Counter.objects.get_or_create(series=series, year=year)
    counter = Counter.objects.select_for_update().get(series=series, year=year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"{series}-{year}-{counter.last:04d}"
