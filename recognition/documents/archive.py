"""The whole dossier in one ZIP, sent as it is made: its PDF, its files, its letters, the list of their SHA-256."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models.fields.files import FieldFile

from core.imports import safe_name
from core.text import fold
from recognition.clock import PARIS
from recognition.documents.dossier import dossier_pdf
from recognition.models import Attachment, Candidature, Letter, Snapshot

CHUNK = 256 * 1024
_BEGINNING = (2027, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class _Entry:
    """A file of the archive: its name in it, where it is kept, its SHA-256, its date."""

    name: str
    file: FieldFile
    sha256: str
    date: tuple[int, int, int, int, int, int]


class _Sink(io.RawIOBase):
    """What the ZIP is written to: holds what was not taken yet."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self._held += data  # type: ignore[arg-type, operator]
        return len(data)  # type: ignore[arg-type]

    def take(self) -> bytes:
        taken = bytes(self._held)
        self._held.clear()
        return taken


def dossier_zip(candidature: Candidature) -> Iterator[bytes]:
    """The pieces of the archive, in order; never the whole of it in memory.

    Raises `ValidationError` (French), before the first piece, when a file of the dossier is no longer on the disk.
    """
    entries = [*_attachments(candidature), *_letters(candidature)]
    lost = [entry.name for entry in entries if not entry.file.storage.exists(str(entry.file.name))]
    if lost:
        raise ValidationError(f"Des fichiers de ce dossier ne sont plus sur le disque\u00a0: {', '.join(lost)}.")
    return _pieces(candidature, entries)


def archive_name(candidature: Candidature) -> str:
    """« dossier-2027-maison-de-l-orientation.zip »."""
    house = fold(candidature.organisation.display_name).replace(" ", "-")[:60].strip("-")
    return f"dossier-{candidature.campaign.year}-{house or 'organisme'}.zip"


def _pieces(candidature: Candidature, entries: list[_Entry]) -> Iterator[bytes]:
    sink = _Sink()
    kept = _in_hand(candidature)
    listed = "".join(f"{entry.sha256}  {entry.name}\n" for entry in entries)
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("dossier.pdf", _BEGINNING), dossier_pdf(candidature, kept))
        archive.writestr(zipfile.ZipInfo("empreintes-sha256.txt", _BEGINNING), listed)
        yield sink.take()
        for entry in entries:
            yield from _copied(archive, sink, entry)
    yield sink.take()


def _in_hand(candidature: Candidature) -> Snapshot | None:
    """The dossier as the Region has it: as it was deposited or sent back last."""
    return candidature.snapshots.order_by("-taken_at", "-pk").first()


def _copied(archive: zipfile.ZipFile, sink: _Sink, entry: _Entry) -> Iterator[bytes]:
    info = zipfile.ZipInfo(entry.name, entry.date)
    info.compress_type = zipfile.ZIP_STORED  # PDF and pictures are compressed already
    with entry.file.open("rb") as source, archive.open(info, "w") as target:
        while block := source.read(CHUNK):
            target.write(block)
            yield sink.take()
    yield sink.take()


def _attachments(candidature: Candidature) -> Iterable[_Entry]:
    given = Attachment.objects.filter(candidature=candidature).order_by("replaced_at", "kind", "pk")
    if kept := _in_hand(candidature):  # what its team adds while it completes the dossier is not sent yet
        given = given.filter(added_at__lte=kept.taken_at)
    for number, file in enumerate(given, 1):
        folder = "pieces" if file.replaced_at is None else "pieces-remplacees"
        date = file.added_at.astimezone(PARIS).timetuple()[:6]
        yield _Entry(f"{folder}/{number:02d}-{file.kind}-{safe_name(file.name)}", file.file, file.sha256, date)


def _letters(candidature: Candidature) -> Iterable[_Entry]:
    for letter in Letter.objects.filter(candidature=candidature).exclude(sha256="").order_by("written_at", "pk"):
        date = letter.written_at.astimezone(PARIS).timetuple()[:6]
        yield _Entry(f"lettres/{letter.number}-{letter.kind}.pdf", letter.file, letter.sha256, date)
