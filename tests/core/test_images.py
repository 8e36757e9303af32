"""Images that people send: drawn again by us; bombs, disguises and animations refused with a clear sentence (S4)."""

from __future__ import annotations

import struct
import time
import zlib
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from PIL import Image

from core import images
from core.images import prepare, sniff


def picture(width: int = 64, height: int = 48, kind: str = "JPEG", mode: str = "RGB", **options: object) -> bytes:
    out = BytesIO()
    Image.radial_gradient("L").resize((width, height)).convert(mode).save(out, kind, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data), formats=("WEBP",))


def refusal(data: bytes) -> str:
    with pytest.raises(ValidationError) as caught:
        prepare(data)
    return caught.value.messages[0]


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_that_says(width: int, height: int, data: bytes = b"") -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_three_types_become_a_webp(kind: str) -> None:
    made = prepare(picture(kind=kind))
    assert (sniff(made.data), opened(made.data).size, made.width, made.height) == ("WEBP", (64, 48), 64, 48)
    assert (made.small, made.small_width) == (b"", 0)


def test_a_large_one_is_brought_down_with_a_smaller_one_beside() -> None:
    made = prepare(picture(4_000, 1_000))
    assert (made.width, made.height, made.small_width) == (1_600, 400, 640)
    assert (opened(made.data).size, opened(made.small).size) == ((1_600, 400), (640, 160))


@pytest.mark.parametrize("mode", ["L", "1", "P", "CMYK", "RGB"])
def test_every_way_of_writing_colours_is_read(mode: str) -> None:
    kind = "PNG" if mode in {"1", "P"} else "JPEG"
    assert opened(prepare(picture(kind=kind, mode=mode)).data).mode == "RGB"


def test_what_shows_through_still_does() -> None:
    assert opened(prepare(picture(kind="PNG", mode="RGBA")).data).mode in {"RGB", "RGBA"}
    out = BytesIO()
    Image.new("RGBA", (32, 32), (0, 0, 0, 0)).save(out, "PNG")
    assert opened(prepare(out.getvalue()).data).convert("RGBA").getpixel((3, 3))[3] == 0


def test_S2_where_and_when_it_was_taken_stays_behind_and_it_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # a phone held upright
    exif[0x010F] = "APPAREIL-SECRET"
    exif.get_ifd(0x8825)[1] = "N"
    data = picture(60, 40, exif=exif, comment=b"COMMENTAIRE-SECRET", icc_profile=b"")
    assert b"APPAREIL-SECRET" in data
    made = prepare(data)
    assert (made.width, made.height) == (40, 60)
    assert (b"SECRET" in made.data, dict(opened(made.data).getexif())) == (False, {})


def test_a_file_hidden_behind_stays_behind() -> None:
    for hidden in (b"<script>alert(1)</script>", b"PK\x03\x04 une archive", b"<?php system('id'); ?>"):
        assert hidden not in prepare(picture(kind="PNG") + hidden).data


def test_a_photo_with_a_second_picture_behind_is_a_photo() -> None:
    """MPO: what many phones call JPEG."""
    out = BytesIO()
    Image.new("RGB", (40, 30)).save(out, "MPO", save_all=True, append_images=[Image.new("RGB", (40, 30), "red")])
    assert prepare(out.getvalue()).width == 40


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<?xml version='1.0'?><svg/>",
        b"GIF89a" + b"\x00" * 40,
        b"<html><script>alert(1)</script>",
        b"%PDF-1.7",
        b"BM" + b"\x00" * 60,
        b"II*\x00" + b"\x00" * 60,
        b" " + picture(),
        b"RIFF\x00\x00\x00\x00AVI " + b"\x00" * 40,
    ],
)
def test_any_other_type_is_refused_whatever_its_name(data: bytes) -> None:
    assert refusal(data) == "Ce fichier n’est ni un JPEG, ni un PNG, ni un WebP."


def test_a_bomb_of_pixels_is_not_unpacked() -> None:
    for width, height in ((60_000, 60_000), (5_100, 5_000), (12_001, 10)):
        data = png_that_says(width, height)
        assert len(data) < 200
        assert refusal(data) == images._TOO_LARGE


def test_a_jpeg_of_a_thousand_scans_is_not_drawn() -> None:
    photo = picture(kind="JPEG")
    at = photo.index(b"\xff\xda")
    assert refusal(photo[:at] + photo[at:-2] * 1_000 + photo[-2:]) == images._ODD


def test_sixteen_bits_of_grey_stay_grey() -> None:
    out = BytesIO()
    Image.new("I;16", (64, 64), 32_768).save(out, "PNG")
    assert opened(prepare(out.getvalue()).data).convert("L").getpixel((9, 9)) in range(125, 132)


def test_the_largest_picture_takes_less_than_three_seconds() -> None:
    out = BytesIO()
    Image.effect_noise((2_500, 2_500), 60).quantize(2).resize((5_000, 5_000)).convert("RGBA").save(out, "PNG")
    assert len(out.getvalue()) < images.MAX_BYTES
    start = time.process_time()
    assert prepare(out.getvalue()).width == 1_600
    assert time.process_time() - start < 3


def test_a_bomb_of_text_is_not_unpacked() -> None:
    small = picture(kind="PNG")
    bomb = chunk(b"zTXt", b"a\x00\x00" + zlib.compress(b"a" * 100_000_000))
    assert refusal(small[:33] + bomb + small[33:]) == images._ODD


def test_an_honest_but_heavy_file_is_refused_before_it_is_read() -> None:
    assert refusal(picture() + b"\x00" * images.MAX_BYTES) == "Ce fichier est trop lourd : 10 Mo au plus."


def test_a_speck_is_refused() -> None:
    assert refusal(picture(1, 1)) == "Cette image est trop petite : 16 pixels de côté au moins."


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_damaged_files_are_told_wherever_they_are_cut(kind: str) -> None:
    data = picture(200, 200, kind=kind)
    for cut in range(12, len(data) - 30, max(1, len(data) // 23)):
        assert refusal(data[:cut]) == images._ODD


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_an_animation_is_refused(kind: str) -> None:
    out = BytesIO()
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "blue")]
    frames[0].save(out, kind, save_all=True, append_images=frames[1:])
    assert refusal(out.getvalue()) == "Cette image est animée : choisissez une image fixe."


def test_the_type_is_that_of_the_bytes_and_no_other_reader_is_asked() -> None:
    """A PNG signature before something else never reaches another decoder."""
    assert refusal(b"\x89PNG\r\n\x1a\n%!PS-Adobe-3.0 EPSF-3.0") == images._ODD
    assert refusal(b"\xff\xd8\xff" + b"GIF89a" * 20) == images._ODD


def test_the_same_file_gives_the_same_image() -> None:
    assert prepare(picture()) == prepare(picture())
