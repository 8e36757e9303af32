"""The whole dossier in one ZIP, sent as it is made: its PDF, its files, its letters, the list of their SHA-256."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models.fields.files import FieldFile

from core.imports import safe_name
from recognition.clock import PARIS
from recognition.documents.dossier import dossier_pdf
from recognition.letters.papers import dashed, name_in_archive
from recognition.models import Attachment, Candidature, Letter, Snapshot

CHUNK = 256 * 1024
# What each piece is, in the name of its file; they come in this order.
_CALLED = {
    Attachment.Kind.NOTE: "note-de-presentation", Attachment.Kind.ACTIVITY: "rapport-d-activite",
    Attachment.Kind.ACCOUNTS: "comptes", Attachment.Kind.EVIDENCE: "a-l-appui", Attachment.Kind.EXTRA: "autre-piece",
}  # fmt: skip
Date = tuple[int, int, int, int, int, int]


@dataclass(frozen=True)
class _Entry:
    """A file of the archive: its name in it, where it is kept, its SHA-256, its date."""

    name: str
    file: FieldFile
    sha256: str
    date: Date


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
    house = dashed(candidature.organisation.display_name)
    return f"dossier-{candidature.campaign.year}-{house or 'organisme'}.zip"


def _pieces(candidature: Candidature, entries: list[_Entry]) -> Iterator[bytes]:
    sink = _Sink()
    kept = _in_hand(candidature)
    listed = "".join(f"{entry.sha256}  {entry.name}\n" for entry in entries)
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        date = _date(kept.taken_at if kept else candidature.created_at)
        archive.writestr(zipfile.ZipInfo("dossier.pdf", date), dossier_pdf(candidature, kept))
        archive.writestr(zipfile.ZipInfo("empreintes-sha256.txt", date), listed)
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
    given = Attachment.objects.filter(candidature=candidature).order_by("replaced_at", "pk")
    if kept := _in_hand(candidature):  # what its team adds while it completes the dossier is not sent yet
        given = given.filter(added_at__lte=kept.taken_at)
    rank = {kind: place for place, kind in enumerate(_CALLED)}
    standing_first = sorted(given, key=lambda file: (file.replaced_at is not None, rank[Attachment.Kind(file.kind)]))
    for number, file in enumerate(standing_first, 1):
        folder = "pieces" if file.replaced_at is None else "pieces-remplacees"
        name = f"{folder}/{number:02d}-{_CALLED[Attachment.Kind(file.kind)]}-{safe_name(file.name)}"
        yield _Entry(name, file.file, file.sha256, _date(file.added_at))


def _letters(candidature: Candidature) -> Iterable[_Entry]:
    for letter in Letter.objects.filter(candidature=candidature).exclude(sha256="").order_by("written_at", "pk"):
        yield _Entry(f"lettres/{name_in_archive(letter)}", letter.file, letter.sha256, _date(letter.written_at))


def _date(at: dt.datetime) -> Date:
    """`at` as a ZIP says it: in Paris, without a zone."""
    local = at.astimezone(PARIS)
    return (local.year, local.month, local.day, local.hour, local.minute, local.second)
