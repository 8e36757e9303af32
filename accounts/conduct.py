"""The code of conduct of those who work in the SPRO: read and accepted once a version (M3)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.rules import works
from core.journal import Actor, record

# The text is `templates/accounts/conduct_text.html`; a change of what it asks takes a new version, asked again of all.
VERSION = "1"


def must_accept(user: Any) -> bool:
    """Whether this person works in the SPRO and has not accepted the code as it stands."""
    return user.conduct_version != VERSION and works(user)


@transaction.atomic
def accept(*, user: User, version: str, actor: Actor | None) -> None:
    """Keep that `user` accepted `version`, today. Journaled. Again is without effect.

    Raises `ValidationError` (French) when it is not the version in force: what was read is not what would be kept.
    """
    if version != VERSION:
        raise ValidationError("Le code de conduite a changé pendant votre lecture : relisez-le, puis acceptez-le.")
    locked = User.objects.select_for_update().get(pk=user.pk)
    if locked.conduct_version == VERSION:
        return
    before = locked.conduct_version
    locked.conduct_version, locked.conduct_accepted_at = VERSION, timezone.now()
    locked.save(update_fields=["conduct_version", "conduct_accepted_at"])
    record(verb="conduct.accept", target=locked, actor=actor, changes={"conduct_version": [before, VERSION]})
    user.conduct_version, user.conduct_accepted_at = VERSION, locked.conduct_accepted_at
