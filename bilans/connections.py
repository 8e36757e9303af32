"""What the room declares to the others when the application starts: each line is one module's own `connect`."""

from __future__ import annotations


def connect() -> None:
    """Declare the room."""
    from bilans import erasing, pack, panels, public_panels, queue

    pack.connect()
    public_panels.connect()
    erasing.connect()
    panels.connect()
    queue.connect()
