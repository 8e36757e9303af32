"""`manage.py rotate_keys`: after a new key was put first in ENCRYPTION_KEYS, so that the old one can be taken away."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.encryption import Undecipherable, rotate_all


class Command(BaseCommand):
    help = "Remet sous la première clé d’ENCRYPTION_KEYS tous les secrets gardés en base."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            counts = rotate_all()
        except Undecipherable as error:
            raise CommandError(
                "Un secret ne s’ouvre avec aucune clé : remettez l’ancienne, puis recommencez."
            ) from error
        for label, count in counts.items():
            self.stdout.write(f"{label} : {count}")
