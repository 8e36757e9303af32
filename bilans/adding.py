"""How the values of several subjects make one (B1): pure arithmetic, in decimals, the same whatever the order."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from bilans.models import Adding, Indicator, Unit

Term = tuple[Decimal, Decimal | None]
"""What a subject says and, of a weighted mean, how much it weighs."""


def tidy(amount: Decimal, indicator: Indicator) -> Decimal:
    """`amount` with the decimals of its indicator, halves up: what is printed is what is reckoned on."""
    return amount.quantize(Decimal(1).scaleb(-indicator.decimals), ROUND_HALF_UP)


def weighs(weight: Decimal | None) -> bool:
    """Whether a value may enter a mean: without a weight, or with none, it is left out and said to be."""
    return weight is not None and weight > 0


def combined(indicator: Indicator, terms: Iterable[Term]) -> Decimal | None:
    """One value for `terms`: their sum, their weighted mean; that of the only one when they do not add up.

    None when there is nothing to add, or several that do not add up: a distinct count is asked of its source, never
    made of parts (`consolidating.py`).
    """
    said = list(terms)
    if indicator.adding == Adding.MEAN:
        said = [(amount, weight) for amount, weight in said if weighs(weight)]
    if not said:
        return None
    if indicator.adding == Adding.SUM:
        return tidy(sum((amount for amount, _ in said), Decimal(0)), indicator)
    if indicator.adding == Adding.MEAN:
        weights = sum((weight for _, weight in said if weight is not None), Decimal(0))
        return tidy(sum((amount * (weight or 0) for amount, weight in said), Decimal(0)) / weights, indicator)
    return tidy(said[0][0], indicator) if len(said) == 1 else None


def counts_people(indicator: Indicator) -> bool:
    """Whether a value of it is a number of persons, of which one to four are too few to be told."""
    return indicator.of_people and indicator.unit not in (Unit.SHARE, Unit.SCORE) and indicator.adding != Adding.MEAN
