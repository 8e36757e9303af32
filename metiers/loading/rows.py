"""The rows of one table brought to what a file says of them, in few statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from core.packs.report import Report
from core.packs.tables import Row

BATCH = 2_000
Key = tuple[Any, ...]


def bring(
    model: type[models.Model],
    wanted: Mapping[Key, Mapping[str, Any]],
    report: Report,
    *,
    by: tuple[str, ...] = ("pk",),
    gone: Mapping[str, Any] | None = None,
    within: Any = None,
    title: str = "",
) -> None:
    """Write of `wanted` (`{key: values by column}`, the key being the columns `by`) what is new or differs.

    Rows of `within` (all of the table by default) that `wanted` no longer has take the values `gone`, or are deleted
    when it is None. Counts go to the tally `title` (the model's
    name by default).
    """
    tally = report.tally(title or str(model._meta.verbose_name_plural))
    rows = model._default_manager.all() if within is None else within
    present = {tuple(getattr(row, name) for name in by): row for row in rows}
    new = [model(**dict(zip(by, key, strict=True)), **values) for key, values in wanted.items() if key not in present]
    changed: list[models.Model] = []
    names: set[str] = set()
    for key, row in present.items():
        values = wanted.get(key, gone or {})
        different = {name: value for name, value in values.items() if getattr(row, name) != value}
        if different:
            for name, value in different.items():
                setattr(row, name, value)
            changed.append(row)
            names |= set(different)
    left = [row.pk for key, row in present.items() if key not in wanted] if gone is None else []
    if left:
        model._default_manager.filter(pk__in=left).delete()
    model._default_manager.bulk_create(new, batch_size=BATCH)
    if changed:
        model._default_manager.bulk_update(changed, sorted(names), batch_size=BATCH)
    tally.created += len(new)
    tally.updated += len(changed)
    tally.removed += len(left)
    tally.unchanged += len(present) - len(changed) - len(left)


def held(model: type[models.Model], row: Row, values: Mapping[str, Any]) -> None:
    """Hold each value against its column (length, closed list); what is wrong goes to the row of the file."""
    for name, value in values.items():
        column = model._meta.get_field(name)
        if column.is_relation or value in (None, "", []):
            continue
        try:
            column.clean(value, None)  # type: ignore[union-attr]
        except ValidationError as error:
            row.wrong(name, " ".join(error.messages))


def joined(parts: Iterable[str], longest: int) -> str:
    """Folded words one after the other, cut at a word."""
    text = " ".join(parts)
    return text if len(text) <= longest else text[:longest].rsplit(" ", 1)[0]
