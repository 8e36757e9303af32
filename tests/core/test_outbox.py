"""Mail: never lost, never sent twice (habit 12)."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from smtplib import SMTPServerDisconnected
from typing import Any, ClassVar

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core.models import OutboxMail
from core.outbox import MAX_ATTEMPTS, deliver_waiting, queue_mail, queue_raw


def queued(key: str = "a") -> bool:
    return queue_raw(key=key, to="ines@exemple.invalid", subject="Objet", text="Texte\n")


@pytest.mark.django_db
def test_a_mail_is_sent_once() -> None:
    assert queued() is True
    assert deliver_waiting() == 1
    assert deliver_waiting() == 0
    sent = mail.outbox[0]
    assert (sent.to, sent.subject, sent.body) == (["ines@exemple.invalid"], "Objet", "Texte\n")
    assert len(mail.outbox) == 1
    assert OutboxMail.objects.get().sent_at is not None


@pytest.mark.django_db
def test_the_same_key_is_one_mail() -> None:
    assert (queued(), queued()) == (True, False)
    assert deliver_waiting() == 1
    assert queued() is False
    assert deliver_waiting() == 0


@pytest.mark.django_db
def test_the_database_refuses_the_same_key_twice() -> None:
    OutboxMail.objects.create(key="a", to="a@exemple.invalid", subject="s", text="t")
    with pytest.raises(IntegrityError), transaction.atomic():
        OutboxMail.objects.create(key="a", to="b@exemple.invalid", subject="s", text="t")


@pytest.mark.django_db(transaction=True)
def test_an_act_undone_sends_nothing() -> None:
    class UndoneError(Exception):
        pass

    @transaction.atomic
    def act() -> None:
        queued()
        raise UndoneError

    with pytest.raises(UndoneError):
        act()
    assert deliver_waiting() == 0
    assert not OutboxMail.objects.exists()


@pytest.mark.django_db
def test_a_mail_server_down_is_tried_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    queued()

    def refuse(self: object, messages: object) -> int:
        raise ConnectionRefusedError

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
        assert deliver_waiting() == 0
    waiting = OutboxMail.objects.get()
    assert (waiting.attempts, waiting.last_error, waiting.sent_at) == (1, "ConnectionRefusedError", None)
    assert waiting.not_before > timezone.now() + timedelta(minutes=1)
    assert deliver_waiting() == 0
    OutboxMail.objects.update(not_before=timezone.now())
    assert deliver_waiting() == 1


@pytest.mark.django_db
def test_after_many_failures_a_mail_stays_for_people_to_see() -> None:
    queued()
    OutboxMail.objects.update(attempts=MAX_ATTEMPTS)
    assert deliver_waiting() == 0
    assert OutboxMail.objects.get().sent_at is None


@pytest.mark.django_db
def test_a_mail_waits_for_its_hour() -> None:
    queued()
    OutboxMail.objects.update(not_before=timezone.now() + timedelta(hours=1))
    assert deliver_waiting() == 0


@pytest.mark.django_db
def test_the_first_line_of_a_template_is_the_subject() -> None:
    queue_mail(
        key="a", to="ines@exemple.invalid", template="account_opened", context={"home_url": "http://testserver/x/"}
    )
    row = OutboxMail.objects.get()
    assert row.subject == "Un compte vous attend sur le portail de l’orientation"
    assert row.text.startswith("Bonjour,\n\nLa Région vous a ouvert un compte")
    assert "\nhttp://testserver/x/\n" in row.text


@pytest.mark.django_db
def test_the_demonstration_writes_mail_in_a_folder(settings, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    queued()
    assert deliver_waiting() == 1
    (written,) = tmp_path.iterdir()
    assert "To: ines@exemple.invalid" in written.read_text()


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_mails_and_send_each_once(settings, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    for number in range(20):
        queued(str(number))
    start, sent = threading.Barrier(2), []

    def work() -> None:
        try:
            start.wait(10)
            sent.append(deliver_waiting())
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sum(sent) == 20
    assert sum(path.read_text().count("To: ines@exemple.invalid") for path in tmp_path.iterdir()) == 20


class FragileBackend(BaseEmailBackend):
    """A mail server that hangs up on the mails of `refused`, and on all that follow on the same connection."""

    opened: ClassVar[list[FragileBackend]] = []
    refused: ClassVar[set[str]] = set()
    broken = False

    def open(self) -> bool:
        if self not in self.opened:
            self.opened.append(self)
        return True

    def send_messages(self, email_messages: Any) -> int:
        self.broken = self.broken or email_messages[0].subject in self.refused
        if self.broken:
            raise SMTPServerDisconnected
        return 1


@pytest.fixture
def fragile(settings: Any) -> Iterator[type[FragileBackend]]:
    settings.EMAIL_BACKEND = f"{__name__}.FragileBackend"
    FragileBackend.opened, FragileBackend.refused = [], set()
    yield FragileBackend
    FragileBackend.opened = []


@pytest.mark.django_db
def test_no_connection_is_opened_when_nothing_waits(fragile: type[FragileBackend]) -> None:
    assert (deliver_waiting(), fragile.opened) == (0, [])


@pytest.mark.django_db
def test_one_connection_sends_all_that_waits(fragile: type[FragileBackend]) -> None:
    for key in "abc":
        queued(key)
    assert (deliver_waiting(), len(fragile.opened)) == (3, 1)


@pytest.mark.django_db
def test_after_a_failure_the_mails_that_follow_have_a_new_connection(fragile: type[FragileBackend]) -> None:
    for subject in ("un", "deux", "trois", "quatre"):
        queue_raw(key=subject, to="ines@exemple.invalid", subject=subject, text="Texte\n")
    fragile.refused = {"deux"}
    assert (deliver_waiting(), len(fragile.opened)) == (3, 2)
    (left,) = OutboxMail.objects.filter(sent_at=None)
    assert (left.subject, left.attempts, left.last_error) == ("deux", 1, "SMTPServerDisconnected")


@pytest.mark.django_db
def test_a_mail_server_that_says_nothing_holds_no_worker(settings: Any) -> None:
    """It takes the connection and never greets: the mail fails in time, and waits for its next try."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
        assert 0 < settings.EMAIL_TIMEOUT <= 60
        settings.EMAIL_TIMEOUT = 0.2
        queued()
        assert deliver_waiting() == 0
    assert OutboxMail.objects.get().last_error == "SMTPServerDisconnected"
