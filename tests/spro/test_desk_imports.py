"""The Region's imports: nothing is written before a decision, and a decision writes what was read, once (M6, S3)."""

from __future__ import annotations

import stat
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler, TemporaryFileUploadHandler
from django.db import connection, connections
from django.test import Client

from core import imports
from core.imports import ImportKind
from core.models import ImportDraft, JournalEntry
from core.packs.changes import Change
from core.packs.report import LoadError, Report
from members.models import Organisation
from tests.factories import officer, organisation, person, professional, region_staff

State = ImportDraft.State
pytestmark = pytest.mark.django_db


def _names(path: Path, report: Report) -> Any:
    """A load of the tests' own: each line « slug,name » renames an organisation."""
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        slug, _, name = line.partition(",")
        house = Organisation.objects.filter(slug=slug).first()
        if house is None:
            raise LoadError([f"{path.name}, ligne {number}, colonne slug\u00a0: organisme inconnu"])
        if house.name != name:
            change = Change("update", "organisme", slug, str(house), "nom", house.name, name, path.name, number)
            assert report.changes is not None
            report.changes._add(change, {"name": [house.name, name]})
            house.name = name
            house.save()
    report.remark("lu jusqu’au bout")


@pytest.fixture(autouse=True)
def _kind(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setitem(imports._kinds, "names", ImportKind("names", "Noms", "Des noms.", ".csv", _names))
    monkeypatch.setattr(imports, "_wake_worker", lambda _: None)


def signed_in(user: Any, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client


def give(client: Client, text: str, name: str = "noms.csv", kind: str = "names") -> ImportDraft:
    upload = SimpleUploadedFile(name, text.encode())
    answer = client.post("/admin/imports/", {"kind": kind, "upload": upload})
    assert answer.status_code == 302, answer.context["form"].errors
    return ImportDraft.objects.latest("pk")


def page_of(draft: ImportDraft) -> str:
    return f"/admin/imports/{draft.public_id}/"


def apply(client: Client, draft: ImportDraft, digest: str = "") -> Any:
    draft.refresh_from_db()
    return client.post(f"{page_of(draft)}appliquer/", {"digest": digest or draft.digest}, follow=True)


def said(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def test_M6_a_file_is_shown_before_it_is_applied_and_then_applied_as_shown() -> None:
    house = organisation(slug="cio", name="Avant")
    staff = region_staff()
    client = signed_in(staff)
    draft = give(client, "cio,Après")
    waiting = client.get(page_of(draft))
    assert (waiting["Refresh"], "Aperçu en préparation" in waiting.content.decode()) == ("5", True)
    assert imports.work(draft.pk) == State.READY
    house.refresh_from_db()
    assert house.name == "Avant"
    page = client.get(page_of(draft))
    ((line,),) = [group["lines"] for group in page.context["groups"]]
    assert (line.file, line.line, line.field, line.before, line.after) == ("noms.csv", 1, "nom", "Avant", "Après")
    assert page.has_header("Refresh") is False
    answer = apply(client, draft)
    assert said(answer) == ["L’application est demandée\u00a0: cette page dira quand elle sera faite."]
    house.refresh_from_db()
    assert house.name == "Avant"
    stored = Path(ImportDraft.objects.get().file.path)
    assert imports.work(draft.pk) == State.APPLIED
    house.refresh_from_db()
    assert house.name == "Après"
    line = JournalEntry.objects.get(verb="import.apply")
    assert (line.actor_key, line.actor_label) == (str(staff.pk), "Région")
    assert stored.name not in client.get(page_of(draft)).content.decode()


def test_M6_a_file_that_is_wrong_says_where_and_writes_nothing() -> None:
    client = signed_in(region_staff())
    organisation(slug="cio", name="Avant")
    draft = give(client, "cio,Après\nrien,X")
    assert imports.work(draft.pk) == State.REFUSED
    page = client.get(page_of(draft))
    assert "noms.csv, ligne 2, colonne slug\u00a0: organisme inconnu" in page.content.decode()
    assert (page.context["may_apply"], Organisation.objects.get().name) == (False, "Avant")


def test_M6_a_preview_applied_after_the_data_changed_writes_nothing_and_shows_what_would_change_now() -> None:
    house = organisation(slug="cio", name="Avant")
    client = signed_in(region_staff())
    draft = give(client, "cio,Après")
    imports.work(draft.pk)
    first = ImportDraft.objects.get().digest
    Organisation.objects.update(name="Changé entre-temps")
    apply(client, draft)
    assert imports.work(draft.pk) == State.READY
    house.refresh_from_db()
    draft.refresh_from_db()
    assert (house.name, draft.digest == first) == ("Changé entre-temps", False)
    assert not JournalEntry.objects.filter(verb="import.apply").exists()
    page = client.get(page_of(draft))
    assert imports.CHANGED_SINCE in page.content.decode()
    assert [line.before for group in page.context["groups"] for line in group["lines"]] == ["Changé entre-temps"]
    assert said(apply(client, draft, digest=first)) == [
        "Cet aperçu n’est plus le bon\u00a0: relisez celui-ci avant de décider."
    ]
    apply(client, draft)
    assert imports.work(draft.pk) == State.APPLIED


def test_a_double_click_and_two_people_make_one_application() -> None:
    organisation(slug="cio", name="Avant")
    first, second = signed_in(region_staff()), signed_in(region_staff())
    draft = give(first, "cio,Après")
    imports.work(draft.pk)
    apply(first, draft)
    for client in (first, second):
        assert said(apply(client, draft)) == ["Cet import a déjà été demandé\u00a0: il ne sera appliqué qu’une fois."]
    assert imports.work(draft.pk) == State.APPLIED
    assert imports.work(draft.pk) is None
    apply(second, draft)
    assert imports.work(draft.pk) is None
    assert JournalEntry.objects.filter(verb="import.apply").count() == 1


def test_a_draft_given_up_is_over_and_its_file_gone(django_capture_on_commit_callbacks: Any) -> None:
    organisation(slug="cio", name="Avant")
    client = signed_in(region_staff())
    draft = give(client, "cio,Après")
    imports.work(draft.pk)
    stored = Path(ImportDraft.objects.get().file.path)
    assert (stored.exists(), stat.S_IMODE(stored.stat().st_mode)) == (True, 0o600)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{page_of(draft)}abandonner/")
    assert (stored.exists(), ImportDraft.objects.get().state) == (False, State.DROPPED)
    assert said(apply(client, draft))[-1] == "Cet import n’attend pas de décision."


def test_drafts_and_files_are_forgotten_after_a_while(settings: Any, django_capture_on_commit_callbacks: Any) -> None:
    client = signed_in(region_staff())
    organisation(slug="cio", name="Avant")
    old, recent = give(client, "cio,Après"), give(client, "cio,Autre")
    imports.work(old.pk)
    imports.work(recent.pk)
    settings.IMPORT_DRAFT_DAYS = 3
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_importdraft SET created_at = now() - interval '4 days' WHERE id = %s", [old.pk])
    stored = Path(ImportDraft.objects.get(pk=old.pk).file.path)
    with django_capture_on_commit_callbacks(execute=True):
        assert imports.purge() == 1
    assert (list(ImportDraft.objects.all()), stored.exists()) == ([recent], False)


# --- attackers


ROUTES = ("", "appliquer/", "refaire/", "abandonner/", "changements.csv")


def test_S3_imports_are_the_region_s_alone() -> None:
    organisation(slug="cio", name="Avant")
    draft = give(signed_in(region_staff()), "cio,Après")
    imports.work(draft.pk)
    for make, code in ((officer, 403), (person, 404), (professional, 404)):
        client = signed_in(make())
        upload = SimpleUploadedFile("noms.csv", b"cio,X")
        assert client.get("/admin/imports/").status_code == code
        assert client.post("/admin/imports/", {"kind": "names", "upload": upload}).status_code == code
        assert client.get(page_of(draft)).status_code == code
        for route in ROUTES[1:]:
            assert client.post(page_of(draft) + route, {"digest": draft.digest}).status_code == code
    assert Client().post("/admin/imports/")["Location"].startswith("/comptes/connexion/")
    assert ImportDraft.objects.get().state == State.READY


def test_every_decision_takes_a_post_and_a_token() -> None:
    staff = region_staff()
    organisation(slug="cio", name="Avant")
    draft = give(signed_in(staff), "cio,Après")
    imports.work(draft.pk)
    client = signed_in(staff, enforce_csrf_checks=True)
    for route in ROUTES[1:]:
        assert client.get(page_of(draft) + route).status_code == 405
        assert client.post(page_of(draft) + route, {"digest": draft.digest}).status_code == 403
    assert ImportDraft.objects.get().state == State.READY


def test_S4_applying_asks_again_who_it_is_after_a_while() -> None:
    organisation(slug="cio", name="Avant")
    client = signed_in(region_staff())
    draft = give(client, "cio,Après")
    imports.work(draft.pk)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - 3_600}]
    session.save()
    draft.refresh_from_db()
    answer = client.post(f"{page_of(draft)}appliquer/", {"digest": draft.digest})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/comptes/")
    assert ImportDraft.objects.get().state == State.READY


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [("noms.zip", b"x", "names"), ("noms.csv", b"", "names"), ("noms.csv", b"x" * 2_000, "names"),
     ("noms.csv", b"x", "nothing"), ("noms.csv.exe", b"x", "names")],
)  # fmt: skip
def test_a_file_of_another_sort_empty_or_too_large_is_refused_with_words(
    settings: Any, name: str, content: bytes, kind: str
) -> None:
    settings.IMPORT_MAX_BYTES = 1_000
    client = signed_in(region_staff())
    answer = client.post("/admin/imports/", {"kind": kind, "upload": SimpleUploadedFile(name, content)})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not ImportDraft.objects.exists()


@pytest.mark.parametrize("url", ["/admin/imports/", "/comptes/connexion/"])
def test_a_request_too_large_is_refused_before_anything_is_written(
    settings: Any, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    settings.UPLOAD_MAX_BYTES = 5_000
    written: list[int] = []
    for handler in (MemoryFileUploadHandler, TemporaryFileUploadHandler):
        monkeypatch.setattr(handler, "receive_data_chunk", lambda *given: written.append(len(given[1])))
    client = signed_in(region_staff())
    upload = SimpleUploadedFile("noms.csv", b"x" * 10_000)
    assert client.post(url, {"kind": "names", "upload": upload}).status_code == 400
    assert (written, ImportDraft.objects.exists()) == ([], False)


@pytest.mark.parametrize(
    ("given", "kept"),
    [("../../etc/passwd.csv", "passwd.csv"), ("..\\..\\boot.csv", "boot.csv"), (".csv", "csv"),
     ("a\x00b<script>.csv", "a_b_script_.csv"), ("é" * 200 + ".csv", "é" * 100 + ".csv")],
)  # fmt: skip
def test_a_file_keeps_a_name_that_goes_nowhere(given: str, kept: str) -> None:
    assert imports.safe_name(given) == kept


def test_a_file_changed_on_the_disk_is_not_applied() -> None:
    organisation(slug="cio", name="Avant")
    client = signed_in(region_staff())
    draft = give(client, "cio,Après")
    imports.work(draft.pk)
    path = Path(ImportDraft.objects.get().file.path)
    path.write_text("cio,Pirate")
    apply(client, draft)
    assert imports.work(draft.pk) == State.REFUSED
    assert Organisation.objects.get().name == "Avant"


def test_a_loader_that_breaks_refuses_the_file_and_says_nothing_of_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(path: Path, report: Report) -> None:
        organisation(slug="x", name="Écrit à moitié")
        raise RuntimeError("secret detail")

    monkeypatch.setitem(imports._kinds, "names", ImportKind("names", "Noms", "", ".csv", broken))
    client = signed_in(region_staff())
    draft = give(client, "a")
    assert imports.work(draft.pk) == State.REFUSED
    assert "secret detail" not in client.get(page_of(draft)).content.decode()
    assert not Organisation.objects.exists()


def test_the_changes_leave_as_csv_without_formula() -> None:
    organisation(slug="cio", name="Avant")
    client = signed_in(region_staff())
    draft = give(client, "cio,=1+1")
    imports.work(draft.pk)
    lines = client.post(f"{page_of(draft)}changements.csv").content.decode("utf-8-sig").splitlines()
    assert lines[1].split(";")[-2:] == ["Avant", "'=1+1"]


def test_the_preview_costs_the_same_with_one_change_and_with_three(django_assert_num_queries: Any) -> None:
    from django.test.utils import CaptureQueriesContext

    for number in range(3):
        organisation(slug=f"o{number}", name="Avant")
    client = signed_in(region_staff())
    one, three = give(client, "o0,Après"), give(client, "o0,Après\no1,Après\no2,Après")
    for draft in (one, three):
        imports.work(draft.pk)
    client.get(page_of(one))
    with CaptureQueriesContext(connection) as first:
        client.get(page_of(one))
    with django_assert_num_queries(len(first)):
        client.get(page_of(three))


# --- workers that die, workers at once


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_half_way_leaves_nothing_written_and_the_next_one_finishes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    organisation(slug="cio", name="Avant")
    draft = give(signed_in(region_staff()), "cio,Après")
    imports.work(draft.pk)
    draft.refresh_from_db()
    imports.ask_to_apply(draft=draft, digest=draft.digest, actor=region_staff())

    def dies(path: Path, report: Report) -> None:
        _names(path, report)
        with connection.cursor() as cursor:  # the database loses the worker, as when its process is killed
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setitem(imports._kinds, "names", ImportKind("names", "Noms", "", ".csv", dies))
    with pytest.raises(Exception, match=r"terminat|closed|lost"):
        imports.work(draft.pk)
    connection.close()
    draft.refresh_from_db()
    assert (draft.state, draft.attempts, Organisation.objects.get().name) == (State.APPLYING, 1, "Avant")
    monkeypatch.setitem(imports._kinds, "names", ImportKind("names", "Noms", "", ".csv", _names))
    assert imports.resume() == 1
    assert imports.work(draft.pk) == State.APPLIED
    assert Organisation.objects.get().name == "Après"


def test_a_file_that_kills_its_worker_is_not_tried_for_ever() -> None:
    organisation(slug="cio", name="Avant")
    draft = give(signed_in(region_staff()), "cio,Après")
    ImportDraft.objects.update(attempts=imports.MAX_ATTEMPTS)
    assert imports.work(draft.pk) is None
    draft.refresh_from_db()
    assert draft.state == State.REFUSED


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_application(monkeypatch: pytest.MonkeyPatch) -> None:
    organisation(slug="cio", name="Avant")
    staff = region_staff()
    draft = give(signed_in(staff), "cio,Après")
    imports.work(draft.pk)
    draft.refresh_from_db()
    imports.ask_to_apply(draft=draft, digest=draft.digest, actor=staff)
    inside, go_on = threading.Event(), threading.Event()

    def slow(path: Path, report: Report) -> None:
        inside.set()
        assert go_on.wait(20)
        _names(path, report)

    monkeypatch.setitem(imports._kinds, "names", ImportKind("names", "Noms", "", ".csv", slow))
    answers: list[Any] = []

    def run() -> None:
        try:
            answers.append(imports.work(draft.pk))
        finally:
            connections.close_all()

    worker = threading.Thread(target=run)
    worker.start()
    try:
        assert inside.wait(20)
        assert imports.work(draft.pk) is None
        with pytest.raises(ValidationError, match="en cours de traitement"):
            imports.ask_to_apply(draft=draft, digest=draft.digest, actor=staff)
    finally:
        go_on.set()
        worker.join(20)
    assert answers == [State.APPLIED]
    assert JournalEntry.objects.filter(verb="import.apply").count() == 1


def test_M6_what_changes_is_counted_by_objects_and_what_to_read_comes_first(client: Client) -> None:
    draft = ImportDraft.objects.create(
        kind="structures", filename="a.csv", size=1, sha256="0", state="ready", digest="d", count=4,
        report=[
            "lieux – créés\u00a0: 1, mis à jour\u00a0: 1", "a.csv, ligne 3\u00a0: écartée (commune inconnue)",
            "sans correspondance dans le fichier\u00a0: ml-aval",
        ],
    )  # fmt: skip
    lines = [
        ("create", "ml-neuf", "nom", "Neuf"), ("create", "ml-neuf", "adresse", "1 rue Neuve"),
        ("update", "ml-amont", "nom", "Amont"), ("update", "ml-amont", "téléphone", "01"),
    ]  # fmt: skip
    for number, (act, key, name, after) in enumerate(lines, start=1):
        draft.changes.create(number=number, act=act, kind="lieu", key=key, name=key, field=name, after=after)
    client.force_login(region_staff())
    page = client.get(page_of(draft))
    assert page.context["said"] == [
        "Ajouts\u00a0: 1 lieu (2 informations)", "Changements\u00a0: 1 lieu (2 informations)",
    ]  # fmt: skip
    assert [(group["key"], len(group["lines"])) for group in page.context["groups"]] == [
        ("ml-neuf", 2),
        ("ml-amont", 2),
    ]
    assert page.context["warnings"] == ["a.csv, ligne 3\u00a0: écartée (commune inconnue)"]


def test_a_refused_file_is_not_read_again_nor_counted_among_those_that_wait(client: Client) -> None:
    draft = ImportDraft.objects.create(kind="structures", filename="a.csv", size=1, sha256="0", state="refused")
    client.force_login(region_staff())
    assert imports.waiting_for_a_decision().count() == 0
    assert "Refaire l’aperçu" not in client.get(page_of(draft)).content.decode()
    with pytest.raises(ValidationError):
        imports.ask_again(draft=draft, actor=region_staff())
