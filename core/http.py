"""How a public page is served: open to all, kept a minute by caches, never kept when the address says something."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

PUBLIC_SECONDS = 60
PERSONAL = "private, no-store"
TELLING = frozenset(
    {
        "statut", "besoin", "commune", "rayon", "saisie", "public", "q", "acces",
        "status", "need", "near", "radius", "accessibility",
    }
)  # fmt: skip
View = Callable[..., HttpResponse]


def public_page(view: View) -> View:
    """A page that anyone may read (GET and HEAD).

    `public, max-age=60` for an address without query, `private` otherwise; `private, no-store` as soon as the page
    tells of a person (`tells_of_a_person`) or sets a cookie: no cache may hold it (S2).
    """

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        # A template that is drawn later would read messages and set cookies after us.
        if hasattr(response, "render") and callable(response.render):
            response = response.render()
        personal = tells_of_a_person(request) or bool(response.cookies) or _messages_read(request)
        if personal:
            response["Cache-Control"] = PERSONAL
        elif response.status_code == 200 and not response.has_header("Cache-Control"):
            response["Cache-Control"] = cache_control(request)
        return response

    return login_not_required(require_safe(wrapper))


def tells_of_a_person(request: HttpRequest) -> bool:
    """Whether the answer is of somebody: they are signed in, or the query says who they are, where, or for what.

    The one rule of the pages and of the API (S2): a situation, a need, a town, a position, their own words.
    """
    user = getattr(request, "user", None)
    return bool(user is not None and user.is_authenticated) or not TELLING.isdisjoint(request.GET)


def cache_control(request: HttpRequest) -> str:
    """The `Cache-Control` of a public page that tells of nobody."""
    return "private, no-cache" if request.GET else f"public, max-age={PUBLIC_SECONDS}"


def _messages_read(request: HttpRequest) -> bool:
    """Whether a message for this visitor stands on the page, or the form's secret does."""
    read = bool(getattr(getattr(request, "_messages", None), "used", False))
    return read or "CSRF_COOKIE_NEEDS_UPDATE" in request.META


def drawn(response: HttpResponse) -> HttpResponse:
    """Drawn now: later, nobody's name would be there and a template would read zero rows, or write cookies after us."""
    render = getattr(response, "render", None)
    return render() if callable(render) else response


def private(response: HttpResponse) -> HttpResponse:
    """Kept by no cache nor browser, told to no other site, found by no engine."""
    response["Cache-Control"] = "private, no-store, max-age=0"
    # « no-referrer » would have browsers post our own forms from the origin « null », which the CSRF check refuses.
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response
