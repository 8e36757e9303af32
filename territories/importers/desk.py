"""The three loads that the Region can ask for at its desk, with a preview (`core/imports.py`)."""

from __future__ import annotations

from core.imports import ImportKind, register
from territories.importers.pack_zip import load_zipped_pack
from territories.importers.referents import load_referents
from territories.importers.structures import load_structures


def register_imports() -> None:
    register(
        ImportKind(
            "pack", "Pack régional",
            "Le dossier du pack dans une archive zip\u00a0: territoires, organismes, lieux, charte, aiguillage.",
            ".zip", load_zipped_pack,
        )
    )  # fmt: skip
    register(
        ImportKind(
            "structures", "Annuaire national des structures",
            "Le fichier CSV de l’annuaire de l’administration\u00a0: adresses, téléphones, horaires.",
            ".csv", lambda path, report: load_structures(path, report=report),
        )
    )  # fmt: skip
    register(
        ImportKind(
            "referents", "Coordonnées des référent·es",
            "Le fichier CSV gardé par la Région\u00a0: courriels et téléphones, jamais montrés dans l’aperçu.",
            ".csv", lambda path, report: load_referents(path, report=report),
        )
    )  # fmt: skip
