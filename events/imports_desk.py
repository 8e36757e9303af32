"""What the agenda takes from files that are not its own: the events of a region pack."""

from __future__ import annotations

from events.importers import pack


def connect() -> None:
    """Declare the room’s tables."""
    pack.connect()
