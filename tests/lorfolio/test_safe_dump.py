"""What a thief of the database and of the folder of files finds of a safe: nothing of it (S5, L7).

Canaries go in by the pages themselves, really committed; then `pg_dump`, the cache, the folder, the log and the
outbox are searched, in clear and as PostgreSQL, base64 or compression would write them.
"""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.models import JournalEntry, OutboxMail
from lorfolio.models import SafeFile, Share
from lorfolio.services import sharing
from tests.lorfolio.people import portfolio
from tests.psad.test_dump import dumped, kept_in_cache, written

__all__ = ["written"]

WORDS = ("Serinotte-diplome", "Canarivec au fond du fichier", "la cage est chez la tante", "Mésangette renommée")
FILE = f"%PDF-1.7\n{WORDS[1]}\n%%EOF\n".encode()


def forms_of(word: str) -> list[bytes]:
    raw = word.encode()
    shifted = [base64.b64encode(b"\0" * shift + raw)[-(-shift * 8 // 6) :] for shift in range(3)]
    return [
        raw, raw.hex().encode(), word.lower().encode(), word.upper().encode(), quote(word).encode(),
        word.encode("unicode_escape"), word.encode("utf-16-le"), word.encode("cp1252"),
        *(re.sub(rb"=*$", b"", piece)[1:-2] for piece in shifted),
    ]  # fmt: skip


def found_in(store: bytes) -> list[str]:
    return [word for word in WORDS if any(form in store for form in forms_of(word))]


def lived(client: Client) -> bytes:
    """A file given, renamed, noted, read, shared, opened by somebody, lost, checked; what the pages show of it."""
    here = "/lorfolio/coffre/"
    client.post(here, {"file": [SimpleUploadedFile(f"{WORDS[0]}.pdf", FILE), SimpleUploadedFile("x.svg", b"<svg/>")]})
    row = SafeFile.objects.get()
    client.post(f"{here}{row.pk}/", {"name": WORDS[3], "note": WORDS[2]})
    seen = b"".join(client.get(f"{here}{page}").content for page in ("", f"{row.pk}/", f"{row.pk}/fichier/", "trace/"))
    seen += b"".join(client.get(f"{here}tout.zip"))  # type: ignore[arg-type]
    client.post(f"{here}partages/nouveau/", {"documents": [row.pk], "label": "Pour un stage", "days": "7", "most": "3"})
    address = f"/partage/{sharing.secret_of(Share.objects.get())}/"
    visitor = Client()
    visitor.post(address)
    seen += visitor.get(address).content + visitor.get(f"{address}{row.pk}/").content
    client.post(f"{here}verifier/")
    client.get(f"{here}{row.pk}/fichier/{quote(WORDS[0])}")
    return seen


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("empty_cache")
def test_S5_a_dump_and_the_folder_hold_no_word_of_a_file(settings: Any, tmp_path: Path, written: io.StringIO) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    client = Client(raise_request_exception=False)
    mine = portfolio()
    client.force_login(mine.user)
    seen = lived(client)
    assert set(found_in(seen)) == set(WORDS), "the pages do show them: the search is a real one"

    dump = dumped()
    row = SafeFile.objects.get()
    assert str(row.pk).encode() in dump
    assert found_in(dump) == []
    files = [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]
    assert [path.name for path in files] == [row.stored]
    assert found_in(files[0].read_bytes() + str(files[0]).encode()) == []
    assert found_in(kept_in_cache()) == []
    log = written.getvalue().encode()
    assert b"/partage/" in log
    assert found_in(log) == []
    assert sharing.secret_of(Share.objects.get()).encode() not in log + dump
    mails = " ".join(map(str, OutboxMail.objects.values_list("key", "to", "subject", "text", "html")))
    journal = " ".join(map(str, JournalEntry.objects.values_list("verb", "target_type", "target_key", "changes")))
    assert found_in((mails + journal).encode()) == []


def test_S5_what_a_trace_of_an_incident_shows_of_a_key_is_nothing() -> None:
    from core.sealing import new_key

    assert repr(new_key()[0]) == "Seal()"
