"""The archive: a plain tar, whose first member says what it is and whose last one, the manifest, vouches for the rest.

    portail-spro.json    {"format": 1, …}
    base/000000 …        what pg_dump wrote (already compressed), in pieces of `PIECE` bytes
    fichiers/000000 …    the files, each under a number; the manifest alone knows their paths
    manifeste.json       see `Manifest`

Numbers instead of paths: no name of a member ever becomes a path on the disk of who restores.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from core.backup import BackupError
from core.backup.sealed import Opener, Writable, is_sealed

FORMAT = 1
HEAD, TAIL = "portail-spro.json", "manifeste.json"
BASE, FILES = "base", "fichiers"
PIECE = 8 << 20  # bytes held in memory at once, on both sides
LONGEST_MANIFEST = 256 << 20
# Folders of a restore under way, inside MEDIA_ROOT (which may be a mounted volume): never saved, never brought back.
STAGING = ".restauration-"
_TABLE = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_MEMBER = re.compile(rf"(?:{BASE}|{FILES})/\d{{6,}}")
_DAMAGED = "L’archive est incomplète, abîmée ou modifiée"


@dataclass(frozen=True)
class Source:
    """An archive to read; `words`: the passphrase that opens it, if it is sealed."""

    path: Path
    words: bytes | None = None


@dataclass(frozen=True)
class Part:
    """One member: its name in the archive, its size in bytes, its SHA-256; for a file, its path in MEDIA_ROOT."""

    name: str
    size: int
    sha256: str
    path: str = ""


@dataclass
class Manifest:
    """`tables`: rows of each table of the schema `public`; `left_out`: tables whose rows are not in the archive;
    `migrations`: `application.name` of each one applied; `server`: major version of PostgreSQL."""

    portal: str
    written_at: str
    database: str
    server: int
    migrations: list[str]
    tables: dict[str, int]
    left_out: list[str]
    base: list[Part] = field(default_factory=list)
    files: list[Part] = field(default_factory=list)
    format: int = FORMAT


class Writer:
    """Writes an archive on `file`, which need not be seekable."""

    def __init__(self, file: Writable, head: dict[str, Any]) -> None:
        self._tar = tarfile.open(fileobj=file, mode="w|", format=tarfile.GNU_FORMAT)  # type: ignore[call-overload]  # noqa: SIM115
        self._add(HEAD, json.dumps({"format": FORMAT, **head}).encode())

    def add(self, name: str, source: IO[bytes], size: int, path: str = "") -> Part:
        """Copy exactly `size` bytes of `source`. Raises `BackupError` when it holds fewer."""
        read = _Hashing(source)
        try:
            self._tar.addfile(_header(name, size), read)  # type: ignore[arg-type]
        except OSError as error:
            if read.size < size:
                raise BackupError(f"Un fichier a changé pendant la sauvegarde\u00a0: {path}") from error
            raise
        return Part(name, size, read.digest.hexdigest(), path)

    def close(self, manifest: Manifest) -> None:
        self._add(TAIL, json.dumps(asdict(manifest)).encode())
        self._tar.close()

    def abandon(self) -> None:
        """After a failure: write nothing more, not even when this object goes."""
        self._tar.fileobj.closed = True  # type: ignore[union-attr, misc]

    def _add(self, name: str, data: bytes) -> None:
        self._tar.addfile(_header(name, len(data)), io.BytesIO(data))


def _header(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member


class _Hashing:
    """A file that remembers what was read of it."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source, self.digest, self.size = source, hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self.digest.update(data)
        self.size += len(data)
        return data


@contextmanager
def members(source: Source) -> Iterator[Iterator[tuple[str, int, IO[bytes]]]]:
    """Each member of the archive in turn: name, size, content.
    Raises `BackupError` for whatever is not an archive of ours, whole and regular.
    """
    path, words = source.path, source.words
    try:
        with path.open("rb") as raw:
            if is_sealed(path) and words is None:
                raise BackupError(
                    "Cette archive est scellée\u00a0: donnez le fichier de la phrase secrète avec --passphrase."
                )
            opened = Opener(raw, words) if is_sealed(path) and words else raw
            with tarfile.open(fileobj=opened, mode="r|") as tar:  # type: ignore[call-overload]
                yield _regular(tar)
            while data := opened.read(PIECE):  # to the very end: the last piece of a sealed archive says that it is
                if data.strip(b"\x00"):
                    raise BackupError(f"{_DAMAGED}\u00a0: elle continue après sa fin.")
    except tarfile.TarError as error:
        raise BackupError("Ce fichier n’est pas une sauvegarde du portail, ou il est abîmé.") from error
    except OSError as error:
        raise BackupError(f"L’archive ne se lit pas\u00a0: {path} ({error.strerror or error}).") from error


def _regular(tar: tarfile.TarFile) -> Iterator[tuple[str, int, IO[bytes]]]:
    for member in tar:
        content = tar.extractfile(member) if member.type == tarfile.REGTYPE and not member.pax_headers else None
        if content is None:
            raise BackupError(
                "L’archive contient autre chose que des fichiers ordinaires\u00a0: elle n’est pas de nous."
            )
        yield member.name, member.size, content


def verify(source: Source) -> Manifest:
    """Read the whole archive once and return its manifest, whose every line has been checked.

    Raises `BackupError` when it is not ours, of a newer format, truncated or changed, or names a path outside.
    """
    seen: dict[str, Part] = {}
    tail: bytes | None = None
    with members(source) as found:
        for number, (name, size, content) in enumerate(found):
            if tail is not None:
                raise BackupError(f"{_DAMAGED}\u00a0: elle continue après le manifeste.")
            if (number == 0) != (name == HEAD):
                raise BackupError("Ce fichier n’est pas une sauvegarde du portail.")
            if number == 0:
                _check_format(_json(content, size))
            elif name == TAIL:
                tail = _bounded(content, size)
            elif name in seen or not _MEMBER.fullmatch(name):
                raise BackupError(f"{_DAMAGED}\u00a0: un de ses membres n’est pas attendu.")
            else:
                seen[name] = Part(name, size, digest(content))
    if tail is None:
        raise BackupError(f"{_DAMAGED}\u00a0: le manifeste manque.")
    manifest = _manifest(tail)
    listed = [*manifest.base, *manifest.files]
    if len(listed) != len(seen) or any(
        (part.size, part.sha256) != (seen[part.name].size, seen[part.name].sha256) if part.name in seen else True
        for part in listed
    ):
        raise BackupError(f"{_DAMAGED}\u00a0: le manifeste ne dit pas ce qu’elle contient.")
    return manifest


def digest(content: IO[bytes]) -> str:
    total = hashlib.sha256()
    while data := content.read(PIECE):
        total.update(data)
    return total.hexdigest()


def _bounded(content: IO[bytes], size: int) -> bytes:
    if size > LONGEST_MANIFEST:
        raise BackupError(f"{_DAMAGED}\u00a0: son manifeste est démesuré.")
    return content.read(size)


def _json(content: IO[bytes], size: int) -> dict[str, Any]:
    try:
        read = json.loads(_bounded(content, size))
    except ValueError as error:
        raise BackupError(_DAMAGED + ".") from error
    return read if isinstance(read, dict) else {}


def _check_format(head: dict[str, Any]) -> None:
    number = head.get("format")
    if not isinstance(number, int) or number < 1:
        raise BackupError("Ce fichier n’est pas une sauvegarde du portail.")
    if number > FORMAT:
        raise BackupError(
            f"Cette archive est au format {number}\u00a0; ce portail connaît le format {FORMAT}. "
            "Mettez-le à jour d’abord."
        )


def _manifest(data: bytes) -> Manifest:
    try:
        read = json.loads(data)
        read["base"] = [Part(**part) for part in read["base"]]
        read["files"] = [Part(**part) for part in read["files"]]
        manifest = Manifest(**read)
        _check_types(manifest)
    except (ValueError, TypeError, KeyError) as error:
        raise BackupError(f"{_DAMAGED}\u00a0: son manifeste ne se lit pas.") from error
    _check_format(asdict(manifest))
    _check_paths([part.path for part in manifest.files])
    return manifest


def _check_types(manifest: Manifest) -> None:
    """Raises ValueError: these words end in SQL and on the screen."""
    words = [manifest.portal, manifest.written_at, manifest.database, *manifest.migrations]
    names = [*manifest.tables, *manifest.left_out]
    numbers = [manifest.server, *manifest.tables.values(), *(part.size for part in [*manifest.base, *manifest.files])]
    base, files = [part.name for part in manifest.base], [part.name for part in manifest.files]
    fine = (
        all(isinstance(word, str) and word.isprintable() for word in words)
        and all(_TABLE.fullmatch(name) for name in names)
        and all(isinstance(number, int) and number >= 0 for number in numbers)
        and base == [f"{BASE}/{number:06}" for number in range(len(base))]
        and files == [f"{FILES}/{number:06}" for number in range(len(files))]
    )
    if not fine:
        raise ValueError("manifest")


def _check_paths(paths: list[str]) -> None:
    """Each is a plain relative path, once; none is the folder of another."""
    known: set[PurePosixPath] = set()
    for text in paths:
        path = PurePosixPath(text)
        odd = not text or path.is_absolute() or ".." in path.parts or "\x00" in text or path.as_posix() != text
        too_long = any(len(os.fsencode(part)) > 255 for part in path.parts)
        if odd or too_long or path in known or text == "." or path.parts[0].startswith(STAGING):
            raise BackupError("L’archive nomme un fichier hors de son dossier\u00a0: rien n’est restauré.")
        known.add(path)
    if any(parent in known for path in known for parent in path.parents):
        raise BackupError("L’archive nomme un fichier et un dossier du même nom\u00a0: rien n’est restauré.")
