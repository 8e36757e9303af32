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


# Below the half hour after which a source is given to another worker (`reading.LEASE`).
@shared_task(soft_time_limit=20 * 60, time_limit=22 * 60)
def read_one_source(key: int, withdraw: bool = False) -> str:
    """Read one source; what goes wrong is written with it, and it is tried again later."""
    from events.models import Source
    from events.services.importing import BusyError
    from events.services.reading import ReadError, read_source

    source = Source.objects.select_related("organisation").filter(pk=key, active=True).first()
    if source is None:
        return "gone"
    try:
        read_source(source, withdraw=True if withdraw else None)
    except BusyError:
        return "busy"
    except ReadError:
        return "failed"
    return "read"


@shared_task
def archive() -> int:
    """What was withdrawn long ago leaves calendars, what is over for a year leaves the search; how many events."""
    from events.services import archiving

    return archiving.archive()


@shared_task
def forget_readings() -> int:
    """Reports of readings and files that nobody decided, after their days."""
    from django.conf import settings

    from events.services.agenda_files import purge
    from events.services.reading import purge_runs

    return purge_runs(settings.SOURCE_RUN_DAYS) + purge(settings.IMPORT_DRAFT_DAYS)


# --- people: seats, alerts, outcomes


@shared_task
def free_seats() -> int:
    """Seats nobody confirmed in time go to who waits; returns how many dates."""
    from events.services.registering import free_lapsed

    return free_lapsed()


@shared_task
def remind_registered() -> int:
    """A mail the day before; returns how many."""
    from events.services.remembering import remind

    return remind()


@shared_task
def forget_registrations() -> int:
    """Names after their days; the numbers stay. Returns how many."""
    from events.services.remembering import forget

    return forget()


@shared_task
def send_alerts() -> int:
    """What is new in the searches that people follow; returns how many mails."""
    from events.services.digests import send_due

    return send_due()


@shared_task
def follow_alerts() -> int:
    """Alerts that end soon are told so, those that ended or were never confirmed are forgotten; returns how many."""
    from events.services.alerting import forget, tell_endings

    return tell_endings() + sum(forget())


@shared_task
def ask_outcomes() -> int:
    """Did it take place, how many came? Returns how many mails."""
    from events.services.outcomes import ask

    return ask()


# --- proposals of the public


@shared_task
def forget_proposals() -> int:
    """Proposals nobody confirmed, names and addresses of strangers answered long ago; returns how many."""
    from events.services.proposing import forget

    return sum(forget())


# --- pictures


@shared_task
def sweep_pictures() -> int:
    """Pictures that no event shows, a form that was not sent in the end; returns how many."""
    from events.pictures import sweep

    return sweep()
