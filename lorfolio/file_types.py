"""What a safe keeps, judged by the bytes and never by the name; nothing is unpacked, nothing is shown in place."""

from __future__ import annotations

from pathlib import PurePosixPath

from django.core.exceptions import ValidationError

_SIGNS: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"%PDF-", "application/pdf", "pdf"),
    (0, b"\xff\xd8\xff", "image/jpeg", "jpg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (8, b"WEBP", "image/webp", "webp"),
    (4, b"ftypheic", "image/heic", "heic"),
    (4, b"ftypmif1", "image/heic", "heic"),
    (4, b"ftyp", "video/mp4", "mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm", "webm"),
    (0, b"ID3", "audio/mpeg", "mp3"),
    (0, b"OggS", "audio/ogg", "ogg"),
)
_OPEN_DOCUMENTS = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
}
_OFFICE = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_TEXTS = {"txt": "text/plain", "csv": "text/csv", "json": "application/json", "md": "text/plain"}
NOT_KEPT = (
    "Ce type de fichier n’est pas accepté. Le coffre garde les PDF, les images (JPEG, PNG, WebP, HEIC), les sons et"
    " vidéos (MP3, OGG, MP4, WebM), les documents de bureau (ODT, ODS, ODP, DOCX, XLSX, PPTX) et les textes simples."
)


def judged(data: bytes, name: str) -> tuple[str, str]:
    """The media type and the extension of `data`. Raises `ValidationError` (French, on `file`)."""
    if not data:
        raise ValidationError({"file": "Ce fichier est vide."})
    for at, sign, media_type, extension in _SIGNS:
        if data[at : at + len(sign)] == sign:
            return media_type, extension
    ending = PurePosixPath(name.lower()).suffix.lstrip(".")
    if data.startswith(b"PK\x03\x04"):
        for mark, extension in _OPEN_DOCUMENTS.items():
            if data[30:200].startswith(b"mimetype" + mark):
                return mark.decode(), extension
        if ending in _OFFICE and b"[Content_Types].xml" in data[:4096] + data[-65_536:]:
            return _OFFICE[ending], ending
    elif ending in _TEXTS and _is_text(data):
        return _TEXTS[ending], ending
    raise ValidationError({"file": NOT_KEPT})


def clean_name(name: str, extension: str = "") -> str:
    """The last part of what the browser says, printable, with the extension of what the file really is."""
    bare = PurePosixPath(name.replace("\\", "/")).name
    bare = "".join(letter for letter in bare if letter.isprintable() and letter not in '<>:"/\\|?*').strip(" .")
    stem, dot, ending = bare.rpartition(".")
    if not extension:
        return bare[:130] or "document"
    if not dot or len(ending) > 5:
        stem = bare
    return f"{(stem or 'document')[:120]}.{extension}"


def _is_text(data: bytes) -> bool:
    if b"\0" in data:
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
