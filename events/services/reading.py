"""Reads sources on their schedule, and what becomes of a source that fails: kept for another try, always (A6)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from core.journal import Actor
from core.links import absolute
from core.outbox import queue_mail
from events.importers.fetch import Fetched, FetchError, LargeError, fetched
from events.importers.formats import SlowError, read, within
from events.importers.incoming import FormatError, Incoming
from events.models import Event, ImportRun, Source
from events.services.importing import BusyError, Feed, Report, apply, run_of
from events.services.resembling import newest, say_alike
from members.models import Mandate

log = structlog.get_logger("events.reading")
DAY = timedelta(days=1)
LEASE = timedelta(minutes=30)  # a source given to a worker is not given to another meanwhile
AT_ONCE = 50
BROKEN = "Cet agenda n’a pas pu être lu jusqu’au bout\u00a0: l’équipe technique trouvera pourquoi."


TOO_LONG = (
    "La lecture a été arrêtée\u00a0: cet agenda demande trop de temps. Ce qui était lu est gardé, rien n’est retiré."
)
TRY_LATER = "Cet agenda est trop grand pour être essayé ici\u00a0: enregistrez-le, il sera lu à part."
PARTIAL = "Cet essai s’arrête aux {count} premiers évènements\u00a0; la lecture les prendra tous."
TRY_SECONDS, TRY_BYTES, TRY_EVENTS = 10, 3_000_000, 300  # of a try, while somebody waits for the page


class ReadError(Exception):
    """A source could not be read; the message is French."""


class LargeTryError(ReadError):
    """There is more to read than somebody can wait for: nothing is said against the address."""


class _Undo(Exception):  # noqa: N818 (a way out of a transaction, not an error)
    """Roll back a rehearsal."""


def read_source(
    source: Source, *, dry_run: bool = False, withdraw: bool | None = None, actor: Actor | None = None
) -> Report:
    """Fetch and bring one source now; its state and its report are written. Raises `ReadError`, `BusyError`.

    `withdraw`: see `importing.apply`. A `dry_run` writes nothing at all.
    """
    if dry_run:
        return preview(source, withdraw=withdraw)
    started = timezone.now()
    try:
        # The first reading of a day is whole: rules without end give the dates that came nearer.
        again = withdraw is None and _read_today(source)
        known = (source.etag, source.last_modified) if again else ("", "")
        with fetched(source.url, format=source.format, etag=known[0], last_modified=known[1]) as got:
            if got.path is None or (again and got.digest == source.body_digest):
                return _nothing_new(source, got, started)
            feed = Feed.of_source(source)
            report = apply(feed=feed, items=read(got.path, source.format), actor=actor, withdraw=withdraw)
        _succeeded(source, report, got, started)
        run_of(feed, report, started, actor)
    except (FetchError, FormatError) as error:
        _failed(source, str(error), started)
        raise ReadError(str(error)) from error
    except (BusyError, OperationalError, InterfaceError):
        raise  # nothing is wrong with the source
    except SoftTimeLimitExceeded as error:
        log.warning("source_too_long", source=source.pk)
        _failed(source, TOO_LONG, started)
        raise ReadError(TOO_LONG) from error
    except Exception as error:  # a source that breaks the reader must not come back every minute
        log.exception("source_failed", source=source.pk, error=type(error).__name__)
        _failed(source, BROKEN, started)
        raise ReadError(BROKEN) from error
    return report


def preview(source: Source, *, withdraw: bool | None = None, waiting: bool = False) -> Report:
    """What a reading would do now, nothing written; `source` may not be saved yet. Raises `ReadError`, `BusyError`.

    `waiting`: somebody waits for the page, so that a few seconds, megabytes and events are all that is read.
    """
    reports: list[Report] = []
    new = source.pk is None
    try:
        asked = fetched(source.url, format=source.format)
        if waiting:
            asked = fetched(source.url, format=source.format, most=TRY_BYTES, seconds=TRY_SECONDS, more=False)
        with asked as got, transaction.atomic():
            if new:
                source.save()
            assert got.path is not None  # noqa: S101 (asked without conditions)
            items, report, before = read(got.path, source.format), Report(), newest()
            if waiting:
                items = _first(items, report)
            feed = Feed.of_source(source)
            reports.append(apply(feed=feed, items=items, withdraw=withdraw))
            say_alike(reports[0], feed, before)
            reports[0].suspicious = report.suspicious or reports[0].suspicious
            raise _Undo
    except _Undo:
        return reports[0]
    except LargeError as error:
        if waiting:
            raise LargeTryError(TRY_LATER) from error
        raise ReadError(str(error)) from error
    except (FetchError, FormatError) as error:
        raise ReadError(str(error)) from error
    finally:
        if new:  # what was rolled back has no number
            source.pk, source._state.adding = None, True


def _first(items: Iterator[Incoming], report: Report) -> Iterator[Incoming]:
    """What can be read while somebody waits; `report` says when there is more."""
    count = 0
    try:
        for item in within(items, TRY_SECONDS, TRY_EVENTS):
            count += 1
            yield item
    except SlowError:
        report.suspicious = PARTIAL.format(count=count)


def claim_due(now: datetime | None = None) -> list[int]:
    """The sources whose hour has come, each given once: any number of workers may ask at the same time."""
    now = now or timezone.now()
    with transaction.atomic():
        rows = Source.objects.select_for_update(skip_locked=True).filter(active=True, next_run_at__lte=now)
        keys = list(rows.order_by("next_run_at", "pk").values_list("pk", flat=True)[:AT_ONCE])
        Source.objects.filter(pk__in=keys).update(next_run_at=now + LEASE)
    return keys


def purge_runs(days: int) -> int:
    """Forget the reports of readings older than `days`; how many."""
    gone, _ = ImportRun.objects.filter(started_at__lt=timezone.now() - timedelta(days=days)).delete()
    return gone


def _read_today(source: Source) -> bool:
    last = source.last_success_at
    return last is not None and timezone.localdate(last) == timezone.localdate() and bool(source.body_digest)


def _nothing_new(source: Source, got: Fetched, started: datetime) -> Report:
    """The site says that nothing changed, or gives the very same bytes."""
    report = Report()
    report.unchanged = Event.objects.filter(source=source).exclude(source_values__has_key="gone").count()
    _succeeded(source, report, got, started)
    run_of(Feed.of_source(source), report, started)
    return report


def _succeeded(source: Source, report: Report, got: Fetched, started: datetime) -> None:
    source.last_run_at = source.last_success_at = started
    source.failures, source.last_error = 0, report.suspicious
    source.withheld = bool(report.suspicious) and not report.cut
    source.etag, source.last_modified = got.etag, got.last_modified
    if got.digest or report.suspicious:
        source.body_digest = "" if report.suspicious else got.digest
    source.next_run_at = started + _spread(timedelta(hours=source.every_hours))
    _save(source)


def _failed(source: Source, error: str, started: datetime) -> None:
    """Tried again later, each time later, at least once a day; its managers are told once after a day."""
    with transaction.atomic():
        source.last_run_at, source.last_error = started, error
        source.withheld = False  # nothing could be withdrawn now
        source.failures = min(source.failures + 1, 30_000)
        wait = timedelta(hours=source.every_hours) * 2 ** min(source.failures, 8)
        source.next_run_at = started + _spread(min(wait, max(DAY, timedelta(hours=source.every_hours))))
        _save(source)
        ImportRun.objects.create(
            source=source, organisation=source.organisation, started_at=started, finished_at=timezone.now(),
            outcome=ImportRun.Outcome.FAILED, error=error,
        )  # fmt: skip
        since = source.last_success_at or source.created_at
        if source.failures > 1 and started - since >= DAY:
            _tell_managers(source, since)


def _tell_managers(source: Source, since: datetime) -> None:
    managers = Mandate.objects.in_force().filter(organisation=source.organisation, role=Mandate.Role.MANAGER)
    for mandate in managers.select_related("user").order_by("pk"):
        queue_mail(
            key=f"source-failing-{source.pk}-{since:%Y%m%dT%H%M%S}-{mandate.user.pk}", to=mandate.user.email,
            template="agenda_source_failing",
            context={
                "source": source, "since": since, "error": source.last_error,
                "url": absolute(f"/pro/agenda/sources/{source.slug}/"),
            },
        )  # fmt: skip


def _save(source: Source) -> None:
    source.save(update_fields=[
        "last_run_at", "last_success_at", "failures", "last_error", "etag", "last_modified", "body_digest",
        "next_run_at", "withheld",
    ])  # fmt: skip


def _spread(wait: timedelta) -> timedelta:
    """`wait`, a little more or less: sources of one site do not all come at once."""
    return wait * random.uniform(0.95, 1.05)  # noqa: S311 (no secret)
