from __future__ import annotations

from pathlib import Path
from typing import Any

from territories.importers.command import LoadCommand
from territories.importers.structures import load_structures


class Command(LoadCommand):
    help = "Complète les lieux (adresse, téléphone, horaires) et en ajoute, depuis l’annuaire national des structures."
    path_help = "Le fichier CSV de l’annuaire (voir docs/region-pack.md)."

    def handle(self, *args: Any, path: str, **options: Any) -> None:
        self.run(lambda: load_structures(Path(path)))
