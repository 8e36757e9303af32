"""`manage.py psad_retention [--on DATE] [--dry-run]`: what is due to be announced, archived, made anonymous (D13)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from psad.services import retention


class Command(BaseCommand):
    help = "Applique les durées de conservation des PSAD ; --dry-run dit les mêmes lignes sans rien changer."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--on", type=_day, metavar="DATE", help="Comme ce jour-là (AAAA-MM-JJ) ; aujourd’hui sinon."
        )
        parser.add_argument("--dry-run", action="store_true", help="Compte seulement.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints « platform kind: N » for each platform and kind that has something, « nothing » otherwise."""
        on = options["on"] or timezone.localdate()
        try:
            lines = retention.run(on, at=timezone.now(), dry_run=options["dry_run"])
        except retention.AlteredLogError as error:
            raise CommandError(
                f"Le registre n’est pas entier : {error}. Aucun de ses mois n’a été effacé (docs/psad-security.md)."
            ) from error
        for line in lines:
            self.stdout.write(str(line))
        if not lines:
            self.stdout.write("rien à faire")


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--on {text} : écrivez une date comme 2027-01-31.") from error
