"""How a page of the room is served: in the name of who asks, logged, kept by nobody (D8, S2)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from core.http import drawn, private
from psad.context import acting
from psad.models import Grant, Partner, Platform

View = Callable[..., HttpResponse]


def circle1(view: View) -> View:
    """A page of circle 1. With a `platform` in its address, the view is given the `Platform` and the person's `Grant`
    there, as `platform` and `grant`; without one, 403 to who holds no grant at all.

    Another's platform answers as one that does not exist: 404, whatever the method.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, platform: str = "", **kwargs: Any) -> HttpResponse:
        with acting(request.user):
            grants = Grant.objects.in_force().filter(user=request.user).select_related("platform")
            if platform:
                grant = grants.filter(platform__slug=platform, platform__active=True).first()
                if grant is None:
                    raise Http404
                kwargs |= {"platform": grant.platform, "grant": grant}
            elif not grants.exists():
                raise PermissionDenied
            return private(drawn(view(request, *args, **kwargs)))

    return wrapper


def circle2(view: View) -> View:
    """A page of circle 2: 403 to who is no partner today, 404 where one thing is named (nobody is told that it is)."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with acting(request.user):
            if not Partner.objects.in_force().filter(user=request.user, platform__active=True).exists():
                if kwargs:
                    raise Http404
                raise PermissionDenied
            return private(drawn(view(request, *args, **kwargs)))

    return wrapper


def by_link(view: View) -> View:
    """A page that a link opens, without an account: the view itself enters the context of what the link proves."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return private(drawn(view(request, *args, **kwargs)))

    return login_not_required(wrapper)


def open_platforms() -> Any:
    """The platforms in service, by name: anybody may know them."""
    return Platform.objects.filter(active=True).order_by("name")
