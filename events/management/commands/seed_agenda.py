"""`manage.py seed_agenda --sessions N`: invented events, always the same (fixed seed), for benchmarks."""

import gc
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from events.seeding import grow, grow_together, seeded


class Command(BaseCommand):
    help = "Remplit l’agenda d’évènements inventés, toujours les mêmes, jusqu’à N séances."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sessions", type=int, required=True, help="nombre de séances à atteindre")
        parser.add_argument("--jobs", type=int, default=1, help="processus qui écrivent ensemble")

    def handle(self, *args: Any, sessions: int, jobs: int = 1, verbosity: int = 1, **options: Any) -> None:
        if sessions < 0 or jobs < 1:
            raise CommandError("Donnez un nombre de séances, et au moins un processus.")
        gc.freeze()
        before, told = seeded(), 0
        try:
            if jobs > 1 and sessions > before:
                grow_together(sessions, jobs)
            for count in grow(sessions):
                if verbosity and count // 50_000 > told:
                    told = count // 50_000
                    self.stdout.write(f"{count} séances…")
        except (LookupError, ChildProcessError) as error:
            raise CommandError(str(error)) from error
        if verbosity:
            after = seeded()
            self.stdout.write("Rien à ajouter." if after == before else f"{after} séances inventées.")
