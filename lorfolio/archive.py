"""A ZIP written as it is read, never on the disk: one member in memory at a time, and a manifest that vouches for all.

    members = [Member("documents/diplome.pdf", lambda: data), …]    # `read` is called when its turn comes
    StreamingHttpResponse(streamed(members, at=now, about={"origine": "…"}), content_type="application/zip")

The last member is `manifest.json`: `{…about, "written_at", "files": [{"path", "size", "sha256"}], "unreadable": […]}`.
A member that cannot be read does not take the others with it: the manifest names it, and who it was is not in a log.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from django.utils import timezone

from core.encryption import Undecipherable

MANIFEST = "manifest.json"
_PIECE = 1 << 18  # bytes given to the compressor at once, so that what comes out leaves at once
_PACKED = frozenset({".pdf", ".jpg", ".png", ".webp", ".heic", ".mp4", ".webm", ".mp3", ".ogg", ".docx", ".odt"})


@dataclass(frozen=True)
class Member:
    """One file to come: `path` inside the archive (« documents/a.pdf »); `read` gives its bytes, whole or in pieces."""

    path: str
    read: Callable[[], bytes | Iterable[bytes]]


@dataclass
class _Written:
    files: list[dict[str, Any]] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


def streamed(
    members: Iterable[Member], *, at: dt.datetime, about: Mapping[str, Any] | None = None, manifest: str = MANIFEST
) -> Iterator[bytes]:
    """The pieces of a ZIP that holds `members` in their order, then the manifest.

    Paths are made safe and distinct (`placed`). `OSError` and `Undecipherable` of a member are told by the manifest.
    """
    pipe, written, names = _Pipe(), _Written(), Names()
    names.take(manifest)
    archive = zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED)  # type: ignore[call-overload]
    for member in members:
        yield from _one(archive, pipe, Member(names.take(member.path), member.read), at, written)
    told = {
        **(about or {}), "written_at": at.isoformat(), "files": written.files, "unreadable": written.unreadable
    }  # fmt: skip
    text = json.dumps(told, ensure_ascii=False, indent=1).encode()
    yield from _one(archive, pipe, Member(manifest, lambda: text), at, _Written())
    archive.close()
    yield pipe.drained()


class Names:
    """Paths that are given once each, whatever the case of their letters (a disk may not tell « A » from « a »)."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, path: str) -> str:
        """`path` itself, or « name (2).pdf »; never absolute, never upwards."""
        clean = placed(path)
        stem, suffix = PurePosixPath(clean).with_suffix(""), PurePosixPath(clean).suffix
        found, number = clean, 1
        while found.casefold() in self._taken:
            number += 1
            found = f"{stem} ({number}){suffix}"
        self._taken.add(found.casefold())
        return found


def placed(path: str) -> str:
    """`path` with only plain parts: no root, no « .. », no mark that turns the reading, nothing a disk refuses."""
    parts = []
    for raw in path.replace("\\", "/").split("/"):
        part = "".join(c for c in raw if c.isprintable() and c not in '<>:"|?*').strip(" .")
        if part:
            parts.append(part[:150])
    return "/".join(parts) or "document"


def _one(archive: zipfile.ZipFile, pipe: _Pipe, member: Member, at: dt.datetime, written: _Written) -> Iterator[bytes]:
    try:
        content = member.read()
    except (OSError, Undecipherable):
        written.unreadable.append(member.path)
        return
    info = zipfile.ZipInfo(member.path, timezone.localtime(at).timetuple()[:6])
    info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
    info._compresslevel = 1 if PurePosixPath(member.path).suffix.lower() in _PACKED else 6  # type: ignore[attr-defined]
    digest, size = hashlib.sha256(), 0
    with archive.open(info, "w") as file:
        for piece in _pieces(content):
            digest.update(piece)
            size += len(piece)
            file.write(piece)
            if ready := pipe.drained():
                yield ready
    written.files.append({"path": member.path, "size": size, "sha256": digest.hexdigest()})
    if ready := pipe.drained():
        yield ready


def _pieces(content: bytes | Iterable[bytes]) -> Iterator[bytes]:
    for whole in (content,) if isinstance(content, bytes) else content:
        for start in range(0, len(whole), _PIECE):
            yield whole[start : start + _PIECE]


class _Pipe:
    """A file that only goes forward; `zipfile` then writes sizes and sums after each member."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        self._held += data
        return len(data)

    def flush(self) -> None:
        return None

    def drained(self) -> bytes:
        data, self._held = bytes(self._held), bytearray()
        return data
