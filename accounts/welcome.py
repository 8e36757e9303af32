"""Somebody invited signs up: the rooms above tell which invitation it is, and to which address it was mailed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest


@dataclass(frozen=True)
class Welcome:
    """`email` received the secret of the link, which proves it as a confirmation mail would; `by` invites to `team`."""

    email: str
    by: str
    team: str


_finders: list[Callable[[str], Welcome | None]] = []


def register(finder: Callable[[str], Welcome | None]) -> None:
    """`finder(path)` gives the welcome of the page where the person goes after signing up, or None."""
    _finders.append(finder)


def of_request(request: HttpRequest | None) -> Welcome | None:
    """The invitation, still open, that this sign-up comes from: known by the secret of its `next` address."""
    if request is None:
        return None
    path = request.POST.get("next") or request.GET.get("next") or ""
    return next((found for finder in _finders if (found := finder(path)) is not None), None)
