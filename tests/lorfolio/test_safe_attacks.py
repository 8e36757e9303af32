"""What somebody hostile gives to a safe, or asks of it (L7, S4, S5)."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import FakePayload

from lorfolio.models import Operation, Portfolio, SafeFile
from lorfolio.services import safe
from lorfolio.views.safe import UploadUse
from tests.lorfolio.people import PDF, file, portfolio

INVENTED = "8be3e464-ff1e-4762-820a-d0a2d7cfc2cd"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]
URL = "/lorfolio/coffre/"


@pytest.fixture(autouse=True)
def _folder_of_its_own(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def mine() -> Portfolio:
    return portfolio()


@pytest.fixture
def client(mine: Portfolio) -> Client:
    made = Client(raise_request_exception=False)
    made.force_login(mine.user)
    return made


class _Untouched(FakePayload):
    """The body of a request that nobody may read."""

    def read(self, *_: Any) -> bytes:
        raise AssertionError("the body was read")


def test_L7_two_gigabytes_are_refused_before_a_byte_is_read(client: Client) -> None:
    answer = client.generic(
        "POST", URL, "x", content_type="multipart/form-data; boundary=x",
        **{"CONTENT_LENGTH": str(2 << 30), "wsgi.input": _Untouched()},
    )  # fmt: skip
    assert answer.status_code == 400
    assert "trop lourd" in answer.content.decode()
    assert SafeFile.objects.count() == 0


def test_L7_a_file_of_a_request_is_never_written_in_clear(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the 2.5 MB from which Django writes a temporary file."""
    monkeypatch.setattr("tempfile.NamedTemporaryFile", lambda *_, **__: pytest.fail("on the disk"))
    answer = client.post(URL, {"file": SimpleUploadedFile("gros.pdf", PDF + b"0" * 4_000_000)})
    assert answer.status_code == 302
    assert SafeFile.objects.get().size == len(PDF) + 4_000_000


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("..\\..\\windows\\system.pdf", "system.pdf"),
        ("facture\u202efdp.exe", "facturefdp.pdf"),  # reads « factureexe.pdf » the other way round
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie x=1.pdf"),
        ("<script>.pdf", "script.pdf"),
        ("\u200f\u2066.pdf", "pdf.pdf"),
        ("x" * 400 + ".pdf", "x" * 120 + ".pdf"),
        (".pdf", "pdf.pdf"),
        ("سيرة ذاتية.pdf", "سيرة ذاتية.pdf"),
        ("קורות חיים 🎓.pdf", "קורות חיים 🎓.pdf"),
    ],
)
def test_S4_a_name_is_only_a_name(client: Client, mine: Portfolio, name: str, expected: str) -> None:
    row = file(mine, name=name)
    assert safe.known(row, safe.seal_of(mine)).name == expected
    answer = client.get(f"{URL}{row.pk}/fichier/")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert client.get(URL).status_code == 200
    assert Path(safe.storage().path(row.stored)).name == row.stored


def test_S5_a_name_is_written_on_no_page_as_markup(client: Client, mine: Portfolio) -> None:
    file(mine, name="\"onmouseover='alert(1)' & co.pdf")
    page = client.get(URL).content.decode()
    assert "onmouseover=&#x27;alert(1)&#x27; &amp; co.pdf" in page
    assert "onmouseover='alert" not in page


def bomb(name: str) -> bytes:
    """A document of 1 MB of zeros for each 1 kB; a real bomb is the same, longer."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", b"<Types/>")
        made.writestr(name, b"\0" * 5_000_000)
    return held.getvalue()


def test_L7_a_bomb_is_never_unpacked(client: Client, mine: Portfolio, monkeypatch: pytest.MonkeyPatch) -> None:
    data = bomb("word/document.xml")
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_, **__: pytest.fail("unpacked"))
    assert file(mine, name="cv.docx", data=data).size == len(data)
    monkeypatch.undo()
    for name in ("bombe.zip", "bombe.jpg", "bombe.pdf"):
        with pytest.raises(ValidationError):
            file(mine, name=name, data=data)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("photo.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("photo.jpg", b"<svg/>"), ("page.html", b"<!doctype html><script>1</script>"),
        ("page.pdf", b"<html>"), ("x.exe", b"MZ\x90\x00"), ("x.txt", b"\0\0"), ("x.xml", b"<!DOCTYPE x>"),
        ("x.xhtml", b"<html xmlns='http://www.w3.org/1999/xhtml'/>"), ("x.js", b"alert(1)"),
    ],
)  # fmt: skip
def test_S4_what_can_run_in_a_browser_is_refused_whatever_its_name(client: Client, name: str, data: bytes) -> None:
    answer = client.post(URL, {"file": SimpleUploadedFile(name, data, content_type="application/pdf")})
    assert len(answer.context["form"].errors["file"]) == 1
    assert SafeFile.objects.count() == 0


def test_S5_a_text_that_is_a_page_leaves_as_a_text_that_runs_nothing(client: Client, mine: Portfolio) -> None:
    row = file(mine, name="x.txt", data=b"<script>alert(1)</script>")
    answer = client.get(f"{URL}{row.pk}/fichier/")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("page", ["", "fichier/", "supprimer/"])
@pytest.mark.parametrize("key", ["0", "x", "../../", "00000000-0000-0000-0000-000000000000", INVENTED])
def test_L1_an_invented_key_is_nothing(client: Client, key: str, page: str) -> None:
    assert client.get(f"{URL}{key}/{page}").status_code == 404


def test_L7_another_site_cannot_deposit_nor_delete(mine: Portfolio) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(mine.user)
    row = file(mine)
    for path in (URL, f"{URL}{row.pk}/", f"{URL}{row.pk}/supprimer/", f"{URL}verifier/", f"{URL}partages/nouveau/"):
        assert client.post(path, {"file": SimpleUploadedFile("a.pdf", PDF)}).status_code == 403
    assert SafeFile.objects.count() == 1


def test_L7_so_many_files_an_hour(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(UploadUse, "THROTTLE_RATES", {"uploads": "2/hour"})
    for _ in range(3):
        answer = client.post(URL, {"file": SimpleUploadedFile("a.pdf", PDF)})
    assert "Beaucoup de fichiers" in answer.context["form"].errors["file"][0]
    assert SafeFile.objects.count() == 2


def test_O2_nothing_of_a_safe_is_at_the_desk_nor_in_the_api() -> None:
    assert [model for model in admin.site._registry if model._meta.app_label == "lorfolio"] == []
    answer = Client().get("/api/v1/schema/")
    schema = answer.content.decode().lower()
    assert (answer.status_code, "/api/v1/" in schema) == (200, True)
    assert not any(word in schema for word in ("coffre", "lorfolio", "safefile"))


def test_L7_a_safe_erased_while_a_page_was_open(client: Client, mine: Portfolio) -> None:
    row = file(mine)
    Portfolio.objects.update(erasing=True)
    Portfolio.objects.all().delete()
    assert client.get(f"{URL}{row.pk}/fichier/").status_code == 302, "led to open one"
    assert client.post(URL, {"file": SimpleUploadedFile("a.pdf", PDF)}).status_code == 302
    assert (SafeFile.objects.count(), Operation.objects.count()) == (0, 0)
