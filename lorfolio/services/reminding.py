"""« Remind me »: one neutral mail a day to who asked for it, that says nothing of what (L1)."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from core.links import absolute
from core.outbox import queue_mail
from lorfolio.models import Portfolio, Step

BATCH = 100


def remind_steps(at: dt.datetime) -> int:
    """Tell each person whose steps are due by now, once for all of them; returns how many people.

    A day without a worker is caught up by the next. Two workers share the work; who was told is told in the very
    transaction of the mail, so nobody is told twice.
    """
    told: set[UUID] = set()
    while done := _some(at, told):
        told |= done
    return len(told)


@transaction.atomic
def _some(at: dt.datetime, told: set[UUID]) -> set[UUID]:
    today = timezone.localdate(at)
    due = Step.objects.filter(remind_on__lte=today, reminded_at=None, done_at=None, portfolio__erasing=False)
    keys = list(due.exclude(portfolio__in=told).order_by().values_list("portfolio", flat=True).distinct()[:BATCH])
    rows = Portfolio.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk__in=keys)
    done = set()
    for portfolio in rows.select_related("user").order_by("pk"):
        if not due.filter(portfolio=portfolio).update(reminded_at=at):
            continue
        done.add(portfolio.pk)
        if portfolio.user.is_active:
            queue_mail(
                key=f"lorfolio.step/{portfolio.pk}/{at:%Y%m%dT%H%M%S}", to=portfolio.user.email,
                template="lorfolio_step", context={"url": absolute(reverse("lorfolio_project"))},
            )  # fmt: skip
    return done
