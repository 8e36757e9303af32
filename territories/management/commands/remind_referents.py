"""`manage.py remind_referents [--on YYYY-MM-DD]`: the « still right? » of a day, one line a mail (T2)."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.links import refuse_unknown_site
from territories.confirmations import Queued, remind


class Command(BaseCommand):
    help = "Demande aux référent·es, une fois par an, si leur fiche est encore juste (un second passage n’écrit rien)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", metavar="AAAA-MM-JJ", help="comme si l’on était ce jour-là (aujourd’hui sinon)")

    def handle(self, *args: Any, on: str | None = None, **options: Any) -> None:
        day = None if on is None else _day(on)
        try:
            refuse_unknown_site()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        for mail in remind(day):
            self.stdout.write(_line(mail))


def _day(text: str) -> dt.date:
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError
        day = dt.date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"«\u00a0{text}\u00a0» n’est pas une date\u00a0: écrivez par exemple 2027-01-31.") from error
    if not 2000 <= day.year <= 2200:
        raise CommandError(f"«\u00a0{text}\u00a0» est trop loin\u00a0: une date entre 2000 et 2200.")
    return day


def _line(mail: Queued) -> str:
    whom = "référent·e" if mail.kind == "referent" else "gestionnaire"
    sheets = f"{mail.sheets} fiche{'s' if mail.sheets > 1 else ''}"
    return f"{mail.masked} ({whom}, {mail.organisation}\u00a0: {sheets})"
