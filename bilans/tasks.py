"""Thin tasks of the bilans."""

from __future__ import annotations

import gc

from celery import shared_task
from django.utils import timezone


@shared_task
def produce_one(production: int) -> str | None:
    """Make one document of a bulk run (queue `documents`); how it went. What it took of memory is given back."""
    from bilans.services.running import work_one

    item = work_one(production)
    gc.collect()
    return str(item.state) if item else None


@shared_task
def resume_productions() -> int:
    """Wake workers for the runs where nothing moves any more; how many."""
    from bilans.services.bulk import wake_quiet

    return wake_quiet(timezone.now())


@shared_task
def sweep_documents() -> int:
    """Forget files that no version names: a worker died between the two; how many."""
    from bilans.services.producing import sweep

    return sweep(timezone.now())
