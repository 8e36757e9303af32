"""The keys of safes, put under the first key of the environment when it changes (`manage.py rotate_keys`)."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from core.encryption import is_current, register_rotation, rotate
from lorfolio.models import Portfolio

_BATCH = 1_000


def connect() -> None:
    register_rotation("coffres Lorfolio", rotate_keys)


def rotate_keys() -> int:
    """Wrap each person's key again; what it seals does not change. Rows changed: what the first key opens already is
    left, so that a killed run goes on. Each batch is one transaction. Raises `Undecipherable`."""
    keys = list(Portfolio.objects.exclude(sealed_key="").order_by("pk").values_list("pk", flat=True))
    count = 0
    for start in range(0, len(keys), _BATCH):
        count += _wrapped(keys[start : start + _BATCH])
    return count


@transaction.atomic
def _wrapped(keys: list[UUID]) -> int:
    rows = Portfolio.objects.select_for_update().only("pk", "sealed_key").filter(pk__in=keys).order_by("pk")
    changed = [row for row in rows if row.sealed_key and not is_current(row.sealed_key)]
    for row in changed:
        row.sealed_key = rotate(row.sealed_key)
    Portfolio.objects.bulk_update(changed, ["sealed_key"])
    return len(changed)
