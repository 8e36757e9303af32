"""The keys of what PSAD seals (`core/sealing.py`), put under the first key of the environment when it changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F

from core.encryption import is_current, rotate

_BATCH = 1_000


def rotate_keys(kind: str) -> int:
    """Wrap the keys of one kind of thing (`HOLDERS`) again under the first key of the environment; what they seal does
    not change. Rows changed: those that the first key opens already are left, so that a killed run goes on.

    Each batch is one transaction of the context `rotation`, logged. Raises `Undecipherable`.
    """
    from psad.context import task

    count = 0
    for keys in _batches(kind):
        with task("rotation"), transaction.atomic():
            rows = list(_rows(kind).select_for_update(of=("self",)).filter(pk__in=keys))
            changed = [row for row in rows if row.sealed_key and not is_current(row.sealed_key)]
            for row in changed:
                row.sealed_key = rotate(row.sealed_key)
            _rows(kind).model.objects.bulk_update(changed, ["sealed_key"])
            _log_rotation(changed)
            count += len(changed)
    return count


HOLDERS = {"dossiers PSAD": "Case", "listes PSAD": "Import", "signalements PSAD": "Report", "partages PSAD": "Share"}
"""What has a key of its own, as `manage.py rotate_keys` names it."""


def _rows(kind: str) -> Any:
    from psad import models

    rows = getattr(models, HOLDERS[kind]).objects
    if kind == "partages PSAD":
        return rows.annotate(platform_of=F("case__platform_id")).only("pk", "sealed_key")
    fields = ["log_key"] if kind == "dossiers PSAD" else []
    return rows.annotate(platform_of=F("platform_id")).only("pk", "sealed_key", *fields)


def _batches(kind: str) -> Iterator[list[Any]]:
    """Their keys, platform by platform: few lines of the log."""
    from psad.context import task

    with task("rotation"):
        keys = list(_rows(kind).exclude(sealed_key="").order_by("platform_of", "pk").values_list("pk", flat=True))
    for start in range(0, len(keys), _BATCH):
        yield keys[start : start + _BATCH]


def _log_rotation(rows: Sequence[Any]) -> None:
    from psad import reading

    for platform in sorted({row.platform_of for row in rows}):
        cases = [row.log_key for row in rows if row.platform_of == platform and hasattr(row, "log_key")]
        reading.log(platform, role="rotation", verb="key.wrapped", cases=cases)
