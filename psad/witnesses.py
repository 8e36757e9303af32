"""Whether the log is whole, told also against who owns the tables (D8, S5).

The chain of the database shows any altered, removed or added row. Whoever owns the tables could compute it anew: each
day a witness tells how far each platform's log went, under a key derived from `PSAD_HASH_KEY`, which is not in the
database. What it does not hold against is told in `docs/psad-security.md`.
"""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

import structlog
from django.conf import settings
from django.db import connection

from psad.context import task
from psad.models import Access, LogClosure, Platform, Witness

log = structlog.get_logger("psad.log")
LATE = dt.timedelta(days=3)


@dataclass(frozen=True)
class Fault:
    """What is wrong at line `seq` of the log of a platform (its address)."""

    platform: str
    seq: int
    what: str

    def __str__(self) -> str:
        return f"{self.platform}\u00a0: ligne {self.seq}, {WORDS[self.what]}"


WORDS = {
    "altered": "modifiée", "removed": "retirée", "added": "ajoutée", "moved": "ne suit pas la précédente",
    "rewritten": "n’est plus celle du témoin", "witness": "son témoin a été fabriqué ou modifié",
    "unwitnessed": "écrite depuis plus de trois jours, sans témoin",
}  # fmt: skip


@dataclass(frozen=True)
class Checked:
    """The log of one platform: how many lines it holds now, the number of its last one, the end of its digest."""

    platform: str
    lines: int
    last: int
    digest: str
    faults: tuple[Fault, ...]


def check(now: dt.datetime) -> list[Checked]:
    """Every platform's log, faults by line. Reads nothing of what the lines say. Its own context."""
    with task("retention"):
        heads = _heads()
        slugs = dict(Platform.objects.order_by("slug").values_list("pk", "slug"))
        return [_checked(key, slug, heads.get(key), now) for key, slug in slugs.items()]


def bear_witness(at: dt.datetime) -> int:
    """Write how far each log goes; how many have gone further. The same is told on the portal's own log, which leaves
    the machine (`docs/operations.md`). In the context `retention`."""
    slugs = dict(Platform.objects.values_list("pk", "slug"))
    known = set(Witness.objects.values_list("platform_id", "seq"))
    told = 0
    for key, (seq, digest) in _heads().items():
        if (key, seq) not in known:
            Witness.objects.create(platform_id=key, at=at, seq=seq, digest=digest, seal=_seal(key, seq, digest))
            log.info("psad_log_witness", platform=slugs.get(key), seq=seq, digest=digest.hex())
            told += 1
    return told


def _checked(key: int, slug: str, head: tuple[int, bytes] | None, now: dt.datetime) -> Checked:
    seq, digest = head or (0, b"")
    found = [Fault(slug, line, what) for line, what in _broken(key)]
    found += [Fault(slug, line, what) for line, what in _against_witnesses(key, seq, now)]
    lines = Access.objects.filter(platform_id=key).count()
    return Checked(slug, lines, seq, digest.hex()[:16], tuple(sorted(set(found), key=lambda fault: fault.seq)))


def _against_witnesses(key: int, last: int, now: dt.datetime) -> Iterator[tuple[int, str]]:
    witnesses = list(Witness.objects.filter(platform_id=key).order_by("seq"))
    rows = Access.objects.filter(platform_id=key, seq__in=[witness.seq for witness in witnesses])
    digests = {row_seq: bytes(digest) for row_seq, digest in rows.values_list("seq", "digest")}
    dropped = _dropped(key)
    for witness in witnesses:
        if not hmac.compare_digest(bytes(witness.seal), _seal(key, witness.seq, bytes(witness.digest))):
            yield witness.seq, "witness"
        elif witness.seq > last:
            yield witness.seq, "removed"
        elif witness.seq > dropped and digests.get(witness.seq) != bytes(witness.digest):
            yield witness.seq, "rewritten"
    told = max((witness.seq for witness in witnesses), default=0)
    late = Access.objects.filter(platform_id=key, seq__gt=told, at__lt=now - LATE).order_by("seq").first()
    if late is not None:
        yield late.seq, "unwitnessed"


def _dropped(key: int) -> int:
    """The last line of the months that were dropped."""
    closed = LogClosure.objects.exclude(dropped_at=None).values_list("heads", flat=True)
    return max((heads[str(key)][0] for heads in closed if str(key) in heads), default=0)


def _heads() -> dict[int, tuple[int, bytes]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT platform, seq, digest FROM psad_log_heads()")
        return {key: (seq, bytes(digest)) for key, seq, digest in cursor.fetchall()}


def _broken(key: int) -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, what FROM psad_log_faults(%s)", [key])
        return list(cursor.fetchall())


def _seal(platform: int, seq: int, digest: bytes) -> bytes:
    secret = (settings.PSAD_HASH_KEY or settings.SECRET_KEY).encode()
    key = hmac.digest(secret, b"psad/witness", "sha256")
    return hmac.digest(key, f"{platform}|{seq}|".encode() + sha256(digest).digest(), "sha256")
