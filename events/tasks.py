"""Thin tasks of the agenda."""

from __future__ import annotations

from celery import current_app, shared_task


@shared_task
def read_sources() -> int:
    """Give each source whose hour has come to a worker; how many."""
    from events.services.reading import claim_due

    keys = claim_due()
    for key in keys:
        current_app.send_task("events.tasks.read_one_source", args=[key], queue="imports")
    return len(keys)


@shared_task
def read_one_source(key: int) -> str:
    """Read one source; what goes wrong is written with it, and it is tried again later."""
    from events.models import Source
    from events.services.importing import BusyError
    from events.services.reading import ReadError, read_source

    source = Source.objects.select_related("organisation").filter(pk=key, active=True).first()
    if source is None:
        return "gone"
    try:
        read_source(source)
    except BusyError:
        return "busy"
    except ReadError:
        return "failed"
    return "read"


@shared_task
def forget_readings() -> int:
    """Reports of readings and files that nobody decided, after their days."""
    from django.conf import settings

    from events.services.agenda_files import purge
    from events.services.reading import purge_runs

    return purge_runs(settings.SOURCE_RUN_DAYS) + purge(settings.IMPORT_DRAFT_DAYS)
