from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from core.packs.report import Report
from territories.importers.command import LoadCommand
from territories.importers.region_pack import load_region_pack, read_content


class Command(LoadCommand):
    help = "Charge un pack régional : tout est vérifié, puis appliqué d’un coup, sans défaire ce qui a été modifié ici."
    path_help = "Le dossier du pack (par exemple data/grand-est)."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--check", action="store_true", help="Vérifie le pack sans rien écrire.")
        parser.add_argument(
            "--restore-deleted", action="store_true", help="Recrée ce que le pack avait apporté et qui a été supprimé."
        )

    def handle(self, *args: Any, path: str, check: bool, restore_deleted: bool, **options: Any) -> None:
        folder = Path(path)
        if check:
            self.run(lambda: Report(remarks=read_content(folder).warnings))
            return
        self.run(lambda: load_region_pack(folder, restore_deleted=restore_deleted))
