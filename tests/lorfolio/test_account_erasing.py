"""Nothing of a Lorfolio is left once its account is erased: rows, sealed files, mails, whatever is under way (L10)."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections, transaction
from django.test import Client
from django.utils import timezone

from accounts import erasing
from accounts.dormant import forget_dormant
from accounts.erasing import Line
from accounts.models import User
from core.models import JournalEntry, OutboxMail
from core.outbox import queue_raw
from lorfolio.lists import Act, SiteState
from lorfolio.models import (
    Advice,
    Comment,
    Operation,
    PersonalSite,
    Portfolio,
    Proof,
    SafeFile,
    Selection,
    Step,
    Target,
)
from lorfolio.services import safe
from tests.accounts.test_dormant import seen
from tests.accounts.test_erasing import PAGE, say_yes
from tests.accounts.tools import sign_in
from tests.factories import person
from tests.lorfolio.people import NOW, PDF, cv, experience, extra, file, language, portfolio, skill

CANARY = "zibeline-azuree"


@pytest.fixture(autouse=True)
def _folder_of_its_own(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def rich(owner: Portfolio) -> Portfolio:
    """A portfolio with something of everything, each with the canary in it."""
    Portfolio.objects.filter(pk=owner.pk).update(summary=CANARY, phone=CANARY[:30], headline=CANARY)
    lived, able = experience(owner, title=CANARY, summary=CANARY), skill(owner, label=CANARY)
    able.experiences.add(lived)
    language(owner, name=CANARY)
    extra(owner, title=CANARY)
    kept = file(owner, name=f"{CANARY}.pdf", data=PDF + CANARY.encode())
    safe.read(file=kept, portfolio=owner, act=Act.DOWNLOAD, by=safe.OWNER, at=NOW)
    Proof.objects.create(portfolio=owner, skill=able, kind="fichier", title=CANARY, file=kept)
    asked = Proof.objects.create(
        portfolio=owner, skill=able, kind="attestation", title=CANARY, asked_email="chef@exemple.invalid"
    )
    queue_raw(key=f"lorfolio.attest/{asked.pk}", to=asked.asked_email, subject="Une attestation", text=CANARY)
    shown = cv(owner, name=CANARY)
    advice = Advice.objects.create(
        portfolio=owner, selection=Selection.objects.create(portfolio=owner), digest="a" * 64,
        until=NOW.date() + dt.timedelta(days=30), message=CANARY,
    )  # fmt: skip
    advice.cvs.add(shown)
    Comment.objects.create(advice=advice, at=NOW, text=CANARY)
    PersonalSite.objects.create(
        portfolio=owner, selection=Selection.objects.create(portfolio=owner), slug=CANARY, name=CANARY, about=CANARY,
        state=SiteState.PUBLIC, published_at=NOW,
    )  # fmt: skip
    aim = Target.objects.create(portfolio=owner, title=CANARY)
    Step.objects.create(portfolio=owner, title=CANARY, target=aim)
    return owner


def everything_kept() -> Iterator[tuple[str, str]]:
    """Each row of each table, as text."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            for (row,) in cursor.fetchall():
                yield table, row


def said_in(word: str) -> list[str]:
    return [table for table, row in everything_kept() if word in row]


@pytest.mark.django_db(transaction=True)
def test_L10_nothing_is_left_of_a_lorfolio_anywhere(tmp_path: Path) -> None:
    browser, user, other = Client(), person("ines-zibeline@exemple.invalid"), portfolio()
    owner, kept = rich(portfolio(user)), file(other)
    assert len(said_in(CANARY)) > 10
    sign_in(browser, user)
    page = browser.get(PAGE)
    assert {"Votre Lorfolio", "Votre compte"} == {part.title for part in page.context["before"].parts}
    assert '<a href="/lorfolio/emporter/"' in page.content.decode()
    assert say_yes(browser).status_code == 302
    gone = Client().get(f"/p/{CANARY}/")
    assert (gone.status_code, "Inès" in gone.content.decode()) == (410, False)
    assert said_in(CANARY) == said_in("ines-zibeline") == said_in(str(owner.pk).replace("-", "")) == []
    assert safe.storage().listdir("")[1] == [kept.stored], "another person's file is there"
    lines = JournalEntry.objects.filter(target_key=str(owner.pk), verb__startswith="lorfolio").values_list(
        "verb", flat=True
    )
    assert list(lines.exclude(verb="lorfolio.open")) == ["lorfolio.erase"]
    erased = browser.get("/comptes/supprimer/recu/").context["receipt"].erased
    assert "1 document du coffre, avec la clé qui l’ouvre" in erased
    assert safe.read(file=kept, portfolio=other, act=Act.READ, by=safe.OWNER, at=NOW)[1] == PDF


@pytest.mark.django_db
def test_L10_who_follows_somebody_leaves_their_comments_without_a_name() -> None:
    adviser, owner = person("conseil@exemple.invalid"), portfolio()
    advice = Advice.objects.create(
        portfolio=owner, selection=Selection.objects.create(portfolio=owner), digest="b" * 64, adviser=adviser,
        adviser_words="Camille Exemple, Mission locale", until=NOW.date(), accepted_at=NOW,
    )  # fmt: skip
    Comment.objects.create(advice=advice, at=NOW, text="Très clair.")
    receipt = erasing.erase(user=adviser, at=NOW)
    advice.refresh_from_db()
    assert (advice.adviser, advice.adviser_words, advice.revoked_at) == (None, "", NOW)
    assert Comment.objects.get().text == "Très clair."
    assert receipt is not None
    assert "1 accompagnement, qui s’arrête\u00a0; votre nom y est effacé" in receipt.erased


@pytest.mark.django_db
def test_L10_a_lorfolio_whose_account_sleeps_is_told_with_all_that_it_holds() -> None:
    user = seen(person("loin@exemple.invalid"), 1096)
    rich(portfolio(user))
    assert forget_dormant() == (1, 0)
    mail = OutboxMail.objects.get(to=user.email)
    assert "- 1 document du coffre, avec la clé qui l’ouvre" in mail.text
    assert "/lorfolio/emporter/" in mail.text
    assert CANARY not in mail.text + mail.subject


@pytest.mark.django_db
def test_L10_a_room_that_fails_leaves_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    user = person()
    owner = rich(portfolio(user))

    def breaks(_: Any) -> list[Line]:
        raise OSError("the disk is full")

    monkeypatch.setitem(erasing._parts, "late", erasing.Part(99, "late", "…", lambda _: erasing.Told(), breaks))
    with pytest.raises(OSError, match="full"), transaction.atomic():
        erasing.erase(user=user, at=NOW)
    assert SafeFile.objects.filter(portfolio=owner).count() == Operation.objects.filter(act=Act.DOWNLOAD).count() == 1
    assert len(safe.storage().listdir("")[1]) == 1


@pytest.mark.django_db(transaction=True)
def test_L10_an_upload_that_meets_the_erasing_leaves_no_file() -> None:
    """The bytes are on the disk, the row is not yet written: the account goes in between."""
    owner = portfolio()
    ready, go, refused = threading.Event(), threading.Event(), []
    room = safe._take_room

    def waits(held: Portfolio, size: int) -> None:
        ready.set()
        go.wait(10)
        room(held, size)

    def upload() -> None:
        try:
            file(owner)
        except ValidationError as error:
            refused.append(error)
        finally:
            connections.close_all()

    safe._take_room = waits
    try:
        thread = threading.Thread(target=upload)
        thread.start()
        assert ready.wait(10)
        assert len(safe.storage().listdir("")[1]) == 1
        erasing.erase(user=owner.user, at=NOW)
        go.set()
        thread.join(10)
    finally:
        safe._take_room = room
    assert len(refused) == 1
    assert safe.storage().listdir("")[1] == []
    assert SafeFile.objects.count() == User.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_L10_two_erasings_at_once_make_one_receipt() -> None:
    user = rich(portfolio()).user
    receipts: list[Any] = []
    gate = threading.Barrier(2)

    def act() -> None:
        try:
            gate.wait(10)
            receipts.append(erasing.erase(user=user, at=timezone.now()))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=act) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(receipt is None for receipt in receipts) == [False, True]
    assert Portfolio.objects.count() == 0
