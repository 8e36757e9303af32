"""What the room declares to the others when the application starts: each line is one module's own `connect`."""

from __future__ import annotations


def connect() -> None:
    """Declare the room."""
    from bilans import erasing, kinds, pack, panels, public_panels, queue, sources  # noqa: F401 (names what we compute)
    from bilans.kinds.organisation import OrganisationKind
    from bilans.kinds.psad import PsadKind
    from bilans.kinds.region import RegionKind
    from bilans.kinds.territory import TerritoryKind

    for kind in (OrganisationKind, TerritoryKind, PsadKind, RegionKind):
        kinds.register(kind())
    pack.connect()
    public_panels.connect()
    erasing.connect()
    panels.connect()
    queue.connect()
