"""Files shown to a ClamAV daemon before they are kept, when the installation has one (CLAMD_SOCKET or CLAMD_HOST).

We speak its INSTREAM protocol: nothing is written anywhere for it to read. A scanner that is set and does not answer
refuses the file: an installation that asked for scanning never keeps what was not scanned.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable

from django.conf import settings
from django.core.exceptions import ValidationError

INFECTED = "L’antivirus refuse ce fichier. Vérifiez l’appareil qui l’a produit, puis donnez-en un autre."
SILENT = "L’antivirus ne répond pas\u00a0: le fichier n’a pas été gardé. Réessayez dans quelques minutes."
_PIECE = 65_536  # bytes
_ANSWER = 4_096  # bytes


def enabled() -> bool:
    return bool(settings.CLAMD_SOCKET or settings.CLAMD_HOST)


def scan(pieces: Iterable[bytes]) -> bool:
    """True when the scanner found nothing in these bytes, False when there is no scanner.

    Raises `ValidationError` (French) for an infected file (code « infected ») and for a scanner that does not answer
    or does not answer clearly (code « unscanned »).
    """
    if not enabled():
        return False
    try:
        answer = _ask(pieces)
    except OSError as error:
        raise ValidationError(SILENT, code="unscanned") from error
    if answer.endswith("FOUND"):
        raise ValidationError(INFECTED, code="infected")
    if answer != "stream: OK":
        raise ValidationError(SILENT, code="unscanned")
    return True


def _ask(pieces: Iterable[bytes]) -> str:
    with _connected() as wire:
        wire.sendall(b"zINSTREAM\0")
        for piece in pieces:
            for start in range(0, len(piece), _PIECE):
                part = piece[start : start + _PIECE]
                wire.sendall(struct.pack(">I", len(part)) + part)
        wire.sendall(struct.pack(">I", 0))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < _ANSWER:
            if not (more := wire.recv(_ANSWER)):
                break
            answer += more
    return answer.rstrip(b"\0").decode("utf-8", "replace").strip()


def _connected() -> socket.socket:
    if settings.CLAMD_SOCKET:
        wire = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        wire.settimeout(settings.CLAMD_TIMEOUT)
        wire.connect(settings.CLAMD_SOCKET)
        return wire
    return socket.create_connection((settings.CLAMD_HOST, settings.CLAMD_PORT), timeout=settings.CLAMD_TIMEOUT)
