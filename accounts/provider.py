"""The two doors of the State, for allauth's registry (which looks for a module of this name)."""

from __future__ import annotations

import secrets
from typing import Any, cast

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from django.http import HttpRequest
from django.urls import reverse

from accounts.oidc import StrictAdapter


class StateProvider(OpenIDConnectProvider):
    """What both have in common: a nonce, PKCE where they know it, the least of data."""

    oauth2_adapter_class = StrictAdapter
    supports_token_authentication = False

    def get_login_url(self, request: HttpRequest, **kwargs: Any) -> str:
        return reverse(f"{self.id}_login")

    def get_callback_url(self) -> str:
        return reverse(f"{self.id}_callback")

    def get_oauth2_adapter(self, request: HttpRequest) -> StrictAdapter:
        return StrictAdapter(request, self.id)

    def get_default_scope(self) -> list[str]:
        return cast("list[str]", self.app.settings["scope"])

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        return cast("list[str]", self.get_scope())  # nobody asks for more by an address

    def get_auth_params_from_request(self, request: HttpRequest, action: Any) -> dict[str, str]:
        asked = {"acr_values": " ".join(self.app.settings["acr"][:1])}
        return asked | ({"prompt": "login"} if request.POST.get("again") else {})

    def get_pkce_params(self) -> dict[str, str]:
        methods = self.get_oauth2_adapter(self.request).openid_config.get("code_challenge_methods_supported", [])
        return cast("dict[str, str]", generate_code_challenge()) if "S256" in methods else {}

    def redirect(
        self, request: HttpRequest, process: str, next_url: Any = None, data: Any = None, **kwargs: Any
    ) -> Any:
        nonce = secrets.token_urlsafe(32)
        params = dict(kwargs.pop("auth_params", None) or {}) | {"nonce": nonce}
        return super().redirect(request, process, next_url, data, auth_params=params, nonce=nonce, **kwargs)

    def extract_uid(self, data: Any) -> str:
        return str(data["sub"])

    def extract_extra_data(self, data: Any) -> dict[str, str]:
        """All that is kept of what the provider said."""
        return {name: str(data[name]) for name in ("sub", "siret") if data.get(name)}

    def extract_common_fields(self, data: Any) -> dict[str, Any]:
        family = data.get("usual_name") or data.get("family_name") or ""
        return {"email": data.get("email"), "name": f"{data.get('given_name') or ''} {family}".strip()}

    def extract_email_addresses(self, data: Any) -> list[Any]:
        from allauth.account.models import EmailAddress

        if not data.get("email"):
            return []
        # Not said to be verified is not verified: it is then proved by a mail, as every address.
        return [EmailAddress(email=data["email"], verified=data.get("email_verified") is True, primary=True)]


class ProConnectProvider(StateProvider):
    id = "proconnect"
    name = "ProConnect"


class FranceConnectProvider(StateProvider):
    id = "franceconnect"
    name = "FranceConnect"


provider_classes = [ProConnectProvider, FranceConnectProvider]


def offered(request: HttpRequest) -> list[StateProvider]:
    """The providers this installation was given, for the buttons."""
    return [provider for provider in get_adapter().list_providers(request) if isinstance(provider, StateProvider)]


def linked_doors(request: HttpRequest) -> list[StateProvider]:
    """Those that the person at hand linked to their account."""
    from allauth.socialaccount.models import SocialAccount

    held = set(SocialAccount.objects.filter(user_id=request.user.pk).values_list("provider", flat=True))
    return [door for door in offered(request) if door.id in held]
