from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils import timezone

from bilans.services.day import run_day
from core.daily import DayCommand


class Command(DayCommand):
    help = (
        "Fait ce que le calendrier des bilans doit pour un jour (aujourd’hui par défaut). Une ligne par acte ; une"
        " seconde fois, aucune."
    )
    harm = "ouvrirait ou clorait des campagnes et enverrait des courriels"

    def passed(self, day: dt.date, now: dt.datetime) -> Iterable[str]:
        return [f"{timezone.localdate(act.at)} {act.campaign}\u00a0: {act.text}" for act in run_day(day, now=now)]
