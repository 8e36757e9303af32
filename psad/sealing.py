"""What a dump must not give away (S5): each case has a key of its own, wrapped by those of the environment.

A sealed value is JSON under AES-256-GCM, bound to its row and its field: a value moved elsewhere does not open. Erasing
the key of a case erases, in one write, everything that was ever sealed for it.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction
from django.db.models import F

from core.encryption import Undecipherable, decrypt, encrypt, is_current, rotate

_KEY_BYTES = 32
_NONCE_BYTES = 12
_BATCH = 1_000


@dataclass(frozen=True)
class Seal:
    """The opened key of one case (or report, or share); no trace shows it."""

    key: bytes = field(repr=False)

    def close(self, value: Any, *, bound: str) -> bytes:
        """`value` (JSON) for the place named `bound` (« case/<id>/identity »); the empty value stays empty."""
        if value in (None, "", [], {}):
            return b""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + AESGCM(self.key).encrypt(nonce, orjson.dumps(value), bound.encode())

    def open(self, sealed: bytes | memoryview, *, bound: str) -> Any:
        """What `close` was given; None for the empty value. Raises `Undecipherable`."""
        data = bytes(sealed)
        if not data:
            return None
        try:
            return orjson.loads(AESGCM(self.key).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], bound.encode()))
        except InvalidTag as error:
            raise Undecipherable from error

    def close_bytes(self, data: bytes, *, bound: str) -> bytes:
        """A file, as it is."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + AESGCM(self.key).encrypt(nonce, data, bound.encode())

    def open_bytes(self, sealed: bytes, *, bound: str) -> bytes:
        """What `close_bytes` was given. Raises `Undecipherable`."""
        try:
            return AESGCM(self.key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound.encode())
        except (InvalidTag, ValueError) as error:
            raise Undecipherable from error


def new_key() -> tuple[Seal, str]:
    """A fresh key, and what the database keeps of it: wrapped by the first key of the environment."""
    key = secrets.token_bytes(_KEY_BYTES)
    return Seal(key), encrypt(base64.b64encode(key).decode())


def opened(wrapped: str) -> Seal:
    """The key that the database keeps as `wrapped`. Raises `Undecipherable`: also once it was erased (empty)."""
    if not wrapped:
        raise Undecipherable
    return Seal(base64.b64decode(decrypt(wrapped)))


def rotate_keys(kind: str) -> int:
    """Wrap the keys of one kind of thing (`HOLDERS`) again under the first key of the environment; what they seal does
    not change. Rows changed: those that the first key opens already are left, so that a killed run goes on.

    Each batch is one transaction of the context `rotation`, logged. Raises `Undecipherable`.
    """
    from psad.context import task

    count = 0
    for keys in _batches(kind):
        with task("rotation"), transaction.atomic():
            rows = list(_rows(kind).select_for_update(of=("self",)).filter(pk__in=keys))
            changed = [row for row in rows if row.sealed_key and not is_current(row.sealed_key)]
            for row in changed:
                row.sealed_key = rotate(row.sealed_key)
            _rows(kind).model.objects.bulk_update(changed, ["sealed_key"])
            _log_rotation(changed)
            count += len(changed)
    return count


HOLDERS = {"dossiers PSAD": "Case", "listes PSAD": "Import", "signalements PSAD": "Report", "partages PSAD": "Share"}
"""What has a key of its own, as `manage.py rotate_keys` names it."""


def _rows(kind: str) -> Any:
    from psad import models

    rows = getattr(models, HOLDERS[kind]).objects
    if kind == "partages PSAD":
        return rows.annotate(platform_of=F("case__platform_id")).only("pk", "sealed_key")
    fields = ["log_key"] if kind == "dossiers PSAD" else []
    return rows.annotate(platform_of=F("platform_id")).only("pk", "sealed_key", *fields)


def _batches(kind: str) -> Iterator[list[Any]]:
    """Their keys, platform by platform: few lines of the log."""
    from psad.context import task

    with task("rotation"):
        keys = list(_rows(kind).exclude(sealed_key="").order_by("platform_of", "pk").values_list("pk", flat=True))
    for start in range(0, len(keys), _BATCH):
        yield keys[start : start + _BATCH]


def _log_rotation(rows: Sequence[Any]) -> None:
    from psad import reading

    for platform in sorted({row.platform_of for row in rows}):
        cases = [row.log_key for row in rows if row.platform_of == platform and hasattr(row, "log_key")]
        reading.log(platform, role="rotation", verb="key.wrapped", cases=cases)
