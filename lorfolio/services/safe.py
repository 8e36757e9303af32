"""The files of a safe: judged by their bytes, scanned, sealed before the disk sees them (L7, S5)."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass

import orjson
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import transaction
from django.db.models import F

from core import scanning
from core.sealing import Seal, opened
from lorfolio.file_types import clean_name, judged
from lorfolio.lists import Act
from lorfolio.models import Operation, Portfolio, SafeFile

MOST_FILES = 1_000
ORPHAN_AFTER = dt.timedelta(days=1)
OWNER = "vous"
FULL = "Votre coffre est plein\u00a0: retirez ce qui ne sert plus, ou sortez-le d’abord."


@dataclass(frozen=True)
class Known:
    """What is written of a file under the person's key: its name, its type, the SHA-256 of its bytes, a note."""

    name: str
    media_type: str
    sha256: str
    note: str = ""


def seal_of(portfolio: Portfolio) -> Seal:
    """The opened key of this person. Raises `Undecipherable`."""
    return opened(portfolio.sealed_key)


def known(file: SafeFile, seal: Seal) -> Known:
    """Raises `Undecipherable`."""
    return Known(**seal.open(file.sealed, bound=bound(file, "facts")))


def add(
    *,
    portfolio: Portfolio,
    name: str,
    data: bytes,
    at: dt.datetime,
    media_type: str = "",
    note: str = "",
    by: str = OWNER,
) -> SafeFile:
    """Keep `data` in the safe. `media_type` is for what we made ourselves; a file given is judged by its bytes.

    Raises `ValidationError` (French, on `file`): empty, too large, of a type we do not keep, infected, no room left.
    """
    if len(data) > settings.LORFOLIO_FILE_BYTES:
        raise ValidationError({"file": too_large()})
    kind, extension = (media_type, "") if media_type else judged(data, name)
    scanning.scan([data])
    facts = Known(clean_name(name, extension), kind, hashlib.sha256(data).hexdigest(), note)
    seal = seal_of(portfolio)
    row = SafeFile(portfolio=portfolio, stored=secrets.token_hex(32), size=len(data))
    row.sealed = seal.close(vars(facts), bound=bound(row, "facts"))
    sealed = seal.close_bytes(data, bound=bound(row, "bytes"))
    row.stored_sha256 = hashlib.sha256(sealed).hexdigest()
    _write(row.stored, sealed)
    try:
        with transaction.atomic():
            _take_room(portfolio, row.size)
            row.save(force_insert=True)
            trace(portfolio, Act.DEPOSIT, file=row, name=facts.name, by=by, at=at)
    except BaseException:  # what no row names goes at once; `sweep` finds the rest
        with suppress(OSError):
            storage().delete(row.stored)
        raise
    return row


def read(*, file: SafeFile, portfolio: Portfolio, act: Act, by: str, at: dt.datetime) -> tuple[Known, bytes]:
    """Its facts and its bytes, once the trace says so. Raises `OSError`, `Undecipherable` (altered)."""
    seal = seal_of(portfolio)
    facts = known(file, seal)
    with transaction.atomic():
        trace(portfolio, act, file=file, name=facts.name, by=by, at=at)
    return facts, unsealed(file, seal)


def unsealed(file: SafeFile, seal: Seal) -> bytes:
    """The bytes alone, for a caller who has written the trace. Raises `OSError`, `Undecipherable`."""
    with storage().open(file.stored, "rb") as kept:
        return seal.open_bytes(kept.read(), bound=bound(file, "bytes"))


@transaction.atomic
def remove(*, file: SafeFile, portfolio: Portfolio, at: dt.datetime, by: str = OWNER) -> None:
    """Take a file out for good: of the disk too. That it was stays in the trace."""
    held = Portfolio.objects.select_for_update().get(pk=portfolio.pk)
    row = SafeFile.objects.filter(pk=file.pk, portfolio=held).first()
    if row is None:
        return
    trace(held, Act.DELETE, file=row, name=known(row, seal_of(held)).name, by=by, at=at)
    Portfolio.objects.filter(pk=held.pk).update(used_bytes=F("used_bytes") - row.size)
    row.delete()
    transaction.on_commit(lambda: storage().delete(row.stored))


@transaction.atomic
def trace(
    portfolio: Portfolio, act: Act, *, at: dt.datetime, file: SafeFile | None = None, name: str = "", by: str = OWNER
) -> Operation:
    """Write one line of the trace, chained to the one before; the portfolio is locked, so that lines wait in turn."""
    Portfolio.objects.select_for_update().only("pk").get(pk=portfolio.pk)
    last = Operation.objects.filter(portfolio=portfolio).order_by("-id").values_list("digest", flat=True).first()
    row = Operation(portfolio=portfolio, at=at, act=act, file=file.pk if file else None, by=by)
    seal = seal_of(portfolio)
    row.label = seal.close(name, bound=_line(portfolio))
    row.digest = chained(last or "", row, seal)
    row.save(force_insert=True)
    return row


def label_of(row: Operation, portfolio: Portfolio, seal: Seal) -> str:
    """The name that a line of the trace was written with. Raises `Undecipherable`."""
    return str(seal.open(row.label, bound=_line(portfolio)) or "")


def chained(before: str, row: Operation, seal: Seal) -> str:
    """The digest of a line: of the one before's and of its own facts, under the key of the person, so that who holds
    the tables without the keys writes no line that stands."""
    at = row.at.astimezone(dt.UTC).isoformat()
    facts = [before, str(row.portfolio_id), at, row.act, str(row.file or ""), bytes(row.label).hex(), row.by]
    return hmac.new(seal.key, b"lorfolio.trace" + orjson.dumps(facts), hashlib.sha256).hexdigest()


def storage() -> FileSystemStorage:
    """This user's alone, and sealed: no web server reads it."""
    return FileSystemStorage(
        settings.MEDIA_ROOT / "lorfolio", file_permissions_mode=0o600, directory_permissions_mode=0o700
    )


def too_large() -> str:
    return f"Ce fichier est trop lourd\u00a0: {settings.LORFOLIO_FILE_BYTES // 1_000_000}\u00a0Mo au plus."


def _write(stored: str, sealed: bytes) -> None:
    """On the disk for good before a row names it: a power cut leaves no row without its file."""
    shelf = storage()
    shelf.save(stored, ContentFile(sealed))
    with shelf.open(stored, "rb") as kept:
        os.fsync(kept.fileno())


def _line(portfolio: Portfolio) -> str:
    return f"operation/{portfolio.pk}"


def _take_room(portfolio: Portfolio, size: int) -> None:
    """Count `size` more bytes, if there is room. Raises `ValidationError`."""
    room = settings.LORFOLIO_QUOTA_BYTES - size
    rows = Portfolio.objects.filter(pk=portfolio.pk, used_bytes__lte=room, erasing=False)
    if not rows.update(used_bytes=F("used_bytes") + size):
        raise ValidationError({"file": FULL})
    if SafeFile.objects.filter(portfolio=portfolio).count() >= MOST_FILES:
        raise ValidationError({"file": FULL})


def bound(file: SafeFile, what: str) -> str:
    return f"safe/{file.pk}/{what}"
