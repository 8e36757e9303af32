"""A browser that signed in to an account before is not shut out of it by what strangers try elsewhere.

The cookie holds one mark an account, a keyed digest: nobody reads in it whose it is, the portal keeps no list of
browsers, and it travels under `/comptes/` alone. A new password makes every mark of the account void.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User

COOKIE = "navigateur"
KEPT_SECONDS = 400 * 86_400  # no browser keeps a cookie longer
MAX_ACCOUNTS = 5  # of a browser that several people share
_NEW = "_known_browser_of"


def mark(user: Any) -> str:
    """What proves that `user` signed in here, as long as the password stays."""
    words = f"{user.pk}|{user.password}"
    return salted_hmac("accounts.known", words, algorithm="sha256").hexdigest()[:40]


def is_known(request: HttpRequest, user: Any) -> bool:
    """Whether `user` signed in with this browser, under their present password."""
    expected = mark(user)
    return any(constant_time_compare(held, expected) for held in _held(request))


def is_known_to(request: HttpRequest, address: str) -> bool:
    """As `is_known`, by the address typed. A browser without a mark costs no query."""
    if not _held(request):
        return False
    user = User.objects.filter(email=address).only("pk", "password").first()
    return user is not None and is_known(request, user)


def _held(request: HttpRequest) -> list[str]:
    return [held for held in request.COOKIES.get(COOKIE, "").split(".")[:MAX_ACCOUNTS] if held]


def on_signed_in(*, request: HttpRequest | None, user: Any, **_: Any) -> None:
    if request is not None:
        setattr(request, _NEW, user)


class KnownBrowserMiddleware:
    """Leaves the mark once somebody signed in, or changed their password."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        user = getattr(request, _NEW, None)
        if user is not None:
            others = [held for held in _held(request) if held != mark(user)]
            response.set_cookie(
                COOKIE, ".".join([mark(user), *others][:MAX_ACCOUNTS]), max_age=KEPT_SECONDS,
                path=reverse("account_home"), secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax",
            )  # fmt: skip
        return response
