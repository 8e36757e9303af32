"""The pages of the safe: deposit, list, one file, trace, all in one request (L7, S1, S4)."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from core.models import JournalEntry
from lorfolio.lists import Act, ProofKind
from lorfolio.models import Operation, Portfolio, Proof, SafeFile
from lorfolio.services import safe
from tests.factories import person
from tests.lorfolio.people import PDF, file, portfolio, skill

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]
URL = "/lorfolio/coffre/"
PAGES = ("", "trace/", "partages/", "partages/nouveau/")


@pytest.fixture(autouse=True)
def _folder_of_its_own(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def mine() -> Portfolio:
    return portfolio()


@pytest.fixture
def client(mine: Portfolio) -> Client:
    made = Client()
    made.force_login(mine.user)
    return made


def given(name: str, data: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def names(owner: Portfolio) -> list[str]:
    seal = safe.seal_of(owner)
    return sorted(safe.known(row, seal).name for row in SafeFile.objects.filter(portfolio=owner))


def test_L7_several_files_are_deposited_and_listed(client: Client, mine: Portfolio) -> None:
    answer = client.post(URL, {"file": [given("diplôme.pdf"), given("notes.txt", "été".encode())]}, follow=True)
    assert names(mine) == ["diplôme.pdf", "notes.txt"]
    page = answer.content.decode()
    assert "2 documents sont dans votre coffre." in page
    assert page.count('class="safe-name"') == 2


def test_S4_what_is_refused_is_told_by_its_name_and_the_rest_is_kept(client: Client, mine: Portfolio) -> None:
    answer = client.post(URL, {"file": [given("bon.pdf"), given("x.svg", b"<svg/>"), given("vide.pdf", b"")]})
    assert answer.status_code == 200
    said = answer.context["form"].errors["file"]
    assert [re.match("«\u00a0(.+?)\u00a0»", line).group(1) for line in said] == ["x.svg", "vide.pdf"]  # type: ignore[union-attr]
    assert answer.context["kept"] == "Le document est dans votre coffre."
    assert names(mine) == ["bon.pdf"]


def test_S4_nothing_chosen_and_too_many(client: Client) -> None:
    assert client.post(URL, {}).context["form"].errors["file"] == ["Choisissez au moins un fichier."]
    many = [given(f"{n}.pdf") for n in range(21)]
    assert client.post(URL, {"file": many}).context["form"].errors["file"] == ["Donnez 20 fichiers au plus à la fois."]
    assert SafeFile.objects.count() == 0


def test_L7_the_script_is_answered_file_by_file(client: Client) -> None:
    kept = client.post(URL, {"file": given("a.pdf")}, headers={"accept": "application/json"})
    assert kept.json() == {"kept": 1, "refused": []}
    refused = client.post(URL, {"file": given("a.html", b"<html>")}, headers={"accept": "application/json"}).json()
    assert (refused["kept"], len(refused["refused"])) == (0, 1)


def test_L7_one_file_too_large_is_refused_before_it_is_read(client: Client, settings: Any) -> None:
    settings.LORFOLIO_FILE_BYTES = len(PDF) - 1
    answer = client.post(URL, {"file": given("a.pdf")})
    assert answer.context["form"].errors["file"] == ["«\u00a0a.pdf\u00a0» n’est pas gardé. " + safe.too_large()]


def test_L7_a_download_is_a_file_to_keep_and_a_line_of_the_trace(client: Client, mine: Portfolio) -> None:
    row = file(mine, name="été.pdf")
    head = client.head(f"{URL}{row.pk}/fichier/")
    assert (head.status_code, Operation.objects.filter(act=Act.DOWNLOAD).count()) == (200, 0)
    answer = client.get(f"{URL}{row.pk}/fichier/", headers={"accept-encoding": "gzip"})
    assert answer.content == PDF
    told = {name: answer[name] for name in (
        "Content-Type", "Content-Disposition", "X-Content-Type-Options", "Content-Security-Policy", "Cache-Control",
    )}  # fmt: skip
    assert told == {
        "Content-Type": "application/pdf",
        "Content-Disposition": "attachment; filename*=utf-8''%C3%A9t%C3%A9.pdf",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store, max-age=0",
    }
    assert Operation.objects.filter(act=Act.DOWNLOAD, file=row.pk, by="vous").count() == 1


def test_L7_a_file_is_named_anew_under_its_own_extension(client: Client, mine: Portfolio) -> None:
    row = file(mine, name="scan.pdf")
    page = f"{URL}{row.pk}/"
    assert client.post(page, {"name": "Diplôme.exe", "note": "original chez maman"}).status_code == 302
    assert names(mine) == ["Diplôme.exe.pdf"]
    assert client.post(page, {"name": "Diplôme.PDF", "note": "original chez maman"}).status_code == 302
    assert names(mine) == ["Diplôme.pdf"]
    client.post(page, {"name": "Diplôme.pdf", "note": "original chez maman"})
    assert Operation.objects.filter(act=Act.RENAME).count() == 2, "the same again writes nothing"
    kept = client.post(page, {"name": "", "note": "plus"})
    assert list(kept.context["form"].errors) == ["name"]
    assert kept.context["form"]["note"].value() == "plus"
    assert "original chez maman" in client.get(page).content.decode()


def test_L7_a_deletion_says_what_goes_with_it_and_does_it(client: Client, mine: Portfolio) -> None:
    row = file(mine)
    held = skill(mine, "Souder")
    Proof.objects.create(portfolio=mine, kind=ProofKind.FILE, skill=held, file=row, title="Attestation")
    page = client.get(f"{URL}{row.pk}/supprimer/").content.decode()
    assert "la preuve de «&nbsp;Souder&nbsp;»" in page
    assert SafeFile.objects.count() == 1
    client.post(f"{URL}{row.pk}/supprimer/")
    assert (SafeFile.objects.count(), Proof.objects.count()) == (0, 0)
    mine.refresh_from_db()
    assert mine.used_bytes == 0
    assert client.post(f"{URL}{row.pk}/supprimer/").status_code == 404, "twice"


def test_L7_the_bytes_go_with_the_row(client: Client, mine: Portfolio, django_capture_on_commit_callbacks: Any) -> None:
    row = file(mine)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{URL}{row.pk}/supprimer/")
    assert safe.storage().listdir("")[1] == []


def test_L7_the_trace_is_read_by_its_holder_and_verified(client: Client, mine: Portfolio) -> None:
    row = file(mine, name="diplôme.pdf")
    client.get(f"{URL}{row.pk}/fichier/")
    page = client.get(f"{URL}trace/")
    assert [(line["row"].act, line["label"]) for line in page.context["lines"]] == [
        (Act.DOWNLOAD, "diplôme.pdf"), (Act.DEPOSIT, "diplôme.pdf"),
    ]  # fmt: skip
    assert (page.context["chain"].lines, page.context["chain"].broken) == (2, None)
    table = client.get(f"{URL}trace.csv").content.decode("utf-8-sig").splitlines()
    assert len(table) == 3
    assert "diplôme.pdf" in table[1]


def test_L7_the_trace_is_paged_by_key(client: Client, mine: Portfolio) -> None:
    for _ in range(51):
        safe.trace(mine, Act.CHECK, at=timezone.now())
    first = client.get(f"{URL}trace/")
    assert len(first.context["lines"]) == 50
    rest = client.get(f"{URL}trace/?avant={first.context['older']}")
    assert len(rest.context["lines"]) == 1
    for odd in ("x", "-1", "9" * 40, "²"):
        assert client.get(f"{URL}trace/", {"avant": odd}).status_code == 200


def test_L7_everything_leaves_in_one_request(client: Client, mine: Portfolio) -> None:
    file(mine, name="a.pdf")
    file(mine, name="A.pdf", data=PDF + b"2")
    answer = client.get(f"{URL}tout.zip")
    made = zipfile.ZipFile(io.BytesIO(b"".join(answer)))  # type: ignore[arg-type]
    assert made.testzip() is None
    assert made.namelist() == ["LISEZMOI.txt", "documents/a.pdf", "documents/A (2).pdf", "trace.csv", "manifest.json"]
    assert made.read("documents/A (2).pdf") == PDF + b"2"
    told = json.loads(made.read("manifest.json"))
    assert (told["unreadable"], len(told["files"])) == ([], 4)
    assert b"Sorti en entier" in made.read("trace.csv"), "the trace says that it left"
    client.head(f"{URL}tout.zip")
    assert Operation.objects.filter(act=Act.EXPORT).count() == 1


def test_L7_a_file_that_is_lost_does_not_keep_the_rest_back(client: Client, mine: Portfolio) -> None:
    lost = file(mine, name="perdu.pdf")
    file(mine, name="bon.pdf")
    safe.storage().delete(lost.stored)
    made = zipfile.ZipFile(io.BytesIO(b"".join(client.get(f"{URL}tout.zip"))))  # type: ignore[arg-type]
    assert json.loads(made.read("manifest.json"))["unreadable"] == ["documents/perdu.pdf"]
    assert made.read("documents/bon.pdf") == PDF
    assert client.get(f"{URL}{lost.pk}/fichier/").status_code == 500


def test_L7_the_person_checks_their_own_files(client: Client, mine: Portfolio) -> None:
    sound, altered = file(mine, name="bon.pdf"), file(mine, name="touché.pdf")
    assert client.post(f"{URL}verifier/").status_code == 302
    Path(safe.storage().path(altered.stored)).write_bytes(b"x" * 60)
    page = client.post(f"{URL}verifier/")
    assert [(row["name"], row["fault"]) for row in page.context["faults"]] == [("touché.pdf", "altered")]
    assert str(sound.pk) not in page.content.decode()
    assert Operation.objects.filter(act=Act.CHECK).count() == 2


def test_L1_every_page_asks_who_one_is() -> None:
    row = file(portfolio())
    pages = [f"{URL}{page}" for page in (*PAGES, "tout.zip", "trace.csv", f"{row.pk}/", f"{row.pk}/fichier/")]
    answers = {Client().get(page).status_code for page in pages}
    assert answers == {302}
    assert Client().get(f"{URL}garanties/").status_code == 200, "anybody reads what it guarantees"


def test_L1_a_document_of_another_does_not_exist(client: Client) -> None:
    other = portfolio()
    row = file(other)
    before = Operation.objects.count()
    for page in ("", "fichier/", "supprimer/"):
        for key in (row.pk, uuid4()):
            assert client.get(f"{URL}{key}/{page}").status_code == 404
    for page, data in (("", {"name": "volé", "note": ""}), ("supprimer/", {})):
        assert client.post(f"{URL}{row.pk}/{page}", data).status_code == 404
    assert SafeFile.objects.filter(pk=row.pk).count() == 1
    assert Operation.objects.count() == before, "an attempt writes nothing in another's trace"


def test_L1_who_has_no_portfolio_is_led_to_open_one() -> None:
    client = Client()
    client.force_login(person())
    for page in PAGES:
        assert client.get(f"{URL}{page}").headers["Location"] == "/lorfolio/ouvrir/"


def test_the_list_asks_the_same_whatever_it_holds(
    client: Client, mine: Portfolio, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        row = file(mine)
        Proof.objects.create(portfolio=mine, kind=ProofKind.FILE, skill=skill(mine), file=row, title=f"{number}")
    with django_assert_max_num_queries(11):
        client.get(URL)
    with django_assert_max_num_queries(11):
        client.get(f"{URL}trace/")
    with django_assert_max_num_queries(11):
        client.get(f"{URL}{row.pk}/")


def test_L7_a_long_list_is_paged(client: Client, mine: Portfolio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lorfolio.shelf.PAGE", 2)
    for number in range(3):
        file(mine, name=f"{number}.pdf")
    first = client.get(URL).context["page"]
    assert (first.count, len(first.files)) == (3, 2)
    rest = client.get(URL, {"suite": first.older}).context["page"]
    assert {row.id for row in rest.files}.isdisjoint({row.id for row in first.files})
    assert len(rest.files) == 1
    assert client.get(URL, {"suite": "x"}).status_code == 200


def test_L1_no_name_of_a_file_is_in_the_journal_nor_in_a_message(client: Client) -> None:
    client.post(URL, {"file": given("canari-secret.pdf")})
    held = str(client.session.items()) + str(client.cookies)
    assert "canari" not in held
    assert "canari" not in " ".join(map(str, JournalEntry.objects.values_list("changes", flat=True)))
