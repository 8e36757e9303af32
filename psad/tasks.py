"""Thin tasks of the PSAD: each speaks in the name of somebody or of a known task (`psad/context.py`)."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task
from django.utils import timezone


@shared_task
def work_on_list(batch: str, user: str) -> None:
    """Preview or apply a list, in the name of who gave it (queue `imports`)."""
    from psad.services.importing import work

    work(UUID(batch), UUID(user), timezone.now())


@shared_task
def resume_lists() -> int:
    """Wake a worker for each list whose own died; how many."""
    from psad.services.importing import resume

    return resume(timezone.now())


@shared_task
def apply_retention() -> int:
    """What is due today is announced, archived, made anonymous or dropped (D13); how many things."""
    from psad.services import retention

    now = timezone.now()
    return sum(done.count for done in retention.run(timezone.localdate(now), at=now))


@shared_task
def sweep_files() -> int:
    """Delete the sealed files that no case names any more; how many."""
    from psad.services.filing import sweep

    return sweep(timezone.now())


@shared_task
def publish_figures() -> list[str]:
    """Publish the quarters that are over, and their years (`psad/statistics/figures.py`); which."""
    from psad.services.publishing import publish_due

    return [str(period) for period in publish_due(timezone.now())]
