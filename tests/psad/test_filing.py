"""The files and the letters of a case: sealed on the disk, opened by its team alone, said in its history (D8, D12)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core import scanning
from psad import context, letters
from psad.lists import Role, Side
from psad.models import Access, Case, File, Grant, Letter, Move, Obligation, Platform
from psad.reading import read
from psad.services import filing, noting, obligation
from tests.psad.world import case, member, platform, young

pytestmark = pytest.mark.django_db
SAID = b"%PDF-1.7 Canarivec, lettre du lycee"


@pytest.fixture(autouse=True)
def shelf(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path / "psad"


class Desk:
    def __init__(self, client: Client) -> None:
        self.platform = platform()
        self.head = member(self.platform)
        self.ml = member(self.platform, Role.HEAD, Side.ML)
        self.case = case(self.platform, self.head)
        self.page = f"/psad/{self.platform.slug}/dossiers/{self.case.pk}/"
        self.client = client
        client.force_login(self.head)

    def give(self, data: bytes = SAID, name: str = "bulletin Canarivec.docx") -> Any:
        return self.client.post(f"{self.page}pieces/", {"file": SimpleUploadedFile(name, data)})

    def kept(self) -> File:
        with context.acting(self.head):
            return File.objects.get()

    def convoked(self, place: str = "5 rue des Essais, Troyes") -> Obligation:
        at = timezone.now()
        with context.acting(self.ml):
            grant = Grant.objects.select_related("user", "platform").get(user=self.ml)
            row = obligation.begin(case=self.case.pk, ground="silence", grant=grant, by=self.ml, at=at)
            return obligation.convoke(
                obligation=row.pk, meeting_at=at + dt.timedelta(days=10), place=place, grant=grant, by=self.ml, at=at
            )


@pytest.fixture
def desk(client: Client) -> Desk:
    return Desk(client)


def test_S5_a_file_is_sealed_on_the_disk_and_given_back_as_a_file_to_keep(desk: Desk, shelf: Path) -> None:
    assert desk.give().status_code == 302
    (kept,) = shelf.iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert b"Canarivec" not in kept.read_bytes()
    assert len(kept.name) == 64
    page = desk.client.get(desk.page).content.decode()
    assert "bulletin Canarivec.pdf" in page
    answer = desk.client.get(f"{desk.page}pieces/{desk.kept().pk}/")
    assert answer.content == SAID
    assert answer["Content-Disposition"] == 'attachment; filename="bulletin Canarivec.pdf"'
    assert (answer["X-Content-Type-Options"], answer["Content-Type"]) == ("nosniff", "application/pdf")
    assert "no-store" in answer["Cache-Control"]
    with context.acting(desk.head):
        assert Access.objects.filter(verb="case.file_read", cases=[desk.case.log_key]).count() == 1
        name = bytes(desk.kept().name)
    assert b"Canarivec" not in name


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"<html>", filing.NOT_OURS), (b"MZ program", filing.NOT_OURS), (b"", "Ce fichier est vide.")],
)
def test_S4_what_is_no_document_is_refused_beside_its_field(desk: Desk, shelf: Path, data: bytes, said: str) -> None:
    answer = desk.give(data, "photo.pdf")
    assert answer.status_code == 200
    assert answer.context["form"].errors["file"] == [said]
    assert not shelf.exists() or not list(shelf.iterdir())


def test_a_file_too_large_is_refused_before_it_is_read(desk: Desk) -> None:
    upload = SimpleUploadedFile("gros.pdf", SAID)
    upload.size = filing.MAX_BYTES + 1
    with context.acting(desk.head), pytest.raises(ValidationError) as refused:
        filing.add(case=desk.case.pk, upload=upload, by=desk.head, role="head", at=timezone.now())
    assert refused.value.message_dict == {"file": [filing.TOO_LARGE]}


def test_a_scanner_that_is_set_and_silent_refuses_the_file(desk: Desk, settings: Any, tmp_path: Path) -> None:
    settings.CLAMD_SOCKET = str(tmp_path / "nobody")
    answer = desk.give()
    assert answer.context["form"].errors["__all__"] == [scanning.SILENT]


def test_a_file_taken_out_leaves_its_trace_and_no_byte(
    desk: Desk, shelf: Path, django_capture_on_commit_callbacks: Any
) -> None:
    desk.give()
    out = f"{desk.page}pieces/{desk.kept().pk}/retirer/"
    with django_capture_on_commit_callbacks(execute=True):
        assert desk.client.post(out).status_code == 302
    assert list(shelf.iterdir()) == []
    with context.acting(desk.head):
        assert list(Move.objects.order_by("at").values_list("verb", flat=True)) == ["file", "file_out"]
    assert "a retiré une pièce" in desk.client.get(desk.page).content.decode()
    assert desk.client.post(out).status_code == 404


def test_D13_what_no_row_names_is_swept_a_day_later(desk: Desk, shelf: Path) -> None:
    desk.give()
    (shelf / "orphan").write_bytes(b"x")
    assert filing.sweep(timezone.now()) == 0
    assert filing.sweep(timezone.now() + dt.timedelta(days=2)) == 1
    assert [path.name for path in shelf.iterdir()] == [desk.kept().stored]


def test_D8_a_file_of_another_case_or_of_another_platform_is_not_found(desk: Desk, client: Client) -> None:
    desk.give()
    key = desk.kept().pk
    other = case(desk.platform, desk.head, young("Autre"))
    assert desk.client.get(f"/psad/{desk.platform.slug}/dossiers/{other.pk}/pieces/{key}/").status_code == 404
    assert desk.client.get(f"{desk.page}pieces/{uuid4()}/").status_code == 404
    client.force_login(member(platform("chaumont")))
    assert client.get(f"{desk.page}pieces/{key}/").status_code == 404


def test_D12_a_convocation_writes_to_the_person_and_to_who_represents_them(desk: Desk) -> None:
    with context.acting(desk.ml):
        noting.represent(case=desk.case.pk, name="Camille Exemple", wish="agrees", by=desk.ml, role="head",
                         at=timezone.now())  # fmt: skip
    row = desk.convoked()
    with context.acting(desk.head):
        made = {one.kind: one for one in Letter.objects.all()}
        assert sorted(made) == ["guardian", "young"]
        assert all(b"Exemple" not in bytes(one.content) for one in made.values())
        held = Case.objects.select_related("platform").get(pk=desk.case.pk)
        words = read(held, role="head").text(made["guardian"].content, field=f"letter/{made['guardian'].pk}")
    assert words["to"][0] == "Camille Exemple"
    assert words["body"][2]["meeting"]["where"] == "5 rue des Essais, Troyes"
    assert f"{row.pass_on.day}" in words["body"][4]  # type: ignore[union-attr]
    answer = desk.client.get(f"{desk.page}lettres/{made['young'].pk}/")
    assert (answer.status_code, answer["Content-Disposition"]) == (200, 'attachment; filename="convocation.pdf"')
    assert answer.content.startswith(b"%PDF-")
    assert answer.content == desk.client.get(f"{desk.page}lettres/{made['young'].pk}/").content
    with context.acting(desk.head):
        assert Access.objects.filter(verb="case.letter_read").count() == 2


def test_D12_the_mission_locale_convokes_from_the_page_of_the_case(desk: Desk) -> None:
    desk.client.force_login(desk.ml)
    assert desk.client.post(f"{desk.page}obligation/", {"version": 0, "ground": "absence"}).status_code == 302
    when = (timezone.localtime() + dt.timedelta(days=9)).strftime("%Y-%m-%dT09:30")
    refused = desk.client.post(f"{desk.page}convoquer/", {"version": 1, "meeting_at": when, "place": ""})
    assert refused.context["form"].errors.keys() == {"place"}
    values = {"version": 1, "meeting_at": when, "place": "5 rue des Essais"}
    assert desk.client.post(f"{desk.page}convoquer/", values).status_code == 302
    page = desk.client.get(desk.page)
    assert [row.said for row in page.context["page"].letters] == ["Convocation", "Lettre au représentant légal"]
    assert "lettres/" in page.content.decode()


@pytest.mark.parametrize(
    ("contact", "told"),
    [
        ({"phone": "03 53 01 00 00", "email": "accueil@demo.invalid"}, "appelez-nous"),
        ({"email": "accueil@demo.invalid"}, "écrivez-nous"),
        ({}, "venez nous le dire"),
    ],
)
def test_D12_a_letter_asks_for_an_answer_by_a_means_that_it_gives(
    desk: Desk, contact: dict[str, str], told: str
) -> None:
    with context.task("grants"):
        assert Platform.objects.filter(pk=desk.platform.pk).update(**{"phone": "", "email": ""} | contact) == 1
    desk.client.force_login(desk.ml)
    desk.client.post(f"{desk.page}obligation/", {"version": 0, "ground": "absence"})
    page = desk.client.get(desk.page)
    assert ("ne diront ni téléphone ni adresse" in page.content.decode()) is (not contact)
    when = (timezone.localtime() + dt.timedelta(days=9)).strftime("%Y-%m-%dT09:30")
    desk.client.post(f"{desk.page}convoquer/", {"version": 1, "meeting_at": when, "place": "5 rue des Essais"})
    with context.acting(desk.head):
        held = Case.objects.select_related("platform").get(pk=desk.case.pk)
        opened = read(held, role="head")
        for letter in Letter.objects.all():
            words = opened.text(letter.content, field=f"letter/{letter.pk}")
            assert words["sender"]["phone"] == contact.get("phone", "")  # type: ignore[index]
            assert told in words["body"][3]  # type: ignore[index]


def test_the_page_of_a_case_takes_as_many_queries_with_three_files_as_with_one(desk: Desk) -> None:
    desk.give()
    desk.client.get(desk.page)
    with CaptureQueriesContext(connection) as one:
        desk.client.get(desk.page)
    desk.give(name="b.pdf")
    desk.give(name="c.pdf")
    desk.client.get(desk.page)
    with CaptureQueriesContext(connection) as three:
        desk.client.get(desk.page)
    assert len(three) == len(one)


def test_D12_two_months_later_the_departement_is_written_to(desk: Desk) -> None:
    row = desk.convoked()
    later = timezone.now() + dt.timedelta(days=70)
    with context.acting(desk.ml):
        grant = Grant.objects.select_related("user", "platform").get(user=desk.ml)
        obligation.pass_on(obligation=row.pk, grant=grant, by=desk.ml, at=later)
        letter = Letter.objects.get(kind=letters.DEPARTMENT)
        held = Case.objects.get(pk=desk.case.pk)
        words = read(held, role="head").text(letter.content, field=f"letter/{letter.pk}")
    assert (held.closing_reason, words["to"][1]) == ("department", "du conseil départemental")
    assert "Ana Exemple" in words["body"][0]


def test_D12_the_other_side_convokes_nobody(desk: Desk) -> None:
    values = {"version": 0, "ground": "silence"}
    answer = desk.client.post(f"{desk.page}obligation/", values)
    assert answer.status_code == 200
    with context.acting(desk.head):
        assert not Obligation.objects.exists()


def test_D8_who_reads_a_case_knows_who_else_did_and_who_does_not_learns_nothing(desk: Desk) -> None:
    desk.client.get(desk.page)
    adviser = member(desk.platform, Role.ADVISER, Side.ML)

    def lines(user: Any) -> int:
        with context.acting(user), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM psad_case_reads(%s, 30)", [desk.case.pk])
            return int(cursor.fetchone()[0])

    assert lines(desk.ml) == 1
    assert lines(adviser) == 0
    assert lines(member(platform("chaumont"))) == 0


def test_D13_followed_elsewhere_is_a_yes_or_a_no_and_a_line_of_the_log(desk: Desk) -> None:
    asked = desk.client.post(f"{desk.page}ailleurs/", follow=True).content.decode()
    assert "Aucune autre plateforme" in asked
    there = platform("chaumont")
    case(there, member(there))
    asked = desk.client.post(f"{desk.page}ailleurs/", follow=True).content.decode()
    assert "Une autre plateforme suit aussi" in asked
    assert "Chaumont" not in asked.partition("<main")[2].partition("transmettre-to")[0]
    with context.acting(desk.head):
        assert Access.objects.filter(verb="case.elsewhere").count() == 2
