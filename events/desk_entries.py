"""What the agenda shows on pages that are not its own: a territory, an organisation, a network, `/pro/` (T3)."""

from __future__ import annotations


def connect() -> None:
    """Declare the room’s entries."""
