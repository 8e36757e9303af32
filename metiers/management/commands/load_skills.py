from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from metiers.loading.starter import load_starter
from territories.importers.command import LoadCommand


class Command(LoadCommand):
    help = "Charge la liste de départ des compétences et des familles de métiers (sans effet si elle est à jour)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", nargs="?", help="Un autre dossier que data/competences.")

    def handle(self, *args: Any, path: str | None, **options: Any) -> None:
        folder = Path(path) if path else Path(settings.BASE_DIR) / "data" / "competences"
        self.run(lambda: load_starter(folder))
