"""The files of a case: judged by their bytes, scanned, sealed with its key before the disk sees them (S5)."""

from __future__ import annotations

import datetime as dt
import secrets
from contextlib import suppress
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import transaction

from accounts.models import User
from core import scanning
from core.sealing import opened
from psad import context, reading
from psad.identity import bound
from psad.lists import Purpose
from psad.models import Case, File
from psad.reading import Opened
from psad.services.cases import locked, moved

MAX_BYTES = 20_000_000
MOST_FILES = 40  # of one case
ORPHAN_AFTER = dt.timedelta(days=1)
_SIGNS = (
    (b"%PDF-", "application/pdf", "pdf"), (b"\xff\xd8\xff", "image/jpeg", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
)  # fmt: skip
NOT_OURS = "Ce fichier n’est ni un PDF, ni une image JPEG ou PNG. Enregistrez-le en PDF, puis donnez-le de nouveau."
TOO_LARGE = f"Ce fichier est trop lourd\u00a0: {MAX_BYTES // 1_000_000}\u00a0Mo au plus."
TOO_MANY = f"Un dossier compte {MOST_FILES} pièces au plus\u00a0: retirez ce qui ne sert plus."


def add(*, case: UUID, upload: Any, by: User, role: str, at: dt.datetime) -> File:
    """Keep `upload` (a Django file, held in memory), also in a closed case.

    Raises `ValidationError` (French): another type than PDF, JPEG, PNG, too large, too many, infected or not scanned.
    """
    if (upload.size or 0) > MAX_BYTES:  # before it is read
        raise ValidationError({"file": TOO_LARGE})
    data = upload.read(MAX_BYTES + 1)
    kind, extension = _judged(data)
    scanning.scan([data])
    held = locked(case)
    if File.objects.filter(case=held).count() >= MOST_FILES:
        raise ValidationError({"file": TOO_MANY})
    row = File(case=held, at=at, by=by, stored=secrets.token_hex(32), size=len(data), media_type=kind)
    seal = opened(held.sealed_key)
    row.name = seal.close(_clean(upload.name, extension), bound=bound(held, f"file/{row.pk}/name"))
    shelf = storage()
    shelf.save(row.stored, ContentFile(seal.close_bytes(data, bound=bound(held, f"file/{row.pk}"))))
    try:
        row.save(force_insert=True)
        moved(held, "file", by=by, at=at, role=role)
    except BaseException:  # what no row names goes at once; `sweep` finds the rest
        with suppress(OSError):
            shelf.delete(row.stored)
        raise
    return row


def read(row: File, case: Case, *, role: str) -> tuple[str, bytes]:
    """Its name and its bytes; the reading is logged first. Raises `OSError`, `Undecipherable`."""
    reading.log(case.platform_id, role=role, verb="case.file_read", purpose=Purpose.WORK, cases=[case.log_key])
    seal = opened(case.sealed_key)
    with storage().open(row.stored, "rb") as kept:
        data = seal.open_bytes(kept.read(), bound=bound(case, f"file/{row.pk}"))
    return seal.open(row.name, bound=bound(case, f"file/{row.pk}/name")), data


def name_of(row: File, opened_case: Opened) -> str:
    """Of a case whose reading is logged."""
    return str(opened_case.text(row.name, field=f"file/{row.pk}/name"))


def remove(*, case: UUID, file: UUID, by: User, role: str, at: dt.datetime) -> None:
    """Take a file out of the case; that it was, and who took it out, stay in the history."""
    held = locked(case)
    row = File.objects.filter(pk=file, case=held).first()
    if row is None:
        return
    row.delete()
    transaction.on_commit(lambda: storage().delete(row.stored))
    moved(held, "file_out", by=by, at=at, role=role)


def sweep(at: dt.datetime) -> int:
    """Delete what no row names any more, a day after it was written: erased cases, a process that died. How many."""
    shelf = storage()
    if not shelf.exists(""):
        return 0
    with context.task("retention"):
        named = set(File.objects.values_list("stored", flat=True))
    gone = [
        name for name in shelf.listdir("")[1] if name not in named and shelf.get_modified_time(name) < at - ORPHAN_AFTER
    ]
    for name in gone:
        shelf.delete(name)
    return len(gone)


def storage() -> FileSystemStorage:
    """This user's alone, and sealed: no web server reads it."""
    return FileSystemStorage(
        settings.MEDIA_ROOT / "psad", file_permissions_mode=0o600, directory_permissions_mode=0o700
    )


def _judged(data: bytes) -> tuple[str, str]:
    if len(data) > MAX_BYTES:
        raise ValidationError({"file": TOO_LARGE})
    for sign, kind, extension in _SIGNS:
        if data.startswith(sign):
            return kind, extension
    raise ValidationError({"file": NOT_OURS})


def _clean(name: str | None, extension: str) -> str:
    """The last part of what the browser says, printable, with the extension of what the file really is."""
    bare = PurePosixPath((name or "").replace("\\", "/")).name
    bare = "".join(letter for letter in bare if letter.isprintable() and letter not in '<>:"/\\|?*').strip(" .")
    stem = bare.rpartition(".")[0] or bare or "piece"
    return f"{stem[:120]}.{extension}"
