"""From when and until when a dossier may be deposited, and a renewal asked for: the one place that says it (R4, R9).

Every page, banner, mail, letter and desk reads these days, and the deposit obeys them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from recognition import rulebook
from recognition.clock import day_of, end_of
from recognition.models import Campaign, Candidature, Recognition

_RULES = ("renewal_months", "last_year_follows_calendar", "opens_on", "deadline_on")


@dataclass(frozen=True)
class Window:
    """The first and the last day, both included; `year`: that of the campaign it belongs to."""

    opens_on: dt.date
    last_on: dt.date
    year: int

    def holds(self, day: dt.date) -> bool:
        return self.opens_on <= day <= self.last_on


def window(recognition: Recognition) -> Window:
    """When the renewal of `recognition` may be begun and deposited. Two queries.

    Where the last year of a plan follows the annual calendar (R9, `last_year_follows_calendar`): from the opening of
    the last campaign whose deadline comes before the term, until its deadline, or until three months before the term
    when that is later. Elsewhere: the three months that end three months before the term. Never after the term.

    Which campaign that is depends on the rule, not on a deadline moved since: who was told to renew in a campaign is
    not sent to another one.
    """
    term, said = recognition.term_on, rulebook.texts(*_RULES)
    months = int(said["renewal_months"])
    before_term = rulebook.months_before(term, months)
    if not rulebook.is_yes(said["last_year_follows_calendar"]):
        return Window(rulebook.months_before(before_term, months), before_term, before_term.year)
    year = term.year if rulebook.day_in(said["deadline_on"], term.year) <= term else term.year - 1
    written = Campaign.objects.filter(year=year).values_list("opens_on", "deadline_on").first()
    opens, deadline = written or tuple(rulebook.day_in(said[key], year) for key in ("opens_on", "deadline_on"))
    return Window(opens, min(max(deadline, before_term), term), year)


def window_of(candidature: Candidature) -> Window:
    """Between which days this dossier may be deposited: those of its campaign; a renewal's own, and never later than
    the day it was begun, since it is begun when it may be (R9)."""
    campaign = candidature.campaign
    if candidature.kind != Candidature.Kind.RENEWAL or candidature.renews is None:
        return Window(campaign.opens_on, campaign.deadline_on, campaign.year)
    allowed = window(candidature.renews)
    begun = day_of(candidature.created_at)
    return Window(min(allowed.opens_on, begun), allowed.last_on, allowed.year)


def limit_on(candidature: Candidature) -> dt.date:
    """The last day on which this dossier may be deposited."""
    return window_of(candidature).last_on


def in_time(candidature: Candidature, at: dt.datetime) -> bool:
    """Whether a deposit at this very moment is in time: its window is open, the last second is not past (R4)."""
    return window_of(candidature).holds(day_of(at))


def is_late(candidature: Candidature, at: dt.datetime) -> bool:
    """Whether the last day to deposit is over, were it by one second (R4)."""
    return at >= end_of(limit_on(candidature))
