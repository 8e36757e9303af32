"""Figures are counted once, by their task alone, and published hidden (D8, D9, issue 6)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from core.small_counts import LEAST
from psad import context
from psad.lists import Answer, CheckResult, ClosingReason, SolutionKind
from psad.models import (
    Case,
    Check,
    Figure,
    FigureCount,
    Move,
    Platform,
    PlatformCommune,
    Proposal,
    Publication,
    Solution,
)
from psad.services.cases import PARIS
from psad.services.publishing import publish_due, publish_quarter, publish_year
from psad.statistics.figures import after, is_over, quarter_of
from tests.factories import person, region_staff, town
from tests.psad import world

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 22, 9, tzinfo=PARIS)
Q3 = dt.date(2026, 7, 1)
_names = iter(range(10_000))


def place(slug: str, department: str = "10") -> tuple[Platform, User]:
    made = world.platform(slug)
    with context.task("grants"):
        PlatformCommune.objects.create(platform=made, commune=town(department=department))
    return made, world.member(made)


def received(made: Platform, head: User, count: int, day: dt.date = dt.date(2026, 7, 15), **fields: Any) -> list[Case]:
    """`count` cases, women and men in turn."""
    found = []
    for number in range(count):
        words = {"received_on": day, "sex": "fm"[number % 2], "birth_month": dt.date(2009, 3, 1)} | fields
        row = world.case(made, head, world.young(f"Nom{next(_names)}"))
        with context.acting(head):
            Case.objects.filter(pk=row.pk).update(**words)
        found.append(row)
    return found


def said(publication: Publication, measure: str, dimension: str = "") -> dict[tuple[str, str], int | None]:
    cells = Figure.objects.filter(publication=publication, measure=measure, dimension=dimension)
    return {(cell.unit, cell.category): cell.value for cell in cells}


def count(quarter: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM psad_figures(%s)", [quarter])
        return cursor.fetchall()


@pytest.mark.parametrize("who", ["nobody", "head", "region", "retention", "grants"])
def test_D8_the_function_answers_its_task_alone(who: str) -> None:
    made, head = place("troyes")
    received(made, head, 6)
    ways = {
        "nobody": context.acting(None), "head": context.acting(head), "region": context.acting(region_staff()),
        "retention": context.task("retention"), "grants": context.task("grants"),
    }  # fmt: skip
    with ways[who], pytest.raises(DatabaseError, match="counted by their task"), transaction.atomic():
        count("2026-07-01")


@pytest.mark.parametrize("day", ["2026-07-02", "2026-08-01", "2098-01-01", "today"])
def test_D8_it_counts_whole_quarters_that_are_over_and_no_other_date(day: str) -> None:
    wanted = quarter_of(dt.datetime.now(PARIS).date()).isoformat() if day == "today" else day
    with context.task("figures"), pytest.raises(DatabaseError, match="once it is over"), transaction.atomic():
        count(wanted)


def test_D8_a_quarter_is_counted_once_and_none_before_it_any_more() -> None:
    made, head = place("troyes")
    received(made, head, 6)
    publication = publish_quarter(Q3, NOW)
    assert publication is not None
    received(made, head, 3)
    for quarter in (Q3, dt.date(2026, 4, 1)):
        with pytest.raises(DatabaseError, match="is published"), transaction.atomic():
            publish_quarter(quarter, NOW)
    assert said(publication, "received")["troyes", ""] == 6


def test_D8_what_is_published_is_never_changed_and_small_counts_are_the_task_s() -> None:
    made, head = place("troyes")
    received(made, head, 6)
    publish_quarter(Q3, NOW)
    for model in (Publication, Figure, FigureCount):
        for act in (lambda m: m.objects.update(id=99_999), lambda m: m.objects.all().delete()):
            with context.task("figures"), pytest.raises(DatabaseError), transaction.atomic():
                act(model)
    with context.acting(head):
        assert not FigureCount.objects.exists()
        assert Figure.objects.exists()
    with context.task("grants"):
        assert not FigureCount.objects.exists()
    assert not FigureCount.objects.exists()
    with pytest.raises(DatabaseError), transaction.atomic():
        Publication.objects.create(kind="quarter", starts_on=dt.date(2020, 1, 1), published_at=NOW)


def test_D9_each_step_is_counted_in_its_quarter() -> None:
    """Six people received in June: joined, proposed, started and closed from July on; a median of their delays."""
    made, head = place("troyes")
    cases = received(made, head, 10, dt.date(2026, 6, 20))
    at = dt.datetime(2026, 7, 10, 10, tzinfo=PARIS)
    offer = world.solution(made, head, kind=SolutionKind.MICRO)
    with context.acting(head):
        for row in cases:
            Move.objects.create(case=row, at=at, by=head, verb="prepare")
            Proposal.objects.create(
                case=row, solution=offer, at=at, by=head, answer=Answer.ACCEPTED, started_on=dt.date(2026, 7, 20)
            )
        Case.objects.update(first_contact_at=at, solution_on=dt.date(2026, 7, 20))
        Case.objects.filter(pk__in=[row.pk for row in cases[:6]]).update(
            step="closed", closed_on=dt.date(2026, 9, 1), closing_reason=ClosingReason.SOLVED
        )
    publication = publish_quarter(Q3, NOW)
    assert publication is not None
    flows = {
        name: said(publication, name)["troyes", ""]
        for name in ("prepared", "contacted", "proposed", "solved", "closed")
    }
    assert flows == {"prepared": 10, "contacted": 10, "proposed": 10, "solved": 10, "closed": 6}
    assert said(publication, "received")["troyes", ""] is None
    assert said(publication, "delay") == {("troyes", ""): 20, ("10", ""): 20, ("", ""): 20}
    with context.task("figures"):
        kinds = FigureCount.objects.filter(measure="solved", dimension="kind").values_list("category", "count")
        assert list(kinds) == [("school", 10)]


def test_D9_a_return_that_lasts_is_known_three_and_six_months_after_it_began() -> None:
    made, head = place("troyes")
    cases = received(made, head, 7, dt.date(2026, 1, 10))
    offer = world.solution(made, head)
    with context.acting(head):
        for number, row in enumerate(cases):
            proposal = Proposal.objects.create(
                case=row, solution=offer, at=NOW, by=head, answer=Answer.ACCEPTED, started_on=dt.date(2026, 4, 20)
            )
            Check.objects.create(
                case=row, proposal=proposal, months=3, at=NOW, due_on=dt.date(2026, 7, 20),
                result=CheckResult.HOLDS if number < 5 else "",
            )  # fmt: skip
    publish_quarter(Q3, NOW)
    with context.task("figures"):
        found = dict(FigureCount.objects.filter(dimension="", count__gt=0).values_list("measure", "count"))
    assert {key: found.get(key) for key in ("held3", "lost3", "held6", "lost6")} == {
        "held3": 5, "lost3": 2, "held6": None, "lost6": None,
    }  # fmt: skip


def test_D8_department_minus_platforms_tells_nothing() -> None:
    """Three in Romilly: Bar is hidden with it, Troyes and the Aube are said."""
    for slug, people in (("troyes", 9), ("romilly", 3), ("bar", 6)):
        received(*place(slug), people)
    received(*place("reims", "51"), 8)
    publication = publish_quarter(Q3, NOW)
    assert publication is not None
    assert said(publication, "received") == {
        ("", ""): 26, ("10", ""): 18, ("51", ""): 8, ("troyes", ""): 9, ("romilly", ""): None, ("bar", ""): None,
        ("reims", ""): 8,
    }  # fmt: skip


def test_D8_a_merged_case_is_counted_once_and_a_platform_that_began_nothing_has_no_row() -> None:
    made, head = place("troyes")
    cases = received(made, head, 7)
    place("romilly")
    with context.acting(head):
        Case.objects.filter(pk=cases[0].pk).update(
            step="closed", closed_on=dt.date(2026, 7, 20), closing_reason=ClosingReason.MERGED
        )
    publication = publish_quarter(Q3, NOW)
    assert publication is not None
    assert said(publication, "received") == {("", ""): 6, ("10", ""): 6, ("troyes", ""): 6}


def four_quarters(made: Platform, head: User, people: tuple[int, ...] = (6, 6, 6, 6)) -> None:
    for number, wanted in enumerate(people):
        received(made, head, wanted, dt.date(2025, 3 * number + 2, 3))


def test_D8_a_year_is_the_sum_of_its_quarters_as_they_were_counted() -> None:
    made, head = place("troyes")
    four_quarters(made, head)
    done = publish_due(NOW)
    assert [str(row) for row in done if row.kind == "year"] == ["Année 2025"]
    year = next(row for row in done if row.kind == "year")
    assert said(year, "received")["troyes", ""] == 24
    assert {key[1]: value for key, value in said(year, "received", "sex").items() if key[0] == "troyes"} == {
        "f": 12, "other": 12,
    }  # fmt: skip
    # Everybody is 16 or 17: two classes of age are empty, the row is hidden.
    assert set(said(year, "received", "age").values()) == {None}
    assert publish_due(NOW) == []


def test_D8_a_year_says_no_total_that_would_give_a_hidden_quarter() -> None:
    made, head = place("troyes")
    four_quarters(made, head, (9, 9, 9, 2))
    other = place("romilly")
    four_quarters(*other, (9, 9, 9, 9))
    year = next(row for row in publish_due(NOW) if row.kind == "year")
    assert said(year, "received") == {("", ""): 65, ("10", ""): 65, ("troyes", ""): None, ("romilly", ""): None}
    assert {key[0] for key, value in said(year, "received", "sex").items() if value is not None} == {"", "10"}


def test_a_year_waits_for_its_four_quarters() -> None:
    made, head = place("troyes")
    received(made, head, 6, dt.date(2026, 7, 15))
    publish_quarter(Q3, NOW)
    assert publish_year(2026, NOW) is None


def test_nothing_is_published_where_nobody_was_received() -> None:
    place("troyes")
    assert publish_due(NOW) == []
    assert not Publication.objects.exists()


def test_D8_every_published_number_is_five_or_more() -> None:
    for number, slug in enumerate(("troyes", "romilly", "bar", "reims", "epernay")):
        made, head = place(slug, "10" if number < 3 else "51")
        four_quarters(made, head, (5 + number, 3 * number, 7, 9))
    done = publish_due(NOW)
    assert len(done) > 4
    small = Figure.objects.filter(value__lt=LEAST).exclude(measure="delay")
    assert list(small) == []
    assert Figure.objects.filter(value=None).exists()


@pytest.mark.parametrize(
    ("day", "over"), [(dt.date(2026, 10, 15), False), (dt.date(2026, 10, 16), True), (dt.date(2027, 1, 1), True)]
)
def test_a_quarter_is_over_fifteen_days_after_its_end(day: dt.date, over: bool) -> None:
    assert is_over(Q3, day) is over


def test_quarters_follow_each_other() -> None:
    assert (after(dt.date(2026, 10, 1)), after(Q3, -3)) == (dt.date(2027, 1, 1), dt.date(2025, 10, 1))
    assert quarter_of(dt.date(2026, 9, 30)) == Q3


def test_D8_somebody_of_the_portal_reads_no_case_through_the_figures_context() -> None:
    made, head = place("troyes")
    received(made, head, 2)
    with context.task("figures"):
        assert not Case.objects.exists()
        assert not Solution.objects.exists()
    with context.acting(person()):
        assert not Case.objects.exists()
