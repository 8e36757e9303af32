"""What a worker does of a bulk run: take a document, make it, say how it went (B4).

Any number of workers, in Celery or of `manage.py generate_bilans`, do this at once. A document is taken in two steps:
the attempt is written (a worker that dies has tried), then the row is held while it is made. A worker that is killed
lets its row go with its connection, and the next one takes the document up.
"""

from __future__ import annotations

import datetime as dt
import errno

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from bilans.models import Bilan, Item, Production
from bilans.services.bulk import LEFT, State
from bilans.services.producing import MovingError, produce

log = structlog.get_logger("bilans.productions")
MAX_ATTEMPTS = 3
# Between the two steps of taking, nobody holds the row: who comes then leaves it alone.
JUST_TAKEN = dt.timedelta(seconds=2)
KILLED = "L’ouvrier s’est arrêté à chaque essai (mémoire\u00a0?)."
ERROR_LENGTH = 300
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def work_one(key: int) -> Item | None:
    """Make one document of the run `key`; its item as it stands then. None: nothing to take at this moment."""
    item = _take(key, timezone.now())
    if item is None:
        _finish(key, timezone.now())
        return None
    if item.state == State.CLAIMED:
        try:
            with transaction.atomic():
                _make(item)
        except Exception as error:  # whatever it is, the others go on
            _failed(item, error)
        item.refresh_from_db(fields=["state", "error", "document", "done_at"])
    _finish(key, timezone.now())
    return item


def left(key: int) -> bool:
    """Whether documents of this run wait or are under way, and it was not stopped."""
    running = Production.objects.filter(pk=key, finished_at=None, stopped_at=None)
    return running.filter(items__state__in=LEFT).exists()


@transaction.atomic
def _take(key: int, at: dt.datetime) -> Item | None:
    """The next document that nobody makes, its attempt counted; in failure when it has had its last one."""
    free = Q(state=State.WAITING) | Q(state=State.CLAIMED, claimed_at__lt=at - JUST_TAKEN)
    going = Q(production=key, production__finished_at=None, production__stopped_at=None)
    rows = Item.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
    item = rows.filter(free, going).order_by("order").first()
    if item is None:
        return None
    item.state, item.claimed_at = State.CLAIMED, at
    item.attempts += 1
    if item.attempts > MAX_ATTEMPTS:
        item.state, item.done_at, item.error = State.FAILED, at, item.error or KILLED
    item.save(update_fields=["state", "claimed_at", "attempts", "done_at", "error"])
    return item


def _make(item: Item) -> None:
    """The document, under the lock of its item; nothing when another worker took it up in between."""
    rows = Item.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
    held = rows.filter(pk=item.pk, state=State.CLAIMED, claimed_at=item.claimed_at).first()
    if held is None:
        return
    bilan = Bilan.objects.select_related("campaign", "organisation", "agency", "platform").get(pk=held.bilan_id)
    held.document, drawn = produce(bilan, at=timezone.now())
    held.state, held.done_at, held.error = State.DRAWN if drawn else State.SAME, timezone.now(), ""
    held.save(update_fields=["document", "state", "done_at", "error"])


def _failed(item: Item, error: Exception) -> None:
    """Say what happened; it waits for its next attempt, or failed for good."""
    over = item.attempts >= MAX_ATTEMPTS
    log.warning("document_not_made", item=item.pk, attempt=item.attempts, error=type(error).__name__)
    Item.objects.filter(pk=item.pk, state=State.CLAIMED, claimed_at=item.claimed_at).update(
        state=State.FAILED if over else State.WAITING, error=words_of(error)[:ERROR_LENGTH],
        done_at=timezone.now() if over else None,
    )  # fmt: skip


def words_of(error: Exception) -> str:
    """What the Region reads of a failure; then, between parentheses, what its technicians do."""
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    if isinstance(error, MovingError):
        return str(error)
    technical = f"{type(error).__name__}\u00a0: {error}"
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return f"La place manque pour écrire le fichier ({technical})"
    return technical


def _finish(key: int, at: dt.datetime) -> None:
    """The run is over when nothing is left of it: the last worker to end says so."""
    waiting = Item.objects.filter(production=OuterRef("pk"), state__in=LEFT)
    Production.objects.filter(~Exists(waiting), pk=key, finished_at=None).update(finished_at=at)
