"""The one door to what is sealed: the log is written first, in the same transaction, and fails the reading (D8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from core.encryption import Undecipherable
from core.sealing import Seal, opened
from psad.identity import Identity, bound, identity_of
from psad.lists import Purpose
from psad.models import Case


@dataclass(frozen=True)
class Opened:
    """A case whose reading is logged. `seal` opens the rest of it (`text`)."""

    case: Case
    identity: Identity
    seal: Seal

    def text(self, sealed: bytes | memoryview, *, field: str) -> Any:
        """A sealed value of a row of the case, bound to `field` (« note/<id> »). Raises `Undecipherable`."""
        return self.seal.open(sealed, bound=bound(self.case, field))

    def close(self, value: Any, *, field: str) -> bytes:
        return self.seal.close(value, bound=bound(self.case, field))


def read(case: Case, *, role: str, verb: str = "case.read", purpose: str = Purpose.WORK) -> Opened:
    """Open one case. Raises `Undecipherable` when it was made anonymous or its key is lost."""
    return read_all([case], role=role, verb=verb, purpose=purpose)[0]


def read_all(cases: Sequence[Case], *, role: str, verb: str = "case.list", purpose: str = Purpose.WORK) -> list[Opened]:
    """Open the cases of a page, one line of the log for each platform.

    Needs `platform_id`, `log_key`, `sealed_key`, `identity`.
    """
    for platform in sorted({case.platform_id for case in cases}):
        log(
            platform,
            role=role,
            verb=verb,
            purpose=purpose,
            cases=(c.log_key for c in cases if c.platform_id == platform),
        )
    found = []
    for case in cases:
        seal = opened(case.sealed_key)
        found.append(Opened(case, identity_of(case, seal), seal))
    return found


def log(platform: int, *, role: str, verb: str, purpose: str = "", cases: Iterable[UUID] = ()) -> int:
    """Write one line of the log in the name of the context, chained to the platform's last; its number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT psad_log(%s, %s, %s, %s, %s::uuid[])", [platform, role, verb, purpose, list(cases)])
        number: int = cursor.fetchone()[0]
    return number


def broken(platform: int) -> int | None:
    """The first line of a platform's log that was altered, removed or added; none when it is whole."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT psad_log_broken(%s)", [platform])
        number: int | None = cursor.fetchone()[0]
    return number


__all__ = ["Opened", "Undecipherable", "broken", "log", "read", "read_all"]
