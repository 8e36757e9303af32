"""The campaign played with a real worker (T2): its task, the mail on the disk, the link in it, and nothing twice.

A Celery worker runs as a process of its own on the database and the broker of the tests, and writes its mails as files.
"""

from __future__ import annotations

import email
import email.policy
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from celery import Celery
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from core.models import OutboxMail
from territories.models import Referent, ReferentCheck
from tests.factories import organisation, referent
from tests.territories.test_remind_referents import confirmed, manager_of
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def worker(transactional_db: None, broker: str, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    parts = urlsplit(os.environ["DATABASE_URL"])
    database = urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))
    given = os.environ | {
        "DJANGO_SETTINGS_MODULE": "spro.settings", "DATABASE_URL": database, "REDIS_URL": broker,
        "SPRO_LOCAL": str(tmp_path), "EMAIL_URL": "", "LOG_LEVEL": "ERROR",
    }  # fmt: skip
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "spro",
        "worker",
        "-P",
        "solo",
        "-Q",
        "mail,calendar",
        "-l",
        "error",
    ]
    with subprocess.Popen(command, cwd=ROOT, env=given, stdout=subprocess.DEVNULL, text=True) as process:
        yield process
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def test_T2_the_campaign_with_a_real_worker(
    worker: subprocess.Popen[str], broker: str, tmp_path: Path, client: Client
) -> None:
    house = organisation(name="Maison", slug="maison")
    asked = confirmed(name="Zoé Élan", email="zoe@exemple.invalid", organisation=house)
    referent(name="Ali Bois", email="du.pack@exemple.invalid", organisation=house)
    manager = manager_of(house)
    celery = Celery("test", broker=broker)

    def run() -> None:
        celery.send_task("territories.tasks.remind_referents", queue="calendar")
        celery.send_task("core.tasks.deliver_outbox", queue="mail")

    def mails() -> list[Any]:
        texts = [path.read_bytes() for path in sorted((tmp_path / "mail").glob("*.log"))]
        parts = [part for text in texts for part in text.split(b"-" * 79) if part.strip()]
        return [email.message_from_bytes(part.strip(), policy=email.policy.default) for part in parts]

    run()
    until(lambda: OutboxMail.objects.filter(sent_at__isnull=False).count() == 2, worker)
    assert sorted(mail["To"] for mail in mails()) == sorted([manager.email, "zoe@exemple.invalid"])
    mail = next(mail for mail in mails() if mail["To"] == "zoe@exemple.invalid")
    assert mail["Subject"].strip(" ") == "Votre fiche de référent·e est-elle encore juste\u00a0?"
    text = mail.get_content()
    link = re.search(rf"{re.escape(settings.SITE_URL)}(/referents/confirmer/[\w-]+/)", text)
    assert link, text
    assert OutboxMail.objects.exclude(text="").count() == 0  # the link is kept nowhere

    assert client.get(link[1]).status_code == 200
    assert client.post(link[1], {"reponse": "juste"}).status_code == 200
    asked.refresh_from_db()
    assert asked.confirmed_on == timezone.localdate()
    assert client.get(link[1]).status_code == 410

    before = ReferentCheck.objects.count()
    referent(name="", organisation=house)  # one more reason to write, if it were not today
    run()
    celery.send_task("core.tasks.beat_heart", queue="calendar")
    until(lambda: not _waiting(celery), worker)
    worker.terminate()
    worker.wait(10)
    assert (len(mails()), OutboxMail.objects.count(), ReferentCheck.objects.count()) == (2, 2, before)
    assert Referent.objects.get(name="Ali Bois").confirmed_on is None


def _waiting(celery: Celery) -> int:
    """Messages that the worker has not finished: it acknowledges them late."""
    with celery.connection_for_read() as opened:
        redis = opened.default_channel.client
        return int(redis.llen("calendar")) + int(redis.llen("mail")) + int(redis.hlen("unacked"))
