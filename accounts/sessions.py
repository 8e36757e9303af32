"""Open sessions: on which device, since when, last seen; no network address is kept (S2)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from core.journal import record

SEEN = "seen_at"
SEEN_EVERY = 300  # seconds between two writes of « last seen »
NO_ADDRESS = "0.0.0.0"  # noqa: S104 (the column of the library asks for one)

# The first that is found names it: Edge says that it is Chrome, which says that it is Safari.
_BROWSERS = (
    ("Edge", r"Edge?|EdgA"), ("Opera", r"OPR|Opera"), ("Samsung Internet", r"Samsung"),
    ("Firefox", r"Firefox|FxiOS"), ("Chrome", r"Chrom(?:e|ium)|CriOS"), ("Safari", r"Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", r"Android"), ("iPhone", r"iPhone"), ("iPad", r"iPad"), ("Windows", r"Windows"),
    ("Mac", r"Macintosh|Mac OS|\bMac\b"), ("ChromeOS", r"CrOS|ChromeOS"), ("Linux", r"Linux|X11"),
)  # fmt: skip


def device(user_agent: str) -> str:
    """« Firefox sur Windows »; said again of itself it stays the same. « Navigateur inconnu » when nothing is known."""
    browser = next((name for name, sign in _BROWSERS if re.search(rf"\b(?:{sign})", user_agent)), "")
    system = next((name for name, sign in _SYSTEMS if re.search(sign, user_agent)), "")
    if browser and system:
        return f"{browser} sur {system}"
    return browser or (f"Un navigateur sur {system}" if system else "Navigateur inconnu")


def keep_little(*, instance: UserSession, **_: Any) -> None:
    """Before a session is written down: no address, and of the device its name only."""
    instance.ip = NO_ADDRESS
    instance.user_agent = device(instance.user_agent)


def open_sessions(user: Any) -> QuerySet[UserSession]:
    """Where `user` is signed in, last seen first."""
    alive = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    rows: QuerySet[UserSession] = UserSession.objects.filter(user=user, session_key__in=alive).order_by(
        "-last_seen_at", "-pk"
    )
    return rows


@transaction.atomic
def end_others(*, user: Any, but: str | None) -> int:
    """Sign `user` out everywhere but in the session of key `but`. Journaled. Returns how many sessions ended."""
    return _end(user, [row for row in UserSession.objects.filter(user=user) if row.session_key != but])


@transaction.atomic
def end_one(*, user: Any, pk: int) -> int:
    """Sign `user` out of one session of theirs, by its primary key. Journaled. 0 when it is not theirs, or gone."""
    return _end(user, list(UserSession.objects.filter(user=user, pk=pk)))


def _end(user: Any, rows: list[UserSession]) -> int:
    for row in rows:
        row.end()
    if rows:
        record(verb="session.end", target=user, actor=user, changes={"count": [None, len(rows)]})
    return len(rows)


def on_password_changed(*, request: HttpRequest, user: Any, **_: Any) -> None:
    """A new password leaves no other session open."""
    current = request.session.session_key if request.user.is_authenticated else None
    end_others(user=user, but=current)


def purge() -> int:
    """Forget the sessions that expired or were signed out of. Returns how many."""
    alive = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    # A session is written down an instant before its own row may be: the last minute is left alone.
    old = UserSession.objects.filter(created_at__lt=timezone.now() - timedelta(minutes=1))
    gone: int = old.exclude(session_key__in=alive).delete()[0]
    return gone


class SeenMiddleware:
    """Says when a session was last seen, every five minutes at most, and only on pages that ask to sign in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        if not getattr(view, "login_required", True) or not request.user.is_authenticated:
            return
        if time.time() - request.session.get(SEEN, 0) < SEEN_EVERY:
            return
        request.session[SEEN] = time.time()
        seen = UserSession.objects.filter(session_key=request.session.session_key)
        if not seen.update(last_seen_at=timezone.now()):  # opened before sessions were listed
            UserSession.objects.create_from_request(request)


def on_signed_in(*, request: HttpRequest | None, **_: Any) -> None:
    if request is not None:
        request.session[SEEN] = time.time()
