"""What is due of recognitions on a day: notified, kept alive, lapsed, in the directory or out of it (R8, R9, R11)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial

from django.db.models import Exists, OuterRef, QuerySet

from recognition.clock import day_of, morning_of
from recognition.models import Decision, Recognition
from recognition.services import directory, ending, notifying, renewing


def deeds(day: dt.date, at: dt.datetime) -> Iterator[Callable[[], object]]:
    """What `day` calls for, done at `at`, later when the pass of that day is; a reminder is as of its day. In their
    order: a grant replaces the recognition it renews before this one could lapse."""
    for decision in to_notify(morning_of(day_of(at))):
        yield partial(notifying.notify, decision=decision, at=at)
    for recognition in to_keep(day):
        yield partial(ending.keep_alive, recognition=recognition, at=at)
    for recognition in [*to_lapse(day), *ending.released()]:
        yield partial(ending.lapse, recognition=recognition, at=at)
    for recognition in to_leave(day):
        yield partial(directory.leave, recognition=recognition, at=at)
    for recognition in to_enter(day):
        yield partial(directory.enter, recognition=recognition, at=at)
    for recognition in renewing.to_invite(day):
        yield partial(renewing.invite, recognition=recognition, at=at)
    for recognition, days in renewing.to_recall(day):
        yield partial(renewing.recall, recognition=recognition, days=days, at=morning_of(day))


def to_notify(at: dt.datetime) -> QuerySet[Decision]:
    """Decisions on dossiers that stand since the day before and of which no letter was written: the Region has until
    the next morning to see a slip and to have another decision follow (R13)."""
    rows = Decision.objects.filter(kind__in=Decision.OF_CANDIDATURE, followed_by=None, letters=None, recorded_at__lt=at)
    return rows.order_by("decided_on", "pk")


def to_keep(day: dt.date) -> QuerySet[Recognition]:
    """Those whose term has come while their renewal, lodged in time, is not decided and notified (R9)."""
    rows = Recognition.objects.filter(ends_on__lte=day, end_reason="", kept_until_decision=False)
    return rows.filter(Exists(ending.awaited(OuterRef("pk")))).order_by("pk")


def to_lapse(day: dt.date) -> QuerySet[Recognition]:
    """Those whose last day is over and that nobody asked to renew."""
    return Recognition.objects.filter(ends_on__lt=day, end_reason="").order_by("pk")


def to_leave(day: dt.date) -> QuerySet[Recognition]:
    """Those of the directory whose last day is over (R11)."""
    return Recognition.objects.filter(ends_on__lt=day, entered_at__isnull=False, left_at=None).order_by("pk")


def to_enter(day: dt.date) -> QuerySet[Recognition]:
    """Those in force that are not in the directory yet (R11)."""
    return Recognition.objects.in_force(day).filter(entered_at=None).order_by("pk")
