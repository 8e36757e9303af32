"""Days and seconds of Europe/Paris: what a deadline means, whatever the change of hour (R4)."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def day_of(at: dt.datetime) -> dt.date:
    """The day it is in Paris at this moment."""
    return at.astimezone(PARIS).date()


def end_of(day: dt.date) -> dt.datetime:
    """The first moment after `day`: what comes before it came on that day (23:59:59 is in, R4)."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min, PARIS)


def morning_of(day: dt.date) -> dt.datetime:
    """When the daily pass is said to act on a day: seven in the morning, which every day has."""
    return dt.datetime.combine(day, dt.time(7), PARIS)
