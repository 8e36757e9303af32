"""A year of bilans of the invented region: that of the house, its document, a bulk run. Each part adds its own."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile

from bilans.models import Document, Production
from tests.bilans import world as bilans
from tests.bilans.sample import organisation

if TYPE_CHECKING:
    from members.models import Organisation
    from tests.spro.world import World

PDF = b"%PDF-1.7 essai"


def build(world: World, house: Organisation) -> None:
    """Words: `bilan`, `production_pk`."""
    year = bilans.campaign(2025)
    one = bilans.bilan("organisation", house, of=year)
    asked = bilans.indicator("recus")
    document = Document(
        bilan=one, number=1, content=organisation(), digest="0" * 64, pages=1, size=len(PDF),
        sha256=hashlib.sha256(PDF).hexdigest(),
    )  # fmt: skip
    document.file.save("", ContentFile(PDF))
    run = Production.objects.create(campaign=year)
    run.items.create(bilan=one, order=1, state="drawn", document=document)
    world.words |= {"bilan": str(one.public_id), "production_pk": str(run.pk)}
    world.words |= {"bilans_year_pk": str(year.pk)}
    world.objects["bilans.production"] = run
    world.words |= {"bilans_campaign_pk": str(year.pk), "bilan_pk": str(one.pk)}
    world.objects |= {"bilans.campaign": year, "bilans.bilan": one, "bilans.indicator": asked}
