"""Who is told by mail of what becomes of an event: its author, and those who registered."""

from __future__ import annotations

from events.models import Event, SessionChange


def tell_author(event: Event, template: str, *, reason: str = "", author_key: str = "") -> None:
    """Queue `mail/<template>.txt` for whoever wrote the event: an account, a stranger.

    `author_key`: whoever wrote this part of it (a revision), when that is somebody else.
    """


def tell_registered(change: SessionChange) -> None:
    """Queue a mail for each person who holds or waits for a seat of the session: it changed."""
