"""A platform of the invented region, with one case: nobody of the matrix works there, nobody may read it (D8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.psad import world as psad

if TYPE_CHECKING:
    from tests.spro.world import World


def build(world: World) -> None:
    """Words: `platform`, `case`. What those who work there read is in `tests/psad/test_access_matrix.py`."""
    place = psad.platform("plateforme-ici")
    world.words |= {"platform": place.slug, "case": str(psad.case(place, psad.member(place)).pk)}
