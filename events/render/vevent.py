"""The vevent of one session, written once (ADR 0009)."""

from __future__ import annotations

from events.models import Session


def vevent(session: Session) -> str:
    """Not written yet."""
    return ""
