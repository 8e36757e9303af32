"""What a file of a dossier really holds: opened in a process of its own, which may take little memory and little time.

Run by `recognition.files` as `python -I inspection.py <media type>`, the bytes on the standard input. A file made to
fill the memory, or never to end, kills this process and nothing else: whoever runs it reads no verdict and refuses
the file. It knows nothing of Django, of the database, of any secret.

The verdict, on the standard output: « ok <length> » (how many bytes are the document; what follows an image is not of
it), or one of « locked », « active », « damaged », « large », « heavy ».
"""

from __future__ import annotations

import re
import resource
import sys
import zipfile
from io import BytesIO
from typing import Any

MEMORY = 768 * 1024 * 1024  # bytes of address space: an image of 60 million pixels opened has 240 million
SECONDS = 5  # of processor: a report of a thousand pages takes one
MAX_OBJECTS = 200_000  # of a PDF: a report of a thousand pages has a tenth of it
MAX_VALUES = 3_000_000  # written in those objects
MAX_PIXELS = 60_000_000  # a page scanned in colour at 600 dots per inch has 35

# Actions that run something, fetch something, or open another file.
_ACTIONS = frozenset(
    {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/Rendition", "/GoToR", "/GoToE", "/GoToDp"}
)
# Files carried inside, programs, forms that are programs, what runs when a page or a field is entered.
_NAMES = frozenset({"/JS", "/JavaScript", "/EF", "/AF", "/EmbeddedFiles", "/XFA", "/AA", "/RichMediaContent"})
_BLANK = b"\0\r\n\t \x1a"
# In the data of a JPEG: a mark that ends them; 00 is a plain byte, D0 to D7 only restart, FF fills.
_MARK = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


class Refusal(Exception):  # noqa: N818 - a verdict, not a fault
    """The verdict is its word."""


def inspect(kind: str, data: bytes) -> int:
    """How many bytes of `data` are the document. Raises `Refusal`, or whatever a damaged file makes a library raise."""
    if kind == "application/pdf":
        _pdf(data)
        return len(data)
    form = "JPEG" if kind == "image/jpeg" else "PNG"
    _image(data, form)
    return jpeg_end(data) if form == "JPEG" else png_end(data)


def main(kind: str) -> str:
    """The verdict on what comes by the standard input."""
    for what, limit in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_FSIZE, 0)):
        resource.setrlimit(what, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    data = sys.stdin.buffer.read()
    try:
        return f"ok {inspect(kind, data)}"
    except Refusal as refusal:
        return str(refusal)
    except MemoryError:
        return "heavy"
    except Exception:
        return "damaged"


# --- PDF


def _pdf(data: bytes) -> None:
    import pikepdf

    _refuse_tail(data)
    try:
        with pikepdf.open(BytesIO(data)) as pdf:
            if pdf.is_encrypted:
                raise Refusal("locked")
            if len(pdf.objects) > MAX_OBJECTS:
                raise Refusal("heavy")
            if not len(pdf.pages):
                raise Refusal("damaged")
            _refuse_opening(pdf.Root)
            _Walk().through(pdf)
            _refuse_unread(pdf)
    except pikepdf.PasswordError as error:
        raise Refusal("locked") from error


def _refuse_tail(data: bytes) -> None:
    """Another file after the end of the PDF, or an archive that ends with it, is no part of it."""
    _, mark, tail = data.rpartition(b"%%EOF")
    if not mark:
        raise Refusal("damaged")
    if tail.strip(_BLANK) or _is_archive(data):
        raise Refusal("active")


def _is_archive(data: bytes) -> bool:
    """Whether it opens as a ZIP as well, whatever it begins with."""
    try:
        return bool(zipfile.ZipFile(BytesIO(data)).infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False


def _refuse_opening(root: Any) -> None:
    """When it is opened, it shows one of its pages and does nothing else."""
    import pikepdf

    action = root.get("/OpenAction")
    if isinstance(action, pikepdf.Dictionary) and str(action.get("/S", "")) != "/GoTo":
        raise Refusal("active")


def _refuse_unread(pdf: Any) -> None:
    """What the library gave up reading it leaves out and only warns of: nobody looked at it."""
    said = " ".join(str(warning) for warning in pdf.get_warnings())
    if "bad_alloc" in said:
        raise Refusal("heavy")
    if "error decoding stream" in said or "unfilterable" in said:
        raise Refusal("damaged")


class _Walk:
    """Every value written in a PDF, seen once."""

    def __init__(self) -> None:
        import pikepdf

        self.seen = 0
        self.object = pikepdf.Object
        self.array = pikepdf.ObjectType.array
        self.holders = (pikepdf.ObjectType.dictionary, pikepdf.ObjectType.stream)
        self.stream = pikepdf.ObjectType.stream

    def through(self, pdf: Any) -> None:
        """Raises `Refusal` for what runs something or carries a file, and for more values than anybody writes."""
        for found in pdf.objects:
            waiting = [found]
            while waiting:
                waiting += self._inside(waiting.pop())

    def _inside(self, found: Any) -> list[Any]:
        """The values written in `found` that hold others; those of an object of its own are seen in their turn."""
        if type(found) is not self.object:
            return []
        kind = found._type_code
        if kind == self.array:
            self._count(len(found))
            values = list(found)
        elif kind in self.holders:
            pairs = dict(found.items())
            self._count(len(pairs))
            if self._acts(found, pairs):
                raise Refusal("active")
            values = list(pairs.values())
        else:
            return []
        return [value for value in values if type(value) is self.object and not value.is_indirect]

    def _count(self, more: int) -> None:
        self.seen += 1 + more
        if self.seen > MAX_VALUES:
            raise Refusal("heavy")

    def _acts(self, found: Any, pairs: dict[str, Any]) -> bool:
        if not _NAMES.isdisjoint(pairs):
            return True
        if "/S" in pairs and str(pairs["/S"]) in _ACTIONS:
            return True
        if found._type_code == self.stream and "/F" in pairs:  # its data are in another file
            return True
        return "/Type" in pairs and str(pairs["/Type"]) == "/EmbeddedFile"


# --- images


def _image(data: bytes, form: str) -> None:
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # ours is the limit, below
    with Image.open(BytesIO(data), formats=(form,)) as image:
        if image.width * image.height > MAX_PIXELS:
            raise Refusal("large")
        image.load()


def png_end(data: bytes) -> int:
    """How many bytes are the PNG: up to its IEND. Raises `Refusal` without one."""
    at = 8
    while at + 12 <= len(data):
        size, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        at += size + 12
        if name == b"IEND" and at <= len(data):
            return at
    raise Refusal("damaged")


def jpeg_end(data: bytes) -> int:
    """How many bytes are the JPEG: up to its EOI. Telephones write others after it (a film, a second image).

    Raises `Refusal` without one.
    """
    at = 2
    while at + 2 <= len(data):
        if data[at] != 0xFF:
            raise Refusal("damaged")
        mark = data[at + 1]
        if mark == 0xD9:  # EOI
            return at + 2
        if mark == 0xFF:  # fills
            at += 1
        elif mark == 0x01 or 0xD0 <= mark <= 0xD7:  # stands alone
            at += 2
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
            if mark == 0xDA:  # its data follow
                found = _MARK.search(data, at)
                if found is None:
                    raise Refusal("damaged")
                at = found.start()
    raise Refusal("damaged")


if __name__ == "__main__":
    sys.stdout.write(main(sys.argv[1]))
