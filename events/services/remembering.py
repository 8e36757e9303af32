"""What is done of registrations by the clock: told the day before, counted and forgotten after (A1, S2)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from events.models import Event, Registration, Session
from events.services.registration_mails import send_reminder

BATCH = 100
LEFT_DAYS = 7  # who gave their seat back, or never confirmed it
State = Registration.State


def remind() -> int:
    """A mail the day before to each person who has a seat, once; returns how many.

    Whoever got their seat that very day knows. A day without a worker is caught up until an hour before. Two workers
    share the work; one that stops half-way leaves each person told or not, never twice.
    """
    count = 0
    while done := _remind_some():
        count += done
    return count


@transaction.atomic
def _remind_some() -> int:
    due = list(
        Registration.objects.select_for_update(skip_locked=True, of=("self",)).filter(_tomorrow(timezone.now()))
        .filter(state=State.CONFIRMED, reminded_at=None, session__event__state=Event.State.PUBLISHED)
        .exclude(email="").exclude(session__status__in=(Session.Status.CANCELLED, Session.Status.POSTPONED))
        .select_related("session__event", "session__commune").order_by("pk")[:BATCH]
    )  # fmt: skip
    for registration in due:
        send_reminder(registration)
    Registration.objects.filter(pk__in=[row.pk for row in due]).update(reminded_at=timezone.now())
    return len(due)


def _tomorrow(now: datetime) -> Q:
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    yesterday, tomorrow, after = (_shifted(today, days) for days in (-1, 1, 2))
    before = Q(session__starts_at__gte=tomorrow, session__starts_at__lt=after, decided_at__lt=today)
    late = Q(session__starts_at__gt=now + timedelta(hours=1), session__starts_at__lt=tomorrow)
    return before | (late & Q(decided_at__lt=yesterday))


def _shifted(midnight: datetime, days: int) -> datetime:
    """Another midnight of the same clocks, whatever the hour did in between."""
    return timezone.make_aware((midnight.replace(tzinfo=None)) + timedelta(days=days))


def forget() -> int:
    """Names and addresses after `REGISTRATION_DAYS`; the numbers stay with the session. Returns how many went.

    Those who left go after `LEFT_DAYS`. One transaction a session.
    """
    now = timezone.now()
    over = Session.objects.filter(
        ends_at__lt=now - timedelta(days=settings.REGISTRATION_DAYS), registrations__isnull=False
    )
    gone = sum(_forget_session(key) for key in over.order_by().values_list("pk", flat=True).distinct())
    left = Registration.objects.filter(
        state__in=(State.CANCELLED, State.EXPIRED), decided_at__lt=now - timedelta(days=LEFT_DAYS)
    )
    return gone + left.delete()[0]


@transaction.atomic
def _forget_session(key: int) -> int:
    session = Session.objects.select_for_update(of=("self",)).get(pk=key)
    rows = Registration.objects.filter(session=session)
    counts = rows.filter(state=State.CONFIRMED).aggregate(
        seated=Count("pk"), came=Count("pk", filter=Q(present=True)), marked=Count("present")
    )
    session.registered = (session.registered or 0) + counts["seated"]
    if session.attended is None and counts["marked"]:
        session.attended = counts["came"]
    session.save(update_fields=["registered", "attended"])
    return rows.delete()[0]
