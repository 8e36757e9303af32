"""A region pack in a zip: only the files that a pack is made of come out, and never more than a pack can weigh."""

from __future__ import annotations

import lzma
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from core.packs.report import LoadError, Report
from territories.importers.pack_files import COLUMNS, CONTOURS
from territories.importers.region_pack import load_region_pack

MAX_ENTRIES = 500
MAX_BYTES = 200_000_000  # of everything once out
BLOCK = 1 << 16
# What the library says of an archive that it cannot read, by any of its ways of compressing.
_DAMAGED = (
    zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, RuntimeError, OSError,
    zlib.error, lzma.LZMAError,
)  # fmt: skip
FILES = {"pack.toml", *(f"{name}.csv" for name in COLUMNS), *(f"contours/{name}.geojson" for name in CONTOURS)}


def load_zipped_pack(path: Path, report: Report) -> Report:
    """`load_region_pack` on what `path` holds. Raises `LoadError`, for an archive that is wrong or unsafe too."""
    folder = path.parent / "pack"
    folder.mkdir()
    report.remarks += unpack(path, folder)
    return load_region_pack(folder, report=report)


def unpack(path: Path, folder: Path) -> list[str]:
    """Write the files of a pack under `folder`; the pack may be at the root of the archive or in one folder of it.

    Answers remarks on what was left inside. Raises `LoadError`: not a zip, names that climb out, links, secrets,
    doubles, too many files, or too much once out (counted while reading: what the archive declares is not believed).
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = _entries(archive)
            room = MAX_BYTES
            for name, entry in entries.items():
                room = _write(archive, entry, folder / name, room)
            return _left(archive, entries)
    except _DAMAGED as error:
        raise LoadError(
            [f"{path.name}\u00a0: ce n’est pas une archive zip lisible ({type(error).__name__})."]
        ) from error


def _entries(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The entries that are files of a pack, by their name in it."""
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > MAX_ENTRIES:
        raise LoadError([f"L’archive contient plus de {MAX_ENTRIES} fichiers."])
    for info in infos:
        _check(info)
    root = _root(infos)
    found: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        path = PurePosixPath(info.filename)
        name = str(path.relative_to(root)) if path.is_relative_to(root) else ""
        if name in found:
            raise LoadError([f"L’archive contient deux fois {name}."])
        if name in FILES:
            found[name] = info
    return found


def _check(info: zipfile.ZipInfo) -> None:
    name = info.filename
    unsafe = name.startswith("/") or "\\" in name or ":" in name or ".." in PurePosixPath(name).parts
    if unsafe:
        raise LoadError(["L’archive contient un nom de fichier qui sort de son dossier."])
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in {0, stat.S_IFREG}:
        raise LoadError(["L’archive contient un lien ou un fichier spécial."])
    if info.flag_bits & 0x1:
        raise LoadError(["L’archive est protégée par un mot de passe."])


def _root(infos: list[zipfile.ZipInfo]) -> PurePosixPath:
    """The folder of the shallowest `pack.toml`."""
    paths = [PurePosixPath(info.filename) for info in infos]
    roots = sorted((path.parent for path in paths if path.name == "pack.toml"), key=lambda root: len(root.parts))
    if not roots:
        raise LoadError(["L’archive ne contient pas de pack.toml\u00a0: ce n’est pas un pack régional."])
    return roots[0]


def _write(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, room: int) -> int:
    """Copy one entry; answers how many bytes may still come."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(entry) as source, target.open("wb") as copy:
        while block := source.read(BLOCK):
            room -= len(block)
            if room < 0:
                raise LoadError([f"L’archive dépasse {MAX_BYTES // 1_000_000}\u00a0Mo une fois ouverte."])
            copy.write(block)
    return room


def _left(archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo]) -> list[str]:
    taken = {entry.filename for entry in entries.values()}
    left = [info.filename for info in archive.infolist() if not info.is_dir() and info.filename not in taken]
    shown = ", ".join(left[:5]) + ("…" if len(left) > 5 else "")
    return [f"fichiers de l’archive laissés de côté\u00a0: {shown}"] if left else []
