"""Brings what the portal knows into a bilan (B2): people find it there, and correct it where they may.

What somebody wrote is never written over: a value is the portal's as long as it is what the portal proposed, said by
nobody otherwise. `proposed` always follows, so that a page can say « le portail compte 12 » beside a corrected 14.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction

from bilans.models import Bilan, Indicator, Value
from bilans.sources import Computed, compute, remembered

Key = tuple[int, str, str]
_WRITTEN = ["amount", "unavailable", "hidden", "proposed", "written_at"]
BATCH = 1000


def prefill(bilan: Bilan, *, at: dt.datetime) -> int:
    """Write or refresh what the portal works out for `bilan`, unless it is handed in. How many values were touched."""
    return prefill_all([bilan], at=at)


@transaction.atomic
def prefill_all(bilans: Sequence[Bilan], *, at: dt.datetime) -> int:
    """As `prefill`, for the bilans of one campaign: the rooms are asked once. Bilans handed in are left alone."""
    rows = list(
        Bilan.objects.select_for_update(of=("self",))
        .filter(pk__in=[bilan.pk for bilan in bilans], state__in=Bilan.WRITABLE)
        .select_related("campaign", "platform")
        .order_by("pk")
    )
    if not rows:
        return 0
    asked = [row for row in Indicator.objects.of_year(rows[0].campaign.year) if row.computed]
    bringing = _Bringing(at, {row.pk: {} for row in rows})
    for value in Value.objects.filter(bilan__in=bringing.held, indicator__in=[indicator.pk for indicator in asked]):
        bringing.held[value.bilan_id][value.indicator_id, value.breakdown, value.category] = value
    with remembered():
        for row in rows:
            for indicator in asked:
                if indicator.filled_by == row.kind:
                    bringing.bring(row, indicator, compute(indicator.source, row))
    Value.objects.bulk_create(bringing.new, batch_size=BATCH)
    Value.objects.bulk_update(bringing.changed, _WRITTEN, batch_size=BATCH)
    return len(bringing.new) + len(bringing.changed)


@dataclass
class _Bringing:
    """What is held of each bilan, and what is to be written of it."""

    at: dt.datetime
    held: dict[int, dict[Key, Value]]
    new: list[Value] = field(default_factory=list)
    changed: list[Value] = field(default_factory=list)

    def bring(self, bilan: Bilan, indicator: Indicator, found: Computed) -> None:
        """One indicator of one bilan: its total, then its classes as one, corrected together, refreshed together.

        What the portal does not know any more stays as it was.
        """
        if found.amount is None and not found.hidden:
            return
        held = {key[1:]: value for key, value in self.held[bilan.pk].items() if key[0] == indicator.pk}
        ours = not indicator.correctable or _portals(held.get(("", "")))
        parts_ours = not indicator.correctable or (ours and all(_portals(value) for value in held.values()))
        wanted = _wanted(indicator, found)
        # What the portal counted once and no longer finds is none today.
        gone = {key: Decimal(0) for key, value in held.items() if key[0] and key not in wanted and value.proposed}
        for key, amount in (wanted | gone).items():
            self._write(held.get(key) or Value(bilan=bilan, indicator=indicator, breakdown=key[0], category=key[1]),
                        amount, hidden=found.hidden and not key[0], ours=parts_ours if key[0] else ours)  # fmt: skip

    def _write(self, value: Value, amount: Decimal | None, *, hidden: bool, ours: bool) -> None:
        """Set what the portal says now, kept for writing when anything changed."""
        before = (value.amount, value.unavailable, value.hidden, value.proposed)
        value.proposed = amount
        if ours:
            value.amount, value.hidden, value.unavailable = amount, hidden, False
        if value.pk is None:
            value.written_at = self.at
            self.new.append(value)
        elif before != (value.amount, value.unavailable, value.hidden, value.proposed):
            value.written_at = self.at
            self.changed.append(value)


def _wanted(indicator: Indicator, found: Computed) -> dict[tuple[str, str], Decimal | None]:
    parts = {key: amount for key, amount in found.parts.items() if key[0] in indicator.breakdowns}
    return {("", ""): found.amount, **parts}


def _portals(value: Value | None) -> bool:
    """Whether nobody wrote otherwise than the portal."""
    return value is None or (value.amount == value.proposed and not value.unavailable and not value.comment)
