"""`manage.py remove_factors ADDRESS`: for somebody who lost phone, key and recovery codes (docs/operations.md)."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.factors import Type, tell_change
from accounts.models import User


class Command(BaseCommand):
    help = "Retire tous les moyens de double vérification d’une personne\u00a0; un courriel le lui dit."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="ADRESSE", help="l’adresse avec laquelle la personne se connecte")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        with transaction.atomic():
            user = User.objects.select_for_update().filter(email__iexact=email.strip()).first()
            if user is None:
                raise CommandError("Personne ne se connecte avec cette adresse.")
            held = list(Authenticator.objects.select_for_update().filter(user=user))
            if not held:
                raise CommandError("Cette personne n’a aucun moyen de double vérification.")
            Authenticator.objects.filter(pk__in=[factor.pk for factor in held]).delete()
            for factor in held:
                if factor.type != Type.RECOVERY_CODES:  # they go with what they rescue
                    tell_change(user=user, verb="remove", type=factor.type, by_system=True)
            for session in UserSession.objects.filter(user=user):
                session.end()
        self.stdout.write(f"{len(held)} moyen(s) retiré(s). La personne en choisira un à sa prochaine connexion.")
