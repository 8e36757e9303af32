from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from bilans.services.day import run_day
from recognition.clock import day_of

FUTURE = (
    "Ce jour est à venir : le passage ouvrirait ou clorait des campagnes et enverrait des courriels, pour de bon. Hors"
    " démonstration, ajoutez --force si c’est bien ce que vous voulez."
)


def _is_played() -> bool:
    """A demonstration, a workbench, a database of tests: nobody is told in earnest."""
    return settings.DEMO or settings.DEBUG or str(connection.settings_dict["NAME"]).startswith("test_")


class Command(BaseCommand):
    help = (
        "Fait ce que le calendrier des bilans doit pour un jour (aujourd’hui par défaut). Une ligne par acte ; une"
        " seconde fois, aucune."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", metavar="AAAA-MM-JJ", help="Le jour dont on fait le passage.")
        parser.add_argument("--force", action="store_true", help="Même pour un jour à venir : rien ne se défait.")

    def handle(self, *args: Any, on: str | None, force: bool, **options: Any) -> None:
        now = timezone.now()
        try:
            day = dt.date.fromisoformat(on) if on else day_of(now)
        except ValueError as error:
            raise CommandError(f"Jour AAAA-MM-JJ attendu, «\u00a0{on}\u00a0» lu.") from error
        if day > day_of(now) and not (force or _is_played()):
            raise CommandError(FUTURE)
        for act in run_day(day, now=now):
            self.stdout.write(f"{day_of(act.at)} {act.campaign}\u00a0: {act.text}")
