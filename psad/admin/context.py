"""The Region's desk speaks to the PSAD's tables in the name of the task `grants`: platforms, their perimeter, their
heads, and no case (D8). Every address of such a list goes through it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.admin_rules import RulesAdmin
from core.http import drawn
from psad import context


class InGrants(RulesAdmin):
    """A list of the desk whose pages are made, and drawn, inside the context."""

    def get_urls(self) -> list[Any]:
        urls = super().get_urls()
        for pattern in urls:
            if getattr(pattern, "callback", None) is not None:
                pattern.callback = _in_grants(pattern.callback)
        return urls


def _in_grants(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with context.task("grants"):
            return drawn(view(request, *args, **kwargs))

    return wrapper
