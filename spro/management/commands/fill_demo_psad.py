"""`manage.py fill_demo_psad`: the 16,000 invented cases of the demonstration, while it is used; its bilans follow."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from bilans.models import Campaign
from spro import demo_bilans, demo_psad

QUIETLY = 10  # the demonstration is in use meanwhile


class Command(BaseCommand):
    help = "Complète les plateformes PSAD de la démonstration (reprend où il en était)."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Ces dossiers sont inventés : DEMO=1 est nécessaire.")
        os.nice(QUIETLY)
        demo_psad.fill(self.stdout.write)
        if staff := User.objects.filter(email="region@demo.invalid").first():
            demo_bilans.refresh_platforms(staff, self.stdout.write)
        for year in Campaign.objects.filter(closed_at__isnull=False).order_by("-year").values_list("year", flat=True):
            with suppress(SystemExit, CommandError):  # one document in failure stops nothing
                call_command("generate_bilans", year=year, jobs=1)
