"""The daily pass of the bilans: what is due is read from the data, and done once (B2; R12's way).

Each act is a transaction of its own, with its line of the timeline and its mails; its key is unique, so that two passes
at once, or the same day again, do it once. A day without a pass is caught up by the next: an opening or a closing that
is past is done, of the reminders that were missed the last alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial

import structlog
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from bilans.calendar import to_prepare
from bilans.models import Campaign, CampaignAct
from bilans.services import campaigns, reminding
from recognition.clock import day_of, morning_of

log = structlog.get_logger("bilans.day")
Deed = Callable[[], CampaignAct | None]


def run_day(day: dt.date, *, now: dt.datetime | None = None) -> list[CampaignAct]:
    """Do what is due on `day`; the acts done, in order. Again for the same day: nothing.

    `now` is the true moment, when `day` is today. One failure keeps none of the other acts from being done, and is
    raised at the end.
    """
    at = now if now is not None and day_of(now) == day else morning_of(day)
    acts: list[CampaignAct] = []
    failures: list[Exception] = []
    for step in (_prepared, _openings, _joins, _reminders, _closings):
        for deed in step(day, at):
            try:
                with transaction.atomic():
                    act = deed()
            except (ValidationError, IntegrityError) as error:  # somebody did it meanwhile, or has to mend something
                log.warning("bilans_act_refused", error=type(error).__name__)
            except Exception as error:  # kept for the end: no other act waits for it
                log.exception("bilans_act_failed", error=type(error).__name__)
                failures.append(error)
            else:
                acts += [act] if act is not None else []
    if failures:
        raise failures[0]
    return acts


def _prepared(day: dt.date, at: dt.datetime) -> Iterator[Deed]:
    """Next year's campaign, some weeks before it opens: « every January » needs nobody."""
    year = to_prepare(day)
    if year is not None and not Campaign.objects.filter(year=year).exists():
        yield partial(_prepare, year, at)


def _prepare(year: int, at: dt.datetime) -> CampaignAct | None:
    return campaigns.create_campaign(year=year, at=at).acts.first()


def _openings(day: dt.date, at: dt.datetime) -> Iterator[Deed]:
    for campaign in Campaign.objects.filter(opened_at=None, opens_on__lte=day, closes_on__gte=day).order_by("year"):
        yield partial(campaigns.open_campaign, campaign, at=at)


def _joins(day: dt.date, at: dt.datetime) -> Iterator[Deed]:
    """While bilans are awaited: one that joins after the last day owes its next year."""
    for campaign in _running().filter(closes_on__gte=day):
        yield partial(campaigns.join, campaign, at=at)


def _reminders(day: dt.date, at: dt.datetime) -> Iterator[Deed]:
    for campaign in _running().filter(closes_on__gte=day):
        due = reminding.due_today(campaign, day)
        if due is not None:
            yield partial(reminding.remind, campaign, due, on=day, at=at)


def _closings(day: dt.date, at: dt.datetime) -> Iterator[Deed]:
    for campaign in _running().filter(closes_on__lt=day):
        yield partial(campaigns.close_campaign, campaign, at=at)


def _running() -> QuerySet[Campaign]:
    return Campaign.objects.filter(opened_at__isnull=False, closed_at=None).order_by("year")
