"""Thin tasks of the bilans."""

from __future__ import annotations

import datetime as dt
import gc

from celery import shared_task
from django.utils import timezone


@shared_task
def produce_one(production: int) -> str | None:
    """Make one document of a bulk run (queue `documents`); how it went. What it took of memory is given back."""
    from bilans.services.bulk import LEFT, call_workers
    from bilans.services.running import work_one

    item = work_one(production)
    if item and item.state in LEFT:  # it failed once: its next attempt takes a task that another document waits for
        call_workers(production, 1)
    gc.collect()
    return str(item.state) if item else None


@shared_task
def publish_synthesis(campaign: int) -> str | None:
    """Make the publication that a campaign asks for (queue `documents`); how it ended. None: nothing to do."""
    from bilans.services.asking import work

    said = work(campaign)
    gc.collect()
    return said


@shared_task
def resume_productions() -> int:
    """Wake workers for the runs where nothing moves any more, and for the publications that wait; how many."""
    from bilans.services.asking import wake_lost
    from bilans.services.bulk import wake_quiet

    now = timezone.now()
    return wake_quiet(now) + wake_lost(now)


@shared_task
def sweep_documents() -> int:
    """Forget files that no version names: a worker died between the two; how many."""
    from bilans.services.producing import sweep

    return sweep(timezone.now())


# Two at once do each act once (its key is unique); a day that a killed worker left is done by the next run.
@shared_task
def bilans_day(on: str = "") -> int:
    """The daily pass of the campaigns for `on` (AAAA-MM-JJ), today by default; how many acts were done."""
    from bilans.services.day import run_day

    if on:
        return len(run_day(dt.date.fromisoformat(on)))
    now = timezone.now()
    return len(run_day(timezone.localdate(now), now=now))
