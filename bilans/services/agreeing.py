"""Indicators are agreed for years; what they mean never changes once people have been asked (B1).

The wording, the order, the help may be bettered at any time. Who fills, what is counted, how it adds up, where it comes
from: these are ended and replaced. The database holds the same rule (trigger `meaning_kept` of the indicators).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from bilans.models import Campaign, Indicator
from bilans.models.indicator import MEANING

TOLD = (
    "Cet indicateur a été demandé dans une campagne déjà ouverte\u00a0: son sens ne change plus. "
    "Donnez-lui une dernière année et créez celui qui le remplace."
)


@dataclass(frozen=True)
class Asked:
    """The years whose campaign has opened: what they asked is settled."""

    years: frozenset[int]

    @classmethod
    def now(cls) -> Asked:
        return cls(frozenset(Campaign.objects.filter(opened_at__isnull=False).values_list("year", flat=True)))

    def of(self, indicator: Indicator) -> list[int]:
        """The opened years in which `indicator`, as it stands, is asked."""
        return sorted(
            year for year in self.years
            if indicator.first_year <= year and (indicator.last_year is None or year <= indicator.last_year)
        )  # fmt: skip


def refused_columns(present: Indicator, values: Mapping[str, Any], asked: Asked | None = None) -> list[str]:
    """Which of `values` may not be written over `present`, because people were asked it as it stands."""
    years = (asked or Asked.now()).of(present)
    if not years:
        return []
    refused = [name for name in MEANING if name in values and getattr(present, name) != values[name]]
    last = values.get("last_year", present.last_year)
    if last is not None and last < years[-1]:
        refused.append("last_year")
    return refused


def check(indicator: Indicator) -> None:
    """Raise `ValidationError`, field by field, when saving `indicator` would change what people were asked."""
    present = Indicator.objects.filter(pk=indicator.pk).first()
    if present is None:
        return
    values = {name: getattr(indicator, name) for name in (*MEANING, "last_year")}
    if refused := refused_columns(present, values):
        raise ValidationError(dict.fromkeys(refused, TOLD))


def label_of(name: str) -> str:
    """What the desk calls a column."""
    return str(Indicator._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
