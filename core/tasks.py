"""Thin tasks of the ground."""

from celery import shared_task
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone

HEARTBEAT_KEY = "worker-heartbeat"
HEARTBEAT_SECONDS = 90


@shared_task
def beat_heart() -> None:
    """A worker says that it lives; `/sante/pret/` reads it."""
    cache.set(HEARTBEAT_KEY, timezone.now().isoformat(), HEARTBEAT_SECONDS)


@shared_task
def deliver_outbox() -> int:
    from core.outbox import deliver_waiting

    return deliver_waiting()


@shared_task
def purge_outbox() -> int:
    from core.outbox import purge

    return purge()


@shared_task
def clear_sessions() -> None:
    call_command("clearsessions")


@shared_task
def work_on_import(key: int) -> str | None:
    from core.imports import work

    return work(key)


@shared_task
def resume_imports() -> int:
    from core.imports import resume

    return resume()


@shared_task
def purge_imports() -> int:
    from core.imports import purge

    return purge()
