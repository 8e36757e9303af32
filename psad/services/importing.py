"""A RIO list given to a platform: kept sealed, previewed line by line, then applied (D4, D14).

Everything goes by batches, each in one transaction that holds the list's row and counts what it did: a killed worker
resumes after its last whole batch, two workers do each batch once. Every line ends created, matched, known or rejected.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

import structlog
from celery import current_app
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from core.imports import safe_name
from core.scanning import scan
from core.sealing import new_key, opened
from psad import context, reading
from psad.intake import batches
from psad.intake.matching import same_file
from psad.intake.rio import Perimeter, check_header, read
from psad.intake.sheets import FormatError
from psad.lists import Disposition, Purpose
from psad.models import Grant, Import, Line, Platform
from psad.services.cases import role_of

log = structlog.get_logger("psad.importing")
State, Fate = Import.State, Line.Fate
MAX_BYTES = 30_000_000
BATCH = 1_000
TRIES = 3  # of a batch that met a case opened at the same moment
RESUMED_DAYS = 2
FATES = (Fate.CREATED, Fate.MATCHED, Fate.KNOWN, Fate.REJECTED)
UNREADABLE = "Ce fichier n’a pas pu être lu jusqu’au bout\u00a0: rien n’a été écrit."
# What circle 1 may answer to a line before any contact; « injoignable » asks for attempts first.
ANSWERS = (Disposition.TO_CONTACT, Disposition.ALREADY, Disposition.SOLVED, Disposition.MOVED, Disposition.WRONG)


# --- What people ask, in their name


def give(
    *, platform: Platform, content: bytes, file_name: str, by: Any, at: dt.datetime, waking: bool = True
) -> Import:
    """Keep a list and have it previewed (by a worker when `waking`).

    Raises `ValidationError` (French): no table, unknown columns, infected, already at work…
    """
    if len(content) > MAX_BYTES:
        raise ValidationError(f"Ce fichier dépasse {MAX_BYTES // 1_000_000}\u00a0Mo.")
    try:
        check_header(content)
    except FormatError as error:
        raise ValidationError(str(error)) from error
    scan([content])
    seal, wrapped = new_key()
    batch = Import(
        platform=platform, given_by=by, given_at=at, sealed_key=wrapped, digest=same_file(content, platform.pk),
        file_name=safe_name(file_name)[-100:],
    )  # fmt: skip
    batch.content = seal.close(base64.b64encode(content).decode(), bound=_bound(batch))
    try:
        with transaction.atomic():
            batch.save()
    except IntegrityError as error:
        raise ValidationError("Cette liste est déjà en cours de traitement.") from error
    reading.log(platform.pk, role=role_of(grant_of(platform, by)), verb="list.given", purpose=Purpose.CHECK)
    if waking:
        transaction.on_commit(lambda: wake(batch.pk, by.pk))
    return batch


def grant_of(platform: Platform, user: Any) -> Grant | None:
    """The grant that `user` holds there today; the context must be theirs."""
    return Grant.objects.in_force().filter(platform=platform, user=user).first()


def answer(*, batch: Import, answers: dict[UUID, str]) -> int:
    """Keep the dispositions chosen for lines of a preview; how many changed. Raises `ValidationError`."""
    held = _own(batch)
    if held.state != State.PREVIEWED:
        raise ValidationError("Cette liste n’attend plus de réponse\u00a0: rien n’a changé.")
    allowed = {str(value) for value in ANSWERS}
    changed = []
    for line in Line.objects.filter(batch=held, pk__in=answers, fate=Fate.CREATED):
        if answers[line.pk] in allowed and answers[line.pk] != line.disposition:
            line.disposition = answers[line.pk]
            changed.append(line)
    Line.objects.bulk_update(changed, ["disposition"])
    return len(changed)


def ask_to_apply(*, batch: Import, by: Any, waking: bool = True) -> None:
    """Have a previewed list applied. Raises `ValidationError`; asked twice, it is applied once."""
    held = _own(batch)
    if held.given_by_id != by.pk:
        raise ValidationError("Seule la personne qui a donné cette liste peut l’appliquer.")
    if held.state != State.PREVIEWED:
        raise ValidationError("Cette liste n’attend pas de décision.")
    held.state, held.done_lines, held.counts = State.RUNNING, 0, {}
    held.save(update_fields=["state", "done_lines", "counts"])
    if waking:
        transaction.on_commit(lambda: wake(batch.pk, by.pk))


def drop(*, batch: Import, at: dt.datetime) -> None:
    """Give a list up before it is applied: nothing of it stays. Raises `ValidationError`."""
    held = _own(batch)
    if held.state not in (State.WAITING, State.PREVIEWED):
        raise ValidationError("Cette liste ne peut plus être abandonnée.")
    _fail(held, "Abandonnée avant d’être appliquée.", at)


def _own(batch: Import) -> Import:
    return Import.objects.select_for_update(of=("self",)).defer("content").get(pk=batch.pk)


def forget(at: dt.datetime, *, days: int) -> int:
    """Lists that nobody applied for so long: nothing of them stays. In the context `retention`; how many."""
    left = Import.objects.filter(state__in=_UNFINISHED, given_at__lt=at - dt.timedelta(days=days)).defer("content")
    found = list(left.select_for_update(of=("self",)))
    for batch in found:
        give_up(batch, at)
    return len(found)


def give_up(batch: Import, at: dt.datetime) -> None:
    """A list that nobody applied in time: nothing of it stays. In the context `retention`, its row held."""
    _fail(batch, "Jamais appliquée\u00a0: effacée.", at)


# --- What the worker does, in the name of who gave the list


def wake(batch: UUID, user: UUID) -> None:
    try:
        current_app.send_task("psad.tasks.work_on_list", args=[str(batch), str(user)], queue="imports")
    except Exception as error:  # the broker is down: `resume` finds the list when it is back
        log.warning("list_not_woken", error=type(error).__name__)


def resume(at: dt.datetime) -> int:
    """Wake the worker for each list that waits; how many."""
    with context.task("intake"), connection.cursor() as cursor:
        cursor.execute("SELECT id, given_by FROM psad_waiting_lists(%s)", [at - dt.timedelta(days=RESUMED_DAYS)])
        waiting = cursor.fetchall()
    for batch, user in waiting:
        wake(batch, user)
    return len(waiting)


def work(batch: UUID, user: UUID, at: dt.datetime) -> None:
    """Do what a list waits for: its preview, or its application."""
    if _state(batch, user) == State.WAITING:
        preview(batch, user, at)
    elif _state(batch, user) == State.RUNNING:
        apply(batch, user, at)


def _state(batch: UUID, user: UUID) -> str:
    with context.importing(batch, user):
        return str(Import.objects.filter(pk=batch).values_list("state", flat=True).first() or "")


def preview(batch: UUID, user: UUID, at: dt.datetime, *, wait: bool = False) -> None:
    """Tell what each line would become, write nothing but the lines themselves, sealed.

    A list that another worker holds is left to it, or with `wait` shared with it batch by batch; so in `apply`.
    """
    with context.importing(batch, user):
        held = _held(batch, State.WAITING, wait=wait)
        if held is None:
            return
        seal = opened(held.sealed_key)
        content = base64.b64decode(seal.open(held.content, bound=_bound(held)))
        perimeter, after = Perimeter(held.platform_id), held.done_lines
    rows = ((number, cells) for number, cells in read(content) if number > after)
    while True:
        with context.importing(batch, user):
            held = _held(batch, State.WAITING, wait=wait)
            if held is None or held.done_lines != after:  # another worker went on, or the list was dropped
                break
            try:
                some = list(islice(rows, BATCH))
            except FormatError as error:
                _fail(held, str(error), at)
                return
            except Exception as error:
                log.error("list_unreadable", error=type(error).__name__)
                _fail(held, UNREADABLE, at)
                return
            if not some:
                _previewed(held)
                return
            counts = batches.preview(held, some, seal, perimeter)
            after = some[-1][0]
            _count(held, counts, after)
    if wait and held is not None:
        preview(batch, user, at, wait=True)


def apply(batch: UUID, user: UUID, at: dt.datetime, *, wait: bool = False) -> None:
    """Open the cases, complete those that are known. Lines already done are left."""
    perimeter: Perimeter | None = None
    while True:
        for attempt in range(1, TRIES + 1):
            try:
                with context.importing(batch, user):
                    held = _held(batch, State.RUNNING, wait=wait)
                    if held is None:
                        return
                    perimeter = perimeter or Perimeter(held.platform_id)
                    if not _apply(held, perimeter, at):
                        return
                break
            except IntegrityError:  # somebody opened the same case: it is there now, and matches
                if attempt == TRIES:
                    raise


def rehearse(*, platform: Platform, content: bytes, by: Any, at: dt.datetime) -> tuple[Counts, list[Rejection]]:
    """What a list would do; only the log is written. Raises `ValidationError`."""
    with context.acting(by):
        reading.log(platform.pk, role=role_of(grant_of(platform, by)), verb="list.rehearsed", purpose=Purpose.CHECK)
    with transaction.atomic():
        with context.acting(by):
            batch = give(platform=platform, content=content, file_name="", by=by, at=at, waking=False)
        preview(batch.pk, by.pk, at)
        with context.acting(by):
            found = outcome(batch)
        transaction.set_rollback(True)
    return found


def bring(*, platform: Platform, content: bytes, file_name: str, by: Any, at: dt.datetime) -> Import:
    """Give, preview and apply at once, as the command does; a list left half-way by this person is taken up.

    Raises `ValidationError`.
    """
    with context.acting(by):
        unfinished = Import.objects.filter(
            platform=platform, digest=same_file(content, platform.pk), given_by=by, state__in=_UNFINISHED
        )
        batch = unfinished.first() or give(
            platform=platform, content=content, file_name=file_name, by=by, at=at, waking=False
        )
    preview(batch.pk, by.pk, at, wait=True)
    with context.acting(by):
        if Import.objects.filter(pk=batch.pk, state=State.PREVIEWED).exists():
            ask_to_apply(batch=batch, by=by, waking=False)
    apply(batch.pk, by.pk, at, wait=True)
    return batch


_UNFINISHED = (State.WAITING, State.PREVIEWED, State.RUNNING)


# --- What became of it

Counts = dict[str, int]


@dataclass(frozen=True)
class Rejection:
    line: int
    reason: str


def outcome(batch: Import) -> tuple[Counts, list[Rejection]]:
    """How many lines were created, matched, known, rejected; the rejected by number.

    Raises `ValidationError` when the whole file was refused.
    """
    seen = Import.objects.defer("content").get(pk=batch.pk)
    if seen.state == State.FAILED:
        raise ValidationError(seen.reason)
    counts = {str(fate): int(seen.counts.get(str(fate), 0)) for fate in FATES}
    rejected = Line.objects.filter(batch=seen, fate=Fate.REJECTED).order_by("number").values_list("number", "reason")
    return counts, [Rejection(*line) for line in rejected]


# --- The next lines of the application


def _apply(batch: Import, perimeter: Perimeter, at: dt.datetime) -> bool:
    """The next lines; whether there were any."""
    lines = list(Line.objects.filter(batch=batch, number__gt=batch.done_lines).order_by("number")[:BATCH])
    if not lines:
        _done(batch, at)
        return False
    touched = batches.apply(batch, lines, perimeter, opened(batch.sealed_key), at)
    reading.log(
        batch.platform_id, role="import", verb="list.applied", purpose=Purpose.CHECK, cases=(c.log_key for c in touched)
    )
    _count(batch, Counter(str(line.fate) for line in lines), lines[-1].number)
    return True


# --- The row of the list


def _held(batch: UUID, state: str, *, wait: bool) -> Import | None:
    """The list, held to the end of the transaction; none when it is not in `state`, or, unless `wait`, when another
    worker is at it."""
    rows = Import.objects.select_for_update(of=("self",), skip_locked=not wait).select_related("platform")
    return rows.filter(pk=batch, state=state).first()


def _count(batch: Import, counts: Counter[str], done: int) -> None:
    batch.counts = {str(fate): batch.counts.get(str(fate), 0) + counts.get(str(fate), 0) for fate in FATES}
    batch.done_lines = done
    batch.save(update_fields=["counts", "done_lines"])


def _previewed(batch: Import) -> None:
    batch.state, batch.content, batch.done_lines = State.PREVIEWED, b"", 0
    batch.save(update_fields=["state", "content", "done_lines"])


def _done(batch: Import, at: dt.datetime) -> None:
    batch.state, batch.finished_at, batch.sealed_key = State.DONE, at, ""
    batch.save(update_fields=["state", "finished_at", "sealed_key"])


def _fail(batch: Import, reason: str, at: dt.datetime) -> None:
    Line.objects.filter(batch=batch).delete()
    batch.state, batch.reason, batch.finished_at = State.FAILED, reason[:300], at
    batch.content, batch.sealed_key, batch.counts = b"", "", {}
    batch.save(update_fields=["state", "reason", "finished_at", "content", "sealed_key", "counts"])


def _bound(batch: Import) -> str:
    return f"import/{batch.pk}/content"
