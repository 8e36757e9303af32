"""Recovery codes: readable until their owner says that they are kept, counted, renewed whole."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal import flows
from django.db import transaction
from django.http import HttpRequest

from accounts.factors import Type, tell_change

FEW = 3


def _held(user: Any) -> Authenticator | None:
    return Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).first()


def unread(user: Any) -> bool:
    """Whether `user` has codes and has not said yet that they are kept."""
    held = _held(user)
    return held is not None and not held.wrap().did_view


def readable(user: Any) -> list[str]:
    """The codes that still work, for their owner's eyes; none once they said that they keep them."""
    held = _held(user)
    if held is None or held.wrap().did_view:
        return []
    codes: list[str] = held.wrap().get_unused_codes()
    return codes


def few(left: int | None) -> bool:
    """Whether it is time to renew them."""
    return left is not None and left <= FEW


@transaction.atomic
def mark_read(user: Any) -> None:
    """From now on the portal shows these codes to nobody."""
    held = Authenticator.objects.select_for_update().filter(user=user, type=Type.RECOVERY_CODES).first()
    if held is not None:
        held.wrap().mark_as_viewed()


@transaction.atomic
def renew(request: HttpRequest) -> None:
    """Throw the codes away and make others; told by mail, journaled.

    Raises allauth's `ReauthenticationRequired` when who asks has not said lately who they are.
    """
    flows.generate_recovery_codes(request)
    tell_change(user=request.user, verb="renew", type=Type.RECOVERY_CODES)
