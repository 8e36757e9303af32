"""Whoever is invited finds it again: at sign-up by the secret of the link, later by the address they proved."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from allauth.account.models import EmailAddress
from django.db.models.functions import Lower
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils import timezone

from accounts import welcome
from accounts.models import User
from accounts.welcome import Welcome
from core.panels import Panel, register
from members.models import Invitation
from members.services_invitations import State, find, state_of

NOBODY = "La personne qui gère sa page"


def by(invitation: Invitation) -> str:
    """Who invites, by the name of their account."""
    return (invitation.invited_by.name if invitation.invited_by else "") or NOBODY


def open_for(user: Any) -> list[Invitation]:
    """The invitations that `user` may accept now: open, and mailed to an address that they proved."""
    if not isinstance(user, User):
        return []
    addresses = EmailAddress.objects.filter(user=user, verified=True).values(low=Lower("email"))
    rows = Invitation.objects.filter(accepted_at=None, revoked_at=None, expires_at__gt=timezone.now())
    rows = rows.filter(email__in=addresses)
    found = rows.select_related("organisation", "invited_by").order_by("created_at")
    return [invitation for invitation in found if state_of(invitation) is State.OPEN]


def _welcome(path: str) -> Welcome | None:
    try:
        match = resolve(urlsplit(path).path)
    except (Resolver404, ValueError):
        return None
    if match.url_name != "pro_invitation":
        return None
    invitation = find(match.kwargs["secret"])
    if invitation is None or state_of(invitation) is not State.OPEN:
        return None
    return Welcome(invitation.email, by(invitation), invitation.organisation.display_name)


def _panel(request: HttpRequest, user: Any) -> dict[str, Any] | None:
    found = open_for(user)
    return {"invitations": found} if found else None


def connect() -> None:
    welcome.register(_welcome)
    register(Panel("account", 5, "On vous invite", "members/panels/invited.html", _panel))
