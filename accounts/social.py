"""Who comes in by ProConnect or FranceConnect: a new account, or the one they linked; never one of the same address."""

from __future__ import annotations

import secrets
from typing import Any

import structlog
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, _build_apps_from_settings
from allauth.socialaccount.models import SocialAccount
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest
from django.shortcuts import redirect

from accounts.forms import MAX_ADDRESS, plain_address
from accounts.models import User
from core.journal import record

log = structlog.get_logger("accounts.social")
SESSION = "signed_in_by"


class SocialAdapter(DefaultSocialAccountAdapter):
    """No account is joined by its address alone: whoever holds both says so from the inside."""

    error_messages = DefaultSocialAccountAdapter.error_messages | {
        "connected_other": "Cette identité est déjà reliée à un autre compte.",
        "disconnect_last": "Gardez au moins une façon d’entrer.",
        "invalid_token": "La réponse reçue n’est pas valable.",
        "no_password": "Choisissez d’abord un mot de passe : sans lui, vous ne pourriez plus entrer.",
        "no_verified_email": "Confirmez d’abord votre adresse.",
    }

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[Any]:
        """What the environment gives, and nothing that somebody could write in the database."""
        found = _build_apps_from_settings(provider=provider, client_id=client_id)
        return [app for apps in found.values() for app in apps]

    def generate_state_param(self, state: Any) -> str:
        return secrets.token_urlsafe(32)  # 43 characters: FranceConnect wants 32

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> User:
        user: User = sociallogin.user
        user.email = str(data.get("email") or "").strip().lower()
        name = " ".join(str(data.get("name") or "").split())
        user.name = name[:150] if name.isprintable() else ""
        return user

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        if sociallogin.is_existing or sociallogin.state.get("process") == "connect":
            return
        name = sociallogin.provider.name
        address = sociallogin.user.email
        if not _usable(address):
            messages.error(request, f"{name} n’a pas transmis d’adresse que nous sachions utiliser.")
            raise ImmediateHttpResponse(redirect("account_login"))
        taken = User.objects.filter(email__iexact=address).exists()
        if taken or EmailAddress.objects.filter(email__iexact=address, verified=True).exists():
            messages.error(
                request,
                f"Cette adresse a déjà un compte : connectez-vous, puis reliez {name} depuis votre compte.",
            )
            raise ImmediateHttpResponse(redirect("account_login"))

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        # What they answered may name somebody: only its kind is told.
        log.warning("provider_refused", provider=provider.id, error=str(error), kind=type(exception).__name__)


def _usable(address: str) -> bool:
    try:
        plain_address(address)
        validate_email(address)
    except ValidationError:
        return False
    return len(address) <= MAX_ADDRESS


def on_signed_in(*, request: HttpRequest, sociallogin: Any = None, **_: Any) -> None:
    """Keep in the session, encrypted, what the provider will ask to sign out of it."""
    if sociallogin is not None and sociallogin.state.get("id_token"):
        request.session[SESSION] = {"provider": sociallogin.account.provider, "id_token": sociallogin.state["id_token"]}


def on_linked(*, request: HttpRequest, sociallogin: Any, **_: Any) -> None:
    record(verb="provider.link", target=sociallogin.user, actor=sociallogin.user, changes={
        "provider": [None, sociallogin.account.provider],
    })  # fmt: skip


def on_unlinked(*, request: HttpRequest, socialaccount: SocialAccount, **_: Any) -> None:
    user: Any = socialaccount.user
    record(verb="provider.unlink", target=user, actor=user, changes={"provider": [socialaccount.provider, None]})
