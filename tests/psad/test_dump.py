"""What a thief of the database, of the cache, of the files, of the logs, of the mails finds of a young person: nothing.

Canaries (names, telephones, addresses, notes, the bytes of files) go in by the pages themselves, really committed; then
`pg_dump`, Valkey, the folder of files, the portal's log and the outbox are searched, in clear and as PostgreSQL, base64
or compression would write them.
"""

from __future__ import annotations

import base64
import datetime as dt
import io
import logging
import re
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from core.backup.tools import environment, programs
from core.models import JournalEntry, OutboxMail
from core.sealing import new_key
from psad import context
from psad.intake import rio
from psad.lists import PartnerKind
from psad.models import Case, Partner, PlatformCommune
from psad.services import contacting, filing, granting, noting, proposing, reporting, sharing
from spro.logs import logging_config
from tests.factories import town
from tests.psad import world
from tests.psad.owner import forget_log, owner, url
from tests.psad.test_work_pages import signed_in_now

NAMES = ("Canarivec", "Zoéline", "Ombeline", "Serinotte", "Pinsonval", "Mésangette")
PHONES = ("0612345987", "06 98 76 54 12", "0700112299")
MAILS = ("zoeline.canari@exemple.invalid", "tutrice.serin@exemple.invalid")
WORDS = ("Rappeler après l’atelier de menuiserie", "Ne laisser aucun message au 3e étage", "Plan convenu en vannerie",
         "12 rue des Volières", "1234567890Q", "cage ouverte lundi")  # fmt: skip
FILE = b"%PDF-1.4 la cage de Canarivec\n%%EOF"
CANARIES = (*NAMES, *PHONES, *MAILS, *WORDS)


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Everything that the process writes in its log, as in production."""
    logging_config(json=True, level="DEBUG")
    stream = io.StringIO()
    handler: Any = logging.getLogger().handlers[0]
    former = handler.setStream(stream)
    yield stream
    handler.setStream(former)
    logging_config(json=True, level="ERROR")


@pytest.fixture
def committed() -> Iterator[None]:
    forget_log()
    yield
    forget_log()


def forms_of(word: str) -> list[bytes]:
    """How a store may write a word: as it is, in hexadecimal, in base64 (three alignments), in a URL, escaped."""
    raw = word.encode()
    shifted = [base64.b64encode(b"\0" * shift + raw)[-(-shift * 8 // 6) :] for shift in range(3)]
    return [
        raw, raw.hex().encode(), word.lower().encode(), word.upper().encode(), quote(word).encode(),
        word.encode("unicode_escape"), word.encode("utf-16-le"), word.encode("cp1252"),
        *(re.sub(rb"=*$", b"", piece)[1:-2] for piece in shifted),
    ]  # fmt: skip


def found_in(store: bytes) -> list[str]:
    return [word for word in CANARIES if any(form in store for form in forms_of(word))]


def everything(head: User, place: Any, tmp_path: Path) -> Case:
    """Canaries come in by every door: list, school's report, self-request, services of the page, files, shares."""
    _list(head, tmp_path)
    _reports(head, place)
    with context.acting(head):
        row: Case = Case.objects.get()
        partner = Partner.objects.create(
            platform=place, organisation_name="CFA", kind=PartnerKind.CFA, name="P", email="p@exemple.invalid"
        )
    act: dict[str, Any] = {"case": row.pk, "by": head, "role": "head", "at": timezone.now()}
    with context.acting(head):
        contacting.inform(means="meeting", **act)
        noting.note(text=WORDS[0], **act)
        noting.represent(name="Serinotte Pinsonval", phone=PHONES[2], email=MAILS[1], wish="agrees", **act)
        proposing.interview(means="meeting", needs=["contract"], plan=WORDS[2], **act)
        filing.add(case=row.pk, upload=SimpleUploadedFile("Canarivec.pdf", FILE), by=head, role="head", at=act["at"])
        sharing.share(
            partner=partner.pk, items=["name", "contact"], purpose="find", until=timezone.localdate() + dt.timedelta(9),
            message=WORDS[5], informed=True, by_link=True, **act,
        )  # fmt: skip
    return row


def _list(head: User, tmp_path: Path) -> None:
    cells = {
        "nom": NAMES[0], "prenoms": NAMES[1], "date_naissance": "14/03/2009", "commune": "Troyes",
        "telephone": PHONES[0],
        "courriel": MAILS[0], "adresse": WORDS[3], "ine": WORDS[4],
    }  # fmt: skip
    text = "\n".join([";".join(rio.COLUMNS), ";".join(cells.get(name, "") for name in rio.COLUMNS)])
    file = tmp_path / "liste.csv"
    file.write_bytes(text.encode())
    call_command("import_rio", str(file), "--platform", "troyes", "--as", head.email, stdout=io.StringIO())
    upload = SimpleUploadedFile("liste.csv", text.replace(NAMES[1], NAMES[5]).encode())
    client = Client()
    client.force_login(head)
    assert client.post("/psad/troyes/listes/", {"file": upload}).status_code == 302  # left as a preview


def _reports(head: User, place: Any) -> None:
    with context.acting(head):
        made = reporting.make_link(platform=place, name="Lycée", uai="0100001A", by=head, at=timezone.now())
    told = {
        "surname": NAMES[0], "given_names": NAMES[2], "birth_date": "2009-03-14", "commune": "Troyes",
        "phone": PHONES[1],
        "message": WORDS[5], "reporter_name": NAMES[3], "reporter_contact": PHONES[2],
    }  # fmt: skip
    for path in (f"/psad/signaler/{reporting.token_of(made)}/", "/mon-accompagnement/demande/"):
        answer = Client().post(path, told)
        assert answer.status_code == 302, answer.context["form"].errors


def browse(head: User, row: Case) -> bytes:
    """What the head reads: pages that do hold the canaries."""
    client = Client(raise_request_exception=False)
    signed_in_now(client, head)
    seen = b""
    for path in ("/psad/", "/psad/troyes/", f"/psad/troyes/dossiers/{row.pk}/", "/psad/troyes/signalements/", "/pro/"):
        seen += client.get(path, follow=True).content
    seen += client.post("/psad/troyes/recherche/", {"typed": NAMES[0]}).content
    act = f"/psad/troyes/dossiers/{row.pk}/"
    client.post(f"{act}preparer/", {"safe_contact": WORDS[1], "follower": str(head.pk), "version": "99"})
    with context.acting(head):
        version = Case.objects.get(pk=row.pk).version
    answer = client.post(f"{act}preparer/", {"safe_contact": WORDS[1], "follower": str(head.pk), "version": version})
    assert answer.status_code == 302
    client.get(f"/psad/troyes/dossiers/{NAMES[0]}/")
    seen += client.post(
        "/psad/troyes/acces-exceptionnel/",
        {"surname": NAMES[0], "given_names": NAMES[1], "birth_date": "2009-03-14", "hours": "2", "reason": WORDS[0]},
    ).content
    return seen


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("committed", "empty_cache")
def test_S5_nothing_that_is_stolen_names_a_young_person(tmp_path: Path, media: Path, written: io.StringIO) -> None:
    place = world.platform(email="accueil@exemple.invalid")
    head = world.member(place)
    with context.task("grants"):
        here = town("Troyes", insee="10387", postal_codes=["10000"], department="10")
        PlatformCommune.objects.create(commune=here, platform=place)
    row = everything(head, place, tmp_path)
    seen = browse(head, row)
    with context.acting(head):
        granting.give(
            cases=[row.pk], user=head, reason="Secteur de la personne", by=head, role="head", at=timezone.now()
        )

    assert {NAMES[0], WORDS[0], PHONES[0]} <= set(found_in(seen)), "the pages do show them: the search is a real one"
    dump = dumped()
    assert b"COPY public.psad_case " in dump
    assert dump.count(row.pk.bytes.hex().encode()) or str(row.pk).encode() in dump
    assert found_in(dump) == []
    assert found_in(kept_in_cache()) == []
    files = [path for path in media.rglob("*") if path.is_file()]
    assert len(files) == 1
    for path in files:
        assert found_in(path.read_bytes() + str(path).encode()) == []
        assert FILE not in path.read_bytes()
    log = written.getvalue().encode()
    assert b"psad_case" in log or b"/psad/" in log
    assert found_in(log) == []
    mails = " ".join(map(str, OutboxMail.objects.values_list("key", "to", "subject", "text", "html")))
    assert mails
    assert found_in(mails.encode()) == []
    assert "psad" not in " ".join(OutboxMail.objects.values_list("subject", flat=True)).lower()
    journal = " ".join(map(str, JournalEntry.objects.values_list("verb", "target_type", "target_key", "changes")))
    assert found_in(journal.encode()) == []
    assert str(row.pk) not in journal


def dumped() -> bytes:
    """What `pg_dump` says of the whole database, as its owner, in clear."""
    with owner() as database:
        major = database.info.server_version // 10_000
    done = subprocess.run(
        [str(programs(major) / "pg_dump"), "--format=plain"], env=environment(url()), capture_output=True, check=True
    )
    return done.stdout


def kept_in_cache() -> bytes:
    """Every key of Valkey and what it holds, whatever its kind, compressed or not."""
    client = cache._cache.get_client()  # type: ignore[attr-defined]
    held = b""
    for key in client.scan_iter(count=1000):
        raw = client.dump(key) or b""
        held += bytes(key) + raw
        if client.type(key) == b"string":
            value = client.get(key)
            held += value
            try:
                held += zlib.decompress(value)
            except zlib.error:
                continue
    return held


def test_S5_what_a_trace_shows_of_a_case_is_nobody() -> None:
    """Values of a page in a report of an incident, or in a log that tells everything."""
    who, (seal, _) = world.young("Canarivec"), new_key()
    assert (repr(who), repr(seal)) == ("Identity(…)", "Seal()")


# --- SQL as the role of the portal, in nobody's name


def tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'p', 'v', 'm') AND relname LIKE 'psad\\_%' ORDER BY 1"
        )
        return [name for (name,) in cursor.fetchall()]


# Anybody may know that a platform exists, where, and its published figures: no row of theirs is of a person.
KNOWN = {
    "psad_platform", "psad_platformcommune", "psad_logclosure", "psad_publication", "psad_figure",
}  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("committed", "empty_cache")
def test_D8_in_nobodys_name_every_table_shows_zero_rows_and_takes_none(tmp_path: Path, media: Path) -> None:
    """Generated from the catalogue of PostgreSQL: a new table is covered the day it is made."""
    place = world.platform()
    head = world.member(place)
    with context.task("grants"):
        here = town("Troyes", insee="10387", postal_codes=["10000"], department="10")
        PlatformCommune.objects.create(commune=here, platform=place)
    everything(head, place, tmp_path)
    found = tables()
    assert len(found) > 30
    with owner() as database:
        full = {name for name in found if database.execute(f"SELECT EXISTS (SELECT FROM {name})").fetchone()[0]}  # type: ignore[index, arg-type]
    assert {"psad_case", "psad_note", "psad_line", "psad_report", "psad_share", "psad_access", "psad_file"} <= full
    seen, changed = set(), set()
    for name in found:
        seen |= {name} if _asked(f"SELECT count(*) FROM {name}") else set()
        changed |= {name} if _changes(name) else set()
    assert seen <= KNOWN
    assert changed == set()


def _asked(words: str) -> int:
    """The answer; 0 when the database refuses the question."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(words)
            return int(cursor.fetchone()[0])
    except DatabaseError:
        return 0


def _changes(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum LIMIT 1",
            [name],
        )
        column = cursor.fetchone()[0]
    for words in (f"UPDATE {name} SET {column} = {column}", f"DELETE FROM {name}"):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(words)
                if cursor.rowcount:
                    return True
        except DatabaseError:
            continue
    return False
