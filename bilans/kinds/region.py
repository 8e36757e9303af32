"""The bilan of the region: its own figures, and those of every other kind, gathered; the Region fills it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Q

from accounts.models import RegionMandate
from bilans.contents import region
from bilans.kinds import NOTHING, BilanKind, Json, Whose
from bilans.models import Bilan, Campaign, Kind
from recognition.letters.about import region_name


class RegionKind(BilanKind):
    key, order = Kind.REGION.value, 1000
    label, plural, title = "Région", "Région", "La Région"
    words, cover = "Bilan régional", "Bilan régional"
    counted = ("région", "régions")
    column = group = ""
    template = "documents/bilans/region.html"

    def missing(self, campaign: Campaign) -> Iterable[Bilan]:
        if not campaign.bilans.filter(kind=self.key).exists():
            yield Bilan(campaign=campaign, kind=self.key, name=region_name()[:300])

    def key_of(self, bilan: Bilan) -> int:
        return 0

    def fillers(self, keys: Collection[Any]) -> Whose:
        return {0: set(RegionMandate.objects.in_force().values_list("user", flat=True))}

    def there(self, agencies: Any) -> Q:
        return NOTHING

    def content(self, bilan: Bilan, *, at: dt.date, whole: bool) -> Json:
        return region.content(bilan, at=at, whole=whole)
