"""What the database itself refuses: no filter of a view is needed for it (D8, D13, ADR 0011)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import User
from core.sealing import new_key
from psad import context
from psad.lists import Role, Side
from psad.models import Access, Case, CaseGrant, Grant, Note, Platform
from tests.factories import person

pytestmark = pytest.mark.django_db


def rows(sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def platform(slug: str) -> Platform:
    with context.task("grants"):
        return Platform.objects.create(slug=slug, name=slug.title())


def granted(place: Platform, role: str = Role.HEAD, side: str = Side.CIO, user: User | None = None) -> User:
    user = user or person()
    with context.task("grants"):
        Grant.objects.create(platform=place, user=user, role=role, side=side, reason="Nommé·e")
    return user


def case(place: Platform, by: User) -> Case:
    _, wrapped = new_key()
    with context.acting(by):
        return Case.objects.create(
            platform=place, sealed_key=wrapped, identity=b"x", match_key=timezone.now().isoformat().encode(),
            sound_key=b"s", elsewhere_key=b"e", source="self", birth_month=dt.date(2008, 5, 1), opened_by=by,
            received_on=dt.date(2026, 11, 2),
        )  # fmt: skip


def test_D8_every_table_of_the_room_is_under_policies() -> None:
    open_tables = rows(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        " AND relname LIKE 'psad\\_%' AND NOT relrowsecurity"
    )
    assert open_tables == []


def test_D8_without_a_name_the_portal_reads_nothing_and_writes_nothing() -> None:
    place = platform("troyes")
    head = granted(place)
    case(place, head)
    assert rows("SELECT count(*) FROM psad_case") == [(0,)]
    with pytest.raises(DatabaseError), transaction.atomic():
        Case.objects.create(platform=place, birth_month=dt.date(2008, 5, 1), received_on=dt.date(2026, 11, 2))


def test_D8_a_head_reads_the_cases_of_their_platform_alone() -> None:
    here, there = platform("troyes"), platform("chaumont")
    head, other = granted(here), granted(there)
    mine = case(here, head)
    case(there, other)
    with context.acting(head):
        assert list(Case.objects.values_list("pk", flat=True)) == [mine.pk]
    with context.acting(person()):
        assert not Case.objects.exists()


def test_D13_an_adviser_reads_what_was_given_to_them_until_it_is_taken_over() -> None:
    place = platform("troyes")
    head, adviser = granted(place), granted(place, Role.ADVISER, Side.ML)
    found = case(place, head)
    with context.acting(head):
        Note.objects.create(case=found, at=timezone.now(), by=head, text=b"n")
        given = CaseGrant.objects.create(
            case=found, user=adviser, kind="follows", reason="Secteur", given_by=head, starts_at=timezone.now()
        )
    with context.acting(adviser):
        assert (Case.objects.count(), Note.objects.count()) == (1, 1)
    with context.acting(head):
        CaseGrant.objects.filter(pk=given.pk).update(ends_at=timezone.now())
    with context.acting(adviser):
        assert (Case.objects.count(), Note.objects.count()) == (0, 0)


def test_D13_an_adviser_cannot_give_themselves_a_case_but_the_one_they_opened() -> None:
    place = platform("troyes")
    head, adviser = granted(place), granted(place, Role.ADVISER, Side.ML)
    theirs, own = case(place, head), case(place, adviser)
    with context.acting(adviser):
        with pytest.raises(DatabaseError), transaction.atomic():
            CaseGrant.objects.create(case=theirs, user=adviser, kind="follows", reason="x", starts_at=timezone.now())
        CaseGrant.objects.create(case=own, user=adviser, kind="follows", reason="Reçu", starts_at=timezone.now())
        assert list(Case.objects.values_list("pk", flat=True)) == [own.pk]


def test_D13_an_access_only_ends() -> None:
    place = platform("troyes")
    head, adviser = granted(place), granted(place, Role.ADVISER, Side.ML)
    found = case(place, head)
    with context.acting(adviser):
        CaseGrant.objects.create(
            case=found, user=adviser, kind="break_glass", reason="Absence", starts_at=timezone.now(),
            ends_at=timezone.now() + dt.timedelta(hours=4),
        )  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            CaseGrant.objects.update(ends_at=timezone.now() + dt.timedelta(hours=23))


def test_D8_the_log_is_written_by_its_door_alone_and_an_altered_row_is_found() -> None:
    place = platform("troyes")
    head = granted(place)
    found = case(place, head)
    with context.acting(head):
        for _ in range(3):
            rows(f"SELECT psad_log({place.pk}, 'head', 'case.read', 'work', ARRAY['{found.log_key}'::uuid])")
        assert [row.seq for row in Access.objects.order_by("seq")] == [1, 2, 3]
        assert rows(f"SELECT psad_log_broken({place.pk})") == [(None,)]
        for act in ("DELETE FROM psad_access", "UPDATE psad_access SET verb = 'x'", "TRUNCATE psad_access"):
            with pytest.raises(DatabaseError), transaction.atomic():
                rows(act)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows(f"SELECT psad_log({place.pk}, 'head', 'case.read', 'work', ARRAY[]::uuid[])")
