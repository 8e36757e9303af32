"""Events of past years for the bilans of the demonstration: invented, and answered by who ran them."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable

from django.utils import timezone

from events.models import Event, Session
from events.seeding import grow, seeded

DATES = {0: 150, 1: 170, 2: 190}  # a year each time a little fuller
SPRING = (3, 10)  # around which the dates of a year are drawn
NOTED = 0.8  # of the dates held, those whose organiser said how many came


def seed(years: Iterable[int]) -> None:
    """Fill the agenda of these years; nothing where events cannot stand (no region pack)."""
    for rank, year in enumerate(years):
        before = set(Event.objects.values_list("pk", flat=True))
        for _ in grow(seeded() + DATES.get(rank, 150), today=dt.date(year, *SPRING)):
            pass
        made = Event.objects.exclude(pk__in=before)
        _dated(made)
        _answered(Session.objects.filter(event__in=made, ends_at__lt=timezone.now()))


def _dated(events: Iterable[Event]) -> None:
    rows = list(events)
    for event in rows:
        event.published_at = event.proposed_at = (event.first_starts_at or timezone.now()) - dt.timedelta(days=40)
    Event.objects.bulk_update(rows, ["published_at", "proposed_at"])


def _answered(sessions: Iterable[Session]) -> None:
    """« Did it happen? How many came? » was asked at the time, and mostly answered."""
    rows = list(sessions)
    for session in rows:
        dice = random.Random(f"venus-{session.public_id}")  # noqa: S311 (an invented story, no secret)
        session.asked_at = session.ends_at + dt.timedelta(days=1)
        if session.status not in (Session.Status.CANCELLED, Session.Status.POSTPONED) and dice.random() < NOTED:
            session.happened, session.attended = True, int(dice.triangular(6, 380, 24))
            session.answered_at = session.asked_at
    Session.objects.bulk_update(rows, ["asked_at", "happened", "attended", "answered_at"])
