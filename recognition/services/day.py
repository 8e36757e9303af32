"""The daily pass: what is due is read from the data, and done once (R12).

Each act is a transaction of its own, with its line of the timeline, its mails and its effects: a worker killed at any
moment loses at most the act at hand, which the next pass does. Acts have unique keys: two passes at once do them once.
A day that no pass finished is done by the next one, in order: reminders, openings and closings as of the day that was
due (`Act.recorded_at` keeps the true moment). Rights do not go back in time: a letter is dated the day it is written,
and what it gives or ends runs from then (R8).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction

from recognition.clock import day_of, morning_of
from recognition.models import Act, PassDay
from recognition.services import campaigns, depositing, life_due, opening, referring, reminding
from recognition.services.acts import heard

log = structlog.get_logger("recognition.day")

Deed = Callable[[], object]
Step = Callable[[dt.date, dt.datetime], Iterator[Deed]]


def run_day(on: dt.date, *, now: dt.datetime | None = None) -> list[Act]:
    """Do what is due on `on`, and on the days before it that no pass finished; the acts done, in order.

    `now` is the true moment, when `on` is today: what is done says it. Nothing is done for a day that a later finished
    pass has gone past.

    Again for the same day: nothing. What a person must mend first (a letter without signatory) is left, and tried
    again on the days that follow; an unexpected failure leaves its day unfinished, and is raised once the rest is done.
    """
    failures: list[Exception] = []
    if PassDay.objects.filter(on__gt=on).exists():
        return []
    moment = now if now is not None and day_of(now) == on else morning_of(on)
    with heard() as acts:
        for day in _days(on):
            failures += _pass(day, moment, acts)
            if not failures:  # nor the days that follow one: the next pass begins with it
                PassDay.objects.get_or_create(on=day)
    if failures:
        raise failures[0]
    return acts


def _days(on: dt.date) -> list[dt.date]:
    """The days that no pass finished since the first one, then `on` itself: it may have more to do."""
    last = PassDay.objects.filter(on__lt=on).order_by("-on").values_list("on", flat=True).first()
    first = last + dt.timedelta(days=1) if last else on
    return [first + dt.timedelta(days=number) for number in range((on - first).days + 1)]


def _pass(day: dt.date, now: dt.datetime, acts: list[Act]) -> list[Exception]:
    at = now if day == day_of(now) else morning_of(day)
    failures = []
    for step in STEPS:
        for deed in step(day, now if step in WITH_LETTERS else at):
            failure = _attempt(deed, acts)
            if failure is not None:
                failures.append(failure)
    return failures


def _attempt(deed: Deed, acts: list[Act]) -> Exception | None:
    """One act, all of it or nothing; a failure keeps none of the others from being done."""
    before = len(acts)
    try:
        with transaction.atomic():
            deed()
    except ValidationError as error:  # somebody has to mend something: the desk says what
        del acts[before:]
        log.warning("act_refused", reasons=len(error.messages))
    except Exception as error:  # kept for the end: nobody else's act waits for it
        del acts[before:]
        log.exception("act_failed", error=type(error).__name__)
        return error
    return None


# --- The steps of a day, in their order. Each reads what is due when its turn comes.


def _campaign(day: dt.date, _: dt.datetime) -> Iterator[Deed]:
    yield partial(campaigns.campaign_for, day)


def _openings(day: dt.date, at: dt.datetime) -> Iterator[Deed]:
    for campaign in opening.to_open(day):
        yield partial(opening.open_campaign, campaign=campaign, at=at)


def _closings(day: dt.date, at: dt.datetime) -> Iterator[Deed]:
    for campaign in opening.to_close(day):
        yield partial(opening.close_campaign, campaign=campaign, at=at)
    for dossier in opening.to_carry(day):
        yield partial(opening.carry_on, candidature=dossier, at=at)


def _receipts(_: dt.date, at: dt.datetime) -> Iterator[Deed]:
    for dossier in depositing.without_receipt():
        yield partial(depositing.write_receipt, candidature=dossier, at=at)


def _reminders(day: dt.date, at: dt.datetime) -> Iterator[Deed]:
    for dossier, days in reminding.to_remind(day):
        yield partial(reminding.remind, candidature=dossier, days=days, at=at)
    for request, moment in reminding.pieces_due(day):
        yield partial(reminding.tell_piece, request=request, moment=moment, at=at)


def _referrals(day: dt.date, at: dt.datetime) -> Iterator[Deed]:
    for campaign, body in referring.to_refer(day):
        yield partial(referring.refer, campaign=campaign, body=body, on=day, at=at)


def _nudges(day: dt.date, at: dt.datetime) -> Iterator[Deed]:
    for campaign, step, week in referring.late_steps(day):
        yield partial(referring.tell_late, campaign=campaign, step=step, week=week, at=at)


STEPS: tuple[Step, ...] = (_campaign, _openings, _closings, _receipts, _reminders, _referrals, life_due.deeds, _nudges)
WITH_LETTERS: tuple[Step, ...] = (_receipts, life_due.deeds)  # never dated of a day that is past
