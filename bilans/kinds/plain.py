"""A kind whose document has no words of its own: its themes one after the other, small counts closed (B3, D8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from bilans.consolidation import Figure
from bilans.contents import plain
from bilans.kinds import BilanKind, Json
from bilans.models import Bilan


class PlainKind(BilanKind):
    """What another room brings starts here."""

    def content(self, bilan: Bilan, *, at: dt.date, whole: bool) -> Json:
        return plain.content(bilan, whole=whole)

    def regional(self, ground: Any, figures: Sequence[Figure]) -> list[Json]:
        return plain.regional(self.key, self.title, ground, figures)
