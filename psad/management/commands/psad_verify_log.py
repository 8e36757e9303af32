"""`manage.py psad_verify_log`: whether the log of the PSAD was altered, whoever did it (D8, S5)."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from psad.witnesses import check


class Command(BaseCommand):
    help = "Vérifie le registre des lectures de chaque PSAD : lignes modifiées, retirées, ajoutées. Code 1 s’il y en a."

    def handle(self, *args: Any, **options: Any) -> None:
        found = check(timezone.now())
        for log in found:
            state = "entier" if not log.faults else "ALTÉRÉ"
            told = f"dernière {log.last}, empreinte {log.digest}" if log.last else "vide"
            self.stdout.write(f"{log.platform} : {log.lines} ligne{'s' * (log.lines > 1)}, {told}, {state}")
        faults = [fault for log in found for fault in log.faults]
        for fault in faults:
            self.stderr.write(str(fault))
        if faults:
            raise CommandError("Le registre n’est pas entier : voir docs/psad-security.md, « Le registre est altéré ».")
