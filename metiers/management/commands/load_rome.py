from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from metiers.loading.rome import load_rome
from territories.importers.command import LoadCommand


class Command(LoadCommand):
    help = "Charge le ROME 4.0 d’un dossier de fichiers CSV : tout est vérifié, puis appliqué d’un coup."
    path_help = "Le dossier du ROME (metiers.csv, appellations.csv…), hors du dépôt."

    def create_parser(self, *names: str, **options: Any) -> CommandParser:
        """Here `--version` is that of the ROME."""
        return super().create_parser(*names, conflict_handler="resolve", **options)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--version", dest="rome", default="", help="Par exemple « 4.0 v60 ».")

    def handle(self, *args: Any, path: str, rome: str, **options: Any) -> None:
        self.run(lambda: load_rome(Path(path), version=rome))
