"""The world that is played: a real region pack, plans that follow each other, people and organisations we invent."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from accounts.models import RegionMandate, User
from members.models import Plan
from recognition.clock import PARIS
from recognition.models import GoverningBody, Rule
from territories.importers.region_pack import load_region_pack
from territories.models import Commune

Got = TypeVar("Got")
ALWAYS = dt.date(2000, 1, 1)
# What a region says before its letters may leave.
SAID = {
    "signatory": "La présidente de la Région", "signatory_title": "Présidente", "service_name": "Service d’essai",
    "service_address": "1 place des Essais, 67000 Strasbourg", "service_email": "service@essai.invalid",
    "service_phone": "03 00 00 00 00", "silence": "Le silence vaut rejet.", "appeal": "Deux mois pour un recours.",
}  # fmt: skip


@dataclass
class Watch:
    """What was tried and what became of it; `breaches` is what a service let through."""

    refused: Counter[str] = field(default_factory=Counter)
    breaches: list[str] = field(default_factory=list)

    def try_(self, what: str, deed: Callable[[], Got]) -> Got | None:
        """Something that may honestly be refused."""
        try:
            return deed()
        except ValidationError:
            self.refused[what] += 1
            return None

    def must_refuse(self, rule: str, what: str, deed: Callable[[], object]) -> None:
        """Something that must not be possible; it is undone if it was."""
        try:
            with transaction.atomic():
                deed()
                transaction.set_rollback(True)
        except (ValidationError, DatabaseError):
            self.refused[f"{rule} {what}"] += 1
            return
        self.breaches.append(f"{rule} : {what}")


@dataclass
class World:
    """What players share. `rng` alone decides of everything: a seed plays the same years."""

    rng: Random
    staff: User
    communes: list[Commune]
    watch: Watch = field(default_factory=Watch)

    def moment(self, day: dt.date) -> dt.datetime:
        """Some second of the working hours of `day`, after the morning pass."""
        seconds = self.rng.randrange(9 * 3600, 18 * 3600)
        return dt.datetime.combine(day, dt.time(), PARIS).replace(
            hour=seconds // 3600, minute=seconds // 60 % 60, second=seconds % 60
        )

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability


def build(*, pack: Path, first: dt.date, last: dt.date, seed: int) -> World:
    """Load the pack, say what the letters need, have a plan for each day, and somebody at the Region's desk."""
    load_region_pack(pack)
    for key, value in SAID.items():
        Rule.objects.update_or_create(key=key, defaults={"value": value})
    rng = Random(seed)  # noqa: S311 - a game, not a secret
    _plans(first, last, rng)
    staff = User.objects.create(email="region@essai.invalid")
    RegionMandate.objects.create(user=staff, starts_on=ALWAYS)
    return World(rng, staff, list(Commune.objects.order_by("insee")[:40]))


def _plans(first: dt.date, last: dt.date, rng: Random) -> None:
    """Plans of five years after those of the pack; each adopted before, or some weeks after, the last one ends."""
    if not Plan.objects.exists():
        _plan(dt.date(first.year, 1, 1), dt.date(first.year, 1, 1))
    # Read anew each time: the one just written is the last one.
    while (end := Plan.objects.latest("ends_on").ends_on) <= dt.date(last.year, 12, 31):
        starts = end + dt.timedelta(days=1)
        _plan(starts, starts + dt.timedelta(days=rng.choice((-200, -60, -30, 20, 50))))


def _plan(starts: dt.date, adopted: dt.date) -> None:
    Plan.objects.create(
        slug=f"plan-{starts.year}", name=f"Plan {starts.year}-{starts.year + 4}", starts_on=starts,
        ends_on=dt.date(starts.year + 4, 12, 31), adopted_on=adopted,
    )  # fmt: skip


def bodies() -> tuple[list[GoverningBody], GoverningBody]:
    """Those that give an opinion, in order; the one that decides."""
    rows = list(GoverningBody.objects.all())
    return [b for b in rows if b.kind == GoverningBody.Kind.OPINION], next(
        b for b in rows if b.kind == GoverningBody.Kind.DECISION
    )
