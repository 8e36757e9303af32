"""ProConnect and FranceConnect as they are: every token is verified, and the person's data comes in a signed token.

What OpenID Connect allows to skip (the signature of a token fetched over TLS) is not skipped. Nothing that the provider
says is kept but `sub` and, from ProConnect, `siret`.
"""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlencode

import jwt
import requests
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse

from core.encryption import encrypt
from core.links import absolute

ALGORITHMS = ["RS256", "ES256"]  # never « none », never a shared secret
LEEWAY = 30  # seconds between their clock and ours
KEPT = 600  # seconds: what the provider says of itself, and its keys


class StrictAdapter(OpenIDConnectOAuth2Adapter):
    """One exchange with a provider. `state` is what `Provider.redirect` kept of the question (nonce)."""

    state: dict[str, Any] | None = None

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider says of itself. Raises `OAuth2Error` when it says nothing, or speaks for another."""
        url = self.get_provider().server_url
        return _kept(url, lambda: _json(url))

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return absolute(reverse(f"{self.provider_id}_callback"))

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        """The person, once every token was verified. Raises `OAuth2Error` at the first that does not hold."""
        answer = kwargs["response"]
        id_token = str(answer.get("id_token") or "")
        said = self._verified(id_token, app, require=("exp", "iat", "iss", "aud", "sub"))
        expected = (self.state or {}).get("nonce")
        if not expected or not secrets.compare_digest(str(said.get("nonce", "")), expected):
            raise OAuth2Error("nonce")
        if said.get("acr") not in app.settings["acr"]:
            raise OAuth2Error("acr")
        person = self._person(str(answer["access_token"]), app)
        if not secrets.compare_digest(str(person["sub"]), str(said["sub"])):
            raise OAuth2Error("sub")
        if self.state is not None:  # to sign out of the provider too
            self.state["id_token"] = encrypt(id_token)
        return self.get_provider().sociallogin_from_response(request, person)

    def _person(self, access_token: str, app: Any) -> dict[str, Any]:
        with get_adapter().get_requests_session() as session:
            reply = session.get(self.profile_url, headers={"Authorization": f"Bearer {access_token}"})
            reply.raise_for_status()
        if reply.headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/jwt":
            raise OAuth2Error("userinfo")
        return self._verified(reply.text.strip(), app, require=("iss", "aud", "sub"))

    def _verified(self, token: str, app: Any, *, require: tuple[str, ...]) -> dict[str, Any]:
        """The claims of `token`, whose signature, issuer, audience and dates hold."""
        config = self.openid_config
        try:
            claims: dict[str, Any] = jwt.decode(
                token, self._key(token, config), algorithms=ALGORITHMS, audience=app.client_id,
                issuer=config["issuer"], leeway=LEEWAY, options={"require": list(require)},
            )  # fmt: skip
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
            raise OAuth2Error(type(error).__name__) from error
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != app.client_id:
            raise OAuth2Error("azp")
        return claims

    def _key(self, token: str, config: dict[str, Any]) -> Any:
        """The public key that signed, asked for again once when it is new."""
        kid = jwt.get_unverified_header(token).get("kid")
        url = config["jwks_uri"]
        for again in (False, True):
            found = _kept(url, lambda: _json(url), again=again)
            for key in jwt.PyJWKSet.from_dict(found).keys:
                if key.key_id == kid:
                    return key
        raise OAuth2Error("kid")


def end_session_url(adapter: StrictAdapter, id_token: str) -> str:
    """Where a browser goes to leave the provider, and then comes back; empty when the provider has no such place."""
    try:
        endpoint = adapter.openid_config.get("end_session_endpoint", "")
    except (OAuth2Error, requests.RequestException):  # they are down: one has left the portal all the same
        return ""
    query = {
        "id_token_hint": id_token, "state": secrets.token_urlsafe(32),
        "post_logout_redirect_uri": absolute(reverse("account_logout")),
    }  # fmt: skip
    return f"{endpoint}?{urlencode(query)}" if endpoint else ""


def _json(url: str) -> dict[str, Any]:
    with get_adapter().get_requests_session() as session:
        reply = session.get(url)
        reply.raise_for_status()
        try:
            found = reply.json()
        except ValueError as error:
            raise OAuth2Error("json") from error
    if not isinstance(found, dict):
        raise OAuth2Error("json")
    return found


def _kept(url: str, ask: Any, *, again: bool = False) -> dict[str, Any]:
    key = f"oidc:{url}"
    found = None if again else cache.get(key)
    if found is None:
        found = ask()
        cache.set(key, found, KEPT)
    return found  # type: ignore[no-any-return]
