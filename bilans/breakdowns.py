"""The classes in which a value is shared out; each breakdown covers everybody, « non renseigné » included (B1).

`status` counts in the words of `interfaces.md` (`statut`); `sex` and `age` in those a yearly account asks for; `agency`
and `basin` in the territories of the region pack.
"""

from __future__ import annotations

from bilans.models.indicator import Breakdown
from core.reference import Status
from territories.models import Agency, EmploymentBasin

UNKNOWN = "non-renseigne"
_UNKNOWN = (UNKNOWN, "Non renseigné")
SEX = (("f", "Femmes"), ("h", "Hommes"), _UNKNOWN)
AGE = (("16", "Moins de 18 ans"), ("18", "18-25 ans"), ("26", "26-44 ans"), ("45", "45 ans et plus"), _UNKNOWN)
ELSEWHERE = ("hors-territoire", "Hors de la région ou à distance")


def classes(breakdown: str) -> list[tuple[str, str]]:
    """`(key, label)` of a breakdown, in order. One query for the territories, none for the others."""
    if breakdown == Breakdown.SEX:
        return list(SEX)
    if breakdown == Breakdown.AGE:
        return list(AGE)
    if breakdown == Breakdown.STATUS:
        return [*((str(key), str(label)) for key, label in Status.choices), _UNKNOWN]
    if breakdown == Breakdown.AGENCY:
        return [*Agency.objects.order_by("order").values_list("slug", "name"), ELSEWHERE]
    if breakdown == Breakdown.BASIN:
        basins = EmploymentBasin.objects.order_by("number").values_list("number", "name")
        return [*((str(number), name) for number, name in basins), ELSEWHERE]
    raise ValueError(breakdown)
