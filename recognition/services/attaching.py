"""The files of a dossier: judged, scanned, kept under a name nobody guesses; those deposited are never lost (R3)."""

from __future__ import annotations

import datetime as dt
import hashlib
from contextlib import suppress
from pathlib import PurePosixPath
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Sum

from accounts.models import User
from core import scanning
from core.journal import record
from members.models import QualityCriterion
from recognition import files
from recognition.models import Attachment, Candidature
from recognition.models.dossier import private_storage
from recognition.services.checking import criteria_of
from recognition.services.saving import EDITABLE
from recognition.services.transitions import locked

MOST_FILES = 80  # of one dossier
MOST_BYTES = 300_000_000
FOLDER = "recognition"
ORPHAN_AFTER = dt.timedelta(days=1)


def attach(
    *, candidature: Candidature, kind: str, upload: Any, user: User, at: dt.datetime,
    criterion: QualityCriterion | None = None,
) -> Attachment:  # fmt: skip
    """Add `upload` (a Django file) to the dossier; one of the three that R3 asks takes the place of the former one.

    Raises `ValidationError` (French): a type or a size we refuse, an infected file, a scanner that does not answer, a
    dossier that is no longer written.
    """
    if kind not in Attachment.Kind.values:
        raise ValidationError("Cette sorte de pièce n’existe pas.", code="kind")
    if (upload.size or 0) > files.MAX_BYTES:  # before it is read
        raise ValidationError(files.TOO_LARGE, code="large")
    data = upload.read(files.MAX_BYTES + 1)
    mime, data = files.examine(data)
    scanned = scanning.scan([data])
    made = Attachment(
        candidature=candidature, kind=kind, criterion=criterion, name=clean_name(upload.name, mime), mime=mime,
        size=len(data), sha256=hashlib.sha256(data).hexdigest(), scanned=scanned, added_at=at, added_by=user,
    )  # fmt: skip
    made.file.save("piece", ContentFile(data), save=False)
    try:
        return _keep(made)
    except BaseException:
        with suppress(OSError):
            made.file.storage.delete(str(made.file.name))
        raise


@transaction.atomic
def _keep(made: Attachment) -> Attachment:
    dossier = locked(made.candidature, EDITABLE)
    _check(dossier, made)
    rows = Attachment.objects.filter(candidature=dossier, replaced_at=None)
    twin = rows.filter(kind=made.kind, criterion=made.criterion, sha256=made.sha256).first()
    if twin is not None:  # a double click
        transaction.on_commit(lambda: made.file.storage.delete(str(made.file.name)))
        return twin
    if made.kind in Attachment.REQUIRED and (former := rows.filter(kind=made.kind).first()):
        _put_aside(former, dossier, made.added_at)
    made.save()
    _touch(dossier, made.added_by, made.added_at)
    record(verb="candidature.attach", target=made, actor=made.added_by)
    return made


@transaction.atomic
def detach(*, attachment: Attachment, user: User, at: dt.datetime) -> None:
    """Take a file out of the dossier; one that was deposited stays readable by the Region.

    Nothing happens when a colleague did it first. Raises `ValidationError` when the dossier is no longer written.
    """
    dossier = locked(attachment.candidature, EDITABLE)
    held = Attachment.objects.filter(pk=attachment.pk, replaced_at=None).first()
    if held is None:
        return
    _put_aside(held, dossier, at)
    _touch(dossier, user, at)
    record(verb="candidature.detach", target=dossier, actor=user)


def _check(dossier: Candidature, made: Attachment) -> None:
    if made.kind == Attachment.Kind.EVIDENCE:
        if made.criterion is None or not criteria_of(dossier.charter).filter(pk=made.criterion.pk).exists():
            raise ValidationError("Dites à quel critère cette pièce se rapporte.", code="criterion")
    elif made.criterion is not None:
        raise ValidationError("Cette pièce ne se rapporte pas à un critère.", code="criterion")
    rows = Attachment.objects.filter(candidature=dossier)
    if rows.filter(replaced_at=None).count() >= MOST_FILES:
        raise ValidationError(f"Un dossier compte {MOST_FILES} fichiers au plus.", code="many")
    if (rows.aggregate(total=Sum("size"))["total"] or 0) + made.size > MOST_BYTES:
        limit = MOST_BYTES // 1_000_000
        raise ValidationError(f"Les fichiers d’un dossier pèsent {limit}\u00a0Mo au plus en tout.", code="heavy")


def _put_aside(former: Attachment, dossier: Candidature, at: dt.datetime) -> None:
    """Kept, said replaced, when it was part of what was deposited; forgotten with its bytes otherwise."""
    if dossier.snapshots.filter(taken_at__gte=former.added_at).exists():
        former.replaced_at = at
        former.save(update_fields=["replaced_at"])
        return
    storage, name = former.file.storage, str(former.file.name)
    former.delete()
    transaction.on_commit(lambda: storage.delete(name))


def _touch(dossier: Candidature, user: User | None, at: dt.datetime) -> None:
    Candidature.objects.filter(pk=dossier.pk).update(saved_at=at, saved_by=user)


def sweep(at: dt.datetime) -> int:
    """Delete the files that no dossier names, a day after they came: a process died before their row was. How many."""
    storage = private_storage()
    if not storage.exists(FOLDER):
        return 0
    named = set(Attachment.objects.values_list("file", flat=True))
    swept = 0
    for name in (f"{FOLDER}/{name}" for name in storage.listdir(FOLDER)[1]):
        if name not in named and storage.get_modified_time(name) < at - ORPHAN_AFTER:
            storage.delete(name)
            swept += 1
    return swept


def clean_name(name: str | None, mime: str) -> str:
    """The last part of what the browser says, printable, with the extension of what the file really is."""
    bare = PurePosixPath((name or "").replace("\\", "/")).name
    bare = "".join(letter for letter in bare if letter.isprintable() and letter not in '<>:"/\\|?*').strip(" .")
    stem = bare.rpartition(".")[0] or bare or "piece"
    extension = {files.PDF: "pdf", files.JPEG: "jpg", files.PNG: "png"}[mime]
    return f"{stem[:140]}.{extension}"
