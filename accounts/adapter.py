"""How allauth fits in this house."""

from __future__ import annotations

import hashlib
from ipaddress import IPv6Address, ip_address
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core import context
from allauth.core.exceptions import ReauthenticationRequired
from allauth.core.internal import ratelimit
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from accounts import welcome
from accounts.known import is_known_to
from accounts.reauth import recently_signed_in
from accounts.rules import works
from core.links import absolute
from core.outbox import queue_raw


def _ours(url: str) -> str:
    """The same page at the portal's own address: a link of a mail owes nothing to the host a browser claims."""
    parts = urlsplit(str(url))
    return absolute(urlunsplit(("", "", parts.path, parts.query, parts.fragment)))


class AccountAdapter(DefaultAccountAdapter):
    """Mails go through the outbox like all others, refusals are said in our words, nothing leads off the portal."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "Ce compte est fermé.",
        "duplicate_email": "C’est déjà l’adresse de votre compte.",
        "email_password_mismatch": "L’adresse ou le mot de passe ne correspond pas. Vérifiez-les, puis recommencez.",
        "email_taken": "Cette adresse a déjà un compte.",
        "enter_current_password": "Ce n’est pas votre mot de passe actuel.",
        "incorrect_password": "Ce n’est pas votre mot de passe.",
        "invalid_login": "Cette connexion n’est pas possible.",
        "invalid_password_reset": "Ce lien n’est plus valable.",
        "rate_limited": "Trop d’essais à la suite : attendez quelques minutes, puis recommencez.",
        "too_many_login_attempts": "Trop d’essais à la suite : attendez cinq minutes, puis recommencez.",
        "too_many_anywhere": (
            "Trop d’essais ont échoué avec cette adresse. Attendez une heure, ou choisissez un nouveau mot de passe "
            "avec « Mot de passe oublié\u00a0? »."
        ),
        "too_many_codes": (
            "Trop de codes faux depuis vingt-quatre heures. Recommencez demain, ou depuis un navigateur avec lequel "
            "vous vous êtes déjà connecté·e."
        ),
        "unknown_email": "Cette adresse n’a pas de compte.",
        "unverified_primary_email": "Confirmez d’abord votre adresse.",
    }

    # --- attempts: few from one place, many more for one address from everywhere, so that nobody locks somebody out

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return f"{super()._get_login_attempts_cache_key(request, **credentials)}:{ratelimit.get_ip(request)}"

    def _address_key(self, **credentials: Any) -> str:
        return str(credentials.get("email", "")).strip().lower()

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        super().pre_authenticate(request, **credentials)
        address = self._address_key(**credentials)
        # What strangers try is counted apart: they do not shut out who has signed in with this browser before.
        key = f"{address}|known" if is_known_to(request, address) else address
        self._address_usage = ratelimit.consume(request, app="allauth.account", action="login_failed_anywhere", key=key)
        if not self._address_usage:
            raise self.validation_error("too_many_anywhere")

    def _rollback_login_failed_rl_usage(self) -> None:
        super()._rollback_login_failed_rl_usage()
        if usage := getattr(self, "_address_usage", None):
            usage.rollback()

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        super()._delete_login_attempts_cached_email(request, **credentials)
        address = self._address_key(**credentials)
        for key in (address, f"{address}|known"):
            ratelimit.clear(request, app="allauth.account", action="login_failed_anywhere", key=key)

    def get_client_ip(self, request: HttpRequest) -> str:
        """As allauth's, which counts IPv6 by /64: IPv4 addresses written as IPv6 are not lumped together."""
        address = super().get_client_ip(request)
        found = ip_address(address)
        return str(found.ipv4_mapped) if isinstance(found, IPv6Address) and found.ipv4_mapped else address

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """One rule for all dangerous acts: a proof of the last ten minutes, signing in included."""
        if recently_signed_in(context.request):
            return False
        if context.request.user.is_authenticated and not get_reauthentication_flows(context.request.user):
            raise ReauthenticationRequired  # allauth would let pass whoever has neither password nor factor
        return True

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """How somebody may say again who they are, in our words."""
        words = {
            "reauthenticate": "Utiliser mon mot de passe",
            "mfa_reauthenticate": "Utiliser un code de mon application ou de secours",
            "mfa_reauthenticate:webauthn": "Utiliser ma clé d’accès",
        }
        methods = super().get_reauthentication_methods(user)
        found = [method | {"description": words[method["id"]]} for method in methods]
        if found or not user.is_authenticated:
            return found
        url = reverse("account_reauthenticate_provider")
        return [{"id": "provider", "description": "Revenir par le service qui m’identifie", "url": url}]

    def send_notification_mail(self, template_prefix: str, *args: Any, **kwargs: Any) -> Any:
        """As allauth's, but for the factors: `accounts.factors.tell_change` writes them with the act itself."""
        if not template_prefix.startswith("mfa/"):
            return super().send_notification_mail(template_prefix, *args, **kwargs)
        return None

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """Who opens the mail on another device is led where they were going, too."""
        url = str(super().get_email_confirmation_url(request, emailconfirmation))
        way = welcome.way_of(request)
        return f"{url}?{urlencode({'next': way})}" if way and self.is_safe_url(way) else url

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        context = {name: _ours(value) if name.endswith("_url") else value for name, value in context.items()}
        message = self.render_mail(template_prefix, email, {"email": email, **context})
        # A link carries its own token: the same text to the same person is one mail asked for twice in one minute.
        words = f"{template_prefix} {email} {message.body} {timezone.now():%Y%m%d%H%M}"
        digest = hashlib.sha256(words.encode()).hexdigest()[:32]
        queue_raw(key=f"account:{digest}", to=email, subject=str(message.subject), text=f"{message.body}\n")

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Whoever works in the SPRO lands on what waits for them, the others on their own page."""
        return reverse("pro_home" if works(request.user) else "account_home")

    def is_safe_url(self, url: str | None) -> bool:
        """Only addresses of this very portal: `//evil`, `javascript:` and other hosts are refused."""
        host = {self.request.get_host()}
        return url_has_allowed_host_and_scheme(url, allowed_hosts=host, require_https=self.request.is_secure())

    def is_ajax(self, request: HttpRequest) -> bool:
        """Pages answer pages: the JSON side of allauth, which nobody here calls, stays shut."""
        return False
