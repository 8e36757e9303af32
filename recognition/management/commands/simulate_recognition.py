from __future__ import annotations

import datetime as dt
import signal
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from recognition.simulation.database import NoOwnerError, throwaway
from recognition.simulation.play import Years, play
from recognition.simulation.world import build

FIRST_YEAR = 2027


class Command(BaseCommand):
    help = (
        "Joue des années de campagnes par les mêmes services que le portail, dans une base jetable, et dit ce qui"
        " s’est fait, ce qui a été refusé et ce qui enfreint une règle."
    )
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--years", type=int, default=3, help="Combien d’années (3 par défaut).")
        parser.add_argument("--organisations", type=int, default=20, help="Combien d’organismes (20 par défaut).")
        parser.add_argument("--seed", type=int, default=7, help="La graine : la même rejoue les mêmes années.")
        parser.add_argument("--first-year", type=int, default=FIRST_YEAR, help="La première année jouée.")
        parser.add_argument("--pack", default="data/grand-est", help="Le pack régional joué.")

    def handle(self, *args: Any, **options: Any) -> None:
        pack = Path(options["pack"])
        pack = pack if pack.is_absolute() else settings.BASE_DIR / pack
        first = dt.date(options["first_year"], 1, 1)
        last = dt.date(options["first_year"] + options["years"] - 1, 12, 31)
        if options["years"] < 1 or options["organisations"] < 0:
            raise CommandError("Il faut une année au moins.")
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # stopped, it drops its database all the same
        try:
            with throwaway():
                world = build(pack=pack, first=first, last=last, seed=options["seed"])
                years = play(world, first=first, last=last, organisations=options["organisations"])
        except NoOwnerError as error:
            raise CommandError(str(error)) from error
        self._say(years)

    def _say(self, years: Years) -> None:
        for title, counts in (("Actes du calendrier", years.acts), ("Essais refusés", years.refused)):
            self.stdout.write(f"{title}\u00a0:")
            for name, count in sorted(counts.items()):
                self.stdout.write(f"  {name}: {count}")
        for found in years.breaches:
            self.stdout.write(found)
        self.stdout.write(f"breaches: {len(years.breaches)}")
