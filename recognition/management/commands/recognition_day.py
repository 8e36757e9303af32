from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from core.daily import DayCommand
from recognition.clock import day_of
from recognition.models import Act, PassDay
from recognition.services.day import run_day


class Command(DayCommand):
    help = (
        "Fait ce que le calendrier de la reconnaissance doit pour un jour (aujourd’hui par défaut), et pour les jours"
        " d’avant qui manqueraient. Une ligne par acte ; une seconde fois, aucune."
    )
    harm = "enverrait courriels et lettres, et clorait des campagnes"

    def passed(self, day: dt.date, now: dt.datetime) -> Iterable[str]:
        if (last := PassDay.objects.order_by("-on").first()) is not None and day < last.on:
            self.stderr.write(f"Rien à faire : le passage du {last.on} est déjà fait.")
        return [line(act) for act in run_day(day, now=now)]


def line(act: Act) -> str:
    """« 2027-02-01 campaign_opened Campagne 2027 : Ouverture des candidatures… »."""
    subject = act.candidature or act.recognition or act.campaign
    return f"{day_of(act.at)} {act.kind} {subject}\u00a0: {act.text}"
