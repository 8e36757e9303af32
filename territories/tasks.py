"""Thin tasks of the territories."""

from __future__ import annotations

from celery import shared_task


@shared_task
def remind_referents() -> int:
    """The yearly « still right? » of the day; returns how many mails were written."""
    from territories.confirmations import remind

    return len(remind())


@shared_task
def tell_reports() -> int:
    """One mail a day to each person for whom errors told wait; returns how many mails were written."""
    from territories.reports import tell

    return len(tell())


@shared_task
def forget_checks() -> int:
    """Old « still right? » and their answers; returns how many."""
    from territories.confirmations import forget_old

    return forget_old()


@shared_task
def forget_reports() -> int:
    """Addresses, then whole reports, that are no longer kept; returns how many."""
    from territories.reports import forget

    return sum(forget())


@shared_task
def forget_past_closures() -> int:
    from territories.services_sites import forget_past_closures

    return forget_past_closures()
