"""Days one after the other: the pass of the morning, then what people do; what must hold is looked at meanwhile."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from recognition.models import Candidature, Recognition
from recognition.services.day import run_day
from recognition.simulation.checks import breaches
from recognition.simulation.houses import House
from recognition.simulation.region import Region
from recognition.simulation.world import World


@dataclass
class Years:
    """What happened: acts of the pass by kind, what was refused by what was tried, breaches in French."""

    acts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    breaches: list[str] = field(default_factory=list)


def play(world: World, *, first: dt.date, last: dt.date, organisations: int) -> Years:
    """Play every day from `first` to `last`, both included."""
    houses = [House(world, number) for number in range(1, organisations + 1)]
    region, years = Region(world), Years()
    for day in days(first, last):
        years.acts.update(act.kind for act in run_day(day))
        if looked_at(day) or day == last:
            _look(years, day)
        region.play(day)
        open_ones, current = in_hand(day)
        for house in houses:
            house.play(day, open_ones.get(house.name), current.get(house.name))
    again = run_day(last)
    years.breaches += [f"R12 : encore fait au second passage : {act.kind}" for act in again if act.kind != "late_step"]
    years.breaches += world.watch.breaches
    years.refused = world.watch.refused
    return years


def in_hand(day: dt.date) -> tuple[dict[str, Candidature], dict[str, Recognition]]:
    """The open dossiers, and the recognitions in force, by the name of their organisation."""
    dossiers = Candidature.objects.open().select_related("organisation", "campaign", "charter", "renews")
    rights = Recognition.objects.in_force(day).filter(end_reason="").select_related("organisation")
    return {row.organisation.name: row for row in dossiers}, {row.organisation.name: row for row in rights}


def days(first: dt.date, last: dt.date) -> Iterable[dt.date]:
    return (first + dt.timedelta(days=number) for number in range((last - first).days + 1))


def looked_at(day: dt.date) -> bool:
    """After the deadlines, the sittings and the terms: twice a month is enough, nothing mends itself."""
    return day.day in {2, 16}


def _look(years: Years, day: dt.date) -> None:
    known = set(years.breaches)
    years.breaches += [found for found in breaches(day) if found not in known]
