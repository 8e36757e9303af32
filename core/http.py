"""How a public page is served: open to all, kept a minute by caches, never kept when the address says something."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

PUBLIC_SECONDS = 60
View = Callable[..., HttpResponse]


def public_page(view: View) -> View:
    """A page that anyone may read (GET and HEAD).

    Without a query and for a visitor who is not signed in, it says `public, max-age=60`. With a query it says
    `private`: a situation and a commune together tell of a person, and no shared cache may hold them (S2).
    """

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code == 200 and not response.has_header("Cache-Control"):
            response["Cache-Control"] = cache_control(request)
        return response

    return login_not_required(require_safe(wrapper))


def cache_control(request: HttpRequest) -> str:
    """The `Cache-Control` of a public page answering this request."""
    if request.GET or request.user.is_authenticated:
        return "private, no-cache"
    return f"public, max-age={PUBLIC_SECONDS}"
