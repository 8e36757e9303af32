"""Opening a portfolio: one for a person, with a key of its own."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from core import journal
from core.sealing import new_key
from lorfolio.models import Portfolio

ADULT_AT = 15  # loi Informatique et Libertés, art. 45
YOUNGEST = 6


@transaction.atomic
def open_portfolio(
    *, user: User, given_name: str = "", family_name: str = "", born_on: dt.date | None = None, today: dt.date
) -> Portfolio:
    """The portfolio of `user`, made when there is none (two clicks make one).

    `born_on` is given by who says to be under fifteen, and only the day they turn fifteen is kept (L10). Raises
    `ValidationError` (French) for a birth in the future, or too near.
    """
    User.objects.select_for_update().get(pk=user.pk)
    found = Portfolio.objects.filter(user=user).first()
    if found is not None:
        return found
    _, wrapped = new_key()
    made = Portfolio.objects.create(
        user=user, given_name=given_name, family_name=family_name, email=user.email, sealed_key=wrapped,
        minor_until=_fifteen(born_on, today) if born_on else None,
    )  # fmt: skip
    journal.record(verb="lorfolio.open", target=made, actor=user)
    return made


def _fifteen(born: dt.date, today: dt.date) -> dt.date | None:
    """The day who was born on `born` turns fifteen; None when it is past."""
    if born > today or today.year - born.year < YOUNGEST:
        raise ValidationError({"born": "Vérifiez le mois et l’année de naissance."})
    day = born.day if (born.month, born.day) != (2, 29) else 28
    turns = dt.date(born.year + ADULT_AT, born.month, day)
    return turns if turns > today else None
