"""Secrets at rest: opened by any of the keys, closed by the first, never half said (S5)."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from core.encryption import Undecipherable, decrypt, encrypt, rotate

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


@pytest.mark.parametrize("text", ["", "secret", "é’\u00a0🙂", "x" * 10_000])
def test_S5_what_is_encrypted_comes_back_and_is_never_twice_the_same(text: str) -> None:
    first, second = encrypt(text), encrypt(text)
    assert (decrypt(first), decrypt(second)) == (text, text)
    assert first != second
    assert first.isascii()


def test_S5_a_key_is_changed_without_a_stop(settings: Any) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    kept = encrypt("secret")
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    turned = rotate(kept)
    settings.ENCRYPTION_KEYS = [NEW]
    assert decrypt(turned) == "secret"
    for act in (decrypt, rotate):
        with pytest.raises(Undecipherable):
            act(kept)


def test_an_altered_secret_does_not_open() -> None:
    token = encrypt("secret")
    with pytest.raises(Undecipherable):
        decrypt(token[:-5] + ("A" if token[-5] != "A" else "B") + token[-4:])


def test_a_bad_key_is_said_without_being_shown(settings: Any) -> None:
    settings.ENCRYPTION_KEYS = ["une-cle-trop-courte"]
    with pytest.raises(ImproperlyConfigured) as refused:
        encrypt("secret")
    assert "une-cle-trop-courte" not in str(refused.value)
