"""What a file of a dossier may be: judged by its bytes, whatever it is called (R3)."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest
from django.core.exceptions import ValidationError
from PIL import Image

from recognition import files


def pdf(change: Callable[[pikepdf.Pdf], None] | None = None, encryption: pikepdf.Encryption | None = None) -> bytes:
    with pikepdf.new() as made:
        made.add_blank_page()
        if change is not None:
            change(made)
        out = BytesIO()
        made.save(out, encryption=encryption or False)
    return out.getvalue()


def image(form: str) -> bytes:
    out = BytesIO()
    Image.new("RGB", (30, 20)).save(out, form)
    return out.getvalue()


def refused(data: bytes) -> str:
    with pytest.raises(ValidationError) as error:
        files.kind_of(data)
    return str(error.value.code)


def _opens_with_script(made: pikepdf.Pdf) -> None:
    made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def _launches(made: pikepdf.Pdf) -> None:
    made.pages[0].AA = pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe"))


def _carries(made: pikepdf.Pdf) -> None:
    made.attachments["bilan.exe"] = b"MZ"


def _hides_a_script_in_a_list(made: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(
        S=pikepdf.Name.GoTo, Next=pikepdf.Array([pikepdf.Dictionary(S=pikepdf.Name.JavaScript)])
    )
    made.pages[0].Annots = pikepdf.Array([pikepdf.Dictionary(Subtype=pikepdf.Name.Link, A=action)])


@pytest.mark.parametrize(
    ("data", "mime"),
    [(pdf(), "application/pdf"), (image("JPEG"), "image/jpeg"), (image("PNG"), "image/png")],
    ids=["pdf", "jpeg", "png"],
)
def test_R3_what_one_reads_is_taken(data: bytes, mime: str) -> None:
    assert files.kind_of(data) == mime


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00" + b"\0" * 60, "program"),
        (b"\x7fELF" + b"\0" * 60, "program"),
        (b"#!/bin/sh\nrm -rf /\n", "program"),
        (b"PK\x03\x04" + b"\0" * 60, "kind"),
        (image("GIF"), "kind"),
        (b"<html><script>alert(1)</script>", "kind"),
        (b"%PDF-1.7\nMZ\n%%EOF", "damaged"),
        (pdf()[:200], "damaged"),
        (image("PNG")[:60], "damaged"),
        (pdf() + b"PK\x03\x04 a hidden archive", "active"),
        (pdf(_opens_with_script), "active"),
        (pdf(_launches), "active"),
        (pdf(_carries), "active"),
        (pdf(_hides_a_script_in_a_list), "active"),
        (pdf(encryption=pikepdf.Encryption(owner="a", user="b")), "locked"),
        (pdf(encryption=pikepdf.Encryption(owner="a", user="")), "locked"),
    ],
)
def test_R3_what_could_do_harm_or_cannot_be_read_is_refused(data: bytes, code: str) -> None:
    assert refused(data) == code


def test_R3_twenty_megabytes_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    data = pdf()
    monkeypatch.setattr(files, "MAX_BYTES", len(data))
    assert files.kind_of(data) == "application/pdf"
    assert refused(data + b"\n") == "large"


def test_R3_an_image_that_unfolds_beyond_measure_is_refused() -> None:
    out = BytesIO()
    Image.new("1", (10_000, 10_000)).save(out, "PNG")
    assert refused(out.getvalue()) == "large"
