"""The command of a calendar: what it owes for a day, one line an act, and nothing the second time (R02, B2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone


class DayCommand(BaseCommand):
    """`manage.py <room>_day [--on AAAA-MM-JJ] [--force]`: a room says what passes (`passed`), and `harm`, what a day to
    come would do for good. Exits with an error for what is no day, and for a day to come outside a demonstration.
    """

    harm = ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", metavar="AAAA-MM-JJ", help="Le jour dont on fait le passage.")
        parser.add_argument("--force", action="store_true", help="Même pour un jour à venir : rien ne se défait.")

    def handle(self, *args: Any, on: str | None, force: bool, **options: Any) -> None:
        now = timezone.now()
        today = timezone.localdate(now)
        try:
            day = dt.date.fromisoformat(on) if on else today
        except ValueError as error:
            raise CommandError(f"Jour AAAA-MM-JJ attendu, «\u00a0{on}\u00a0» lu.") from error
        if day > today and not (force or _is_played()):
            raise CommandError(
                f"Ce jour est à venir\u00a0: le passage {self.harm}, pour de bon. Hors démonstration, ajoutez --force"
                " si c’est bien ce que vous voulez."
            )
        for line in self.passed(day, now):
            self.stdout.write(line)

    def passed(self, day: dt.date, now: dt.datetime) -> Iterable[str]:
        """Do what is due for `day`, and tell each act in a line."""
        raise NotImplementedError


def _is_played() -> bool:
    """A demonstration, a workbench, a database of tests: nobody is told in earnest."""
    return settings.DEMO or settings.DEBUG or str(connection.settings_dict["NAME"]).startswith("test_")
