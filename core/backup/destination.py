"""Where an archive is written: a file of this user alone, which bears its name only once whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from core.backup import BackupError
from core.backup.sealed import Sealer, Writable


@contextmanager
def new_file(path: Path, *, replace: bool) -> Iterator[IO[bytes]]:
    """Write in `path`.part, mode 600, then rename; on any error nothing is left and a former `path` is untouched.

    Raises `BackupError` when `path` exists without `replace`, or when the folder refuses.
    """
    _refuse_existing(path, replace=replace)
    part = path.with_name(f"{path.name}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError as error:
        raise BackupError(
            f"{part} existe\u00a0: une sauvegarde est en cours, ou s’est interrompue\u00a0; dans ce cas, supprimez-le."
        ) from error
    except OSError as error:
        raise BackupError(f"{part} ne peut pas être écrit\u00a0: {error.strerror}.") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(descriptor)
        _refuse_existing(path, replace=replace)
        part.rename(path)
        _keep(path.parent)
    except OSError as error:
        raise BackupError(f"{part} ne peut pas être écrit\u00a0: {error.strerror or error}.") from error
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def sealed(file: Writable, words: bytes | None) -> Iterator[Writable]:
    """`file` itself without a passphrase; otherwise what is written goes to it sealed."""
    if words is None:
        yield file
        return
    sealer = Sealer(file, words)
    yield sealer
    sealer.close()


def _refuse_existing(path: Path, *, replace: bool) -> None:
    if path.is_dir():
        raise BackupError(f"{path} est un dossier\u00a0: donnez le nom d’un fichier.")
    if path.exists() and not replace:
        raise BackupError(f"{path} existe déjà\u00a0: choisissez un autre nom, ou ajoutez --replace.")


def _keep(folder: Path) -> None:
    """The new name is on the disk, not only in its memory."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
