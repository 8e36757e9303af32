"""A stream sealed by a passphrase: AES-256-GCM in numbered pieces, the key made by scrypt.

Format: `MAGIC`, log2 of scrypt's cost (1 byte), salt (16 bytes), beginning of the nonces (7 bytes); then pieces of
`PIECE` bytes, the last one shorter or empty, each followed by its 16-byte seal. The nonce of a piece is the beginning,
its number (4 bytes, big endian) and 1 for the last piece, 0 for the others (the STREAM construction): a piece changed,
moved, taken out, or an end cut off, is refused. The header is sealed with every piece.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from core.backup import BackupError

MAGIC = b"SPRO\x00scelle\x001\n\x00\x00"  # 16 bytes
PIECE = 1 << 20
SEAL = 16
COST = 17  # scrypt with n = 2**17, r = 8, p = 1: 128 MiB and a fraction of a second for each try
MAX_COST = 20  # an archive may not ask for more than 1 GiB
SHORTEST = 16  # characters of a passphrase


def passphrase(path: Path) -> bytes:
    """The first line of `path`. Raises `BackupError` when it cannot be read, or is too short to seal anything."""
    try:
        with path.open("rb") as file:
            words = file.readline().strip()
    except OSError as error:
        raise BackupError(f"La phrase secrète ne se lit pas\u00a0: {path} ({error.strerror}).") from error
    if len(words.decode("utf-8", "replace")) < SHORTEST:
        raise BackupError(f"La phrase secrète est trop courte\u00a0: il faut au moins {SHORTEST} caractères.")
    return words


def _key(words: bytes, salt: bytes, cost: int) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=1 << cost, r=8, p=1).derive(words))


def _nonce(start: bytes, number: int, *, last: bool) -> bytes:
    return start + number.to_bytes(4, "big") + bytes([last])


class Writable(Protocol):
    def write(self, data: bytes, /) -> object: ...


class Sealer:
    """A file to write to; `close` writes the last piece and leaves the file underneath open."""

    def __init__(self, file: Writable, words: bytes) -> None:
        salt, self._start = os.urandom(16), os.urandom(7)
        self._header = MAGIC + bytes([COST]) + salt + self._start
        self._cipher = _key(words, salt, COST)
        self._file, self._waiting, self._number = file, bytearray(), 0
        file.write(self._header)

    def write(self, data: bytes) -> int:
        self._waiting += data
        while len(self._waiting) > PIECE:
            self._seal(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]
        return len(data)

    def close(self) -> None:
        self._seal(bytes(self._waiting), last=True)

    def _seal(self, piece: bytes, *, last: bool) -> None:
        nonce = _nonce(self._start, self._number, last=last)
        self._file.write(self._cipher.encrypt(nonce, piece, self._header))
        self._number += 1


class Opener:
    """A file to read from. Raises `BackupError` at the first piece that is not what was sealed."""

    def __init__(self, file: IO[bytes], words: bytes) -> None:
        self._header = file.read(len(MAGIC) + 24)
        cost = self._header[len(MAGIC)] if len(self._header) == len(MAGIC) + 24 else 0
        if not self._header.startswith(MAGIC) or not 1 <= cost <= MAX_COST:
            raise BackupError("Cette archive scellée est abîmée, ou n’est pas une des nôtres.")
        salt, self._start = self._header[len(MAGIC) + 1 : -7], self._header[-7:]
        self._cipher = _key(words, salt, cost)
        self._file, self._number = file, 0
        self._ready = bytearray()
        self._next = file.read(PIECE + SEAL)
        self._ended = False

    def read(self, size: int) -> bytes:
        while len(self._ready) < size and not self._ended:
            self._open_next()
        data = bytes(self._ready[:size])
        del self._ready[:size]
        return data

    def _open_next(self) -> None:
        piece, self._next = self._next, self._file.read(PIECE + SEAL)
        self._ended = not self._next
        try:
            nonce = _nonce(self._start, self._number, last=self._ended)
            self._ready += self._cipher.decrypt(nonce, piece, self._header)
        except InvalidTag as error:
            raise BackupError("La phrase secrète n’est pas la bonne, ou l’archive a été abîmée ou modifiée.") from error
        self._number += 1


def is_sealed(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC
