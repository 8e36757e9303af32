"""`manage.py backup FILE`: the database and the files in one archive (docs/operations.md)."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.backup import BackupError
from core.backup.archive import Manifest
from core.backup.destination import new_file, sealed
from core.backup.save import save
from core.backup.sealed import passphrase


class Command(BaseCommand):
    help = "Sauvegarde la base de données et les fichiers dans une archive (les sessions ouvertes n’y sont pas)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FICHIER", help="l’archive à écrire ; « - » : la sortie standard")
        parser.add_argument("--replace", action="store_true", help="écrire par-dessus une archive du même nom")
        parser.add_argument(
            "--encrypt", metavar="PHRASE", type=Path, help="sceller l’archive par la phrase secrète de ce fichier"
        )

    def handle(self, *args: Any, file: str, replace: bool, encrypt: Path | None, **options: Any) -> None:
        owner_url = os.environ.get("DATABASE_OWNER_URL", "")
        if not owner_url:
            raise CommandError("La sauvegarde lit tout : donnez DATABASE_OWNER_URL dans l’environnement.")
        media = Path(settings.MEDIA_ROOT)
        try:
            words = passphrase(encrypt) if encrypt else None
            if file == "-":
                with sealed(sys.stdout.buffer, words) as out:
                    manifest, odd = save(owner_url=owner_url, media=media, out=out)
                sys.stdout.buffer.flush()
            else:
                with new_file(Path(file), replace=replace) as whole, sealed(whole, words) as out:
                    manifest, odd = save(owner_url=owner_url, media=media, out=out)
        except BackupError as error:
            raise CommandError(str(error)) from error
        self._say(manifest, odd, quiet=options["verbosity"] == 0)

    def _say(self, manifest: Manifest, odd: list[str], *, quiet: bool) -> None:
        """On the error output: the standard one may be the archive itself."""
        for path in odd:
            self.stderr.write(f"Laissé de côté, ce n’est pas un fichier ordinaire\u00a0: {path}")
        if not quiet:
            rows = sum(manifest.tables.values())
            self.stderr.write(
                f"Sauvegarde écrite\u00a0: {len(manifest.tables)} tables, {rows} lignes, "
                f"{len(manifest.files)} fichiers."
            )
