"""A platform of the invented region, with one case: nobody of the matrix works there, nobody may read it (D8)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.utils import timezone

from psad import context
from psad.models import Grant, KitItem, PlatformCommune, Publication
from tests.psad import world as psad

if TYPE_CHECKING:
    from tests.spro.world import World


def build(world: World) -> None:
    """Words: `platform`, `case`. What those who work there read is in `tests/psad/test_access_matrix.py`."""
    place = psad.platform("plateforme-ici")
    head = psad.member(place)
    world.words |= {"platform": place.slug, "case": str(psad.case(place, head).pk)}
    with context.task("figures"):
        period = Publication.objects.create(kind="quarter", starts_on=date(2024, 1, 1), published_at=timezone.now())
    world.words["period"] = str(period.pk)
    with context.task("grants"):
        world.objects |= {
            "psad.platform": place, "psad.publication": period, "psad.grant": Grant.objects.get(user=head),
            "psad.kititem": KitItem.objects.create(title="Modèle de courrier"),
            "psad.platformcommune": PlatformCommune.objects.create(
                platform=place, commune=world.objects["territories.commune"]
            ),
        }  # fmt: skip
