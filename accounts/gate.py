"""What stands between signing in and the desks: the second factor where it is asked, the code of conduct."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from accounts.conduct import must_accept
from accounts.rules import needs_second_factor

SIGN_OUT = ("admin:logout",)


class GateMiddleware:
    """Whoever has not passed is led to what is missing, and is nobody in particular for the public pages.

    The pages of one's own account (`/comptes/`) stay open: that is where one passes. What is not a reading is refused.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if request.path.startswith(reverse("account_home")):
            return None
        if not getattr(view, "login_required", True):
            user = request.user
            # Public pages show more to those who work in the SPRO: not before they have passed.
            request.user = SimpleLazyObject(lambda: AnonymousUser() if _missing_factor(request, user) else user)  # type: ignore[assignment]
            return None
        match = request.resolver_match
        if not request.user.is_authenticated or (match and match.view_name in SIGN_OUT):
            return None
        wanted = missing(request, request.user)
        if not wanted:
            return None
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        return HttpResponseRedirect(f"{reverse(wanted)}?{urlencode({'next': request.get_full_path()})}")


def missing(request: HttpRequest, user: Any) -> str:
    """The name of the page where `user` gives what is still missing; empty when nothing is."""
    if not user.is_authenticated:
        return ""
    return _missing_factor(request, user) or ("account_conduct" if must_accept(user) else "")


def _missing_factor(request: HttpRequest, user: Any) -> str:
    if (
        not settings.SECOND_FACTOR_REQUIRED
        or not user.is_authenticated
        or gave_factor(request, user)
        or not needs_second_factor(user)
    ):
        return ""
    held = Authenticator.objects.filter(user=user).values_list("type", flat=True)
    if Authenticator.Type.TOTP in held:
        return "mfa_reauthenticate"
    return "mfa_reauthenticate_webauthn" if Authenticator.Type.WEBAUTHN in held else "mfa_index"


def gave_factor(request: HttpRequest, user: Any) -> bool:
    """Whether this very session proved a factor that `user` still holds: one opened before it was asked did not."""
    records = get_authentication_records(request, user)
    proved = {record.get("id") for record in records if record.get("method") == "mfa"} - {None}
    return bool(proved) and Authenticator.objects.filter(user=user, pk__in=proved).exists()
