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

    return len(run_day(dt.date.fromisoformat(on) if on else timezone.localdate()))
