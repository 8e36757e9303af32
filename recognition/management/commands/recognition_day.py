from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from recognition.clock import day_of
from recognition.models import Act, PassDay
from recognition.services.day import run_day

FUTURE = (
    "Ce jour est à venir : le passage enverrait courriels et lettres, et clorait des campagnes, pour de bon. Hors"
    " démonstration, ajoutez --force si c’est bien ce que vous voulez."
)


def _is_played() -> bool:
    """A demonstration, a workbench, a database of tests: nobody is told in earnest."""
    return settings.DEMO or settings.DEBUG or str(connection.settings_dict["NAME"]).startswith("test_")


class Command(BaseCommand):
    help = (
        "Fait ce que le calendrier de la reconnaissance doit pour un jour (aujourd’hui par défaut), et pour les jours"
        " d’avant qui manqueraient. Une ligne par acte ; une seconde fois, aucune."
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
        if (last := PassDay.objects.order_by("-on").first()) is not None and day < last.on:
            self.stderr.write(f"Rien à faire : le passage du {last.on} est déjà fait.")
        for act in run_day(day, now=now):
            self.stdout.write(line(act))


def line(act: Act) -> str:
    """« 2027-02-01 campaign_opened Campagne 2027 : Ouverture des candidatures… »."""
    subject = act.candidature or act.recognition or act.campaign
    return f"{day_of(act.at)} {act.kind} {subject}\u00a0: {act.text}"
