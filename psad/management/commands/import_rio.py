"""`manage.py import_rio FILE --platform <slug> --as <email> [--dry-run]` (D4)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import User
from psad import context
from psad.models import Platform
from psad.services import importing


class Command(BaseCommand):
    help = "Importe une liste RIO dans une plateforme, au nom d’une personne qui y est habilitée."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FICHIER", type=Path, help="la liste\u00a0: .csv, .xlsx ou .ods")
        parser.add_argument("--platform", required=True, help="adresse de la plateforme (troyes, chaumont…)")
        parser.add_argument("--as", required=True, dest="email", help="courriel de la personne habilitée")
        parser.add_argument("--dry-run", action="store_true", help="dit ce qui serait fait, n’écrit rien")

    def handle(self, *args: Any, file: Path, platform: str, email: str, dry_run: bool, **options: Any) -> None:
        place, user = self._who(platform, email)
        try:
            content = file.read_bytes()
        except OSError as error:
            raise CommandError("Ce fichier ne peut pas être lu.") from error
        at = timezone.now()
        try:
            if dry_run:
                counts, rejected = importing.rehearse(platform=place, content=content, by=user, at=at)
            else:
                batch = importing.bring(platform=place, content=content, file_name=file.name, by=user, at=at)
                with context.acting(user):
                    counts, rejected = importing.outcome(batch)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        for name, count in counts.items():
            self.stdout.write(f"{name}: {count}")
        for line in rejected:
            self.stdout.write(f"ligne {line.line}\u00a0: {line.reason}")

    def _who(self, slug: str, email: str) -> tuple[Platform, User]:
        """Who imports, and where. The same words whatever lacks: the command tells nobody who works where."""
        user = User.objects.filter(email__iexact=email, is_active=True).first()
        place = Platform.objects.filter(slug=slug, active=True).first()
        if user is not None and place is not None:
            with context.acting(user):
                if importing.grant_of(place, user) is not None:
                    return place, user
        raise CommandError("Cette personne n’est pas habilitée sur cette plateforme, ou l’une des deux n’existe pas.")
