from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from territories.importers.after import refresh_all


class Command(BaseCommand):
    help = "Récrit toutes les fiches de lieux et toute la recherche (après une mise à jour du logiciel, par exemple)."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Lieux récrits\u00a0: {refresh_all()}.")
