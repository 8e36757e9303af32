"""Thin tasks of the recognition."""

from __future__ import annotations

import datetime as dt

from celery import shared_task
from django.utils import timezone


# Two at once do each act once (its key is unique); a day that a killed worker left is done by the next run.
@shared_task
def recognition_day(on: str = "") -> int:
    """The daily pass for `on` (AAAA-MM-JJ), today by default; how many acts were done."""
    from recognition.services.day import run_day

    if on:
        return len(run_day(dt.date.fromisoformat(on)))
    now = timezone.now()
    return len(run_day(timezone.localdate(now), now=now))


@shared_task
def draw_letters() -> int:
    """Draw the letters that wait, tell who they are for (queue `documents`); how many were drawn."""
    from recognition.letters.waiting import draw_waiting

    return draw_waiting(timezone.now())


@shared_task
def sweep_letters() -> int:
    """Forget files that no letter names: a worker died between the two; how many."""
    from recognition.letters.waiting import sweep

    return sweep(timezone.now())


@shared_task
def sweep_attachments() -> int:
    """As `sweep_letters`, for the files of dossiers; how many."""
    from recognition.services.attaching import sweep

    return sweep(timezone.now())
