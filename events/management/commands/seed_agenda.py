"""`manage.py seed_agenda --sessions N`: invented events, always the same (fixed seed), for benchmarks."""

import gc
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from events.seeding import grow


class Command(BaseCommand):
    help = "Remplit l’agenda d’évènements inventés, toujours les mêmes, jusqu’à N séances."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sessions", type=int, required=True, help="nombre de séances à atteindre")

    def handle(self, *args: Any, sessions: int, verbosity: int = 1, **options: Any) -> None:
        if sessions < 0:
            raise CommandError("Le nombre de séances ne peut être négatif.")
        gc.freeze()
        count, told = None, 0
        try:
            for count in grow(sessions):
                if verbosity and count // 50_000 > told:
                    told = count // 50_000
                    self.stdout.write(f"{count} séances…")
        except LookupError as error:
            raise CommandError(str(error)) from error
        if verbosity:
            self.stdout.write("Rien à ajouter." if count is None else f"{count} séances inventées.")
