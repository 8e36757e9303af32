"""`manage.py remove_factors ADDRESS`: for somebody who lost phone, key and recovery codes (docs/operations.md)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.rescue import remove_factors


class Command(BaseCommand):
    help = "Retire tous les moyens de double vérification d’une personne\u00a0; un courriel le lui dit."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="ADRESSE", help="l’adresse avec laquelle la personne se connecte")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        user = User.objects.filter(email__iexact=email.strip()).first()
        if user is None:
            raise CommandError("Personne ne se connecte avec cette adresse.")
        try:
            count = remove_factors(user=user, actor=None)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{count} moyen(s) retiré(s). La personne en choisira un à sa prochaine connexion.")
