"""What a worker does of the letters that wait, how far it is, what is swept (R12)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import structlog
from django.db import transaction
from django.db.models import Count, Q, QuerySet

from recognition.letters.drawing import draw
from recognition.letters.sending import send
from recognition.models import Letter
from recognition.models.dossier import private_storage

log = structlog.get_logger("recognition.letters")
MAX_ATTEMPTS = 5
BATCH = 200
LATE_AFTER = dt.timedelta(hours=1)
ORPHAN_AFTER = dt.timedelta(days=1)
State = Letter.State


def draw_waiting(at: dt.datetime) -> int:
    """Draw and send what waits, each letter in its own transactions; returns how many were drawn.

    Any number of workers may run this at once. One that dies at any point leaves nothing half-done: the next one goes
    on from what the rows say. A letter that failed `MAX_ATTEMPTS` times, or killed as many workers, is FAILED.
    """
    drawn = 0
    for key in _waiting_to_be_drawn():
        drawn += _draw_one(key, at)
    for key in Letter.objects.filter(state=State.DRAWN).order_by("pk").values_list("pk", flat=True)[:BATCH]:
        _send_one(key, at)
    return drawn


def _send_one(key: int, at: dt.datetime) -> None:
    try:
        with transaction.atomic():
            held = Letter.objects.select_for_update(skip_locked=True).filter(pk=key, state=State.DRAWN).first()
            if held is not None:
                send(letter=held, at=at)
    except Exception as error:  # the others go on; this one is tried again at the next pass
        log.warning("letter_not_sent", letter=key, error=type(error).__name__)


def _waiting_to_be_drawn() -> list[int]:
    waiting = Letter.objects.filter(state=State.WRITTEN).order_by("written_at", "pk")
    return list(waiting.values_list("pk", flat=True)[:BATCH])


def _draw_one(key: int, at: dt.datetime) -> int:
    """1 when this worker drew it. The attempt is counted before it is made: a worker that dies has tried."""
    with transaction.atomic():
        held = Letter.objects.select_for_update(skip_locked=True).filter(pk=key, state=State.WRITTEN).first()
        if held is None:
            return 0
        held.attempts += 1
        if held.attempts > MAX_ATTEMPTS:
            held.state, held.error = State.FAILED, held.error or "Arrêt de l’ouvrier"
        held.save(update_fields=["attempts", "state", "error"])
        if held.state == State.FAILED:
            log.error("letter_failed", letter=held.number, error=held.error)
            return 0
    try:
        with transaction.atomic():
            mine = Letter.objects.select_for_update(skip_locked=True).filter(pk=key, state=State.WRITTEN).first()
            if mine is None:
                return 0
            draw(letter=mine, at=at)
    except Exception as error:  # whatever it is, the others go on, and this one is tried again at the next pass
        log.warning("letter_not_drawn", letter=held.number, error=type(error).__name__)
        Letter.objects.filter(pk=key, state=State.WRITTEN).update(error=type(error).__name__[:300])
        return 0
    return 1


def failed(letters: QuerySet[Letter]) -> QuerySet[Letter]:
    """Those that nobody tries any more: somebody has to look at them."""
    return letters.filter(state=State.FAILED)


def late(letters: QuerySet[Letter], at: dt.datetime) -> QuerySet[Letter]:
    """Those that wait for longer than a worker needs: none may be running."""
    return letters.filter(state__in=[State.WRITTEN, State.DRAWN], written_at__lt=at - LATE_AFTER)


@dataclass(frozen=True)
class Batch:
    """The letters of a day: « 37 lettres sur 40 »."""

    dated_on: dt.date
    total: int
    drawn: int
    sent: int
    failed: int

    @property
    def done(self) -> bool:
        return self.sent == self.total


def batches(count: int = 3) -> list[Batch]:
    """The last days of letters, the latest first; days whose letters are still waited for come whatever their age."""
    rows = (
        Letter.objects.values("dated_on")
        .annotate(
            total=Count("pk"),
            drawn=Count("pk", filter=Q(state__in=[State.DRAWN, State.SENT])),
            sent=Count("pk", filter=Q(state=State.SENT)),
            failed=Count("pk", filter=Q(state=State.FAILED)),
        )
        .order_by("-dated_on")
    )
    waited = Letter.objects.exclude(state=State.SENT).values_list("dated_on", flat=True).distinct()
    shown = set(Letter.objects.order_by("-dated_on").values_list("dated_on", flat=True).distinct()[:count]) | set(
        waited
    )
    return [Batch(**row) for row in rows.filter(dated_on__in=shown)]


def sweep(at: dt.datetime) -> int:
    """Delete files that no letter names, a day after they were written: a worker died before its row was. How many."""
    storage = private_storage()
    if not storage.exists("letters"):
        return 0
    _, names = storage.listdir("letters")
    named = set(Letter.objects.exclude(file="").values_list("file", flat=True))
    swept = 0
    for name in (f"letters/{name}" for name in names):
        if name not in named and storage.get_modified_time(name) < at - ORPHAN_AFTER:
            storage.delete(name)
            swept += 1
    return swept
