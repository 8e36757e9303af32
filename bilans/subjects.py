"""Who owes a bilan, and who no longer does: each kind says so, from the rooms below, never kept twice (B3)."""

from __future__ import annotations

from bilans import kinds
from bilans.models import Bilan, Campaign


def missing(campaign: Campaign) -> list[Bilan]:
    """The bilans that `campaign` lacks, not saved: those of every subject when it opens, then of who joins."""
    return [bilan for kind in kinds.every() for bilan in kind.missing(campaign)]


def has_left(bilan: Bilan) -> bool:
    """Whether its subject left since the opening (`kinds.left`, for a row at hand with its subject): the bilan stays,
    what it said counts, nobody is written to any more."""
    return kinds.get(bilan.kind).has_left(bilan)
