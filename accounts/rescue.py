"""For somebody who lost phone, key and recovery codes: the Region takes the second factor away (docs/desk.md, S2)."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.factors import Type, tell_change
from accounts.models import User
from core.journal import Actor, record

# Why, in a closed list: the journal keeps for good, and free words name people.
REASONS = {
    "phone": "Téléphone perdu, cassé ou changé",
    "key": "Clé d’accès perdue ou cassée",
    "codes": "Plus de code de secours",
    "doubt": "Doute sur la sécurité du compte",
}


@transaction.atomic
def remove_factors(*, user: User, actor: Actor | None, reason: str = "") -> int:
    """Take away every factor of `user` and sign them out everywhere; a mail tells them. Journaled. How many went.

    The next sign-in asks for a new factor whoever needs one. `actor` is None for the command line; at the desk
    `reason` is a key of `REASONS`. Raises `ValidationError` (French) when there is no factor.
    """
    locked = User.objects.select_for_update().get(pk=user.pk)
    held = list(Authenticator.objects.select_for_update().filter(user=locked))
    if not held:
        raise ValidationError("Cette personne n’a aucun moyen de double vérification.")
    Authenticator.objects.filter(pk__in=[factor.pk for factor in held]).delete()
    for factor in held:
        if factor.type != Type.RECOVERY_CODES:  # they go with what they rescue
            tell_change(
                user=locked, verb="remove", type=factor.type, by=actor, by_owner=False, reason=REASONS.get(reason, "")
            )
    _sign_out(locked)
    return len(held)


@transaction.atomic
def sign_out_everywhere(*, user: User, actor: Actor) -> int:
    """Close every session of `user`. Journaled. Returns how many were open."""
    ended = _sign_out(User.objects.select_for_update().get(pk=user.pk))
    if ended:
        record(verb="session.end", target=user, actor=actor, changes={"count": [None, ended]})
    return ended


def _sign_out(user: Any) -> int:
    sessions = list(UserSession.objects.filter(user=user))
    for session in sessions:
        session.end()
    return len(sessions)
