"""How a page of the room is served: to its owner alone, kept by no cache, told to no other site (L1, S2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.models import User
from core.http import drawn, private
from lorfolio.models import Portfolio
from lorfolio.models.base import Owned

View = Callable[..., HttpResponse]
Item = TypeVar("Item", bound=Owned)


def owner(view: View) -> View:
    """A page of the person signed in, given their `Portfolio` as `portfolio`; who has none yet is sent to open one.

    While a parent's consent is awaited (L10) only the page that says so opens.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = Portfolio.objects.select_related("user", "commune", "consent")
        portfolio = rows.filter(user=cast(User, request.user)).first()
        if portfolio is None:
            return private(redirect("lorfolio_open"))
        if awaits_consent(portfolio):
            return private(redirect("lorfolio_consent"))
        return private(drawn(view(request, *args, portfolio=portfolio, **kwargs)))

    return wrapper


def by_link(view: View) -> View:
    """A page that a secret link opens, without an account."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return private(drawn(view(request, *args, **kwargs)))

    return login_not_required(wrapper)


def mine(model: type[Item], portfolio: Portfolio, key: UUID, *related: str) -> Item:
    """The row of this portfolio named `key`; another's answers as one that does not exist: 404 (L1)."""
    rows: Any = model._default_manager.select_related(*related)
    found: Item | None = rows.filter(portfolio=portfolio, pk=key).first()
    if found is None:
        raise Http404
    return found


def is_minor(portfolio: Portfolio, on: dt.date | None = None) -> bool:
    """Whether the person said to be under fifteen, and still is: site, alerts and shares are off (L10)."""
    return portfolio.minor_until is not None and (on or timezone.localdate()) < portfolio.minor_until


def awaits_consent(portfolio: Portfolio) -> bool:
    """Whether a parent has still to agree (L10)."""
    consent = getattr(portfolio, "consent", None)
    return is_minor(portfolio) and (consent is None or consent.given_at is None)
