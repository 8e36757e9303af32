"""Letters and their mails by workers that die at any moment: none lost, none twice (R12)."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection, transaction
from django.utils import timezone

from core.models import OutboxMail
from members.models import Mandate
from recognition import letters
from recognition.letters import drawing
from recognition.letters.drawing import pdf_of, redo
from recognition.letters.waiting import MAX_ATTEMPTS, batches, draw_waiting, failed, late, sweep
from recognition.models import Letter
from tests import factories as make
from tests.recognition import letter_world as world

ROOT = Path(__file__).resolve().parents[2]
AT = world.TOLD
# A worker that is killed (SIGKILL: nothing runs any more) at the moment named by its argument.
DOOMED = """
import os, signal, sys
import django
django.setup()
from django.utils import timezone
from recognition.letters import drawing, sending, waiting
from recognition.models import Letter

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

moment = sys.argv[1]
if moment == "before":
    drawing.draw_pdf = die
elif moment == "file":  # the file is on the disk, the row is not
    Letter.save = lambda self, *a, **k: die() if self.sha256 else super(Letter, self).save(*a, **k)
elif moment == "mail":  # drawn, and the mail is being written
    sending.tell_organisation = die
waiting.draw_waiting(timezone.now())
"""


@pytest.fixture(autouse=True)
def _world(transactional_db: None, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    world.rules()


def waiting(count: int = 1) -> list[Letter]:
    made = []
    for number in range(count):
        right = world.recognition(world.dossier(f"Maison {number}"))
        made.append(letters.write(kind="certificate", at=AT, key=f"essai:{number}", recognition=right))
    return made


def files(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "media" / "letters").glob("*"))


def killed(moment: str, tmp_path: Path) -> None:
    parts = urlsplit(os.environ["DATABASE_URL"])
    database = urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))
    given = os.environ | {
        "DJANGO_SETTINGS_MODULE": "spro.settings", "DATABASE_URL": database, "SPRO_LOCAL": str(tmp_path),
        "LOG_LEVEL": "ERROR",
    }  # fmt: skip
    done = subprocess.run([sys.executable, "-c", DOOMED, moment], cwd=ROOT, env=given, check=False, timeout=120)
    assert done.returncode == -9


def mails() -> list[tuple[str, str]]:
    return sorted(OutboxMail.objects.values_list("to", "key"))


@pytest.mark.parametrize(("moment", "left"), [("before", 0), ("file", 1)])
def test_R12_a_worker_killed_while_it_draws_leaves_the_letter_as_it_was(
    moment: str, left: int, tmp_path: Path, settings: Any
) -> None:
    (letter,) = waiting()
    killed(moment, tmp_path)
    letter.refresh_from_db()
    assert (letter.state, letter.sha256, letter.attempts, str(letter.file)) == ("written", "", 1, "")
    assert (len(files(tmp_path)), OutboxMail.objects.count()) == (left, 0)

    assert draw_waiting(AT) == 1
    letter.refresh_from_db()
    assert (letter.state, letter.attempts, len(mails())) == ("sent", 2, 1)
    assert pdf_of(letter)[:5] == b"%PDF-"
    assert len(files(tmp_path)) == left + 1
    assert sweep(timezone.now()) == 0  # it may still be at work
    assert sweep(timezone.now() + dt.timedelta(days=2)) == left
    assert [path.name for path in files(tmp_path)] == [Path(str(letter.file)).name]


def test_R12_a_worker_killed_between_letter_and_mail_sends_it_once(tmp_path: Path) -> None:
    (letter,) = waiting()
    killed("mail", tmp_path)
    letter.refresh_from_db()
    assert (letter.state, mails()) == ("drawn", [])
    print_ = letter.sha256
    assert draw_waiting(AT) == 0
    assert draw_waiting(AT) == 0
    letter.refresh_from_db()
    assert (letter.state, letter.sha256, [to for to, _ in mails()]) == ("sent", print_, ["contact@maison.invalid"])


def test_R12_a_letter_that_kills_its_workers_ends_in_failure_and_holds_nobody() -> None:
    bad, good = waiting(2)
    Letter.objects.filter(pk=bad.pk).update(attempts=MAX_ATTEMPTS)
    assert draw_waiting(AT) == 1
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, bad.error, good.state) == ("failed", "Arrêt de l’ouvrier", "sent")
    assert list(failed(Letter.objects.all())) == [bad]
    redo(letter=bad, at=AT)
    assert draw_waiting(AT) == 1
    bad.refresh_from_db()
    assert (bad.state, bad.attempts, bad.error) == ("sent", 1, "")


def test_R12_one_that_fails_is_tried_again_and_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = waiting(2)
    real = drawing.draw_pdf

    def broken(html: str) -> Any:
        if bad.number in html:
            raise MemoryError
        return real(html)

    monkeypatch.setattr(drawing, "draw_pdf", broken)
    assert [draw_waiting(AT) for _ in range(MAX_ATTEMPTS + 1)] == [1] + [0] * MAX_ATTEMPTS
    bad.refresh_from_db()
    assert (bad.state, bad.error, bad.attempts) == ("failed", "MemoryError", MAX_ATTEMPTS + 1)
    assert Letter.objects.get(pk=good.pk).state == "sent"


def test_R12_a_letter_in_other_hands_is_left_to_them() -> None:
    held, free = waiting(2)
    taken, done = threading.Event(), threading.Event()

    def other_worker() -> None:
        try:
            with transaction.atomic():
                Letter.objects.select_for_update().get(pk=held.pk)
                taken.set()
                done.wait(60)
        finally:
            connection.close()

    other = threading.Thread(target=other_worker)
    other.start()
    taken.wait(60)
    assert draw_waiting(AT) == 1
    done.set()
    other.join()
    assert [Letter.objects.get(pk=letter.pk).state for letter in (held, free)] == ["written", "sent"]
    assert draw_waiting(AT) == 1


def test_R12_managers_and_the_contact_are_told_once_each() -> None:
    (letter,) = waiting()
    house = letter.candidature.organisation
    manager, member = make.person("Chef@Exemple.invalid"), make.person()
    Mandate.objects.create(user=manager, organisation=house, role="manager")
    Mandate.objects.create(user=member, organisation=house, role="member")
    draw_waiting(AT)
    letters.send(letter=letter, at=AT)
    assert [to.lower() for to, _ in mails()] == ["chef@exemple.invalid", "contact@maison.invalid"]
    mail = OutboxMail.objects.get(to="contact@maison.invalid")
    assert mail.subject == f"Attestation de reconnaissance : lettre {letter.number}"
    address = f"http://127.0.0.1:8000/candidature/{letter.candidature.public_id}/lettres/{letter.public_id}/"
    assert address in mail.text.split()


def test_R14_a_receipt_is_told_by_the_mail_of_the_deposit_alone() -> None:
    letters.write(kind="receipt", at=AT, key="receipt", candidature=world.dossier())
    assert draw_waiting(AT) == 1
    assert (Letter.objects.get().state, mails()) == ("sent", [])


def test_R12_how_far_a_batch_is() -> None:
    waiting(3)
    Letter.objects.filter(key="essai:0").update(state="failed")
    (one,) = batches()
    assert (one.total, one.drawn, one.sent, one.failed, one.done) == (3, 0, 0, 1, False)
    draw_waiting(AT)
    (one,) = batches()
    assert (one.total, one.drawn, one.sent, one.failed) == (3, 2, 2, 1)
    assert late(Letter.objects.all(), AT + dt.timedelta(minutes=59)).count() == 0
    assert late(Letter.objects.all(), AT + dt.timedelta(minutes=61)).count() == 0  # all but the failed one are sent
