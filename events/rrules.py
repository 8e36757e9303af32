"""Dates by a rule: « toutes les semaines, le mardi, jusqu’au 30 juin 2027 » (A3). Nothing here touches the database.

A rule gives days; the hours are wall-clock hours of Europe/Paris, put on each day, so that 14:00 stays 14:00 when the
hour changes. A rule always ends.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Literal
from zoneinfo import ZoneInfo

from dateutil import rrule
from django.core.exceptions import ValidationError

PARIS = ZoneInfo("Europe/Paris")
MOST_DAYS = 400  # of one rule
LONGEST = timedelta(days=731)  # two years
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip
RANKS = {1: "premier", 2: "deuxième", 3: "troisième", 4: "quatrième", -1: "dernier"}
Rhythm = Literal["DAILY", "WEEKLY", "MONTHLY"]
_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_RHYTHMS = {"DAILY": rrule.DAILY, "WEEKLY": rrule.WEEKLY, "MONTHLY": rrule.MONTHLY}


@dataclass(frozen=True)
class Rule:
    """Every `every` days, weeks or months, until `until` included.

    Weekly: on `weekdays` (0 is Monday). Monthly: on `month_day`, or on the `rank`-th of `weekdays[0]` (-1: the last).
    """

    rhythm: Rhythm
    until: date
    every: int = 1
    weekdays: tuple[int, ...] = ()
    month_day: int | None = None
    rank: int | None = None

    def text(self) -> str:
        """The value of an RRULE (RFC 5545), as `Recurrence.rule` keeps it; UNTIL is local, as the hours are."""
        parts = [f"FREQ={self.rhythm}"]
        if self.every > 1:
            parts.append(f"INTERVAL={self.every}")
        if self.weekdays:
            rank = self.rank or ""
            parts.append("BYDAY=" + ",".join(f"{rank}{_CODES[day]}" for day in sorted(self.weekdays)))
        if self.month_day:
            parts.append(f"BYMONTHDAY={self.month_day}")
        return ";".join([*parts, f"UNTIL={self.until:%Y%m%d}T235959"])

    def sentence(self) -> str:
        """« Toutes les 2 semaines, le mardi et le jeudi, jusqu’au 30 juin 2027 »."""
        return f"{self._rhythm_in_words()}, jusqu’au {said(self.until)}"

    def _rhythm_in_words(self) -> str:
        if self.rhythm == "DAILY":
            return "Tous les jours" if self.every == 1 else f"Tous les {self.every} jours"
        if self.rhythm == "WEEKLY":
            how = "Toutes les semaines" if self.every == 1 else f"Toutes les {self.every} semaines"
            days = [f"le {WEEKDAYS[day]}" for day in sorted(self.weekdays)]
            return f"{how}, {' et '.join(filter(None, (', '.join(days[:-1]), days[-1])))}"
        how = "Tous les mois" if self.every == 1 else f"Tous les {self.every} mois"
        if self.rank:
            return f"{how}, le {RANKS[self.rank]} {WEEKDAYS[self.weekdays[0]]}"
        return f"{how}, le {self.month_day}{'er' if self.month_day == 1 else ''}"


def parse(text: str) -> Rule:
    """The rule that `Rule.text` wrote. Raises `ValueError` for any other text."""
    parts = dict(part.split("=", 1) for part in text.split(";"))
    rhythm, codes = parts["FREQ"], [code for code in parts.get("BYDAY", "").split(",") if code]
    ranks = {int(code[:-2]) for code in codes if code[:-2]}
    if rhythm not in _RHYTHMS or len(ranks) > 1 or "UNTIL" not in parts:
        raise ValueError(text)
    return Rule(
        rhythm,  # type: ignore[arg-type]
        until=date.fromisoformat(parts["UNTIL"][:8]),
        every=int(parts.get("INTERVAL", 1)),
        weekdays=tuple(_CODES.index(code[-2:]) for code in codes),
        month_day=int(parts["BYMONTHDAY"]) if "BYMONTHDAY" in parts else None,
        rank=next(iter(ranks), None),
    )


def days(rule: Rule, starts_on: date, skipped: Collection[date] = ()) -> list[date]:
    """The days of the rule from `starts_on`, but for those skipped.

    Raises `ValidationError` (French) when there is none, more than `MOST_DAYS`, or when it lasts more than two years.
    """
    _check(rule, starts_on)
    found = list(islice(_all(rule, starts_on), MOST_DAYS + 1))
    if len(found) > MOST_DAYS:
        raise ValidationError(
            f"Cette règle donne plus de {MOST_DAYS} dates\u00a0: rapprochez la fin, ou espacez-les.", code="many"
        )
    kept = [day for day in found if day not in set(skipped)]
    if not kept:
        raise ValidationError("Cette règle ne donne aucune date\u00a0: vérifiez le jour et la fin.", code="none")
    return kept


def instants(day: date, starts: time, ends: time) -> tuple[datetime, datetime]:
    """The instants of `day` at these hours of Paris; an end that is not after the beginning is the day after."""
    last = day if ends > starts else day + timedelta(days=1)
    return datetime.combine(day, starts, PARIS), datetime.combine(last, ends, PARIS)


def said(day: date) -> str:
    """« 1er mai 2027 »."""
    return f"{'1er' if day.day == 1 else day.day} {MONTHS[day.month - 1]} {day.year}"


def _check(rule: Rule, starts_on: date) -> None:
    if rule.until < starts_on:
        raise ValidationError({"until": ["La fin ne peut précéder la première date."]})
    if rule.until - starts_on > LONGEST:
        raise ValidationError({"until": ["Deux ans au plus\u00a0: choisissez une fin plus proche."]})
    if rule.rhythm == "WEEKLY" and not rule.weekdays:
        raise ValidationError({"weekdays": ["Choisissez au moins un jour de la semaine."]})


def _all(rule: Rule, starts_on: date) -> Iterable[date]:
    options: dict[str, object] = {}
    if rule.weekdays:
        options["byweekday"] = [
            rrule.weekday(day, rule.rank) if rule.rank else rrule.weekday(day) for day in rule.weekdays
        ]
    if rule.month_day:
        options["bymonthday"] = rule.month_day
    start = datetime.combine(starts_on, time())  # naive: days have no hour
    until = datetime.combine(rule.until, time())
    for found in rrule.rrule(_RHYTHMS[rule.rhythm], dtstart=start, until=until, interval=rule.every, **options):
        yield found.date()
