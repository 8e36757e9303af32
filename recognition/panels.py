"""What the room offers: filled by its parts."""

from __future__ import annotations


def connect() -> None:
    """Called once, when the application starts."""
    from recognition import candidate_entries, house_panels

    candidate_entries.connect()
    house_panels.connect()
