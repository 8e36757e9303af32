"""Thin tasks of the room; what is due is read from the rows, so that a day missed is caught up by the next."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone


@shared_task
def sweep_safes() -> int:
    """Delete the sealed files that no row names any more, and the share links long over; how many."""
    from lorfolio.services import safe_keeping, sharing

    now = timezone.now()
    return safe_keeping.sweep(now) + sharing.forget(now)


@shared_task
def remind_steps() -> int:
    """Tell who asked to be reminded of a step that is due, once; how many people."""
    from lorfolio.services import reminding

    return reminding.remind_steps(timezone.now())


@shared_task
def keep_promises() -> tuple[int, int, int]:
    """Lorfolios that no parent agreed to, people now fifteen, addresses of invitations that are over; how many."""
    from lorfolio.services import advising, consent

    now, today = timezone.now(), timezone.localdate()
    return consent.expire(at=now), consent.grow_up(today=today), advising.end_over(today=today)


@shared_task
def forget_attestations() -> int:
    """Empty the addresses of those who did not answer a request of attestation in time; how many."""
    from lorfolio.services import attesting

    return attesting.forget_expired(at=timezone.now())
