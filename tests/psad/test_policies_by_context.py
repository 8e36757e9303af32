"""Every table of the room × everybody and every task: what the database itself shows, and what it refuses to write.

The tables come from `pg_class`: a new one that no scope reads in `tests/psad/scopes.py` fails. The portal's role
attacks here by SQL, as a forgotten filter or a stolen session would (D8, D13, S5).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from psad import context
from psad.lists import Role, Side
from psad.models import Access, Case, CaseGrant, Grant, Move, Note, Partner, Share, Transfer
from psad.services import transferring
from psad.services.cases import day_of
from tests.psad import scopes, world
from tests.psad.scopes import Scopes

pytestmark = pytest.mark.django_db
AT = timezone.now()

# No young person's data: anybody may know (D1); figures are published.
KNOWN = {"platform", "platformcommune", "logclosure", "publication", "figure"}
# Written by a task or read by none of the portal: no row in the world of the tests.
UNSEEN = {"chain", "pastcase", "figurecount", "figure", "publication", "logclosure", "platformcommune", "witness"}
# What a list of the head of « troyes » sees while it is at work: cases to match, its own lines. The rest is theirs
# as people of circle 1.
LISTS = {"case", "import", "line"}
OF_A_CASE = {
    "move", "attempt", "interview", "note", "guardian", "proposal", "check", "obligation", "letter", "file", "transfer",
    "younglink", "wish", "share", "shareitem", "shareanswer", "casegrant",
}  # fmt: skip
# Task → the tables whose rows of « troyes » it reads.
TASKS: dict[str, set[str]] = {
    "figures": set(),
    "retention": {
        "case",
        "import",
        "line",
        "report",
        "access",
        *OF_A_CASE,
        "grant",
        "partner",
        "meeting",
        "reportlink",
        "solution",  # names of who is gone leave them
    },
    "rotation": {"case", "import", "line", "report", "share", "shareitem", "shareanswer"},
    "obligation": {"case", "obligation", "letter", "move"},
    "intake": {"reportlink"},
    "door": {"share", "shareitem", "shareanswer", "younglink"},
    "grants": {"grant", "kititem"},  # tools of every platform: no young person in them
}


@pytest.fixture(scope="module")
def one_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scopes]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield scopes.build()
        transaction.set_rollback(True)


@pytest.fixture
def ground(one_world: Scopes, db: None) -> Scopes:
    scopes.apart()
    return one_world


def rows(sql: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []


def tables() -> list[str]:
    found = rows(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        " AND NOT relispartition AND relname LIKE 'psad\\_%%'"
    )
    return sorted(name.removeprefix("psad_") for (name,) in found)


def seen(door: AbstractContextManager[None]) -> set[str]:
    """The tables of which the context reads a row, those that anybody may know aside."""
    with door:
        return {table for table in tables() if table not in KNOWN and rows(f"SELECT 1 FROM psad_{table} LIMIT 1")}


def test_D8_every_table_is_read_by_somebody_of_the_world(ground: Scopes) -> None:
    read = seen(context.acting(ground.people["head"]))
    assert set(tables()) - read - KNOWN - UNSEEN == set(), "a table that the world of the tests leaves empty"
    assert UNSEEN - set(tables()) == set()


@pytest.mark.parametrize("who", ["citizen", "professional", "region", "technician", "ended"])
def test_D8_who_is_of_no_circle_reads_nothing(ground: Scopes, who: str) -> None:
    # A grant that ended is the person's to see, and the accesses to cases that they had: keys without what they open.
    own = {"grant", "casegrant"} if who == "ended" else set()
    assert seen(context.acting(ground.people[who])) == own


def test_D8_without_a_name_nothing_is_read(ground: Scopes) -> None:
    assert seen(nullcontext()) == set()
    assert seen(context.linked(uuid4())) == set()
    assert seen(context.acting(None)) == set()


@pytest.mark.parametrize("task", sorted(TASKS))
def test_D8_a_task_reads_what_it_is_for(ground: Scopes, task: Any) -> None:
    assert seen(context.task(task)) == TASKS[task]


def test_D8_the_tasks_that_exist_are_those_that_are_proved() -> None:
    from typing import get_args

    assert set(get_args(context.Task)) == set(TASKS)


def test_D8_who_works_elsewhere_reads_no_row_of_here(ground: Scopes) -> None:
    """The head and the partner of « chaumont »: of tables that name their case or platform, theirs alone."""
    mine = {"elsewhere", "partner_elsewhere"}
    for who in mine:
        with context.acting(ground.people[who]):
            for table in tables():
                columns = {name for (name,) in rows(
                    "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0", f"psad_{table}"
                )}  # fmt: skip
                if "case_id" in columns and table != "transfer":
                    theirs = f"SELECT count(*) FROM psad_{table} WHERE case_id = ANY (%s)"
                    assert rows(theirs, [ground.cases["a"].pk, ground.cases["b"].pk]) == [(0,)], (who, table)
                if "platform_id" in columns and table not in KNOWN:
                    assert rows(f"SELECT count(*) FROM psad_{table} WHERE platform_id = %s", ground.here.pk) == [(0,)]


def test_D13_an_adviser_reads_the_rows_of_the_case_that_was_given_to_them_alone(ground: Scopes) -> None:
    with context.acting(ground.people["given"]):
        for table in sorted(OF_A_CASE & set(tables()) - {"shareitem", "shareanswer"}):
            found = {case for (case,) in rows(f"SELECT DISTINCT case_id FROM psad_{table}")}
            assert found <= {ground.cases["a"].pk}, table
    for who in ("not_given", "lapsed"):
        with context.acting(ground.people[who]):
            for table in sorted(OF_A_CASE & set(tables()) - {"casegrant"}):
                assert rows(f"SELECT count(*) FROM psad_{table}") == [(0,)], (who, table)
            assert rows("SELECT count(*) FROM psad_case") == [(0,)]


def test_D5_circle_2_reads_what_is_shared_and_nothing_of_the_case(ground: Scopes) -> None:
    circle = {"grant", "partner", "meeting", "kititem", "solution", "share", "shareitem", "shareanswer"}
    read = seen(context.acting(ground.people["partner"]))
    assert read == circle - {"grant"}
    for who in ("partner_expired", "partner_revoked"):
        assert seen(context.acting(ground.people[who])) == {"partner", "meeting", "kititem", "solution"}


def test_D7_a_young_persons_session_reads_its_own_case_alone(ground: Scopes) -> None:
    with context.linked(ground.young["young"].pk):
        assert rows("SELECT id FROM psad_case") == [(ground.cases["a"].pk,)]
        for table in tables():
            if rows(
                "SELECT 1 FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'case_id'", f"psad_{table}"
            ):
                found = {case for (case,) in rows(f"SELECT DISTINCT case_id FROM psad_{table}")}
                assert found <= {ground.cases["a"].pk}, table
        for table in ("note", "report", "import", "line", "reportlink", "grant", "casegrant", "access"):
            assert rows(f"SELECT count(*) FROM psad_{table}") == [(0,)], table
    with context.task("door"):
        ground.young["young"].session_ends_at = timezone.now() - dt.timedelta(seconds=1)
        ground.young["young"].save()
    assert seen(context.linked(ground.young["young"].pk)) <= {"younglink"}


def test_D8_a_list_at_work_reads_the_cases_to_match_and_none_of_what_is_written_of_them(
    ground: Scopes,
) -> None:
    """Given by an adviser, who was given no case."""
    place = world.platform("lure")
    head, adviser = world.member(place), world.member(place, Role.ADVISER, Side.ML)
    found = world.case(place, head)
    from psad.models import Import

    with context.acting(head):
        Note.objects.create(case=found, at=AT, by=head, text=b"n")
        Move.objects.create(case=found, at=AT, by=head, verb="note")
    with context.acting(adviser):
        batch = Import.objects.create(platform=place, given_by=adviser, given_at=AT, digest=b"d", state="running")
    read = seen(context.importing(batch.pk, adviser.pk))
    assert read - {"grant"} == {"case", "import"}
    assert seen(context.importing(uuid4(), adviser.pk)) == {"grant", "import"}
    with context.importing(batch.pk, adviser.pk):
        assert rows("DELETE FROM psad_case RETURNING 1") == []


# --- Attacks by SQL, as the role of the portal


def refused(act: Callable[[], Any]) -> bool:
    """Whether the database refuses, or changes nothing."""
    try:
        with transaction.atomic():
            done = act()
    except DatabaseError:
        return True
    return not done


def changed(sql: str, *values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.rowcount


def test_D13_nobody_gives_themselves_a_role(ground: Scopes) -> None:
    here, later = ground.here, day_of(AT) + dt.timedelta(days=400)
    mine = "WHERE user_id = %s AND platform_id = %s"
    for who in ("citizen", "ended", "region", "technician", "elsewhere", "not_given", "coordination", "partner"):
        user = ground.people[who]
        row = Grant(platform=here, user=user, role="head", side="cio", reason="x", starts_on=later)
        acts: list[Callable[[], Any]] = [
            lambda row=row: row.save(force_insert=True) or True,
            lambda user=user: changed(f"UPDATE psad_grant SET role = 'head' {mine}", user.pk, here.pk),
            lambda user=user: changed(
                f"UPDATE psad_grant SET ended_at = NULL, ends_on = NULL {mine}", user.pk, here.pk
            ),
        ]
        with context.acting(user):
            assert [refused(act) for act in acts] == [True, True, True], who


def test_D13_nobody_gives_themselves_a_case(ground: Scopes) -> None:
    one, other = ground.cases["a"].pk, ground.cases["b"].pk
    for who in ("ended", "region", "technician", "elsewhere", "not_given", "lapsed", "partner"):
        user = ground.people[who]
        row = CaseGrant(case_id=other, user=user, kind="follows", reason="x", given_by=user, starts_at=AT)
        turned, longer = (
            f"UPDATE psad_casegrant SET {what} WHERE user_id = %s"
            for what in (f"case_id = '{other}'", "ends_at = NULL")
        )
        acts: list[Callable[[], Any]] = [
            lambda row=row: row.save(force_insert=True) or True,
            lambda user=user, turned=turned: changed(turned, user.pk),
            lambda user=user, longer=longer: changed(f"{longer} AND ends_at IS NOT NULL", user.pk),
        ]
        with context.acting(user):
            assert [refused(act) for act in acts] == [True, True, True], who
    for who in ("elsewhere", "ended", "region", "partner"):
        user = ground.people[who]
        glass = CaseGrant(
            case_id=one, user=user, kind="break_glass", reason="x", given_by=user, starts_at=AT,
            ends_at=AT + dt.timedelta(hours=2),
        )  # fmt: skip
        with context.acting(user):
            assert refused(lambda glass=glass: glass.save(force_insert=True) or True), who


@pytest.mark.parametrize("who", ["head", "coordination", "given", "elsewhere"])
def test_D8_no_row_goes_to_another_platform(ground: Scopes, who: str) -> None:
    """Even by somebody who works in both."""
    user = ground.people[who]
    both = ground.there if who != "elsewhere" else ground.here
    with context.task("grants"):
        Grant.objects.create(platform=both, user=user, role="coordination", side="cio", reason="Renfort")
    with context.acting(user):
        for table in ("case", "grant", "partner", "meeting", "import", "report", "reportlink", "solution", "kititem"):
            act = f"UPDATE psad_{table} SET platform_id = %s WHERE platform_id <> %s"
            assert refused(lambda act=act: changed(act, ground.there.pk, ground.there.pk)), table


@pytest.mark.parametrize("table", sorted(OF_A_CASE - {"shareitem", "shareanswer", "casegrant", "transfer"}))
def test_D8_no_row_is_hung_to_the_case_of_another(ground: Scopes, table: str) -> None:
    """An adviser, by SQL, with the key of a case of the platform that is not theirs, and of another platform's."""
    with context.acting(ground.people["given"]):
        for other in ("b", "z"):
            act = f"UPDATE psad_{table} SET case_id = %s WHERE case_id = %s"
            assert refused(lambda act=act, other=other: changed(act, ground.cases[other].pk, ground.cases["a"].pk)), (
                other
            )
            assert refused(
                lambda other=other: Move.objects.create(case=ground.cases[other], at=AT, verb="x")
            ), other  # fmt: skip
    with context.acting(ground.people["elsewhere"]):
        assert refused(lambda: changed(f"UPDATE psad_{table} SET case_id = %s", ground.cases["a"].pk))
        assert refused(lambda: changed(f"DELETE FROM psad_{table} WHERE case_id = %s", ground.cases["a"].pk))


def test_D8_a_case_and_its_history_are_erased_by_no_person(ground: Scopes) -> None:
    with context.acting(ground.people["head"]):
        assert changed("DELETE FROM psad_move") == 0
        assert refused(lambda: changed("DELETE FROM psad_case"))
        assert refused(lambda: changed("UPDATE psad_case SET log_key = gen_random_uuid()"))
    with context.task("rotation"):
        assert refused(lambda: changed("DELETE FROM psad_case"))


def test_D5_nothing_is_shared_with_a_partner_of_another_platform(ground: Scopes) -> None:
    far = ground.far["partner"]
    with context.acting(ground.people["head"]):
        share = Share(
            case=ground.cases["a"],
            at=AT,
            partner_id=far,
            purpose="offer",
            informed=True,
            ends_at=AT + dt.timedelta(days=3),
        )
        assert refused(lambda: (share.save(force_insert=True), 1))


def test_D5_what_is_shared_with_one_person_never_passes_to_another(ground: Scopes) -> None:
    """Circle 1 names partners: it cannot put itself in the place of one."""
    head = ground.people["head"]
    with context.acting(head):
        assert refused(lambda: Partner.objects.filter(user=ground.people["partner"]).update(user=head))
        assert Partner.objects.filter(user=ground.people["partner"]).update(ends_on=day_of(AT)) == 1


def test_D13_a_transfer_cannot_be_turned_to_another_case(ground: Scopes) -> None:
    """The head of the receiver reads the row of the transfer: pointed at another case, it would take that one."""
    other: Any = ground.people["elsewhere"]
    with context.acting(other):
        row = Transfer.objects.get(to=ground.there)
        others = {case.pk for case in ground.cases.values()} - {row.case_id}
        for column, value in (
            *(("case_id", key) for key in others), ("to_id", ground.here.pk),
            ("by_id", other.pk), ("accepted_at", AT), ("asked", True),
        ):  # fmt: skip
            act = f"UPDATE psad_transfer SET {column} = %s WHERE id = %s"
            assert refused(lambda act=act, value=value: changed(act, value, row.pk)), column


def test_D13_who_asked_for_a_case_does_not_answer_though_they_worked_where_it_is(
    ground: Scopes,
) -> None:
    """Somebody who left « troyes » heads « chaumont » now: their own request is not an offer of « troyes »."""
    here, there = world.platform("lure"), world.platform("vesoul")
    head, mover = world.member(here), world.member(there)
    world.case(here, head)
    with context.task("grants"):
        Grant.objects.create(
            platform=here, user=mover, role="adviser", side="ml", reason="Autrefois",
            starts_on=day_of(AT) - dt.timedelta(days=99), ends_on=day_of(AT) - dt.timedelta(days=9),
        )  # fmt: skip
    with context.acting(mover):
        assert transferring.ask(identity=world.young(), platform=there, reason="La personne habite ici")
        made = Transfer.objects.get()
        assert made.asked
        from django.core.exceptions import ValidationError

        with pytest.raises(ValidationError, match="pas à vous"):
            transferring.accept(transfer=made.pk, by=mover, role="head", at=AT)
        assert not Case.objects.exists()


def test_D5_a_transfer_empties_what_the_former_platform_shared(ground: Scopes) -> None:
    with context.acting(ground.people["elsewhere"]):
        transferring.accept(transfer=ground.words["transfer"], by=ground.people["elsewhere"], role="head", at=AT)  # type: ignore[arg-type]
        left = Share.objects.filter(case=ground.cases["a"])
        assert left.count() == 3
        assert not left.exclude(sealed_key="").exists()
        assert not rows("SELECT 1 FROM psad_shareitem WHERE content <> ''")
    with context.acting(ground.people["partner"]):
        assert not Share.objects.exists()


def test_D8_nobody_writes_in_the_log_of_another_platform(ground: Scopes) -> None:
    line = "SELECT psad_log(%s, 'head', 'case.read', 'work', '{}')"
    for who in ("citizen", "elsewhere", "ended", "region", "technician"):
        with context.acting(ground.people[who]):
            assert refused(lambda: rows(line, ground.here.pk)), who
    with context.acting(ground.people["head"]):
        assert refused(lambda: rows("SELECT psad_log_write(%s, 'head', 'x', 'work', '{}')", ground.here.pk))
        assert refused(lambda: changed("INSERT INTO psad_chain VALUES (999, 1, 'x')"))
        assert refused(lambda: changed("UPDATE psad_chain SET seq = 0"))
        assert refused(lambda: Access.objects.create(
            at=AT, platform=ground.here, seq=99, actor=None, role="x", verb="x", cases=[], previous=b"", digest=b""
        ))  # fmt: skip


def test_D13_figures_and_matching_answer_their_own_task_or_team(ground: Scopes) -> None:
    key = bytes(ground.cases["a"].match_key)
    for who in ("citizen", "elsewhere", "ended", "region", "technician", "partner"):
        with context.acting(ground.people[who]):
            assert rows("SELECT id FROM psad_match(%s, %s)", ground.here.pk, [key]) == [], who
            assert refused(lambda: rows("SELECT psad_elsewhere(%s, %s)", ground.here.pk, b"x")), who


def test_D8_the_functions_of_the_owner_look_up_nothing_of_the_callers() -> None:
    """`search_path` is fixed: a table of the same name in a schema of the caller is never read instead."""
    found = rows(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'psad\\_%%'"
        " AND prosecdef AND NOT coalesce(proconfig @> ARRAY['search_path=public, pg_temp'], false)"
    )
    assert found == []


def test_D8_the_portals_role_makes_no_table_nor_passes_the_policies() -> None:
    assert rows("SELECT rolbypassrls OR rolsuper FROM pg_roles WHERE rolname = current_user") == [(False,)]
    assert rows("SELECT has_schema_privilege('public', 'CREATE')") == [(False,)]
    owned = rows("SELECT relname FROM pg_class WHERE relname LIKE 'psad\\_%%' AND pg_has_role(relowner, 'MEMBER')")
    assert owned == []
    for act in ("SET session_replication_role = replica", "ALTER TABLE psad_case DISABLE ROW LEVEL SECURITY",
                "SET row_security = off; SELECT 1 FROM psad_case"):  # fmt: skip
        assert refused(lambda act=act: rows(act) or 1), act


def test_D8_a_key_that_is_taken_says_nothing_of_another_platform(ground: Scopes) -> None:
    """Unique constraints are within a platform or on random keys: writing never tells that somebody is elsewhere."""
    found = rows(
        "SELECT c.conrelid::regclass::text, pg_get_constraintdef(c.oid) FROM pg_constraint c"
        " WHERE c.contype IN ('u', 'x') AND c.conrelid::regclass::text LIKE 'psad\\_%%'"
        " UNION SELECT tablename, indexdef FROM pg_indexes"
        " WHERE tablename LIKE 'psad\\_%%' AND indexdef LIKE '%%UNIQUE%%'"
    )
    keyed = [text for _, text in found if any(name in text for name in ("match_key", "sound_key", "elsewhere_key"))]
    assert len(keyed) == 1
    assert "(platform_id, match_key)" in keyed[0]


def test_D13_each_platform_has_hashes_of_its_own(ground: Scopes) -> None:
    with context.acting(ground.people["head"]):
        here = {bytes(key) for (key,) in rows("SELECT match_key FROM psad_case")}
    from psad.intake.matching import keys_of

    who = world.young()
    assert keys_of(who, ground.here.pk).match != keys_of(who, ground.there.pk).match
    assert here
