from __future__ import annotations

from pathlib import Path
from typing import Any

from territories.importers.command import LoadCommand
from territories.importers.referents import load_referents


class Command(LoadCommand):
    help = "Ajoute les coordonnées professionnelles des référent·es, depuis un fichier gardé par la Région."
    path_help = "Le fichier (territorial_referents.csv ou regional_referents.csv, avec les coordonnées)."

    def handle(self, *args: Any, path: str, **options: Any) -> None:
        self.run(lambda: load_referents(Path(path)))
