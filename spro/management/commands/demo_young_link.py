"""`manage.py demo_young_link`: the address and the code of an invented young person of the demonstration, made anew."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from spro import demo_psad


class Command(BaseCommand):
    help = "Imprime le lien et le code d’un·e jeune inventé·e de la démonstration (le lien d’avant prend fin)."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Ce lien est imprimé : DEMO=1 est nécessaire.")
        found = demo_psad.young_link()
        if found is not None:
            self.stdout.write(" ".join(found))
