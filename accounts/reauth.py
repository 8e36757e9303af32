"""Before an act that cannot be taken back, somebody who signed in a while ago says again who they are."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from allauth.account import app_settings
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

View = TypeVar("View", bound=Callable[..., Any])


def recently_signed_in(request: HttpRequest) -> bool:
    """Whether a password, a factor or a provider proved who this is in the last ten minutes, in this very session."""
    user: Any = request.user
    records = get_authentication_records(request, user) if user.is_authenticated else []
    if not records:
        return False
    return bool(0 <= time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT)


def recent_login_required(view: View) -> View:
    """Ask again who this is, unless they said so in the last ten minutes; the act then goes on by itself.

    Put it on the view that shows the form too: a file in a form that was held back has to be chosen again.
    A view that lets nobody in without signing in is supposed (Django's `LoginRequiredMiddleware`).
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not recently_signed_in(request):
            raise ReauthenticationRequired  # allauth's middleware leads to the question, then back
        return view(request, *args, **kwargs)

    return cast(View, guarded)


def recent_factor_required(view: View) -> View:
    """Ask a second factor again, unless this very session proved one in the last ten minutes.

    Where second factors are not asked (a demonstration), who signed in a while ago says again who they are.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not settings.SECOND_FACTOR_REQUIRED:
            if request.method == "POST" and not recently_signed_in(request):
                return HttpResponseRedirect(request.path)  # asked there: what was typed is not kept in a session
            return recent_login_required(view)(request, *args, **kwargs)
        user: Any = request.user
        records = [row for row in get_authentication_records(request, user) if row.get("method") == "mfa"]
        if records and 0 <= time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT:
            return view(request, *args, **kwargs)
        held = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
        page = "mfa_reauthenticate" if Authenticator.Type.TOTP in held else "mfa_reauthenticate_webauthn"
        asked = page if held - {Authenticator.Type.RECOVERY_CODES} else "mfa_index"
        return HttpResponseRedirect(f"{reverse(asked)}?{urlencode({'next': request.path})}")

    return cast(View, guarded)
