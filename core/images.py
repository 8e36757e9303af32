"""Images that people send: read with suspicion, written again by us, never served as they came.

What comes out is a WebP that this module has drawn pixel by pixel: what was hidden in the file (position of the
camera, another file behind, a script) stays behind.
"""

from __future__ import annotations

import hashlib
import struct
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO

from django.core.exceptions import ValidationError
from PIL import Image, ImageCms, ImageFile, ImageOps

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 25_000_000  # a second of work; a bomb says more in a few bytes
MAX_SCANS = 40  # of a JPEG that draws itself little by little: each costs as much as the whole picture
MAX_SIDE = 12_000  # pixels
MIN_SIDE = 16
WIDTH, HEIGHT, SMALL_WIDTH = 1_600, 2_400, 640  # pixels, of what we write
QUALITY = 80
_SIGNS = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG"}
_ODD = "Ce fichier est abîmé ou n’est pas une image : ouvrez-le et enregistrez-le de nouveau, en JPEG ou en PNG."
_TOO_LARGE = (
    f"Cette image est trop grande : {MAX_SIDE} pixels de côté au plus, {MAX_PIXELS // 1_000_000} millions en tout."
)
_FAILURES = (
    OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError, struct.error,
    MemoryError,
)  # fmt: skip


@dataclass(frozen=True)
class Prepared:
    """A WebP (bytes, pixels), and a smaller one when it is worth it (empty otherwise); the digest is of the first."""

    data: bytes
    width: int
    height: int
    sha256: str
    small: bytes = b""
    small_width: int = 0


def sniff(head: bytes) -> str:
    """« JPEG », « PNG », « WEBP » by the first bytes, whatever the name says; empty for anything else."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    return next((kind for sign, kind in _SIGNS.items() if head.startswith(sign)), "")


def prepare(data: bytes) -> Prepared:
    """The image in `data` drawn again: upright, without metadata, in sRGB, at most `WIDTH` x `HEIGHT`.

    Raises `ValidationError` (French) for another type, a file or a picture too large, an animation, a damaged file.
    """
    if len(data) > MAX_BYTES:
        raise ValidationError(f"Ce fichier est trop lourd : {MAX_BYTES // 1024 // 1024} Mo au plus.")
    kind = sniff(data[:16])
    if not kind:
        raise ValidationError("Ce fichier n’est ni un JPEG, ni un PNG, ni un WebP.")
    try:
        picture = _read(data, kind)
        return _write(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValidationError(_TOO_LARGE) from error
    except _FAILURES as error:
        raise ValidationError(_ODD) from error


def _read(data: bytes, kind: str) -> Image.Image:
    """The pixels, upright. Dimensions are looked at before anything is unpacked."""
    # The library that draws our PDF lets cut files through, for the whole process.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    opened = Image.open(BytesIO(data), formats=(kind,))
    width, height = opened.size
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise ValidationError(_TOO_LARGE)
    if min(width, height) < MIN_SIDE:
        raise ValidationError(f"Cette image est trop petite : {MIN_SIDE} pixels de côté au moins.")
    # A photo of a phone may hold a second picture behind the first (MPO): the first is the photo.
    if getattr(opened, "is_animated", False) and opened.format != "MPO":
        raise ValidationError("Cette image est animée : choisissez une image fixe.")
    if kind == "JPEG":
        if data.count(b"\xff\xda") > MAX_SCANS:
            raise ValidationError(_ODD)
        opened.draft("RGB", (WIDTH * 2, HEIGHT * 2))  # unpacks no more than we keep
    opened.load()
    upright = ImageOps.exif_transpose(opened)
    return _in_srgb(upright)


def _in_srgb(picture: Image.Image) -> Image.Image:
    """The picture as RGB, or RGBA when something shows through; the colours of its profile made those of screens."""
    if picture.mode.startswith("I"):  # sixteen bits of grey, which would be cut to white
        picture = picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in {"RGB", "CMYK"}:
        with suppress(ImageCms.PyCMSError, OSError):
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            picture = converted or picture
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _write(picture: Image.Image) -> Prepared:
    picture.thumbnail((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    data = _webp(picture)
    small, small_width = b"", 0
    if picture.width > SMALL_WIDTH * 1.25:
        smaller = picture.copy()
        smaller.thumbnail((SMALL_WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        small, small_width = _webp(smaller), smaller.width
    digest = hashlib.sha256(data).hexdigest()
    return Prepared(data, picture.width, picture.height, digest, small, small_width)


def _webp(picture: Image.Image) -> bytes:
    picture.info = {}  # nothing of the file goes on with the pixels
    out = BytesIO()
    picture.save(out, "WEBP", quality=QUALITY, method=4)
    return out.getvalue()
