"""A publication whose worker is killed in its middle (SIGKILL) is made by the next one, once (B4).

The workers are Celery's, as processes; so are the broker and what they draw.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from celery import Celery
from django.db import connection
from django.utils import timezone

from bilans.models import Campaign, Document
from bilans.services import asking, bulk
from bilans.services.producing import pdf_of
from core.models import JournalEntry
from tests import factories
from tests.bilans.test_publishing import year
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db(transaction=True)


def started(address: str, folder: Path) -> subprocess.Popen[str]:
    parts = urlsplit(os.environ["DATABASE_URL"])
    database = urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))
    given = os.environ | {
        "DJANGO_SETTINGS_MODULE": "spro.settings", "DATABASE_URL": database, "REDIS_URL": address,
        "SPRO_LOCAL": str(folder), "MEDIA_ROOT": str(folder / "media"), "EMAIL_URL": "", "LOG_LEVEL": "CRITICAL",
    }  # fmt: skip
    words = [sys.executable, "-m", "celery", "-A", "spro", "worker", "-P", "solo", "-Q", "documents", "-l", "critical",
             "--without-gossip", "--without-mingle", "--without-heartbeat"]  # fmt: skip
    return subprocess.Popen(words, cwd=ROOT, env=given, stdout=subprocess.DEVNULL, text=True)


def test_B4_a_worker_killed_while_it_publishes_changes_nothing_of_the_end(
    broker: str,
    tmp_path: Path,
    settings: Any,
    monkeypatch: Any,
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    calls = Celery("test", broker=broker, set_as_current=False)
    monkeypatch.setattr(asking, "current_app", calls)
    campaign, staff = year(), factories.region_staff()

    def held() -> Campaign:
        return Campaign.objects.get(pk=campaign.pk)

    first = started(broker, tmp_path)
    try:
        asking.ask(campaign, actor=staff, at=timezone.now())
        until(lambda: held().publication_attempts == 1, first)
    finally:
        first.kill()
        first.wait()
    assert (held().published_id, held().publishing, Document.objects.count()) == (None, True, 0)

    second = started(broker, tmp_path)
    try:
        assert asking.wake_lost(timezone.now() + 2 * bulk.QUIET_AFTER) == 1
        until(lambda: held().published_id, second)
    finally:
        second.terminate()
        second.wait(20)
    document = Document.objects.get()
    assert (held().published_id, held().publication_attempts, pdf_of(document)[:5]) == (document.pk, 0, b"%PDF-")
    assert JournalEntry.objects.filter(verb="bilans.publish").count() == 1
