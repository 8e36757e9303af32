"""What a dump must not give away (S5): each case has a key of its own, wrapped by those of the environment.

A sealed value is JSON under AES-256-GCM, bound to its row and its field: a value moved elsewhere does not open. Erasing
the key of a case erases, in one write, everything that was ever sealed for it.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from core.encryption import Undecipherable, decrypt, encrypt, rotate

_KEY_BYTES = 32
_NONCE_BYTES = 12
_BATCH = 1_000


@dataclass(frozen=True)
class Seal:
    """The opened key of one case (or report, or share)."""

    key: bytes

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


def rotate_keys() -> int:
    """Wrap every key again under the first one of the environment; what they seal does not change. Rows changed."""
    from psad.context import task

    count = 0
    for model in _holders():
        for keys in _batches(model):
            with task("rotation"), transaction.atomic():
                rows = list(model.objects.select_for_update().filter(pk__in=keys).only("pk", "sealed_key"))
                for row in rows:
                    row.sealed_key = rotate(row.sealed_key)
                model.objects.bulk_update(rows, ["sealed_key"])
                count += len(rows)
    return count


def _holders() -> list[Any]:
    from psad import models

    return [models.Case, models.Import, models.Report, models.Share]


def _batches(model: Any) -> Iterator[list[Any]]:
    from psad.context import task

    with task("rotation"):
        keys = list(model.objects.exclude(sealed_key="").order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), _BATCH):
        yield keys[start : start + _BATCH]
