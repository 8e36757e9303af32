"""The journal keeps the past: the role of the web can only add to it (habit 6)."""

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from core import journal
from core.models import JournalEntry


@pytest.fixture
def entry(db: None) -> JournalEntry:
    user = User.objects.create_user("quelquun@demo.invalid", name="Quelqu’un")
    return journal.record(verb="ouvrir", target=user, actor=user, changes={"name": ["", "Quelqu’un"]})


def test_an_act_is_written_with_its_actor_and_its_target(entry: JournalEntry) -> None:
    user = User.objects.get()
    row = JournalEntry.objects.get()
    assert (row.actor_key, row.actor_label, row.verb) == (str(user.pk), "compte", "ouvrir")
    assert (row.target_type, row.target_key) == ("accounts.user", str(user.pk))
    assert row.changes == {"name": ["", "Quelqu’un"]}


@pytest.mark.parametrize(
    "sql", ["UPDATE core_journalentry SET verb = 'x'", "DELETE FROM core_journalentry", "TRUNCATE core_journalentry"]
)
def test_the_database_refuses_to_change_the_past(entry: JournalEntry, sql: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert JournalEntry.objects.get().verb == "ouvrir"


def test_the_web_is_neither_owner_nor_superuser(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.rolsuper, r.rolbypassrls, r.rolcreatedb, t.tableowner = current_user FROM pg_roles r,"
            " pg_tables t WHERE r.rolname = current_user AND t.tablename = 'core_journalentry'"
        )
        assert cursor.fetchone() == (False, False, False, False)
