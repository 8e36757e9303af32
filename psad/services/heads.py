"""The two heads of a platform, named by the Region (D1, D13)."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError

from accounts.models import User
from core.journal import record
from psad.lists import Role
from psad.models import Grant, Platform


def name_head(
    *, platform: Platform, user: User, side: str, reason: str, starts_on: dt.date, ends_on: dt.date | None = None,
    actor: User,
) -> Grant:  # fmt: skip
    """Name a head, from a day on. Journaled without the reason.

    Raises `ValidationError`: a closed account, dates, a side that has its head, somebody who works there already.
    """
    holder = User.objects.select_for_update().get(pk=user.pk)
    if not holder.is_active:
        raise ValidationError({"user": "Ce compte est fermé\u00a0: rouvrez-le d’abord."})
    grant = Grant(
        platform=platform, user=holder, role=Role.HEAD, side=side, reason=reason, starts_on=starts_on, ends_on=ends_on,
        given_by=actor,
    )  # fmt: skip
    grant.full_clean()
    grant.save(force_insert=True)
    said = {"platform": platform.pk, "user": holder.pk, "side": side, "starts_on": starts_on, "ends_on": ends_on}
    changes = {key: [None, None if value is None else str(value)] for key, value in said.items()}
    record(verb="mandate.grant", target=grant, actor=actor, changes=changes)
    return grant
