"""Between which days a renewal may be begun (R9); until when a dossier may be deposited is in `services/campaigns`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from recognition import rulebook
from recognition.clock import end_of
from recognition.models import Campaign, Candidature, Recognition
from recognition.services.campaigns import limit_on


@dataclass(frozen=True)
class Window:
    """The first and the last day, both included."""

    opens_on: dt.date
    last_on: dt.date


def window(recognition: Recognition) -> Window:
    """When the renewal of `recognition` may be begun.

    Where the last year of a plan follows the annual calendar (R9, `last_year_follows_calendar`): from the opening of
    that year's campaign until its deadline, or until three months before the term when that is later. Elsewhere: the
    three months that end three months before the term. Never after the term.
    """
    months = rulebook.number("renewal_months")
    before_term = rulebook.months_before(recognition.term_on, months)
    if not rulebook.yes("last_year_follows_calendar"):
        return Window(rulebook.months_before(before_term, months), before_term)
    year = recognition.term_on.year
    if _step("deadline_on", year) > recognition.term_on:
        year -= 1
    last = max(_step("deadline_on", year), before_term)
    return Window(_step("opens_on", year), min(last, recognition.term_on))


def _step(name: str, year: int) -> dt.date:
    """The day of a step in `year`: as the campaign has it, or as the rules will make it."""
    said = Campaign.objects.filter(year=year).values_list(name, flat=True).first()
    return said or rulebook.day(name, year)


def is_late(candidature: Candidature, at: dt.datetime) -> bool:
    """Whether the last day to deposit is over, were it by one second (R4)."""
    return at >= end_of(limit_on(candidature))
