"""What a file of a dossier may be: judged by its bytes, whatever it is called (R3)."""

from __future__ import annotations

import resource
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from django.core.exceptions import ValidationError
from PIL import Image

from recognition import files, inspection


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
        files.examine(data)
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
    assert files.examine(data).mime == mime


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
    assert files.examine(data).mime == "application/pdf"
    assert refused(data + b"\n") == "large"


def test_R3_an_image_that_unfolds_beyond_measure_is_refused() -> None:
    out = BytesIO()
    Image.new("1", (10_000, 10_000)).save(out, "PNG")
    assert refused(out.getvalue()) == "large"


def _file(made: pikepdf.Pdf) -> Any:
    """A program, as a PDF carries a file."""
    carried = pikepdf.Dictionary(F=pikepdf.Stream(made, b"MZ"))  # of no /Type, which nothing asks
    return made.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Filespec, F="facture.exe", EF=carried))


def _pins_a_file(made: pikepdf.Pdf) -> None:
    pinned = pikepdf.Dictionary(Subtype=pikepdf.Name.FileAttachment, Rect=[0, 0, 9, 9], FS=_file(made))
    made.pages[0].Annots = pikepdf.Array([made.make_indirect(pinned)])


def _comes_with_a_file(made: pikepdf.Pdf) -> None:
    made.Root.AF = pikepdf.Array([_file(made)])


def _is_a_program_of_a_form(made: pikepdf.Pdf) -> None:
    made.Root.AcroForm = pikepdf.Dictionary(Fields=[], XFA=pikepdf.Stream(made, b"<xdp:xdp/>"))


def _opening(**action: Any) -> Callable[[pikepdf.Pdf], None]:
    def change(made: pikepdf.Pdf) -> None:
        made.Root.OpenAction = pikepdf.Dictionary(**action)

    return change


def _entered(made: pikepdf.Pdf) -> None:
    made.pages[0].AA = pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://example.org/"))


def _link_to_a_share(made: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name.GoToR, F="\\\\example.org\\share\\x.pdf", D=[0, pikepdf.Name.Fit])
    made.pages[0].Annots = pikepdf.Array([pikepdf.Dictionary(Subtype=pikepdf.Name.Link, A=action)])


def _of_elsewhere(made: pikepdf.Pdf) -> None:
    made.Root.Other = made.make_indirect(pikepdf.Stream(made, b"", F="\\\\example.org\\share\\x"))


def archive() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("evil.sh", "rm -rf")
    return out.getvalue()


def _pdf_and_archive() -> bytes:
    """Both at once: the archive stands before the last mark of the PDF, which is its comment."""
    data, packed = pdf(), archive()
    start = data[data.rindex(b"startxref") :]
    return data + packed[:-2] + len(start).to_bytes(2, "little") + start


@pytest.mark.parametrize(
    "data",
    [
        pdf(_pins_a_file), pdf(_comes_with_a_file), pdf(_is_a_program_of_a_form), pdf(_entered), pdf(_link_to_a_share),
        pdf(_of_elsewhere), _pdf_and_archive(),
        pdf(_opening(S=pikepdf.Name.URI, URI="https://example.org/")),
        pdf(_opening(S=pikepdf.Name.Named, N=pikepdf.Name.Print)),
        pdf(_opening(S=pikepdf.Name.GoToE, F="x", D=[0, pikepdf.Name.Fit])),
    ],
    ids=["pinned", "with", "xfa", "entered", "share", "elsewhere", "archive", "uri", "prints", "embedded"],
)  # fmt: skip
def test_R3_a_pdf_that_carries_or_opens_anything_but_its_pages_is_refused(data: bytes) -> None:
    assert refused(data) == "active"


def test_R3_a_pdf_that_opens_at_one_of_its_pages_with_links_is_taken() -> None:
    def change(made: pikepdf.Pdf) -> None:
        made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.GoTo, D=[made.pages[0].obj, pikepdf.Name.Fit])
        link = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://example.org/")
        made.pages[0].Annots = pikepdf.Array([pikepdf.Dictionary(Subtype=pikepdf.Name.Link, A=link)])

    assert files.examine(pdf(change)).mime == "application/pdf"


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
@pytest.mark.parametrize("hidden", [archive(), b"<script>alert(1)</script>", pdf()], ids=["zip", "html", "pdf"])
def test_R3_nothing_that_hides_after_an_image_is_kept(form: str, hidden: bytes) -> None:
    data = image(form)
    assert files.examine(data + hidden).data == data


def test_R3_an_image_of_several_scans_is_kept_whole_and_half_of_it_refused() -> None:
    out = BytesIO()
    Image.effect_noise((300, 200), 80).save(out, "JPEG", progressive=True)
    data = out.getvalue()
    assert (files.examine(data).data == data, refused(data[: len(data) // 2])) == (True, "damaged")


def _unfolding(begun: bytes, again: bytes, times: int) -> bytes:
    """A PDF whose one stream of objects is `begun` then `again` so many times, folded a thousand times smaller."""
    folder = zlib.compressobj(9)
    folded = folder.compress(b"10 0 " + begun)
    folded += b"".join(folder.compress(again) for _ in range(times)) + folder.flush()
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R/X 10 0 R>>", 2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 10 10]>>",
        4: b"<</Type/ObjStm/N 1/First 5/Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(folded), folded),
    }  # fmt: skip
    data, places = b"%PDF-1.5\n", {}
    for number, words in objects.items():
        places[number] = len(data)
        data += b"%d 0 obj\n%s\nendobj\n" % (number, words)
    places[5] = len(data)
    lines = [(0, 0, 65_535), *((1, places[number], 0) for number in range(1, 6)), *[(0, 0, 0)] * 4, (2, 4, 0)]
    table = b"".join(bytes([kind]) + at.to_bytes(4, "big") + rank.to_bytes(2, "big") for kind, at, rank in lines)
    head = b"5 0 obj\n<</Type/XRef/Size 11/W[1 4 2]/Root 1 0 R/Length %d>>stream\n" % len(table)
    return data + head + table + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % places[5]


@pytest.mark.parametrize(
    ("begun", "again", "times"),
    [(b"[", b"[]" * 1_000_000, 9), (b"<<>>", b" " * 1_000_000, 1_000)],
    ids=["lists", "blank"],
)
def test_R3_a_small_file_made_to_fill_the_memory_is_refused_and_fills_nothing(
    begun: bytes, again: bytes, times: int
) -> None:
    data = _unfolding(begun, again, times)
    assert len(data) < 1_200_000
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert refused(data) == "heavy"
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_maxrss * 1024 <= max(before.ru_maxrss * 1024, inspection.MEMORY)
    assert after.ru_utime - before.ru_utime <= inspection.SECONDS + 1


def test_R3_a_file_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "WAIT", 0.01)  # shorter than a process takes to start
    assert refused(pdf()) == "heavy"
