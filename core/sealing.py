"""What a stolen dump must not give away (S5): each person (or case) has a key of their own, wrapped by those of the
environment.

A sealed value is bound to its row and its field under AES-256-GCM: a value moved elsewhere does not open. Erasing a key
erases, in one write, everything that was ever sealed with it.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.encryption import Undecipherable, decrypt, encrypt

_KEY_BYTES = 32
_NONCE_BYTES = 12


@dataclass(frozen=True)
class Seal:
    """An opened key; no trace shows it."""

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
