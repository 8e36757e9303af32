"""An account erased, or a look taken back, while something of it is being made: nothing is given, nothing is left
(L9, L10)."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import erasing
from accounts.models import User
from core.models import JournalEntry, OutboxMail
from lorfolio import content, drawing
from lorfolio.models import Advice, Cv, Operation, Portfolio, SafeFile
from lorfolio.services import advising, safe
from lorfolio.views import cv_files, cv_pdf
from tests.factories import professional
from tests.lorfolio import people

pytestmark = pytest.mark.django_db(transaction=True)
CANARY = "zibeline-azuree"


@pytest.fixture(autouse=True)
def _folder_of_its_own(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.SECOND_FACTOR_REQUIRED = False


def signed(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def rich() -> Portfolio:
    owner = people.portfolio(summary=CANARY)
    people.experience(owner, title=CANARY)
    for number in range(4):
        people.file(owner, name=f"{CANARY}-{number}.pdf")
    return owner


def nothing_is_left() -> None:
    assert [model.objects.count() for model in (User, Portfolio, Cv, SafeFile, Operation, OutboxMail)] == [0] * 6
    assert safe.storage().listdir("")[1] == []
    assert not JournalEntry.objects.filter(changes__icontains=CANARY).exists()


def then(act: Callable[..., Any], do: Callable[[], Any]) -> Callable[..., Any]:
    """`act`, after which `do` happens before anybody has its answer."""

    def both(*args: Any, **kwargs: Any) -> Any:
        made = act(*args, **kwargs)
        do()
        return made

    return both


@pytest.mark.parametrize("ending", ["pdf", "docx", "odt"])
def test_L10_an_account_erased_while_a_cv_is_drawn_gives_no_cv(ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = rich()
    cv = people.cv(owner)

    def leave() -> None:
        erasing.erase(user=owner.user, at=timezone.now())

    module, name = {
        "pdf": (cv_pdf, "pdf_of"), "docx": (cv_files, "docx_of"), "odt": (cv_files, "odt_of"),
    }[ending]  # fmt: skip
    monkeypatch.setattr(module, name, then(getattr(module, name), leave))
    answer = signed(owner.user).get(f"/lorfolio/cv/{cv.pk}.{ending}")
    assert answer.status_code == 404
    assert CANARY not in answer.content.decode()
    nothing_is_left()


@pytest.mark.parametrize("pieces", [1, 3, 6, 12])
@pytest.mark.parametrize("path", ["/lorfolio/export.zip", "/lorfolio/coffre/tout.zip"])
def test_L10_an_account_erased_while_everything_leaves_ends_the_archive(path: str, pieces: int) -> None:
    """What is not sent yet is not sent; the archive closes and its manifest says what could not be read."""
    owner = rich()
    people.cv(owner)
    answer: Any = signed(owner.user).get(path)
    stream = iter(answer.streaming_content)
    got = [next(stream) for _ in range(pieces)]
    erasing.erase(user=owner.user, at=timezone.now())
    got += list(stream)
    nothing_is_left()
    with zipfile.ZipFile(io.BytesIO(b"".join(got))) as archive:
        assert archive.testzip() is None
        manifest = json.loads(archive.read("manifest.json"))
        sent = {row["path"] for row in manifest["files"]}
        assert sent | {"manifest.json"} == set(archive.namelist())
        late = [name for name in manifest["unreadable"] if name in sent]
    assert late == []


def test_L9_a_cv_taken_back_while_it_is_drawn_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    owner, adviser = rich(), professional()
    cv = people.cv(owner)
    advice = advising.invite(
        portfolio=owner, email=adviser.email, until=timezone.localdate() + dt.timedelta(days=9), cvs=[cv],
        at=timezone.now(),
    )  # fmt: skip
    advising.accept(advice=advice, user=adviser, at=timezone.now())
    browser, path = signed(adviser), f"/pro/lorfolio/{advice.pk}/cv/{cv.pk}.pdf"
    assert browser.get(path)["Content-Type"] == "application/pdf"

    def take_back() -> None:
        advising.revoke(advice=Advice.objects.get(pk=advice.pk), at=timezone.now())

    monkeypatch.setattr(drawing, "pdf_of", then(drawing.pdf_of, take_back))
    assert browser.get(path).status_code == 404


def test_L9_an_adviser_who_left_the_network_reads_and_writes_nothing() -> None:
    owner, adviser = rich(), professional()
    cv = people.cv(owner)
    advice = advising.invite(
        portfolio=owner, email=adviser.email, until=timezone.localdate() + dt.timedelta(days=9), cvs=[cv],
        at=timezone.now(),
    )  # fmt: skip
    advising.accept(advice=advice, user=adviser, at=timezone.now())
    browser, page = signed(adviser), f"/pro/lorfolio/{advice.pk}/"
    assert browser.get(page).status_code == 200
    adviser.mandates.all().delete()
    assert {browser.get(path).status_code for path in (page, f"{page}cv/{cv.pk}.pdf")} == {404}
    assert browser.post(page, {"text": "encore moi", "about": ""}).status_code == 404
    assert content.whole(owner, content.person_of(owner)).experiences
