"""What a file of a dossier is, by its bytes and not by its name; what is refused because it could do harm (R3)."""

from __future__ import annotations

from io import BytesIO

import pikepdf
from django.core.exceptions import ValidationError
from PIL import Image

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
MAX_BYTES = 20_000_000
MAX_OBJECTS = 200_000  # of a PDF: a report of a thousand pages has a tenth of it
MAX_PIXELS = 60_000_000  # a page scanned in colour at 600 dots per inch has 35
_SIGNS = {b"%PDF-": PDF, b"\xff\xd8\xff": JPEG, b"\x89PNG\r\n\x1a\n": PNG}
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
# Actions that run something or fetch something when the page is opened.
_ACTIONS = frozenset({"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/Rendition"})

NOT_OURS = "Ce fichier n’est ni un PDF, ni une image JPEG ou PNG. Enregistrez-le en PDF, puis donnez-le de nouveau."
PROGRAM = "Ce fichier est un programme, quel que soit son nom. Donnez un PDF, ou une image JPEG ou PNG."
TOO_LARGE = f"Ce fichier est trop lourd\u00a0: {MAX_BYTES // 1_000_000}\u00a0Mo au plus."
TOO_WIDE = f"Cette image est trop grande\u00a0: {MAX_PIXELS // 1_000_000} millions de pixels au plus."
EMPTY = "Ce fichier est vide."
LOCKED = "Ce PDF est protégé par un mot de passe\u00a0: enregistrez-le sans protection, puis donnez-le de nouveau."
DAMAGED = "Ce fichier est abîmé\u00a0: ouvrez-le, enregistrez-le de nouveau, puis donnez la copie."
ACTIVE = (
    "Ce PDF contient un programme ou d’autres fichiers. Imprimez-le en PDF pour n’en garder que les pages, puis donnez"
    " la copie."
)


def kind_of(data: bytes) -> str:
    """The media type of `data`, which a person may read and which runs nothing.

    Raises `ValidationError` (French) for another type, a program, a locked or damaged PDF, one that carries programs
    or files, an image too large to be opened.
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
    if mime == PDF:
        _check_pdf(data)
    else:
        _check_image(data, "JPEG" if mime == JPEG else "PNG")
    return mime


def _check_pdf(data: bytes) -> None:
    _refuse_tail(data)
    try:
        with pikepdf.open(BytesIO(data)) as pdf:
            if pdf.is_encrypted:
                raise ValidationError(LOCKED, code="locked")
            if len(pdf.objects) > MAX_OBJECTS or not len(pdf.pages):
                raise ValidationError(DAMAGED, code="damaged")
            if any(_acts(found) for found in pdf.objects):
                raise ValidationError(ACTIVE, code="active")
    except pikepdf.PasswordError as error:
        raise ValidationError(LOCKED, code="locked") from error
    except (pikepdf.PdfError, pikepdf.DataDecodingError, RuntimeError, ValueError, OSError, RecursionError) as error:
        raise ValidationError(DAMAGED, code="damaged") from error


def _refuse_tail(data: bytes) -> None:
    """Another file hidden after the end of the PDF (an archive, a program) is no part of it."""
    _, mark, tail = data.rpartition(b"%%EOF")
    if not mark:
        raise ValidationError(DAMAGED, code="damaged")
    if tail.strip(b"\0\r\n\t \x1a"):
        raise ValidationError(ACTIVE, code="active")


def _acts(found: pikepdf.Object) -> bool:
    """Whether an object of a PDF, or one written inside it, runs something or carries a file."""
    if isinstance(found, pikepdf.Array):
        return any(_acts(item) for item in found if not _apart(item))
    if not isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
        return False
    if str(found.get("/S", "")) in _ACTIONS or str(found.get("/Type", "")) == "/EmbeddedFile":
        return True
    if any(name in found for name in ("/JS", "/EmbeddedFiles", "/RichMediaContent")):
        return True
    return any(_acts(value) for _, value in found.items() if not _apart(value))


def _apart(value: object) -> bool:
    """Whether `value` is an object of its own, which is looked at in its turn, or a plain number, name or text."""
    return not isinstance(value, pikepdf.Array | pikepdf.Dictionary) or value.is_indirect


def _check_image(data: bytes, form: str) -> None:
    try:
        with Image.open(BytesIO(data), formats=(form,)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise ValidationError(TOO_WIDE, code="large")
            image.verify()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValidationError(TOO_WIDE, code="large") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise ValidationError(DAMAGED, code="damaged") from error
