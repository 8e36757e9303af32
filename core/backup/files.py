"""Files brought back: written aside inside their folder, put in place by renaming, put back if the rest fails.

Inside, not beside: the folder may be a mounted volume, which cannot be renamed and whose parent is another disk.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from pathlib import Path
from typing import IO

from core.backup import BackupError
from core.backup.archive import PIECE, STAGING, Part

CHANGED = "L’archive a changé pendant la restauration. Rien n’a été remplacé."
_ROOM_LEFT = 64 << 20  # bytes


class Staged:
    """The files of an archive on their way into `media`."""

    def __init__(self, media: Path) -> None:
        """Raises `BackupError` when an earlier restore was cut off there: what it moved may be the only copy."""
        media.mkdir(mode=0o700, parents=True, exist_ok=True)
        if left := sorted(path.name for path in media.glob(f"{STAGING}*")):
            raise BackupError(
                f"Une restauration s’est interrompue\u00a0: voyez {media / left[0]} "
                "(«\u00a0ancien\u00a0»\u00a0: les fichiers d’avant), "
                "remettez-les en place s’il le faut, puis supprimez ce dossier."
            )
        self._media, self._aside = media, media / f"{STAGING}{secrets.token_hex(4)}"
        self._new, self._old = self._aside / "neuf", self._aside / "ancien"
        for folder in (self._aside, self._new, self._old):
            folder.mkdir(mode=0o700)
            self._own(folder)
        self._moved: list[tuple[Path, Path]] = []

    def write(self, part: Part, content: IO[bytes]) -> None:
        path = self._new / part.path
        for folder in reversed(path.relative_to(self._new).parents):
            if not (self._new / folder).exists():
                (self._new / folder).mkdir(mode=0o700)
                self._own(self._new / folder)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") as file:
            total = hashlib.sha256()
            while data := content.read(PIECE):
                total.update(data)
                file.write(data)
            if total.hexdigest() != part.sha256:
                raise BackupError(CHANGED)
            file.flush()
            os.fsync(file.fileno())
        self._own(path)

    def put_in_place(self) -> None:
        try:
            for path in sorted(self._media.iterdir()):
                if path != self._aside:
                    self._move(path, self._old / path.name)
            for path in sorted(self._new.iterdir()):
                self._move(path, self._media / path.name)
        except OSError as error:
            self.put_back()
            raise BackupError(f"Les fichiers ne se déplacent pas\u00a0: {error.strerror}. Rien n’a changé.") from error

    def put_back(self) -> None:
        while self._moved:
            source, goal = self._moved.pop()
            goal.rename(source)

    def forget(self) -> None:
        """Remove what is aside: the former files after a success, the new ones after a failure."""
        shutil.rmtree(self._aside, ignore_errors=True)

    def _move(self, source: Path, goal: Path) -> None:
        source.rename(goal)
        self._moved.append((source, goal))

    def _own(self, path: Path) -> None:
        """Root restores for the user who runs the web."""
        if os.geteuid() == 0:
            folder = self._media.stat()
            os.chown(path, folder.st_uid, folder.st_gid)


def check_room(media: Path, parts: list[Part]) -> None:
    """Raises `BackupError` when the disk of `media` cannot hold the files twice, which a safe exchange asks."""
    there = next(folder for folder in (media, *media.parents) if folder.exists())
    needed = sum(part.size for part in parts) + _ROOM_LEFT
    if shutil.disk_usage(there).free < needed:
        raise BackupError(f"Il faut {needed >> 20} Mio libres à côté des fichiers actuels\u00a0: {media}")


def holds_files(media: Path) -> bool:
    return media.is_dir() and any(not path.name.startswith(STAGING) for path in media.iterdir())
