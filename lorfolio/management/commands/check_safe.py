"""`manage.py check_safe`: every sealed file of every safe beside what was written of it, every trace from its start."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from lorfolio.services.safe_keeping import Report, check_all

_FAULTS = (
    ("missing", "Document dont le fichier manque"),
    ("altered", "Document dont le fichier a été modifié"),
    ("broken", "Coffre dont la trace a été modifiée, ou dont la clé ne s’ouvre pas"),
    ("miscounted", "Coffre dont la place prise n’est pas la somme de ses documents"),
    ("orphans", "Fichier qu’aucun document ne nomme (la tâche de la nuit l’effacera)"),
)


class Command(BaseCommand):
    help = (
        "Vérifie les coffres : fichiers absents ou modifiés, traces rompues, fichiers de trop. Les identifiants ne"
        " disent rien des personnes. Sort avec 1 si un document est touché."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        report = check_all(timezone.now())
        for name, words in _FAULTS:
            for key in getattr(report, name):
                self.stdout.write(f"{words} : {key}")
        self.stdout.write(_summary(report))
        if not report.sound:
            raise CommandError(
                "Des coffres sont touchés : voyez « Le coffre : un document touché » dans docs/lorfolio.md."
            )


def _summary(report: Report) -> str:
    return (
        f"{report.files} documents et {report.traces} traces vérifiés : {len(report.missing)} absents, "
        f"{len(report.altered)} modifiés, {len(report.broken)} traces rompues, {len(report.miscounted)} comptes faux, "
        f"{len(report.orphans)} fichiers de trop."
    )
