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


# Where a sign-up may lead once the address is confirmed, in whatever browser: its path then travels in the mail.
_ways: list[str] = []


def register_way(prefix: str) -> None:
    """Pages below `prefix` may be named in the mail that confirms an address: no path there is a secret."""
    _ways.append(prefix)


def way_of(request: HttpRequest | None) -> str:
    """The page, without its query, that this sign-up or sign-in comes from and may be led back to; or empty."""
    if request is None:
        return ""
    path = (request.POST.get("next") or request.GET.get("next") or "").partition("?")[0].partition("#")[0]
    return next((path for prefix in _ways if path.startswith(prefix) and ".." not in path and len(path) <= 100), "")


def of_request(request: HttpRequest | None) -> Welcome | None:
    """The invitation, still open, that this sign-up comes from: known by the secret of its `next` address."""
    if request is None:
        return None
    path = request.POST.get("next") or request.GET.get("next") or ""
    return next((found for finder in _finders if (found := finder(path)) is not None), None)
