"""The role of the web reads and writes rows: no table of its own, no migration taken back, no act dated by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from core.models import JournalEntry
from tests.factories import person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM django_migrations",
        "UPDATE django_migrations SET name = 'x'",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('core', 'x', now())",
        "TRUNCATE django_migrations",
        "CREATE TEMPORARY TABLE mine (id int)",
        "CREATE TABLE mine (id int)",
        "ALTER TABLE core_journalentry DISABLE TRIGGER ALL",
    ],
)
def test_the_database_refuses_it_to_the_web(sql: str) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_web_still_reads_which_migrations_ran() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) > 0 FROM django_migrations")
        assert cursor.fetchone() == (True,)


def test_the_database_alone_dates_an_act() -> None:
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    entry = JournalEntry.objects.create(
        at=long_ago, verb="essai", target_type="accounts.user", target_key=str(person().pk)
    )
    entry.refresh_from_db()
    assert abs(timezone.now() - entry.at) < timedelta(minutes=5)
