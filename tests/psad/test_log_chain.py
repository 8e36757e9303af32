"""The log of readings: what alters it is told, also when it is its owner who does; a month is dropped, the rest holds.

These tests really commit: the owner of the tables is another connection.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from psad import context, reading, witnesses
from psad.models import Access, LogClosure, Platform, Witness
from psad.services import retention
from tests.psad import world
from tests.psad.owner import aged, forget_log, owner, unseen

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _a_new_log() -> Iterator[None]:
    forget_log()
    yield
    forget_log()


@pytest.fixture
def place() -> Platform:
    """A platform whose log has six lines."""
    made = world.platform()
    head = world.member(made)
    row = world.case(made, head)
    with context.acting(head):
        for _ in range(6):
            reading.read(row, role="head")
    return made


def faults() -> list[tuple[int, str]]:
    return [(fault.seq, fault.what) for log in witnesses.check(timezone.now()) for fault in log.faults]


def witness() -> None:
    with context.task("retention"):
        witnesses.bear_witness(timezone.now())


def test_D8_a_log_that_nobody_touched_is_whole(place: Platform) -> None:
    witness()
    assert faults() == []
    out = StringIO()
    call_command("psad_verify_log", stdout=out)
    assert out.getvalue().startswith("troyes : 6 lignes, dernière 6, empreinte ")
    assert out.getvalue().endswith(", entier\n")


_COPY = "INSERT INTO psad_access SELECT gen_random_uuid(), at, platform_id, {}, actor, role, verb, purpose, cases, {}"
_SAME = _COPY.format(4, "previous, digest FROM psad_access WHERE seq = 4")
_NEXT = _COPY.format(
    7,
    "digest, psad_digest(digest, 7, at, platform_id, actor, role, verb, purpose, cases) FROM psad_access WHERE seq = 6",
)


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        ("UPDATE psad_access SET verb = 'x' WHERE seq = 3", [(3, "altered")]),
        ("UPDATE psad_access SET actor = NULL WHERE seq = 1", [(1, "altered")]),
        ("DELETE FROM psad_access WHERE seq = 1", [(1, "removed")]),
        ("DELETE FROM psad_access WHERE seq = 4", [(4, "removed")]),
        ("DELETE FROM psad_access WHERE seq > 4", [(5, "removed")]),
        ("DELETE FROM psad_access", [(1, "removed")]),
        (_SAME, [(4, "added")]),
        (_NEXT, [(7, "added")]),
    ],
)
def test_D8_what_the_owner_of_the_tables_changes_is_found_and_named(
    place: Platform, act: str, expected: list[Any]
) -> None:
    unseen(act)
    assert faults() == expected
    err = StringIO()
    with pytest.raises(CommandError):
        call_command("psad_verify_log", stdout=StringIO(), stderr=err)
    assert err.getvalue().startswith(f"troyes\u00a0: ligne {expected[0][0]}, ")


def test_D8_a_line_written_again_with_all_that_follow_is_found_by_the_witness(place: Platform) -> None:
    """The owner computes the whole chain anew: nothing in the database shows it but what is sealed outside of it."""
    witness()
    rewrite = "UPDATE psad_access SET verb = 'x' WHERE seq = 3"
    unseen(rewrite)
    aged(place.pk, until=0, months=0)
    assert reading.broken(place.pk) is None
    assert faults() == [(6, "rewritten")]


def test_D8_a_tail_cut_with_its_head_is_found_by_the_witness(place: Platform) -> None:
    witness()
    unseen(
        "DELETE FROM psad_access WHERE seq > 4",
        "UPDATE psad_chain SET seq = 4, digest = (SELECT digest FROM psad_access WHERE seq = 4)",
    )
    assert reading.broken(place.pk) is None
    assert faults() == [(6, "removed")]


def test_D8_a_witness_that_the_owner_forges_is_found(place: Platform) -> None:
    witness()
    with owner() as database:
        database.execute("UPDATE psad_witness SET digest = sha256('x')")
    assert faults() == [(6, "witness")]


def test_D8_lines_that_no_witness_ever_saw_are_told(place: Platform) -> None:
    aged(place.pk, until=2, months=1)
    assert faults() == [(1, "unwitnessed")]


def test_D8_a_reading_that_cannot_be_logged_shows_nothing(client: Client) -> None:
    """The log cannot be written any more: the page of a case fails, and says nobody's name."""
    place = world.platform()
    head = world.member(place)
    row = world.case(place, head, world.young("Canarivec"))
    client.force_login(head)
    path = f"/psad/troyes/dossiers/{row.pk}/"
    assert "Canarivec" in client.get(path).content.decode()
    with owner() as database:
        database.execute("ALTER TABLE psad_access ADD CONSTRAINT psad_full CHECK (false) NOT VALID")
    try:
        client.raise_request_exception = False
        answer = client.get(path)
        assert answer.status_code == 500
        assert "Canarivec" not in answer.content.decode()
        with context.acting(head), pytest.raises(DatabaseError), transaction.atomic():
            reading.read(row, role="head")
    finally:
        with owner() as database:
            database.execute("ALTER TABLE psad_access DROP CONSTRAINT psad_full")


def test_D8_the_role_of_the_portal_only_adds_to_the_log(place: Platform) -> None:
    month = timezone.localdate().strftime("%Y_%m")
    tables = {"psad_access": "seq", "psad_chain": "seq", "psad_logclosure": "rows", f"psad_access_{month}": "seq"}
    acts = ("UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0}", "DROP TABLE {0}")
    before = {name: _rows(name) for name in tables}
    for name, column in tables.items():
        for act in (*acts, "ALTER TABLE {0} DISABLE TRIGGER ALL", "INSERT INTO {0} SELECT * FROM {0}"):
            for task in ("retention", "rotation"):
                assert _done(act.format(name, column), task) == 0, (act, name)
    assert {name: _rows(name) for name in tables} == before
    assert faults() == []


def _done(words: str, task: Any) -> int:
    """How many rows changed; 0 when the database refuses."""
    try:
        with context.task(task), connection.cursor() as cursor:
            cursor.execute(words)
            return int(cursor.rowcount)
    except DatabaseError:
        return 0


def _rows(name: str) -> list[Any]:
    with owner() as database:
        return database.execute(f"SELECT t::text FROM {name} t ORDER BY 1").fetchall()  # type: ignore[arg-type]


# --- Months


def _told(on: dt.date, *, dry_run: bool = False) -> list[str]:
    lines = retention.run(on, at=timezone.now(), dry_run=dry_run)
    return [str(line) for line in lines if line.platform == "registre"]


def test_D13_an_expired_month_is_dropped_and_the_rest_still_verifies(place: Platform) -> None:
    aged(place.pk, until=4, months=14)
    with context.task("retention"):
        witnesses.bear_witness(timezone.now())
    expected = ["registre months_closed: 1", "registre months_dropped: 1", "registre lines_dropped: 4"]
    today = timezone.localdate()
    assert _told(today, dry_run=True) == expected
    assert _told(today) == expected
    assert _told(today) == []
    with context.task("retention"):
        assert list(Access.objects.order_by("seq").values_list("seq", flat=True)) == [5, 6]
        closed = LogClosure.objects.get()
        assert (closed.rows, closed.dropped_at is not None, list(closed.heads)) == (4, True, [str(place.pk)])
        assert Witness.objects.count() == 1
    assert faults() == []
    unseen("DELETE FROM psad_access WHERE seq = 5")
    assert faults() == [(5, "removed")]


def test_D13_a_month_of_less_than_twelve_is_closed_and_kept(place: Platform) -> None:
    aged(place.pk, until=3, months=11)
    assert _told(timezone.localdate()) == ["registre months_closed: 1"]
    assert faults() == []


def test_D13_a_month_altered_before_or_after_its_closure_is_never_dropped(place: Platform) -> None:
    aged(place.pk, until=4, months=14)
    unseen("UPDATE psad_access SET verb = 'x' WHERE seq = 2")
    with pytest.raises(retention.AlteredLogError, match="ligne 2, modifiée"):
        _told(timezone.localdate())
    with context.task("retention"):
        assert not LogClosure.objects.exists()
        assert Access.objects.count() == 6


def test_D13_a_month_written_again_after_its_closure_is_never_dropped(place: Platform, settings: Any) -> None:
    aged(place.pk, until=4, months=14)
    settings.PSAD_LOG_DAYS = 900
    assert _told(timezone.localdate()) == ["registre months_closed: 1"]
    settings.PSAD_LOG_DAYS = 365
    with owner() as database:
        database.execute("DELETE FROM psad_witness")
    unseen("UPDATE psad_access SET verb = 'x' WHERE seq = 2")
    aged(place.pk, until=0, months=0)
    assert reading.broken(place.pk) is None
    with pytest.raises(DatabaseError, match="not what was closed"):
        _told(timezone.localdate())
