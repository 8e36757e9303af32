"""`manage.py restore FILE`: bring back what `manage.py backup` wrote (docs/operations.md)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.core.cache import cache
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.backup import BackupError, sealed
from core.backup.archive import Manifest, Source
from core.backup.restore import State, Target, close_sessions, examine, is_older, restore
from core.models import OutboxMail
from core.outbox import MAX_ATTEMPTS

log = structlog.get_logger("core.backup")


class Command(BaseCommand):
    help = "Remet la base de données et les fichiers comme une archive les garde ; tout est vérifié d’abord."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FICHIER", type=Path, help="l’archive écrite par « manage.py backup »")
        parser.add_argument("--check", action="store_true", help="vérifier l’archive, et s’arrêter là")
        parser.add_argument("--replace", action="store_true", help="effacer ce que la base et les fichiers contiennent")
        parser.add_argument("--no-input", action="store_true", help="ne pas demander le nom de la base")
        parser.add_argument("--force", action="store_true", help="couper les connexions du web et des ouvriers")
        parser.add_argument(
            "--passphrase", metavar="PHRASE", type=Path, help="fichier de la phrase secrète d’une archive scellée"
        )

    def handle(self, *args: Any, file: Path, passphrase: Path | None, **options: Any) -> None:
        target = self._target()
        try:
            source = Source(file, sealed.passphrase(passphrase) if passphrase else None)
            manifest, state = examine(source, target)
            self._tell(manifest)
            if options["check"]:
                return
            self._agree(state, target, **options)
            restore(source, manifest, state, target)
        except BackupError as error:
            raise CommandError(str(error)) from error
        log.info("restored", portal=manifest.portal, written_at=manifest.written_at, tables=len(manifest.tables))
        self._clear_caches()
        self._migrate(manifest)
        self.stdout.write("Base et fichiers restaurés. Chacun·e devra se connecter à nouveau.")
        self._warn_of_mails()

    def _target(self) -> Target:
        owner_url, app_url = os.environ.get("DATABASE_OWNER_URL", ""), os.environ.get("DATABASE_URL", "")
        if not owner_url or not app_url:
            raise CommandError("Donnez DATABASE_OWNER_URL et DATABASE_URL dans l’environnement.")
        return Target(owner_url, app_url, settings.DATABASE_APP_ROLE, Path(settings.MEDIA_ROOT))

    def _tell(self, manifest: Manifest) -> None:
        self.stdout.write(
            f"Archive vérifiée\u00a0: base «\u00a0{manifest.database}\u00a0», portail {manifest.portal}, "
            f"écrite le {manifest.written_at}, {len(manifest.tables)} tables, "
            f"{sum(manifest.tables.values())} lignes, {len(manifest.files)} fichiers."
        )

    def _agree(self, state: State, target: Target, **options: Any) -> None:
        """Raises CommandError unless the person asked for what is going to be lost."""
        if not state.empty and not options["replace"]:
            raise CommandError(
                f"La base «\u00a0{state.database}\u00a0» ou le dossier des fichiers n’est pas vide\u00a0: "
                "restaurez ailleurs, ou ajoutez --replace pour effacer ce qui s’y trouve."
            )
        if state.sessions and not options["force"]:
            raise CommandError(
                f"Le portail tourne encore\u00a0: {state.sessions} connexion(s) ouverte(s). "
                "Arrêtez le web et les ouvriers, ou ajoutez --force pour les couper."
            )
        if not state.empty and not options["no_input"]:
            self._ask(state.database)
        if state.sessions:
            close_sessions(target)

    def _ask(self, database: str) -> None:
        try:
            typed = input(f"Tout ce que contient «\u00a0{database}\u00a0» sera effacé. Tapez le nom de la base\u00a0: ")
        except EOFError:
            typed = ""
        if typed.strip() != database:
            raise CommandError("Ce n’est pas le nom de la base\u00a0: rien n’a changé.")

    def _clear_caches(self) -> None:
        """What the cache knew of the former data; the copies of the sessions too."""
        try:
            cache.clear()
        except Exception as error:  # the data are back whatever the cache says
            log.warning("cache_not_cleared", error=type(error).__name__)
            self.stderr.write("Redis ne répond pas\u00a0: videz-le avant de redémarrer le portail.")

    def _warn_of_mails(self) -> None:
        """What waited when the archive was written has left since, most often: it would leave twice."""
        if waiting := OutboxMail.objects.filter(sent_at=None, attempts__lt=MAX_ATTEMPTS).count():
            self.stdout.write(
                f"{waiting} courriel(s) attendaient de partir à l’heure de l’archive\u00a0: "
                "ils partiront quand un ouvrier redémarrera."
            )

    def _migrate(self, manifest: Manifest) -> None:
        """An archive of an older code follows the present one; by a process of the owner's."""
        if not is_older(manifest):
            return
        self.stdout.write("L’archive vient d’un portail plus ancien\u00a0: migrations…")
        manage = str(Path(settings.BASE_DIR) / "manage.py")
        done = subprocess.run([sys.executable, manage, "migrate", "--no-input", "--verbosity=0"], check=False)  # noqa: S603
        if done.returncode:
            raise CommandError(
                f"Les données de l’archive sont en place, à la version {manifest.portal}, mais "
                "«\u00a0manage.py migrate\u00a0» a échoué\u00a0: voyez son message, puis relancez-le."
            )
