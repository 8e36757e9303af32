"""`manage.py fill_demo_psad`: the 16,000 invented cases of the demonstration, while it is used."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from spro import demo_psad

QUIETLY = 10  # the demonstration is in use meanwhile


class Command(BaseCommand):
    help = "Complète les plateformes PSAD de la démonstration (reprend où il en était)."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Ces dossiers sont inventés : DEMO=1 est nécessaire.")
        os.nice(QUIETLY)
        demo_psad.fill(self.stdout.write)
