"""A file or a pasted list, whatever its format, as a JSON Resume and then as rows of a portfolio."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any

from lorfolio.interchange import bounded, europass_new, europass_old, json_reading, pasted
from lorfolio.interchange.incoming import Incoming

OURS = "resume.json"  # inside what a person took out
FORMATS = {
    "json": "JSON Resume",
    "old": "Europass (ancien)",
    "new": "Europass",
    "paste": "liste collée",
    "zip": "Lorfolio",
}

NOT_READ = (
    "Ce fichier n’est ni un CV Europass (XML), ni un JSON Resume. Un CV en PDF ou en Word ne se lit pas sans erreur"
    "\u00a0: copiez-en le texte et collez-le, une chose par ligne."
)


@dataclass(frozen=True)
class Read:
    """`document` is a JSON Resume, which the preview carries and the application reads again."""

    format: str
    document: dict[str, Any]
    incoming: Incoming

    @property
    def carried(self) -> str:
        return json.dumps(self.document, ensure_ascii=False, separators=(",", ":"))


def of_file(data: bytes) -> Read:
    """Of a file judged by its bytes. Raises `ValidationError` (French, on `file`)."""
    if not data.strip():
        bounded.refuse("Ce fichier est vide.")
    if data.startswith(b"PK\x03\x04"):
        return _json(_inside(data), "zip")
    start = data[:400].replace(b"\0", b"").lstrip(b"\xff\xfe\xef\xbb\xbf \t\r\n")[:1]  # whatever the encoding
    if not start or start not in b"<{[":
        bounded.refuse(NOT_READ)
    return _europass(data) if start == b"<" else _json(data, "json")


def of_paste(text: str, what: str) -> Read:
    """Of a pasted list. Raises `ValidationError`."""
    return _made("paste", *pasted.read(text, what))


def of_carried(text: str) -> Read:
    """Of what a preview carried: read as any file is. Raises `ValidationError`."""
    return _json(text.encode("utf-8", "replace"), "json")


def _json(data: bytes, name: str) -> Read:
    document = bounded.json_of(data)
    return Read(name, document, json_reading.read(document))


def _europass(data: bytes) -> Read:
    root = bounded.xml_of(data)
    if not europass_new.is_new(root) and not europass_old.is_old(root):
        bounded.refuse("Ce XML n’est pas un CV Europass que nous connaissons.")
    if europass_new.is_new(root):
        return _made("new", *europass_new.read(root))
    return _made("old", *europass_old.read(root))


def _made(name: str, document: dict[str, Any], unknown: list[str], remarks: list[str]) -> Read:
    incoming = json_reading.read(document or {"work": []})
    incoming.unknown[:0] = unknown
    incoming.remarks[:0] = remarks
    return Read(name, document or {"work": []}, incoming)


def _inside(data: bytes) -> bytes:
    """Our own `resume.json` in an archive that we made: one member, bounded, nothing else is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(OURS) as member:
            found = member.read(bounded.JSON_BYTES + 1)
    except (KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, zlib.error):
        bounded.refuse("Cette archive n’est pas celle d’un Lorfolio\u00a0: elle n’a pas de « resume.json » lisible.")
    return found
