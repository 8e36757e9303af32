"""Thousands follow a search: the questions asked of the database grow with the batches, not with the people (A4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.models import OutboxMail
from core.outbox import Letter, queue_mails
from events.models import Alert
from events.services import digests
from events.services.secret_links import sealed
from tests.events.test_alerts_mail import clock, coming  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db


def followers(count: int, *queries: str) -> None:
    """So many who confirmed two days ago, an equal part of each search."""
    since = timezone.now() - timedelta(days=2)
    Alert.objects.bulk_create(
        sealed(Alert(
            email=f"p{number}@exemple.invalid", query=queries[number % len(queries)], title="Essai", rhythm="daily",
            created_at=since, confirmed_at=since, told_until=since,
            ends_on=timezone.localdate() + timedelta(days=100),
        ))
        for number in range(count)
    )  # fmt: skip


def run() -> tuple[int, int]:
    """How many mails, for how many questions; then nothing is left of it."""
    with CaptureQueriesContext(connection) as asked:
        written = digests.send_due(timezone.now() + timedelta(days=1))
    assert OutboxMail.objects.count() == written
    assert len({mail.to for mail in OutboxMail.objects.all()}) == written
    OutboxMail.objects.all().delete()
    Alert.objects.all().delete()
    return written, len(asked)


def test_A4_a_batch_asks_as_much_for_three_as_for_all_it_holds() -> None:
    coming(kind="atelier")
    coming(kind="forum")
    counts = []
    for count in (3, 3, digests.BATCH):  # the first one also fills what a process keeps
        followers(count, "type=atelier", "type=forum")
        counts.append(run())
    assert [written for written, _ in counts] == [3, 3, digests.BATCH]
    assert counts[1][1] == counts[2][1]


def test_A4_each_is_told_once_whatever_the_batches(monkeypatch: Any) -> None:
    coming(kind="atelier")
    monkeypatch.setattr(digests, "BATCH", 7)
    followers(20, "type=atelier", "type=forum", "")
    written, asked = run()
    assert written == 13  # nothing new of the type « forum »
    followers(20, "type=atelier", "type=forum", "")
    assert digests.send_due(timezone.now() + timedelta(days=1)) == 13
    assert digests.send_due(timezone.now() + timedelta(days=1)) == 0
    assert asked < 40


def test_a_mail_of_a_known_key_is_not_written_twice_among_many() -> None:
    letters = [
        Letter(key=key, to="a@exemple.invalid", template="alert_ending",
               context={"alert": Alert(title="Essai", ends_on=timezone.localdate()), "url": "https://exemple.invalid"})
        for key in ("un", "deux", "un")
    ]  # fmt: skip
    assert (queue_mails(letters), queue_mails(letters), OutboxMail.objects.count()) == (2, 0, 2)
