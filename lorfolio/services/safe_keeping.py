"""What happens to the files of a safe after they were given: named anew, checked, swept (L7)."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from django.db import transaction
from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from core.encryption import Undecipherable
from core.sealing import Seal
from lorfolio.file_types import clean_name
from lorfolio.lists import Act
from lorfolio.models import Operation, Portfolio, SafeFile
from lorfolio.services import safe


@transaction.atomic
def rename(*, file: SafeFile, portfolio: Portfolio, name: str, note: str, at: dt.datetime) -> str:
    """Give a file another name and note, under its own extension; the name it got. The same again writes nothing.

    Raises `SafeFile.DoesNotExist` when it was taken out meanwhile.
    """
    held = Portfolio.objects.select_for_update().get(pk=portfolio.pk)
    row = SafeFile.objects.get(pk=file.pk, portfolio=held)
    seal = safe.seal_of(held)
    before = safe.known(row, seal)
    after = replace(before, name=_under_its_extension(name, before.name), note=note)
    if after == before:
        return before.name
    row.sealed = seal.close(vars(after), bound=safe.bound(row, "facts"))
    row.save(update_fields=["sealed", "changed_at"])
    said = before.name if after.name == before.name else f"{before.name} → {after.name}"
    safe.trace(held, Act.RENAME, file=row, name=said, at=at)
    return after.name


def _under_its_extension(name: str, before: str) -> str:
    """What the file is does not change with its name."""
    extension = PurePosixPath(before).suffix
    stem = name[: -len(extension)] if extension and name.lower().endswith(extension.lower()) else name
    return clean_name(stem + extension, extension.lstrip("."))


@dataclass(frozen=True)
class Chain:
    """A trace read from its beginning: how many lines, and the first that is not as it was written (None: all are)."""

    lines: int
    broken: Operation | None = None


def verified(portfolio: Portfolio) -> Chain:
    """Raises `Undecipherable` when the person's key does not open."""
    seal, before, count = safe.seal_of(portfolio), "", 0
    for row in Operation.objects.filter(portfolio=portfolio).order_by("id").iterator(chunk_size=2_000):
        if safe.chained(before, row, seal) != row.digest:
            return Chain(count, row)
        before, count = row.digest, count + 1
    return Chain(count)


@dataclass(frozen=True)
class State:
    """One file as it is: `sound`, « missing » or « altered »."""

    file: SafeFile
    fault: str = ""


def examined(rows: Iterable[SafeFile]) -> Iterator[State]:
    """Each file of `rows` beside what was written of it when it was sealed; no key is needed. A file taken out while
    we read is none any more."""
    for row in rows:
        try:
            with safe.storage().open(row.stored, "rb") as kept:
                fault = "" if hashlib.file_digest(kept, "sha256").hexdigest() == row.stored_sha256 else "altered"  # type: ignore[arg-type]
        except OSError:
            fault = "missing"
        if not fault or SafeFile.objects.filter(pk=row.pk).exists():
            yield State(row, fault)


def check_own(*, portfolio: Portfolio, at: dt.datetime) -> list[State]:
    """The files of one safe, at the person's asking: bytes, seal and name; the trace says that it was done."""
    seal = safe.seal_of(portfolio)
    found = [_opened(state, seal) for state in examined(list(SafeFile.objects.filter(portfolio=portfolio)))]
    with transaction.atomic():
        safe.trace(portfolio, Act.CHECK, at=at)
    return found


def _opened(state: State, seal: Seal) -> State:
    if state.fault:
        return state
    try:
        facts = safe.known(state.file, seal)
        whole = hashlib.sha256(safe.unsealed(state.file, seal)).hexdigest() == facts.sha256
    except OSError:
        return State(state.file, "missing")
    except Undecipherable:
        whole = False
    return state if whole else State(state.file, "altered")


@dataclass
class Report:
    """What `manage.py check_safe` found; identifiers only, which say nothing of anybody."""

    files: int = 0
    traces: int = 0
    missing: list[str] = field(default_factory=list)
    altered: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    miscounted: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not (self.missing or self.altered or self.broken or self.miscounted)


def check_all(at: dt.datetime) -> Report:
    """Every file and every trace of every safe. A key that opens no more breaks the trace of its safe."""
    report = Report()
    for state in examined(SafeFile.objects.only("pk", "stored", "stored_sha256").iterator(chunk_size=500)):
        report.files += 1
        if state.fault:
            (report.missing if state.fault == "missing" else report.altered).append(f"{state.file.pk}")
    report.orphans = orphans(at)
    counted = Portfolio.objects.annotate(held=Coalesce(Sum("safefiles__size"), 0))
    report.miscounted = [str(row.pk) for row in counted.exclude(used_bytes=F("held")).only("pk")]
    for portfolio in Portfolio.objects.only("pk", "sealed_key").iterator():
        report.traces += 1
        try:
            whole = verified(portfolio).broken is None
        except Undecipherable:
            whole = False
        if not whole and Portfolio.objects.filter(pk=portfolio.pk).exists():
            report.broken.append(str(portfolio.pk))
    return report


def orphans(at: dt.datetime) -> list[str]:
    """Sealed files that no row names, a day after they were written: a worker that died, a safe that was erased."""
    shelf = safe.storage()
    if not shelf.exists(""):
        return []
    before = at - safe.ORPHAN_AFTER
    found = [name for name in sorted(shelf.listdir("")[1]) if shelf.get_modified_time(name) < before]
    named = set(SafeFile.objects.filter(stored__in=found).values_list("stored", flat=True))
    return [name for name in found if name not in named]


def sweep(at: dt.datetime) -> int:
    """Delete the orphans; how many."""
    gone = orphans(at)
    for name in gone:
        safe.storage().delete(name)
    return len(gone)
