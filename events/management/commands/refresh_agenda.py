"""`manage.py refresh_agenda`: writes again everything the agenda derives from its events."""

from typing import Any

from django.core.management.base import BaseCommand

from events.derived import refresh_all


class Command(BaseCommand):
    help = "Écrit à nouveau ce que l’agenda tire de ses évènements (listes, cartes, calendriers)."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{refresh_all()} séances écrites.")
