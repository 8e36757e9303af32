"""Indicators are agreed for years; what they mean never changes once people have been asked (B1).

The wording, the order, the help may be bettered at any time. Who fills, what is counted, how it adds up, where it comes
from: these are ended and replaced. The database holds the same rule (trigger `meaning_kept` of the indicators).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from bilans.models import Campaign, Indicator
from bilans.models.indicator import MEANING
from core.journal import Actor, record

TOLD = (
    "Cet indicateur a été demandé dans une campagne déjà ouverte\u00a0: son sens ne change plus. "
    "Donnez-lui une dernière année et créez celui qui le remplace."
)
LATE = (
    "La campagne de {} est déjà ouverte, et l’on y répond\u00a0: aucun indicateur ne s’y ajoute plus. "
    "Au plus tôt\u00a0: {}."
)
AGAIN = (
    "Il n’est pas demandé en {}, dont la campagne est déjà ouverte\u00a0: un indicateur fini ne reprend pas. "
    "Créez celui qui le remplace."
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

    @property
    def free(self) -> int:
        """The first year that no campaign has asked: where a new indicator may begin."""
        return max(self.years, default=timezone.localdate().year - 1) + 1


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
    asked, present = Asked.now(), Indicator.objects.filter(pk=indicator.pk).first()
    if present is not None:
        values = {name: getattr(indicator, name) for name in (*MEANING, "last_year")}
        if refused := refused_columns(present, values, asked):
            raise ValidationError(dict.fromkeys(refused, TOLD))
    if indicator.first_year is None:  # said already
        return
    before = asked.of(present) if present is not None else []
    if late := [year for year in asked.of(indicator) if year not in before]:
        raise ValidationError(
            {"last_year": AGAIN.format(late[-1])} if before else {"first_year": LATE.format(late[-1], asked.free)}
        )


def why_not_replaced(indicator: Indicator) -> str:
    """What keeps `indicator` from taking the place of the one it says; empty when nothing does."""
    old = Indicator.objects.filter(key=indicator.replaces).first() if indicator.replaces else None
    years = Asked.now().of(old) if old is not None else []
    if not years or indicator.first_year > years[-1]:
        return ""
    return (
        f"Celui qu’il remplace a été demandé jusqu’en {years[-1]}\u00a0: "
        f"son remplaçant commence en {years[-1] + 1} au plus tôt."
    )


def successor_of(old: Indicator) -> dict[str, Any]:
    """What an indicator that takes the place of `old` begins with: the same, from the first year that is free."""
    left = {"id", "key", "last_year", "pack_values"}
    same = {field.name: getattr(old, field.name) for field in Indicator._meta.concrete_fields if field.name not in left}
    return same | {"first_year": max(Asked.now().free, old.first_year + 1), "replaces": old.key}


@transaction.atomic
def end_replaced(indicator: Indicator, *, actor: Actor | None) -> Indicator | None:
    """The one that `indicator` replaces is asked until the year before, when it went on: it, or none. Journaled."""
    old = Indicator.objects.select_for_update().filter(key=indicator.replaces).exclude(key="").first()
    last = indicator.first_year - 1
    if old is None or (old.last_year is not None and old.last_year <= last):
        return None
    changes = {"last_year": [old.last_year, last]}
    old.last_year = last
    check(old)
    old.save(update_fields=["last_year"])
    record(verb="admin.change", target=old, actor=actor, changes=changes)
    return old


def label_of(name: str) -> str:
    """What the desk calls a column."""
    return str(Indicator._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
