"""Brings what a source says to the agenda, as often as it is read (A6): what is new, what changed, what is no more.

Idempotent: what the source said last is kept with each event (`source_digest`, `source_values`), so that the same file
changes nothing and that what people edited since stays. Batches are transactions: a reading that dies has done whole
batches, and the next one goes on. Memory does not grow with the number of events.
"""

from __future__ import annotations

import gc
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from core.journal import Actor, record
from core.reference import EventType
from events.copying import Among
from events.derived import refresh
from events.importers.incoming import CutError, FormatError, Incoming
from events.importers.places import Places
from events.models import Event, ImportRun, Session
from events.render import times
from events.services.importing_changes import Changed, bring_back, change, end
from events.services.importing_feed import Feed, Reading, Report
from events.services.importing_new import make
from events.services.merged_sources import follow_folded, say_gone

__all__ = ["BUSY", "BusyError", "Feed", "Report", "apply", "run_of"]

BATCH, BATCH_DATES = 500, 2_000
SUSPICIOUS = 5  # so many events at least must go, and more than half, before it looks like a fault of the source
LOCK = 7_261_004
TWICE = "même identifiant qu’un autre évènement du fichier"
BUSY = "Cet agenda est déjà en cours de lecture\u00a0: réessayez dans un instant."
NOTHING_CUT = "Le fichier s’arrête avant sa fin, et rien n’a pu y être lu."
State = Event.State


class BusyError(Exception):
    """Another reading of the same agenda is running."""


def apply(
    *,
    feed: Feed,
    items: Iterable[Incoming],
    actor: Actor | None = None,
    withdraw: bool | None = None,
    without: frozenset[str] = frozenset(),
) -> Report:
    """Bring `items`, all that the agenda says now, to the events of `feed`.

    Events that are coming and that it says no more are withdrawn; when most would be, none is (`Report.suspicious`
    says so) unless `withdraw` is true; never when it is false. New events whose identifier is in `without` are left
    out. Raises `BusyError`, and whatever `items` raises
    (`FormatError`…): nothing is withdrawn then. A file that stops before its end (`CutError`) withdraws nothing either,
    whoever asks, and what came of it is kept.
    """
    report = Report()
    with alone(feed), _Seen() as seen, _uncollected():
        reading = Reading(feed, report, Places(), actor, without)
        for batch in _batches(_until_cut(items, report)):
            _bring(reading, batch, seen)
            gc.collect(0)
        if withdraw is not False and not report.cut:
            _withdraw_missing(reading, seen, everything=bool(withdraw))
            if not report.suspicious:
                say_gone(feed, seen.__contains__)
    return report


def run_of(feed: Feed, report: Report, started: Any, actor: Actor | None = None, error: str = "") -> ImportRun:
    """Write the report of a reading that came to its end, and its line in the journal when it changed anything."""
    outcome = ImportRun.Outcome.DONE if report.changes else ImportRun.Outcome.UNCHANGED
    run = ImportRun.objects.create(
        source=feed.source, organisation=feed.organisation, filename="" if feed.source else feed.name,
        started_at=started, finished_at=timezone.now(), outcome=ImportRun.Outcome.FAILED if error else outcome,
        rejections=report.rejections, error=error or report.suspicious, **report.counts,
    )  # fmt: skip
    if report.changes:
        record(verb="agenda.read", target=run, actor=actor, changes={k: [None, v] for k, v in report.counts.items()})
    return run


# --- One batch


@transaction.atomic
def _bring(reading: Reading, batch: list[Incoming], seen: _Seen) -> None:
    feed, report = reading.feed, reading.report
    good = []
    for item in batch:
        for note in item.notes:
            report.note(f"{item.title or item.where}\u00a0: {note}")
        wrong = [*([TWICE] if item.uid and not seen.add(item.uid) else []), *item.problems]
        if wrong:
            report.reject(item, "\u00a0; ".join(dict.fromkeys(wrong)))
        else:
            good.append((item, item.digest()))
    held = feed.events().filter(Among(F("source_uid"), [item.uid for item, _ in good])).order_by("pk")
    known = {event.source_uid: event for event in held.select_for_update(of=("self",))}
    new = [(item, digest) for item, digest in good if item.uid not in known]
    if new:
        _make_all(reading, new)
    follow_folded(known, good, reading)
    moved = []
    for item, digest in good:
        event = known.get(item.uid)
        if event is None:
            continue
        gone = bool(event.source_values.get("gone"))
        if event.state == State.MERGED or (event.source_digest == digest and not gone):
            report.unchanged += 1
        else:
            moved.append((event, item, digest))
    if moved:
        _change_all(reading, moved)


def _make_all(reading: Reading, new: list[tuple[Incoming, str]]) -> None:
    feed, report = reading.feed, reading.report
    taken = [(item, digest) for item, digest in new if item.uid not in reading.without]
    if taken:
        make(feed, taken, reading.places, author_key=reading.actor.journal_key if reading.actor else "")
    for item, digest in new:
        act = "left" if item.uid in reading.without else "created"
        report.say(act, item.title, item.uid, digest, "" if report.full else _said(item))


def _change_all(reading: Reading, moved: list[tuple[Event, Incoming, str]]) -> None:
    feed, report = reading.feed, reading.report
    sessions: dict[int, list[Session]] = {}
    rows = Session.objects.filter(event__in=[event.pk for event, _, _ in moved]).order_by("pk")
    for session in rows.select_for_update(of=("self",)):
        sessions.setdefault(session.event_id, []).append(session)
    changed = []
    for event, item, digest in moved:
        event.organisation = feed.organisation
        back = bring_back(event, feed, reading.actor)
        done: Changed = change(event, sessions.get(event.pk, []), (item, digest), reading)
        if back or done:
            changed.append(event.pk)
            report.say("updated", item.title, item.uid, digest, "revient" if back else done.words())
        else:
            report.unchanged += 1
    if changed:
        refresh(Session.objects.filter(event__in=changed), events=changed)


def _said(item: Incoming) -> str:
    """When, where, what, and at which line: what somebody compares with their file."""
    first = item.dates[0]
    online = first.attendance == Session.Attendance.ONLINE
    where = "en ligne" if online else ", ".join(filter(None, (first.place.name, first.place.city)))
    kind = EventType(item.kind).label if item.kind in EventType.values else ""
    line = item.where if item.where.startswith("ligne") else ""
    return " · ".join(filter(None, (_dates(item), where or "lieu à préciser", kind, line)))


def _dates(item: Incoming) -> str:
    first = timezone.localtime(item.dates[0].starts_at)
    more = len(item.dates) - 1
    hour = "" if item.dates[0].all_day else f" à {times.clock(first)}"
    return f"{first:%d/%m/%Y}{hour}" + (
        f" et {more} autre{'s' if more > 1 else ''} date{'s' if more > 1 else ''}" if more else ""
    )


# --- What is said no more


def _withdraw_missing(reading: Reading, seen: _Seen, *, everything: bool) -> None:
    """Withdraw what is coming and was not met. A file of another name that has most of a former one follows it."""
    feed, report = reading.feed, reading.report
    rows = (
        feed.events().filter(
            last_ends_at__gte=timezone.now(), state__in=(State.PUBLISHED, State.PROPOSED, State.DRAFT)
        ).order_by("pk").values_list("pk", "source_uid", "source_values__feed")
    )  # fmt: skip
    total, met = Counter[str](), Counter[str]()
    missing: list[tuple[int, str]] = []
    for key, uid, name in rows.iterator(chunk_size=2_000):
        total[name] += 1
        if uid in seen:
            met[name] += 1
        else:
            missing.append((key, name))
    gone = []
    for name in total:
        left = total[name] - met[name]
        if name != feed.name and feed.source is None and met[name] * 2 <= total[name]:
            continue  # another file of the same organisation
        if left >= SUSPICIOUS and left * 2 > total[name] and not everything:
            report.suspicious = (
                f"L’agenda ne donne plus {left} des {total[name]} évènements à venir qu’il donnait\u00a0: "
                "par prudence, aucun n’a été retiré."
            )
            continue
        gone += [key for key, of in missing if of == name]
    for start in range(0, len(gone), BATCH):
        _withdraw(gone[start : start + BATCH], report, reading.actor)


@transaction.atomic
def _withdraw(keys: list[int], report: Report, actor: Actor | None) -> None:
    rows = Event.objects.filter(pk__in=keys).order_by("pk").select_for_update(of=("self",))
    for event in rows:
        if event.state in (State.PUBLISHED, State.PROPOSED, State.DRAFT):
            end(event, actor)
            report.say("withdrawn", event.title, event.source_uid)
    refresh(Session.objects.filter(event__in=keys), events=keys)


# --- Its own tools


def _until_cut(items: Iterable[Incoming], report: Report) -> Iterator[Incoming]:
    count = 0
    try:
        for item in items:
            count += 1
            yield item
    except CutError as error:
        if not count:
            raise FormatError(NOTHING_CUT) from error
        report.suspicious, report.cut = str(error), True
        report.note(str(error))


def _batches(items: Iterable[Incoming]) -> Iterator[list[Incoming]]:
    batch: list[Incoming] = []
    dates = 0
    for item in items:
        batch.append(item)
        dates += len(item.dates)
        if len(batch) >= BATCH or dates >= BATCH_DATES:
            yield batch
            batch, dates = [], 0
    if batch:
        yield batch


@contextmanager
def _uncollected() -> Iterator[None]:
    """The garbage collector waits for the end of a batch: it would look at the same thousands of objects again and
    again while one is made."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


class _Seen:
    """The identifiers met in a reading, in a temporary file of SQLite: a million of them weigh nothing."""

    def __enter__(self) -> _Seen:
        self._held = sqlite3.connect("")
        self._held.execute("CREATE TABLE seen (uid TEXT PRIMARY KEY) WITHOUT ROWID")
        return self

    def __exit__(self, *_: Any) -> None:
        self._held.close()

    def add(self, uid: str) -> bool:
        """False when it was met before."""
        return self._held.execute("INSERT OR IGNORE INTO seen VALUES (?)", (uid,)).rowcount == 1

    def __contains__(self, uid: str) -> bool:
        return self._held.execute("SELECT 1 FROM seen WHERE uid = ?", (uid,)).fetchone() is not None


@contextmanager
def alone(feed: Feed) -> Iterator[None]:
    """One reading of an organisation's agendas at a time, whatever runs it. Raises `BusyError`."""
    # In a transaction the lock goes with it, whatever happens there; else it is given back.
    inside = connection.in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_{'xact_' if inside else ''}lock(%s, %s)", [LOCK, feed.organisation.pk])
        if not cursor.fetchone()[0]:
            raise BusyError(BUSY)
    try:
        yield
    finally:
        if not inside:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, feed.organisation.pk])
