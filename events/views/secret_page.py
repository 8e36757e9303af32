"""Pages that a secret of a mail opens, without an account nor a cookie."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

View = Callable[..., HttpResponse]


def secret_page(view: View) -> View:
    """A page for whoever holds the secret. GET writes nothing: programs that open the links of mails change nothing.

    The secret does what a token would (nobody can make a browser post to an address they cannot guess); it is in no
    log (they hold the route), leaves with no `Referer`, and stays in no cache nor index.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    asked = require_http_methods(["GET", "HEAD", "POST"])(wrapper)
    return csrf_exempt(login_not_required(never_cache(asked)))


def see_other(name: str, *args: Any) -> HttpResponse:
    """After a form: another page, which a reload opens again without writing."""
    response = redirect(name, *args)
    response.status_code = 303
    return response
