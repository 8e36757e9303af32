"""Files given at the desk: worked out first, shown, then applied by a decision, or never.

A draft goes `queued → ready | refused`, then `applying → applied` (or back to `ready`, when the data changed in
between), or `dropped`. The worker does everything of one draft in one transaction that holds its row: a worker that
dies leaves nothing half-written and a draft that the next one takes up; two workers, two clicks or two people make one
application. Rooms say what files mean: `register(ImportKind(…))` in their `AppConfig.ready`.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog
from celery import current_app
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from core.journal import Actor, record
from core.models import ImportChange, ImportDraft
from core.packs.changes import Changes
from core.packs.report import LoadBusyError, LoadError, Report

log = structlog.get_logger("core.imports")
State = ImportDraft.State
MAX_ATTEMPTS = 3
MAX_REPORT = 1_000  # lines kept of a report
CHANGED_SINCE = (
    "Les données ont changé depuis l’aperçu\u00a0: rien n’a été appliqué. "
    "Voici ce que le fichier changerait maintenant."
)


@dataclass(frozen=True)
class ImportKind:
    """`load(path, report)` brings the file to the database, in the transaction it is called in.

    It completes `report` (whose `changes` must be filled) and raises `LoadError` when the file is wrong.
    `suffix` is that of the file's name, with its dot; `label` and `hint` are French.
    """

    key: str
    label: str
    hint: str
    suffix: str
    load: Callable[[Path, Report], Any]


_kinds: dict[str, ImportKind] = {}


def register(kind: ImportKind) -> None:
    _kinds[kind.key] = kind


def kinds() -> list[ImportKind]:
    """What can be brought at the desk, in the order of registration."""
    return list(_kinds.values())


def label_of(draft: ImportDraft) -> str:
    kind = _kinds.get(draft.kind)
    return kind.label if kind else draft.kind


# --- What people ask


@transaction.atomic
def keep(*, kind: str, upload: UploadedFile, actor: Actor) -> ImportDraft:
    """Keep a file and have its preview worked out. Journaled. Raises `ValidationError` (French).

    A name that says another sort of file, an empty file and one above `IMPORT_MAX_BYTES` are refused unread.
    """
    wanted = _kinds.get(kind)
    if wanted is None:
        raise ValidationError("Choisissez ce que ce fichier contient.")
    name, size = safe_name(upload.name or ""), upload.size or 0
    if not name.lower().endswith(wanted.suffix):
        raise ValidationError(f"Un fichier {wanted.suffix} est attendu.")
    if not 0 < size <= settings.IMPORT_MAX_BYTES:
        limit = settings.IMPORT_MAX_BYTES / 1_000_000
        raise ValidationError(f"Ce fichier dépasse {limit:g}\u00a0Mo." if size else "Ce fichier est vide.")
    draft = ImportDraft(
        kind=kind, filename=name, size=size, sha256=_sha256(upload.chunks()),
        actor_key=actor.journal_key, actor_label=actor.journal_label,
    )  # fmt: skip
    upload.seek(0)
    draft.file.save(name, upload, save=False)
    draft.save()
    record(
        verb="import.give", target=draft, actor=actor, changes={"kind": [None, kind], "sha256": [None, draft.sha256]}
    )
    _wake_worker_after(draft)
    return draft


@transaction.atomic
def ask_to_apply(*, draft: ImportDraft, digest: str, actor: Actor) -> ImportDraft:
    """Have a draft applied, as it was previewed under `digest`. Raises `ValidationError` (French).

    Asked twice, it is applied once.
    """
    locked = _locked(draft)
    if locked.state in {State.APPLYING, State.APPLIED}:
        raise ValidationError("Cet import a déjà été demandé\u00a0: il ne sera appliqué qu’une fois.")
    if locked.state != State.READY:
        raise ValidationError("Cet import n’attend pas de décision.")
    if not digest or digest != locked.digest:
        raise ValidationError("Cet aperçu n’est plus le bon\u00a0: relisez celui-ci avant de décider.")
    _decide(locked, State.APPLYING, actor)
    record(verb="import.ask", target=locked, actor=actor)
    _wake_worker_after(locked)
    return locked


@transaction.atomic
def ask_again(*, draft: ImportDraft, actor: Actor) -> ImportDraft:
    """Have the preview worked out anew, from the same file. Raises `ValidationError` (French)."""
    locked = _locked(draft)
    if locked.state != State.READY or not locked.file:  # a refused file would be refused again
        raise ValidationError("L’aperçu de cet import ne peut pas être refait maintenant.")
    _decide(locked, State.QUEUED, actor)
    _wake_worker_after(locked)
    return locked


@transaction.atomic
def drop(*, draft: ImportDraft, actor: Actor) -> ImportDraft:
    """Give an import up; its file is deleted. Raises `ValidationError` (French) when it is under way or over."""
    locked = _locked(draft)
    if locked.state not in {State.READY, State.REFUSED}:
        raise ValidationError("Cet import ne peut pas être abandonné maintenant.")
    _decide(locked, State.DROPPED, actor)
    record(verb="import.drop", target=locked, actor=actor)
    _forget_file(locked)
    return locked


def safe_name(name: str) -> str:
    """The last part of a file's name, in characters that no system minds, at most 120 of them."""
    last = re.split(r"[/\\]", name)[-1]
    plain = re.sub(r"[^\w.\- ]", "_", last).lstrip(". ")
    stem, dot, suffix = plain.rpartition(".")
    return f"{stem[:100]}.{suffix[:15]}" if dot else plain[:120] or "fichier"


def _locked(draft: ImportDraft) -> ImportDraft:
    """The row, for this transaction. Raises `ValidationError` when a worker holds it."""
    try:
        with transaction.atomic():
            return ImportDraft.objects.select_for_update(nowait=True).get(pk=draft.pk)
    except OperationalError as error:
        raise ValidationError("Cet import est en cours de traitement\u00a0: attendez un instant.") from error


def _decide(draft: ImportDraft, state: State, actor: Actor) -> None:
    draft.state, draft.attempts, draft.started_at, draft.notice = state, 0, None, ""
    draft.decided_key, draft.decided_label = actor.journal_key, actor.journal_label
    draft.decided_at = timezone.now()
    draft.save()


# --- What the worker does


@dataclass(frozen=True)
class _Known:
    """Whoever asked, as the journal names them."""

    journal_key: str
    journal_label: str


def work(key: int) -> State | None:
    """Do what the draft of this key waits for; None when there is nothing to do, or when another worker is at it."""
    if not _begin(key):
        return None
    with transaction.atomic():
        draft = ImportDraft.objects.select_for_update(skip_locked=True).filter(pk=key, state__in=ImportDraft.PENDING)
        held = draft.first()
        if held is None:
            return None
        try:
            report = _rehearse(held) if held.state == State.QUEUED else _apply(held)
        except LoadBusyError:  # the next pass of `resume` takes it up
            held.attempts -= 1
            held.save(update_fields=["attempts"])
            return None
        except LoadError as error:
            _refuse(held, error.lines)
        except (OperationalError, InterfaceError):
            raise  # the database went away: nothing is known, everything is rolled back
        except Exception as error:  # a file that breaks the loader must not come back for ever
            log.exception("import_failed", draft=held.pk, error=type(error).__name__)
            _refuse(held, ["Ce fichier n’a pas pu être lu jusqu’au bout\u00a0: l’équipe technique trouvera pourquoi."])
        else:
            _conclude(held, report)
        return State(held.state)


def _begin(key: int) -> bool:
    """Count the attempt, in a transaction of its own: a file that kills its worker is not tried for ever."""
    with transaction.atomic():
        rows = ImportDraft.objects.select_for_update(skip_locked=True).filter(pk=key, state__in=ImportDraft.PENDING)
        draft = rows.first()
        if draft is None:
            return False
        if draft.attempts >= MAX_ATTEMPTS:
            _refuse(draft, [f"Le traitement s’est interrompu {MAX_ATTEMPTS} fois\u00a0: rien n’a été écrit."])
            return False
        draft.attempts += 1
        draft.started_at = timezone.now()
        draft.save(update_fields=["attempts", "started_at"])
        return True


class _Undo(Exception):  # noqa: N818 (a way out of a transaction, not an error)
    """Roll back what was just done."""


def _rehearse(draft: ImportDraft) -> Report:
    """What the file would change, nothing written."""
    report = Report(changes=Changes(), rehearsal=True)
    try:
        with transaction.atomic():
            _load(draft, report)
            raise _Undo
    except _Undo:
        return report


def _apply(draft: ImportDraft) -> Report:
    """Write what the preview said; when it would be something else now, write nothing and say what."""
    actor = _Known(draft.decided_key, draft.decided_label)
    report = Report(changes=Changes(), actor=actor)
    try:
        with transaction.atomic():
            _load(draft, report)
            if report.changes is None or report.changes.digest != draft.digest:
                raise _Undo
            record(
                verb="import.apply", target=draft, actor=actor,
                changes={"count": [None, draft.count], "sha256": [None, draft.sha256]},
            )  # fmt: skip
            draft.state = State.APPLIED
    except _Undo:
        draft.state, draft.notice = State.QUEUED, CHANGED_SINCE
    return report


def _load(draft: ImportDraft, report: Report) -> None:
    kind = _kinds.get(draft.kind)
    if kind is None or not draft.file:
        raise LoadError(["Ce fichier n’est plus là\u00a0: donnez-le à nouveau."])
    with TemporaryDirectory(prefix="import-") as folder:
        path = Path(folder) / draft.filename  # the name that reports say
        with draft.file.open("rb") as source, path.open("wb") as copy:
            shutil.copyfileobj(source, copy)
        if _sha256(_blocks(path)) != draft.sha256:
            raise LoadError(["Le fichier gardé n’est plus celui qui a été donné\u00a0: donnez-le à nouveau."])
        kind.load(path, report)


def _conclude(draft: ImportDraft, report: Report) -> None:
    lines = list(report.lines())
    more = len(lines) - MAX_REPORT
    draft.report = lines[:MAX_REPORT] + ([f"… et {more} autres lignes."] if more > 0 else [])
    draft.errors = []
    if draft.state == State.APPLIED:
        draft.save()
        _forget_file(draft)
        return
    changes = report.changes or Changes()
    draft.state, draft.digest, draft.count, draft.attempts = State.READY, changes.digest, changes.count, 0
    draft.save()
    _write_changes(draft, changes)


def _refuse(draft: ImportDraft, lines: list[str]) -> None:
    draft.state, draft.errors, draft.digest, draft.count, draft.report = State.REFUSED, lines, "", 0, []
    draft.save()
    draft.changes.all().delete()


def _write_changes(draft: ImportDraft, changes: Changes) -> None:
    draft.changes.all().delete()
    ImportChange.objects.bulk_create(
        [
            ImportChange(
                draft=draft, number=number, act=line.act, kind=line.kind[:80], key=line.key[:300],
                name=line.name[:300], field=line.field[:120], before=line.before, after=line.after,
                file=line.file[:120], line=line.line,
            )
            for number, line in enumerate(changes.lines, start=1)
        ],
        batch_size=2_000,
    )  # fmt: skip


# --- What goes on by itself


def resume() -> int:
    """Wake the worker for each draft that waits: the broker or a worker may have died. Returns how many."""
    waiting = list(
        ImportDraft.objects.filter(state__in=ImportDraft.PENDING).order_by("pk").values_list("pk", flat=True)
    )
    for key in waiting:
        _wake_worker(key)
    return len(waiting)


def purge() -> int:
    """Forget drafts and their files after `IMPORT_DRAFT_DAYS`; what was applied stays in the journal. How many."""
    limit = timezone.now() - timedelta(days=settings.IMPORT_DRAFT_DAYS)
    count = 0
    for draft in ImportDraft.objects.filter(created_at__lt=limit).exclude(state__in=ImportDraft.PENDING):
        with transaction.atomic():
            _forget_file(draft)
            draft.delete()
            count += 1
    return count


def waiting_for_a_decision() -> Any:
    """Drafts that somebody has to apply or to drop; a refused file waits for nothing but a better one."""
    return ImportDraft.objects.filter(state=State.READY)


def _forget_file(draft: ImportDraft) -> None:
    """The file goes once the transaction holds; it may carry contacts."""
    if not draft.file:
        return
    storage, name = draft.file.storage, str(draft.file.name)
    draft.file = ""
    if draft.pk:
        ImportDraft.objects.filter(pk=draft.pk).update(file="")
    transaction.on_commit(lambda: storage.delete(name))


def _wake_worker_after(draft: ImportDraft) -> None:
    transaction.on_commit(lambda: _wake_worker(draft.pk))


def _wake_worker(key: int) -> None:
    try:
        current_app.send_task("core.tasks.work_on_import", args=[key], queue="imports")
    except Exception as error:  # the broker is down: `resume` finds the draft when it is back
        log.warning("import_not_woken", error=type(error).__name__)


def _sha256(chunks: Iterable[bytes]) -> str:
    found = hashlib.sha256()
    for chunk in chunks:
        found.update(chunk)
    return found.hexdigest()


def _blocks(path: Path) -> Iterable[bytes]:
    with path.open("rb") as source:
        while block := source.read(1 << 20):
            yield block
