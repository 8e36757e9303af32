from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from recognition.clock import day_of
from recognition.models import Act
from recognition.services.day import run_day


class Command(BaseCommand):
    help = (
        "Fait ce que le calendrier de la reconnaissance doit pour un jour (aujourd’hui par défaut), et pour les jours"
        " d’avant qui manqueraient. Une ligne par acte ; une seconde fois, aucune."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", metavar="AAAA-MM-JJ", help="Le jour dont on fait le passage.")

    def handle(self, *args: Any, on: str | None, **options: Any) -> None:
        try:
            day = dt.date.fromisoformat(on) if on else timezone.localdate()
        except ValueError as error:
            raise CommandError(f"Jour AAAA-MM-JJ attendu, «\u00a0{on}\u00a0» lu.") from error
        for act in run_day(day):
            self.stdout.write(line(act))


def line(act: Act) -> str:
    """« 2027-02-01 campaign_opened Campagne 2027 : Ouverture des candidatures… »."""
    subject = act.candidature or act.recognition or act.campaign
    return f"{day_of(act.at)} {act.kind} {subject}\u00a0: {act.text}"
