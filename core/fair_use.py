"""So many searches a minute from one visitor, whose address is written nowhere (S2): searches cost the database."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.api.throttle import FairUse

View = Callable[..., HttpResponse]


class PageUse(FairUse):
    """The count of the API, at the rate of the pages (`PAGE_RATE`)."""

    scope = "pages"


class AccountUse(FairUse):
    """The count of one signed-in account, wherever it comes from."""

    def get_ident(self, request: HttpRequest) -> str:  # type: ignore[override]
        return str(request.user.pk)

    def seconds(self) -> int:
        """How long until it may begin again."""
        return max(1, round(self.wait()))


def fair_use(view: View) -> View:
    """`view`, or a page in French (429) that says when to come back."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        use = PageUse()
        if use.allow_request(request, view):  # type: ignore[arg-type]  # it reads `method` and `META` only
            return view(request, *args, **kwargs)
        seconds = max(1, round(use.wait()))
        response = render(request, "429.html", {"seconds": seconds}, status=429)
        response["Retry-After"] = str(seconds)
        response["Cache-Control"] = "no-store"
        return response

    return wrapper
