"""Secrets at rest: what a stolen dump or backup must not give away (S5, ADR 0007).

Fernet (AES-128-CBC and HMAC-SHA-256) under the keys of `ENCRYPTION_KEYS`: the first encrypts, all decrypt, so that a
key is changed without a night's stop. Whoever has a shell *and* the keys reads everything: this is said, not hidden.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_rotations: dict[str, Callable[[], int]] = {}


class Undecipherable(Exception):  # noqa: N818 (it says what the text is)
    """None of the keys opens this: a key was taken away before `rotate_keys`, or the text was altered."""


def encrypt(text: str) -> str:
    """`text` under the first key; ASCII, about 1.4 times as long plus 100 characters."""
    return _box().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """What `encrypt` was given. Raises `Undecipherable`."""
    try:
        return _box().decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise Undecipherable from error


def is_current(token: str) -> bool:
    """Whether the first key opens it: there is nothing to rotate."""
    try:
        _first().decrypt(token.encode())
    except InvalidToken:
        return False
    return True


def rotate(token: str) -> str:
    """The same secret under the first key. Raises `Undecipherable`."""
    try:
        return _box().rotate(token.encode()).decode()
    except InvalidToken as error:
        raise Undecipherable from error


def register_rotation(label: str, rotation: Callable[[], int]) -> None:
    """Let `manage.py rotate_keys` call `rotation`: it re-encrypts what a room keeps and says how many rows it was."""
    _rotations[label] = rotation


def rotate_all() -> dict[str, int]:
    """Put everything that the rooms keep under the first key: rows by label. Raises `Undecipherable`."""
    return {label: rotation() for label, rotation in sorted(_rotations.items())}


def has_keys() -> bool:
    """Whether this installation was given keys of its own."""
    return bool(settings.ENCRYPTION_KEYS)


def _box() -> MultiFernet:
    return _box_of(_keys())


def _first() -> MultiFernet:
    return _box_of(_keys()[:1])


def _keys() -> tuple[str, ...]:
    return tuple(settings.ENCRYPTION_KEYS) or (_derived(settings.SECRET_KEY),)


@lru_cache(maxsize=4)
def _box_of(keys: tuple[str, ...]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as error:  # the message would show the key
        raise ImproperlyConfigured(
            "ENCRYPTION_KEYS : chaque clé compte 32 octets en base64 (Fernet.generate_key)."
        ) from error.__cause__


def _derived(secret_key: str) -> str:
    """For the demonstration and the tests only: `spro/checks.py` refuses it elsewhere."""
    return base64.urlsafe_b64encode(hashlib.sha256(f"core.encryption:{secret_key}".encode()).digest()).decode()
