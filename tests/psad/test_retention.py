"""What is kept, and until when: the terms of D13 and D11, announced, applied, caught up, never twice."""

from __future__ import annotations

import datetime as dt
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.dormant import forget_dormant, forget_mandates, purge_unverified_accounts
from accounts.models import User
from core.models import OutboxMail
from core.sealing import new_key
from members.models import Mandate
from psad import context, reading
from psad.lists import PartnerKind, Role, Side
from psad.models import (
    Access,
    Case,
    CaseGrant,
    Grant,
    Guardian,
    Import,
    Move,
    Partner,
    PastCase,
    Proposal,
    Report,
    Share,
    ShareItem,
    Solution,
)
from psad.services import contacting, granting, noting, proposing, retention
from tests.factories import organisation, person
from tests.psad import world
from tests.psad.test_work_pages import signed_in_now

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
AT = timezone.now()


def after(days: int) -> dt.date:
    return TODAY + dt.timedelta(days=days)


def told(on: dt.date, *, dry_run: bool = False) -> list[str]:
    out = StringIO()
    call_command("psad_retention", on=on, dry_run=dry_run, stdout=out)
    return out.getvalue().splitlines()


def retained(model: Any) -> int:
    with context.task("retention"):
        return int(model.objects.count())


# --- The terms


@pytest.mark.parametrize(
    ("days", "kind"),
    [(639, ""), (640, "cases_warned"), (699, "cases_warned"), (700, "cases_archived"), (729, "cases_archived"),
     (730, "cases_anonymised"), (2_000, "cases_anonymised")],
)  # fmt: skip
def test_D13_a_case_two_years_after_the_last_contact(days: int, kind: str) -> None:
    """Announced 90 days before, archived 30 days before; late by years, it is the last act that is done."""
    place = world.platform()
    world.case(place, world.member(place))
    expected = [f"troyes {kind}: 1"] if kind else ["rien à faire"]
    assert told(after(days), dry_run=True) == expected
    assert told(after(days), dry_run=True) == expected, "a dry run changes nothing"
    assert told(after(days)) == expected
    assert told(after(days)) == ["rien à faire"]


def test_D13_each_delay_is_a_setting(settings: Any) -> None:
    settings.PSAD_CASE_DAYS, settings.PSAD_WARN_DAYS, settings.PSAD_ARCHIVE_DAYS = 100, 20, 10
    place = world.platform()
    world.case(place, world.member(place))
    assert [told(after(days)) for days in (79, 80, 90, 100)] == [
        ["rien à faire"], ["troyes cases_warned: 1"], ["troyes cases_archived: 1"], ["troyes cases_anonymised: 1"],
    ]  # fmt: skip


def test_D13_the_two_years_run_from_the_last_contact_with_the_person() -> None:
    place = world.platform()
    head = world.member(place)
    row = world.case(place, head)
    with context.acting(head):
        contacting.attempt(
            case=row.pk, means="phone", outcome="reached", by=head, role="head", at=AT + dt.timedelta(days=300)
        )
    assert [told(after(days)) for days in (730, 939, 940)] == [
        ["rien à faire"], ["rien à faire"], ["troyes cases_warned: 1"],
    ]  # fmt: skip


def test_D13_an_attempt_that_reaches_nobody_keeps_nothing_longer() -> None:
    place = world.platform()
    head = world.member(place)
    row = world.case(place, head)
    with context.acting(head):
        contacting.attempt(
            case=row.pk, means="phone", outcome="no_answer", by=head, role="head", at=AT + dt.timedelta(days=300)
        )
    assert told(after(730), dry_run=True) == ["troyes cases_anonymised: 1"]


def test_D13_a_contact_after_the_warning_begins_the_two_years_again() -> None:
    place = world.platform()
    head = world.member(place)
    row = world.case(place, head)
    assert told(after(650)) == ["troyes cases_warned: 1"]
    with context.acting(head):
        Case.objects.filter(pk=row.pk).update(last_contact_at=AT + dt.timedelta(days=660))
    assert told(after(730)) == ["rien à faire"]
    assert told(after(660 + 640)) == ["troyes cases_warned: 1"]


def test_D13_an_archived_case_whose_person_came_back_is_given_back_to_the_team() -> None:
    place = world.platform()
    head = world.member(place)
    row = world.case(place, head)
    told(after(700))
    with context.task("retention"):  # a list or the person's own page: whatever writes the move
        Move.objects.create(case=row, at=AT + dt.timedelta(days=705), verb="reported", data={})
    assert told(after(706)) == ["troyes cases_taken_back: 1"]
    with context.acting(head):
        assert Case.objects.filter(pk=row.pk).exists()


# --- The warning


def test_D13_the_warning_names_nobody_and_goes_to_the_heads_once() -> None:
    place = world.platform()
    head = world.member(place)
    world.member(place, Role.ADVISER, Side.ML)
    for name in ("Premier", "Second"):
        world.case(place, head, world.young(name))
    told(after(640))
    mails = list(OutboxMail.objects.values_list("to", "subject", "text"))
    assert [to for to, _, _ in mails] == [head.email]
    words = " ".join(mails[0]).lower()
    assert not any(word in words for word in ("psad", "troyes", "dossier", "premier", "second", "jeune"))
    with context.acting(head):
        assert Case.objects.exclude(warned_at=None).count() == 2
        assert sorted(map(len, Access.objects.filter(verb="case.end_told").values_list("cases", flat=True))) == [2]


def test_D13_the_team_sees_which_cases_end_and_when(client: Client, django_assert_max_num_queries: Any) -> None:
    place = world.platform()
    head, adviser = world.member(place), world.member(place, Role.ADVISER, Side.ML)
    for name in ("Premier", "Second", "Dernier"):
        world.case(place, head, world.young(name), to=adviser if name == "Premier" else None)
    with context.acting(head):
        Case.objects.update(received_on=after(-650))
    told(TODAY)
    for user, names in ((head, ["Premier", "Second", "Dernier"]), (adviser, ["Premier"])):
        client.force_login(user)
        with django_assert_max_num_queries(20):
            page = client.get("/psad/troyes/conservation/").content.decode()
        assert [name for name in ("Premier", "Second", "Dernier") if name in page] == names
    assert f"{after(80).year}" in page
    Mandate.objects.create(user=head, organisation=organisation(), role=Mandate.Role.MEMBER)
    client.force_login(head)
    desk = client.get("/pro/").content.decode()
    assert "/psad/troyes/conservation/" in desk


# --- The archive


def test_D13_an_archived_case_is_read_by_a_head_alone_who_says_why() -> None:
    place = world.platform()
    head, adviser = world.member(place), world.member(place, Role.ADVISER, Side.ML)
    coordination = world.member(place, Role.COORDINATION)
    row = world.case(place, head, to=adviser)
    assert told(after(700)) == ["troyes cases_archived: 1"]
    for user in (head, adviser, coordination):
        with context.acting(user):
            assert not Case.objects.filter(pk=row.pk).exists()
    for user, sees in ((adviser, False), (coordination, False), (head, True)):
        with context.acting(user):
            CaseGrant.objects.create(
                case_id=row.pk, user=user, kind="break_glass", reason="Demande écrite de la personne", given_by=user,
                starts_at=timezone.now(), ends_at=timezone.now() + dt.timedelta(hours=2),
            )  # fmt: skip
            assert Case.objects.filter(pk=row.pk).exists() is sees
    with context.acting(head):
        granting.break_glass(
            platform=place.pk, case=row.pk, reason="Demande écrite de la personne", hours=1, user=head,
            at=timezone.now(),
        )  # fmt: skip
        assert Access.objects.filter(verb="case.break_glass", cases__contains=[row.log_key]).count() == 1


def test_D13_who_is_no_head_is_told_that_the_case_is_archived(client: Client) -> None:
    place = world.platform()
    head, adviser = world.member(place), world.member(place, Role.ADVISER, Side.ML)
    world.case(place, head, world.young("Exemple", "Ana"))
    told(after(700))
    signed_in_now(client, adviser)
    typed = {"surname": "Exemple", "given_names": "Ana", "birth_date": "2009-03-14", "hours": "2"}
    answer = client.post("/psad/troyes/acces-exceptionnel/", typed | {"reason": "La personne est à l’accueil"})
    assert answer.status_code == 200
    assert "archivé" in answer.content.decode()


def test_D13_archiving_takes_back_what_was_given_and_shared() -> None:
    place = world.platform()
    head, adviser = world.member(place), world.member(place, Role.ADVISER, Side.ML)
    row, offer = world.case(place, head, to=adviser), world.solution(place, head, places=1)
    with context.acting(head):
        proposing.propose(case=row.pk, solution=offer.pk, by=head, role="head", at=AT)
    shared = share(row, place, head, until=AT + dt.timedelta(days=80))
    told(after(700))
    with context.task("retention"):
        assert not CaseGrant.objects.filter(case=row, ends_at=None).exists()
        assert (Solution.objects.get().taken, Proposal.objects.get().answer) == (0, "withdrawn")
        kept = Share.objects.get(pk=shared.pk)
        assert (kept.sealed_key, bytes(kept.message), bytes(ShareItem.objects.get().content)) == ("", b"", b"")


# --- Anonymous


def whole(place: Any, head: User, name: str = "Exemple") -> Case:
    """A case with a row of everything."""
    row = world.case(place, head, world.young(name))
    offer = world.solution(place, head, title=f"CAP {name}")
    with context.acting(head):
        contacting.attempt(case=row.pk, means="phone", outcome="reached", note="n", by=head, role="head", at=AT)
        proposing.interview(case=row.pk, means="meeting", needs=["contract"], plan="p", by=head, role="head", at=AT)
        made = proposing.propose(case=row.pk, solution=offer.pk, by=head, role="head", at=AT)
        proposing.answer(case=row.pk, proposal=made.pk, said="accepted", started_on=TODAY, by=head, role="head", at=AT)
        noting.note(case=row.pk, text="mot", by=head, role="head", at=AT)
        noting.represent(case=row.pk, name="R", phone="06", wish="agrees", by=head, role="head", at=AT)
    share(row, place, head, until=AT + dt.timedelta(days=80))
    _, wrapped = new_key()
    with context.task("retention"):
        Report.objects.create(
            platform=place, source="report", sealed_key=wrapped, content=b"x", sent_at=AT + dt.timedelta(days=5),
            state="taken", case=row,
        )  # fmt: skip
    return row


def share(row: Case, place: Any, head: User, *, until: dt.datetime) -> Share:
    _, wrapped = new_key()
    with context.acting(head):
        partner = Partner.objects.create(
            platform=place, organisation_name="CFA", kind=PartnerKind.CFA, name="P", email="p@exemple.invalid"
        )
        made = Share.objects.create(
            case=row, partner=partner, at=AT, by=head, purpose="find", message=b"m", sealed_key=wrapped, ends_at=until,
            informed=True,
        )  # fmt: skip
        ShareItem.objects.create(share=made, kind="name", content=b"c")
    return made


def test_D13_of_an_anonymous_case_only_figures_stay_and_nothing_leads_back() -> None:
    place = world.platform()
    head = world.member(place)
    row = whole(place, head)
    with context.acting(head):
        row = Case.objects.get(pk=row.pk)
    assert told(after(730)) == ["troyes shares_emptied: 1", "troyes guardians_deleted: 1", "troyes cases_anonymised: 1"]
    with context.task("retention"):
        kept = PastCase.objects.get()
        assert (kept.platform_id, kept.received_month) == (place.pk, TODAY.replace(day=1))
        assert kept.facts == {
            "source": "self", "origin": "", "sex": "", "age": kept.facts["age"], "department": "", "step": "followed",
            "disposition": "solved", "reason": "", "kinds": ["apprenticeship"], "checks": {}, "contact_weeks": 0,
            "solution_weeks": 0, "obligation": False, "informed": False,
        }  # fmt: skip
        assert kept.facts["age"] in {"16-17", "18-20"}
        named = [str(row.pk), str(row.log_key), bytes(row.match_key).hex(), bytes(row.elsewhere_key).hex()]
        assert {table: found for table in tables() if (found := mentions(table, named))} == {"psad_access": [1]}
    # What the log keeps is the pseudonymous key alone, which resolves to nothing.
    with context.acting(head):
        assert Access.objects.filter(cases__contains=[row.log_key]).exists()
        assert not Case.objects.filter(log_key=row.log_key).exists()


def tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
            " AND NOT relispartition AND relname LIKE 'psad\\_%' ORDER BY 1"
        )
        return [name for (name,) in cursor.fetchall()]


def mentions(table: str, words: list[str]) -> list[int]:
    """Which of these words some row of the table holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT word.n FROM unnest(%s::text[]) WITH ORDINALITY word(said, n)"
            f" WHERE EXISTS (SELECT FROM {table} t WHERE t::text LIKE '%%' || word.said || '%%')",
            [words],
        )
        return [n - 1 for (n,) in cursor.fetchall()]


def test_D13_a_run_killed_half_way_goes_on_and_counts_nobody_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 1)
    place = world.platform()
    head = world.member(place)
    for name in ("Un", "Deux", "Trois"):
        world.case(place, head, world.young(name))
    write = reading.log
    done: list[int] = []

    def dies_at_the_second(*args: Any, **more: Any) -> int:
        if len(done) == 1:
            raise KeyboardInterrupt
        done.append(write(*args, **more))
        return done[-1]

    monkeypatch.setattr(reading, "log", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        told(after(730))
    monkeypatch.setattr(reading, "log", write)
    assert (retained(Case), retained(PastCase)) == (2, 1)
    assert told(after(731)) == ["troyes cases_anonymised: 2"]
    assert (retained(Case), retained(PastCase)) == (0, 3)


def test_D8_a_report_tells_counts_by_platform_and_no_name() -> None:
    for slug, count in (("troyes", 2), ("chaumont", 1)):
        place = world.platform(slug)
        head = world.member(place)
        for number in range(count):
            world.case(place, head, world.young("Canarivec", f"Zoé{number}"))
    expected = ["chaumont cases_anonymised: 1", "troyes cases_anonymised: 2"]
    assert (told(after(800), dry_run=True), told(after(800))) == (expected, expected)


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(CommandError, match="écrivez une date"):
        call_command("psad_retention", "--on", "hier")


# --- Beside the cases


def test_D11_a_representative_is_kept_for_minors_only() -> None:
    place = world.platform()
    head = world.member(place)
    row = world.case(place, head, world.young(birth_date=dt.date(2009, 3, 14)))
    with context.acting(head):
        noting.represent(case=row.pk, name="R", wish="unknown", by=head, role="head", at=AT)
        Case.objects.filter(pk=row.pk).update(last_contact_at=dt.datetime(2027, 3, 1, tzinfo=dt.UTC))
    assert told(dt.date(2027, 3, 31)) == ["rien à faire"]
    assert told(dt.date(2027, 4, 1)) == ["troyes guardians_deleted: 1"]
    assert retained(Guardian) == 0


def test_D13_who_worked_there_is_forgotten_one_year_after_the_end() -> None:
    place = world.platform()
    head = world.member(place)
    row = world.case(place, head)
    share(row, place, head, until=AT + dt.timedelta(days=10))
    with context.acting(head):
        Partner.objects.update(ended_at=AT)
        Case.objects.update(last_contact_at=AT + dt.timedelta(days=300))
    assert told(after(366)) == ["troyes shares_emptied: 1", "troyes partners_forgotten: 1"]
    with context.task("retention"):
        assert Partner.objects.filter(name="", email="", user=None).count() == Partner.objects.count() == 1


def test_D13_an_account_whose_grants_ended_is_forgotten_with_them() -> None:
    """The database shows its grants to nobody: the task that forgets accounts asks in the name of `retention`."""
    place = world.platform()
    head, gone, stays = world.member(place), person(), person()
    world.member(place, Role.ADVISER, Side.ML, user=gone)
    world.member(place, Role.COORDINATION, Side.ML, user=stays)
    row = world.case(place, head, to=gone)
    with context.acting(gone):
        CaseGrant.objects.filter(user=gone).update(ends_at=timezone.now())
    long_ago = AT - dt.timedelta(days=2_000)
    User.objects.filter(pk__in=[gone.pk, stays.pk]).update(created_at=long_ago, last_login=long_ago)
    with context.task("grants"):
        Grant.objects.filter(user=gone).update(ended_at=AT - dt.timedelta(days=500))
    assert forget_dormant() == (1, 0), "warned first"
    with time_machine.travel(AT + dt.timedelta(days=24)):
        assert forget_dormant() == (1, 0), "and again a week before"
    with time_machine.travel(AT + dt.timedelta(days=32)):
        assert forget_dormant() == (0, 1)
    assert not User.objects.filter(pk=gone.pk).exists()
    with context.task("retention"):
        assert not Grant.objects.filter(user_id=gone.pk).exists()
        assert Case.objects.filter(pk=row.pk).exists()
    assert User.objects.filter(pk=stays.pk).exists()
    connection.check_constraints()


def test_D13_mandates_long_over_leave_the_database(settings: Any) -> None:
    place = world.platform()
    world.member(place)
    over = world.member(place, Role.ADVISER, Side.ML)
    with context.task("grants"):
        Grant.objects.filter(user=over).update(ended_at=AT - dt.timedelta(days=settings.MANDATE_KEPT_DAYS + 2))
    assert forget_mandates() == 1
    assert retained(Grant) == 1


def test_S2_lists_and_reports_do_not_outlive_cases() -> None:
    place = world.platform()
    head = world.member(place)
    _, wrapped = new_key()
    with context.acting(head):
        Import.objects.create(platform=place, given_by=head, given_at=AT, digest=b"d", state="done")
        Import.objects.create(
            platform=place, given_by=head, given_at=AT, digest=b"e", state="previewed", sealed_key=wrapped, content=b"c"
        )
        Report.objects.create(platform=place, source="report", sealed_key=wrapped, content=b"x", sent_at=AT)
    assert told(after(32)) == ["troyes drafts_dropped: 1"]
    assert told(after(732)) == ["troyes lists_deleted: 2", "troyes reports_deleted: 1"]
    assert (retained(Import), retained(Report)) == (0, 0)


# --- The context


@pytest.mark.parametrize("task", ["figures", "obligation", "rotation", "intake", "door", "grants"])
def test_D13_the_log_is_dropped_in_the_name_of_retention_alone(task: Any) -> None:
    for call in ("psad_close_month('2020-01-01')", "psad_drop_month('2020-01-01')"):
        with (
            pytest.raises(DatabaseError, match="not to be"),
            transaction.atomic(),
            context.task(task),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"SELECT {call}")


def test_D13_the_month_under_way_is_never_closed() -> None:
    with (
        pytest.raises(DatabaseError, match="not to be closed"),
        context.task("retention"),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT psad_close_month(%s)", [TODAY])


def test_D13_closures_are_written_by_the_database_alone() -> None:
    with pytest.raises(DatabaseError), context.task("retention"), connection.cursor() as cursor:
        cursor.execute("INSERT INTO psad_logclosure VALUES ('2020-01-01', 0, '', '{}', now(), NULL)")


def test_D13_an_account_never_proved_that_holds_a_grant_stays() -> None:
    place = world.platform()
    named, nobody = person(verified=False), person(verified=False)
    world.member(place, Role.ADVISER, Side.ML, user=named)
    User.objects.filter(pk__in=[named.pk, nobody.pk]).update(created_at=AT - dt.timedelta(days=2_000), last_login=None)
    assert purge_unverified_accounts() == 1
    assert list(User.objects.filter(pk__in=[named.pk, nobody.pk])) == [named]
