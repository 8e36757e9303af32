"""Files of events given in the espace pro: worked out, shown, then applied by a decision, or never (A6, S4)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from core.imports import safe_name
from core.journal import Actor, record
from events.importers.command import run_file
from events.importers.formats import format_of
from events.importers.incoming import FormatError
from events.models import AgendaFile, Event
from events.services.importing import BusyError, Report
from members.models import Organisation

LARGEST = 3_000_000  # bytes: worked out while the person waits; larger agendas are sources
REMEMBERED = 20  # files of an organisation whose answers are proposed again
MOST_EVENTS, MOST_SECONDS = 1_500, 12  # read while the person waits
State = AgendaFile.State
OTHER_NAME = "Un fichier .csv, .xlsx ou .ics est attendu."
DECIDED = "Ce fichier a déjà été appliqué ou abandonné."
CHANGED = "L’agenda a changé depuis l’aperçu\u00a0: rien n’a été appliqué. Voici ce que le fichier ferait maintenant."


def give(*, organisation: Organisation, upload: UploadedFile, actor: Actor) -> AgendaFile:
    """Keep a file, and work out what it would do. Raises `ValidationError` (French): nothing is kept then."""
    name, size = safe_name(upload.name or ""), upload.size or 0
    kind = format_of(name)
    if not kind:
        raise ValidationError(OTHER_NAME)
    if not 0 < size <= LARGEST:
        limit = f"Ce fichier dépasse {LARGEST / 1_000_000:g}\u00a0Mo\u00a0: déclarez plutôt une source."
        raise ValidationError(limit if size else "Ce fichier est vide.")
    made = AgendaFile(
        organisation=organisation, filename=name, format=kind, actor_key=actor.journal_key,
        actor_label=actor.journal_label,
    )  # fmt: skip
    made.file.save(name, upload, save=False)
    try:
        with transaction.atomic():
            made.save()
            _show(made)
    except BaseException:
        made.file.storage.delete(str(made.file.name))
        raise
    return made


def look_again(*, file: AgendaFile) -> AgendaFile:
    """Work out the preview anew. Raises `ValidationError`."""
    with transaction.atomic():
        held = _held(file)
        _show(held)
        return held


def left_out(file: AgendaFile, answers: Mapping[str, str]) -> frozenset[str]:
    """The identifiers of the new events that somebody leaves out: their answers « comparer-<number of the line> »
    (`laisser` or `autre`), else what the preview proposes."""
    return frozenset(
        line["uid"]
        for number, line in enumerate(file.preview.get("lines", []))
        if line["act"] == "created" and line.get("alike")
        and (answers.get(f"comparer-{number}") or ("laisser" if line.get("leave") else "autre")) == "laisser"
    )  # fmt: skip


def apply_file(*, file: AgendaFile, digest: str, actor: Actor, without: frozenset[str] = frozenset()) -> AgendaFile:
    """Do what the preview under `digest` showed, once, `without` the new events that have these identifiers.

    Raises `ValidationError`; what it would do now is then shown.
    """
    with transaction.atomic():
        held = _held(file)
        if digest and digest == held.digest:
            report = _run(held, actor=actor, without=without)
            if report.digest == held.digest:
                held.state, held.decided_at = State.APPLIED, timezone.now()
                shown = held.preview  # the very same lines, with what they look like
                lines = _done(held, shown["lines"], without)
                held.preview = _said(report) | {"lines": lines, "alike": shown.get("alike", 0)}
                held.save()
                _forget(held)
                return held
            transaction.set_rollback(True)
    look_again(file=file)
    raise ValidationError(CHANGED)


@transaction.atomic
def drop(*, file: AgendaFile, actor: Actor) -> AgendaFile:
    """Give the file up. Raises `ValidationError` when it was decided."""
    held = _held(file)
    held.state, held.decided_at = State.DROPPED, timezone.now()
    held.save()
    record(verb="import.drop", target=held, actor=actor)
    _forget(held)
    return held


def purge(days: int) -> int:
    """Forget files given more than `days` ago; how many."""
    count = 0
    for file in AgendaFile.objects.filter(created_at__lt=timezone.now() - timedelta(days=days)):
        with transaction.atomic():
            _forget(file)
            file.delete()
            count += 1
    return count


def _held(file: AgendaFile) -> AgendaFile:
    held = (
        AgendaFile.objects.select_for_update(of=("self",)).select_related("organisation").filter(
            pk=file.pk, state=State.READY
        ).first()
    )  # fmt: skip
    if held is None:
        raise ValidationError(DECIDED)
    return held


def _show(held: AgendaFile) -> None:
    report = _run(held, dry_run=True)
    if report.created + report.updated + report.unchanged > MOST_EVENTS:
        raise ValidationError(f"Ce fichier a plus de {MOST_EVENTS} évènements\u00a0: déclarez plutôt une source.")
    before = _left_before(held)
    for line in report.lines:
        if alike := line.get("alike"):
            line["leave"] = line["uid"] in before or any(other["same"] for other in alike)
    held.digest, held.preview = report.digest, _said(report)
    held.save()


def _left_before(held: AgendaFile) -> set[str]:
    """What the organisation left out of the last files it gave: the same answer is proposed."""
    files = AgendaFile.objects.filter(organisation=held.organisation, state=State.APPLIED, preview__left__gt=0)
    said = files.order_by("-pk").values_list("preview__lines", flat=True)[:REMEMBERED]
    return {line["uid"] for lines in said for line in lines if line["act"] == "left"}


def _done(held: AgendaFile, lines: list[dict[str, Any]], without: frozenset[str]) -> list[dict[str, Any]]:
    """The lines that were shown, as they were done: what was left out says so, the others say where the event is."""
    brought = Event.objects.filter(organisation=held.organisation, source=None)
    slugs = dict(brought.filter(source_uid__in=[line["uid"] for line in lines]).values_list("source_uid", "slug"))
    return [
        line | ({"act": "left"} if line["act"] == "created" and line["uid"] in without
                else {"slug": slugs.get(line["uid"], "")})
        for line in lines
    ]  # fmt: skip


def _run(held: AgendaFile, **options: Any) -> Report:
    try:
        with _on_disk(held) as path:
            # A file given by hand adds and corrects; what it does not speak of is not withdrawn.
            return run_file(
                path,
                held.format,
                held.organisation,
                name=held.filename,
                withdraw=False,
                seconds=MOST_SECONDS,
                **options,
            )
    except (FormatError, BusyError) as error:
        raise ValidationError(str(error)) from error


def _said(report: Report) -> dict[str, Any]:
    lines = sorted(report.lines, key=lambda line: "alike" not in line)  # what is to be decided comes first
    return {
        "counts": report.counts, "left": report.left, "lines": lines[:300],
        "alike": sum("alike" in line for line in report.lines), "rejections": report.rejections[:300],
        "notes": report.notes[:50],
    }  # fmt: skip


@contextmanager
def _on_disk(held: AgendaFile) -> Iterator[Path]:
    with TemporaryDirectory(prefix="agenda-") as folder:
        path = Path(folder) / held.filename
        try:
            with held.file.open("rb") as source, path.open("wb") as copy:
                shutil.copyfileobj(source, copy)
        except (OSError, ValueError) as error:
            raise ValidationError("Ce fichier n’est plus là\u00a0: donnez-le à nouveau.") from error
        yield path


def _forget(held: AgendaFile) -> None:
    """The file goes once the transaction holds."""
    if held.file:
        storage, name = held.file.storage, str(held.file.name)
        AgendaFile.objects.filter(pk=held.pk).update(file="")
        transaction.on_commit(lambda: storage.delete(name))
