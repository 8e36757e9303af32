"""What a file of a dossier is, by its bytes and not by its name; what is refused because it could do harm (R3)."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from django.core.exceptions import ValidationError

from recognition import inspection

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
MAX_BYTES = 20_000_000
WAIT = 20  # seconds, on a machine that has much to do; gunicorn gives a page up after thirty
_SIGNS = {b"%PDF-": PDF, b"\xff\xd8\xff": JPEG, b"\x89PNG\r\n\x1a\n": PNG}
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
_KNOWN_AT_MOST = 500

NOT_OURS = "Ce fichier n’est ni un PDF, ni une image JPEG ou PNG. Enregistrez-le en PDF, puis donnez-le de nouveau."
PROGRAM = "Ce fichier est un programme, quel que soit son nom. Donnez un PDF, ou une image JPEG ou PNG."
TOO_LARGE = f"Ce fichier est trop lourd\u00a0: {MAX_BYTES // 1_000_000}\u00a0Mo au plus."
TOO_WIDE = f"Cette image est trop grande\u00a0: {inspection.MAX_PIXELS // 1_000_000} millions de pixels au plus."
EMPTY = "Ce fichier est vide."
LOCKED = "Ce PDF est protégé par un mot de passe\u00a0: enregistrez-le sans protection, puis donnez-le de nouveau."
DAMAGED = "Ce fichier est abîmé\u00a0: ouvrez-le, enregistrez-le de nouveau, puis donnez la copie."
HEAVY = (
    "Ce fichier est abîmé, ou trop compliqué pour être vérifié\u00a0: imprimez-le en PDF pour n’en garder que les"
    " pages, puis donnez la copie."
)
ACTIVE = (
    "Ce PDF contient un programme ou d’autres fichiers. Imprimez-le en PDF pour n’en garder que les pages, puis donnez"
    " la copie."
)
_REFUSALS = {"locked": LOCKED, "damaged": DAMAGED, "heavy": HEAVY, "active": ACTIVE, "large": TOO_WIDE}


class Examined(NamedTuple):
    """A file that a person may read and that runs nothing: its media type, its bytes without what hid after them."""

    mime: str
    data: bytes


# Files accepted lately, by digest: how long each is. A file given twice is opened once.
_known: dict[str, int] = {}


def examine(data: bytes) -> Examined:
    """What `data` is, and what is kept of it: what follows the end of an image is not (a film, another file).

    Raises `ValidationError` (French) for another type, a program, a locked or damaged PDF, one that carries programs
    or files, an image too large to be opened, a file whose opening takes too much memory or time (code « heavy »).
    """
    if not data:
        raise ValidationError(EMPTY, code="empty")
    if len(data) > MAX_BYTES:
        raise ValidationError(TOO_LARGE, code="large")
    if data.startswith(_PROGRAMS):
        raise ValidationError(PROGRAM, code="program")
    mime = next((kind for sign, kind in _SIGNS.items() if data.startswith(sign)), "")
    if not mime:
        raise ValidationError(NOT_OURS, code="kind")
    return Examined(mime, data[: _length(mime, data)])


def _length(mime: str, data: bytes) -> int:
    digest = hashlib.sha256(data).hexdigest()
    if digest not in _known:
        verdict, _, length = _inspected(mime, data).partition(" ")
        if verdict != "ok":
            raise ValidationError(_REFUSALS[verdict], code=verdict)
        if len(_known) >= _KNOWN_AT_MOST:
            _known.clear()
        _known[digest] = int(length)
    return _known[digest]


def _inspected(mime: str, data: bytes) -> str:
    """The verdict of `recognition.inspection`, in a process that may die of it; « heavy » when it did."""
    command = [sys.executable, "-I", str(Path(inspection.__file__)), mime]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=WAIT, env={}, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        return "heavy"
    verdict = done.stdout.decode("ascii", "replace").strip()
    return verdict if done.returncode == 0 and verdict.partition(" ")[0] in {"ok", *_REFUSALS} else "heavy"
