"""A recognition held by one act at a time, and how it ends: the one place that writes `ends_on` (R8-R11, R13)."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError

from core.journal import Actor, record
from core.values import day_in_words
from recognition.models import Recognition

NEVER = dt.date(9999, 12, 31)  # the end of what holds until a decision is notified (R9)
OVER = "Cette reconnaissance a déjà pris fin\u00a0: rechargez la page."
DAY = dt.timedelta(days=1)


def held(recognition: Recognition) -> Recognition:
    """The recognition as it stands, its row held until the end of the transaction."""
    # Held first, read after: a join would miss a row that changes while one waits for it.
    Recognition.objects.select_for_update().only("pk").get(pk=recognition.pk)
    return Recognition.objects.select_related(
        "organisation", "candidature__campaign", "candidature__charter", "plan", "granted_by"
    ).get(pk=recognition.pk)


def held_in_force(recognition: Recognition, on: dt.date) -> Recognition:
    """As `held`. Raises `ValidationError` (French) when it does not hold on that day."""
    found = held(recognition)
    if not found.starts_on <= on <= found.ends_on or found.end_reason in ENDED_BY_DECISION:
        raise ValidationError(OVER)
    return found


# Ends that leave nothing more to decide, were their last day today.
ENDED_BY_DECISION = frozenset(
    {Recognition.End.WITHDRAWN, Recognition.End.REPEALED, Recognition.End.RENEWED, Recognition.End.LEFT}
)


def end(found: Recognition, *, on: dt.date, reason: str, actor: Actor | None) -> None:
    """Have a held recognition end on that day, included, or before if it was to. Raises `ValidationError` (French)
    for a day before its first."""
    if on < found.starts_on:
        raise ValidationError(f"Cette reconnaissance ne commence que le {day_in_words(found.starts_on)}.")
    before = found.ends_on
    found.ends_on, found.end_reason = min(before, on), reason
    found.save(update_fields=["ends_on", "end_reason"])
    days = [before.isoformat(), found.ends_on.isoformat()]
    record(verb="recognition.end", target=found, actor=actor, changes={"ends_on": days, "end_reason": ["", reason]})
