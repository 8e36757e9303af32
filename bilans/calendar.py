"""The days of a year of bilans, as the settings propose them: prepared in December, closed in April (B2)."""

from __future__ import annotations

import calendar
import datetime as dt

from django.conf import settings


def day(name: str, year: int) -> dt.date:
    """The day `name` of `BILANS_DAYS` in the calendar year `year`; a 29 February falls on the last day of its month."""
    month, number = (int(part) for part in settings.BILANS_DAYS[name].split("-"))
    return dt.date(year, month, min(number, calendar.monthrange(year, month)[1]))


def proposed(year: int) -> dict[str, dt.date]:
    """The dates of the bilans of `year`, by column of `Campaign`: they are asked the year after."""
    return {f"{name}_on": day(name, year + 1) for name in ("opens", "due", "closes")}


def to_prepare(on: dt.date) -> int | None:
    """The year whose campaign should exist on `on`; none when there is no time left for it."""
    year = on.year if day("prepared", on.year) <= on else on.year - 1
    return year if proposed(year)["due_on"] > on else None
