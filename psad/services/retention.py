"""What is kept of the PSAD, and until when (D13, D11): announced, archived, made anonymous, dropped.

Each kind is a question (which rows are due on a day?) and an act that makes them leave the answer: a dry run counts
what the run will do, a second run finds nothing, a missed day is caught up, and a killed one goes on. An act is done by
batches, each in one transaction of the context `retention`, with a line of the log for each platform.

A case due for several acts at once (days were missed) undergoes the last one: the term is the term.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.db import connection
from django.db.models import Count, DateField, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest, TruncDate
from django.urls import reverse
from django.utils import timezone

from core.links import absolute
from core.outbox import queue_mail
from psad import reading, witnesses
from psad.context import task
from psad.lists import Answer, Role
from psad.models import (
    Case,
    CaseGrant,
    Grant,
    Guardian,
    Import,
    Line,
    LogClosure,
    Move,
    Partner,
    PastCase,
    Proposal,
    Report,
    Share,
    ShareItem,
    Transfer,
    Wish,
)
from psad.services import importing, past, sharing
from psad.services.cases import PARIS
from psad.services.proposing import give_back

log = structlog.get_logger("psad.retention")
BATCH = 500
ADULT = 18
_EVER = 36_500  # days
# Moves by which a case begins again: the list or a report tells of the person anew, a team takes them over.
_BEGINS = Q(verb__in=["opened", "reopen", "reported", "arrive"]) | Q(verb="listed", data__reopened=True)


class AlteredLogError(Exception):
    """The log is not whole: none of its months may be dropped. Says where."""


@dataclass(frozen=True)
class Done:
    """`count` things of one kind in one platform (its address; « registre » for the log)."""

    platform: str
    kind: str
    count: int

    def __str__(self) -> str:
        return f"{self.platform} {self.kind}: {self.count}"


@dataclass(frozen=True)
class Kind:
    """`due(on)`: rows, with a path to their platform; `act(rows, at, on)` makes them leave the answer."""

    name: str
    platform: str
    due: Callable[[dt.date], QuerySet[Any]]
    act: Callable[[Sequence[Any], dt.datetime, dt.date], None]


def run(on: dt.date, *, at: dt.datetime, dry_run: bool = False) -> list[Done]:
    """Do what is due on the day `on`, or count it. Raises `AlteredLogError` once all the rest is done."""
    done: list[Done] = []
    for kind in KINDS:
        counts = _counted(kind, on) if dry_run else _worked(kind, on, at)
        done += [Done(slug, kind.name, count) for slug, count in sorted(counts.items()) if count]
    done += _months(on, dry_run=dry_run)
    if not dry_run:
        with task("retention"):
            witnesses.bear_witness(at)
    return done


def _counted(kind: Kind, on: dt.date) -> Counter[str]:
    with task("retention"):
        rows = kind.due(on).order_by().values_list(f"{kind.platform}__slug")
        return Counter(dict(rows.annotate(n=Count("pk"))))


def _worked(kind: Kind, on: dt.date, at: dt.datetime) -> Counter[str]:
    counts: Counter[str] = Counter()
    while True:
        with task("retention"):
            # What a person holds right now waits for the next run.
            rows = kind.due(on).select_for_update(of=("self",), skip_locked=True).order_by("pk")
            batch = list(rows.annotate(in_slug=F(f"{kind.platform}__slug"))[:BATCH])
            if not batch:
                return counts
            kind.act(batch, at, on)
        counts.update(row.in_slug for row in batch)


# --- Cases


def ending(on: dt.date, rows: QuerySet[Case]) -> QuerySet[Case]:
    """Those of `rows` whose end is to be announced by `on`, the first to end first; `base` tells their last contact."""
    return cases(on, since=terms()[0], among=rows).filter(archived_at=None).order_by(F("base").asc(), "pk")


def cases(on: dt.date, *, since: int, until: int | None = None, among: QuerySet[Case] | None = None) -> QuerySet[Case]:
    """Cases whose last contact is `since` days ago or more, less than `until`; `base` tells the day of that contact."""
    moves = Move.objects.filter(_BEGINS, case=OuterRef("pk")).order_by().values("case").annotate(last=Max("at"))
    wishes = Wish.objects.filter(case=OuterRef("pk")).order_by().values("case").annotate(last=Max("at"))
    last = on - dt.timedelta(days=since)
    rows = Case.objects.all() if among is None else among
    # Received since, a case is not concerned: most of them are left before their history is looked at.
    rows = rows.filter(anonymised_at=None, received_on__lte=last).annotate(
        base=Greatest(
            "received_on",
            TruncDate("last_contact_at", tzinfo=PARIS),
            TruncDate(Subquery(moves.values("last")), tzinfo=PARIS),
            TruncDate(Subquery(wishes.values("last")), tzinfo=PARIS),
            output_field=DateField(),
        )
    )
    rows = rows.filter(base__lte=last)
    return rows if until is None else rows.filter(base__gt=on - dt.timedelta(days=until))


def terms() -> tuple[int, int, int]:
    """Days since the last contact: the end is announced, the case is archived, it is made anonymous."""
    end = settings.PSAD_CASE_DAYS
    archive = max(0, end - settings.PSAD_ARCHIVE_DAYS)
    return max(0, min(archive, end - settings.PSAD_WARN_DAYS)), archive, end


def _due_to_warn(on: dt.date) -> QuerySet[Case]:
    warn, archive, _ = terms()
    told = Q(warned_at=None) | Q(warned_at__date__lt=F("base"))
    return cases(on, since=warn, until=archive).filter(told, archived_at=None)


def _warn(rows: Sequence[Case], at: dt.datetime, on: dt.date) -> None:
    """The team sees it in what is to do; who answers for the platform is told that a message waits, and no more."""
    # As of the day it is done for: never before the contact that it counts from.
    Case.objects.filter(pk__in=[row.pk for row in rows]).update(warned_at=max(at, _moment(on, 0)))
    _log(rows, "case.end_told")
    for head in Grant.objects.in_force().filter(platform__in=_platforms(rows), role=Role.HEAD).select_related("user"):
        queue_mail(
            key=f"portal-message:{head.platform_id}:{on.isoformat()}:{head.user_id}", to=head.user.email,
            template="portal_message", context={"address": absolute(reverse("account_home"))},
        )  # fmt: skip


def _due_to_archive(on: dt.date) -> QuerySet[Case]:
    _, archive, end = terms()
    return cases(on, since=archive, until=end).filter(archived_at=None)


def _archive(rows: Sequence[Case], at: dt.datetime, on: dt.date) -> None:
    """Out of every queue and page: accesses end, what was shared is taken back, places are given back."""
    keys = [row.pk for row in rows]
    _free(keys, at)
    here = Q(ends_at=None) | Q(ends_at__gt=at)
    CaseGrant.objects.filter(here, case__in=keys).update(ends_at=at)
    Transfer.objects.filter(case__in=keys, accepted_at=None, refused_at=None).update(refused_at=at)
    _empty_shares(Share.objects.filter(case__in=keys), at)
    Case.objects.filter(pk__in=keys).update(archived_at=at, follower=None)
    _log(rows, "case.archived")


def _due_back(on: dt.date) -> QuerySet[Case]:
    _, archive, _ = terms()
    return cases(on, since=-_EVER, until=archive).filter(archived_at__isnull=False)


def _bring_back(rows: Sequence[Case], at: dt.datetime, on: dt.date) -> None:
    Case.objects.filter(pk__in=[row.pk for row in rows]).update(archived_at=None, warned_at=None)
    _log(rows, "case.taken_out")


def _due_to_erase(on: dt.date) -> QuerySet[Case]:
    return cases(on, since=terms()[2])


def _erase(rows: Sequence[Case], at: dt.datetime, on: dt.date) -> None:
    """A line of figures stays, that nothing leads back from; key, rows and files of the case are destroyed."""
    keys = [row.pk for row in rows]
    _free(keys, at)
    PastCase.objects.bulk_create(past.told(rows))
    _log(rows, "case.erased")
    _forget(keys)


def _due_remains(on: dt.date) -> QuerySet[Case]:
    """What merging left: an empty row that leads nowhere."""
    return Case.objects.filter(anonymised_at__lt=_moment(on, settings.PSAD_CASE_DAYS))


def _forget_remains(rows: Sequence[Case], at: dt.datetime, on: dt.date) -> None:
    _forget([row.pk for row in rows])


def _forget(keys: Sequence[Any]) -> None:
    past.destroy_files(keys)
    Line.objects.filter(case__in=keys).update(facts=b"", match_key=b"", content=b"")
    Report.objects.filter(case__in=keys).delete()
    Case.objects.filter(pk__in=keys).delete()


def _free(keys: Sequence[Any], at: dt.datetime) -> None:
    """What waits for an answer that will not come holds no place."""
    for row in Proposal.objects.filter(case__in=keys, answer=Answer.WAITING).select_related("solution"):
        Proposal.objects.filter(pk=row.pk).update(answer=Answer.WITHDRAWN, answered_at=at)
        give_back(row.solution)


# --- What is of a case, or came before it


def _due_guardians(on: dt.date) -> QuerySet[Guardian]:
    """Of those who are surely 18: a representative is kept for minors only (D11)."""
    return Guardian.objects.filter(case__birth_month__lt=_years_before(on, ADULT).replace(day=1))


def _due_shares(on: dt.date) -> QuerySet[Share]:
    return Share.objects.filter(ends_at__lt=_moment(on, 0)).exclude(sealed_key="")


def _due_reports(on: dt.date) -> QuerySet[Report]:
    return Report.objects.filter(sent_at__lt=_moment(on, settings.PSAD_CASE_DAYS))


def _due_drafts(on: dt.date) -> QuerySet[Import]:
    unfinished = Import.objects.filter(state__in=["waiting", "previewed", "running"])
    return unfinished.filter(given_at__lt=_moment(on, settings.IMPORT_DRAFT_DAYS)).defer("content")


def _due_lists(on: dt.date) -> QuerySet[Import]:
    finished = Import.objects.filter(state__in=["done", "failed"])
    return finished.filter(given_at__lt=_moment(on, settings.PSAD_CASE_DAYS)).defer("content")


def _due_people(on: dt.date) -> QuerySet[Partner]:
    """Circle 2: name and address go one year after the end, as an account does."""
    limit = on - dt.timedelta(days=settings.ACCOUNT_KEPT_DAYS)
    over = Q(ended_at__lt=_moment(on, settings.ACCOUNT_KEPT_DAYS)) | Q(ends_on__lt=limit)
    return Partner.objects.filter(over).exclude(name="", email="", user=None)


def _delete(rows: Sequence[Any], at: dt.datetime, on: dt.date) -> None:
    type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows]).delete()


def _delete_lists(rows: Sequence[Import], at: dt.datetime, on: dt.date) -> None:
    Line.objects.filter(batch__in=rows).delete()
    _delete(rows, at, on)


def _drop_drafts(rows: Sequence[Import], at: dt.datetime, on: dt.date) -> None:
    for batch in rows:
        importing.give_up(batch, at)


def _close_shares(rows: Sequence[Share], at: dt.datetime, on: dt.date) -> None:
    for row in rows:
        sharing.keep_answers(row)
    _empty_shares(Share.objects.filter(pk__in=[row.pk for row in rows]), at)


def _empty_shares(rows: QuerySet[Share], at: dt.datetime) -> None:
    """Nothing of them can be opened any more; that there was a share stays known to the team."""
    ShareItem.objects.filter(share__in=rows).update(content=b"")
    rows.filter(ends_at__gt=at, revoked_at=None).update(revoked_at=at)
    rows.update(sealed_key="", message=b"", link_digest=None, code_digest="")


def _forget_people(rows: Sequence[Partner], at: dt.datetime, on: dt.date) -> None:
    Partner.objects.filter(pk__in=[row.pk for row in rows]).update(name="", email="", user=None)


KINDS = (
    Kind("drafts_dropped", "platform", _due_drafts, _drop_drafts),
    Kind("lists_deleted", "platform", _due_lists, _delete_lists),
    Kind("reports_deleted", "platform", _due_reports, _delete),
    Kind("shares_emptied", "case__platform", _due_shares, _close_shares),
    Kind("guardians_deleted", "case__platform", _due_guardians, _delete),
    Kind("partners_forgotten", "platform", _due_people, _forget_people),
    Kind("cases_taken_back", "platform", _due_back, _bring_back),
    Kind("cases_warned", "platform", _due_to_warn, _warn),
    Kind("cases_archived", "platform", _due_to_archive, _archive),
    Kind("cases_anonymised", "platform", _due_to_erase, _erase),
    Kind("remains_deleted", "platform", _due_remains, _forget_remains),
)


# --- The log, by the month


def _months(on: dt.date, *, dry_run: bool) -> list[Done]:
    with task("retention"):
        to_close, to_drop = _due_months(on)
        if dry_run:
            rows = _rows_of(to_drop)
    if not dry_run:
        _refuse_altered(to_close or to_drop)
        rows = 0
        for month in to_close:
            with task("retention"):
                _call("psad_close_month", month)
        for month in to_drop:
            with task("retention"):
                rows += _call("psad_drop_month", month)
    told = (("months_closed", len(to_close)), ("months_dropped", len(to_drop)), ("lines_dropped", rows))
    return [Done("registre", kind, count) for kind, count in told if count]


def _due_months(on: dt.date) -> tuple[list[dt.date], list[dt.date]]:
    """Months to close (they are over, really), and those to drop: their last line is `PSAD_LOG_DAYS` old on `on`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT month FROM psad_log_months() month")
        held = [row[0] for row in cursor.fetchall()]
    closed = set(LogClosure.objects.values_list("month", flat=True))
    over = [month for month in held if _next(month) <= min(on, timezone.localdate())]
    limit = on - dt.timedelta(days=settings.PSAD_LOG_DAYS)
    return [month for month in over if month not in closed], [month for month in over if _next(month) <= limit]


def _rows_of(months: Iterable[dt.date]) -> int:
    from psad.models import Access

    spans = [Q(at__gte=_start(month), at__lt=_start(_next(month))) for month in months]
    return sum(Access.objects.filter(span).count() for span in spans)


def _refuse_altered(months: Sequence[dt.date]) -> None:
    if not months:
        return
    faults = [fault for found in witnesses.check(timezone.now()) for fault in found.faults]
    faults = [fault for fault in faults if fault.what != "unwitnessed"]  # the clock was stopped: no tampering
    if faults:
        log.error("psad_log_altered", faults=len(faults))
        raise AlteredLogError("; ".join(map(str, faults[:5])))


def _call(function: str, month: dt.date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [month])
        return int(cursor.fetchone()[0])


# --- Words and days


def _log(rows: Sequence[Case], verb: str) -> None:
    """One line of the log for each platform; its keys lead nowhere once the cases are gone."""
    for platform in _platforms(rows):
        keys = [row.log_key for row in rows if row.platform_id == platform]
        reading.log(platform, role="retention", verb=verb, cases=keys)


def _platforms(rows: Sequence[Case]) -> list[int]:
    return sorted({row.platform_id for row in rows})


def _moment(on: dt.date, days: int) -> dt.datetime:
    return _start(on - dt.timedelta(days=days))


def _start(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), PARIS)


def _next(month: dt.date) -> dt.date:
    return (month.replace(day=1) + dt.timedelta(days=32)).replace(day=1)


def _years_before(day: dt.date, years: int) -> dt.date:
    return day.replace(year=day.year - years, day=min(day.day, 28))


__all__ = ["AlteredLogError", "Done", "cases", "ending", "run", "terms"]
