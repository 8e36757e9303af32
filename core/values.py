"""Values as people read them, whatever the field: words for closed lists, names for keys, days for weekday numbers.

The journal's « before and after » and the previews of imports show values through here.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Field, Model
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format

NOTHING = "–"
LONGEST = 600  # characters of a value that a table shows
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


class Names:
    """What keys point at, by the name each thing has today: `want` them all, and each model is asked once."""

    def __init__(self) -> None:
        self._wanted: dict[type[Model], set[Any]] = defaultdict(set)
        self._known: dict[type[Model], dict[str, str]] = defaultdict(dict)

    def want(self, model: type[Model], key: Any) -> None:
        if key not in (None, "") and str(key) not in self._known[model]:
            self._wanted[model].add(str(key))

    def get(self, model: type[Model], key: Any) -> str:
        """The name behind `key`, or an empty string when nothing stands there any more."""
        self.want(model, key)
        if wanted := self._wanted.pop(model, set()):
            self._known[model].update(dict.fromkeys(wanted, ""))
            self._known[model].update(_names(model, wanted))
        return self._known[model].get(str(key), "")


def _names(model: type[Model], keys: set[str]) -> dict[str, str]:
    right = _fitting(model._meta.pk, keys)
    forward = [
        field.name for field in model._meta.concrete_fields if field.is_relation and not field.null
    ]  # what a name may be made of
    rows = model._base_manager.filter(pk__in=right).select_related(*forward) if forward else (
        model._base_manager.filter(pk__in=right)
    )  # fmt: skip
    found = {str(row.pk): str(row) for row in rows}
    for name in _OTHER_KEYS:  # an act may name a thing by what its address shows
        column, left = field_of(model, name), keys - found.keys()
        if left and column is not None and column.unique:
            rows = model._base_manager.filter(**{f"{name}__in": _fitting(column, left)})
            found |= {str(getattr(row, name)): str(row) for row in rows}
    return found


_OTHER_KEYS = ("slug", "public_id", "version")


def _fitting(column: Field, keys: set[str]) -> list[Any]:
    """Those of `keys` that `column` may hold."""
    right = []
    for key in keys:
        try:
            right.append(column.to_python(key))
        except (ValidationError, ValueError):
            continue
    return right


def field_of(model: type[Model], name: str) -> Field | None:
    """The column `name` (or `name_id`) of `model`, or None when it has none such today."""
    try:
        found = model._meta.get_field(name)
    except FieldDoesNotExist:
        return next((f for f in model._meta.concrete_fields if f.attname == name), None)
    return found if isinstance(found, Field) else None


# Columns that are copied from another, and have no name of their own.
_COPIED = {"agency": "territoire", "network": "réseau"}


def label_of(model: type[Model], name: str) -> str:
    """The French name of a column; the name itself when the model no longer has it."""
    found = field_of(model, name)
    label = str(found.verbose_name) if found else name.replace("_", " ")
    return _COPIED.get(label, label)


def day_in_words(day: dt.date) -> str:
    """« 1er mars 2026 »."""
    words = date_format(day, "j F Y")
    return words.replace("1 ", "1er ", 1) if day.day == 1 else words


def want(field: Field | None, value: Any, names: Names) -> None:
    if field is not None and field.is_relation and field.related_model:
        names.want(field.related_model, value)  # type: ignore[arg-type]


def shown(field: Field | None, value: Any, names: Names) -> str:
    """`value` of `field` in words, at most `LONGEST` characters; « – » for nothing."""
    text = _shown(field, value, names)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _shown(field: Field | None, value: Any, names: Names) -> str:
    if value is None or (isinstance(value, (str, list, tuple, dict)) and not value):
        return NOTHING
    if isinstance(value, bool):
        return "oui" if value else "non"
    if field is not None and field.is_relation and field.related_model:
        return names.get(field.related_model, value) or "ce qui a été supprimé depuis"  # type: ignore[arg-type]
    if isinstance(value, dict):
        return _week(value) or ", ".join(f"{key}\u00a0: {_shown(None, item, names)}" for key, item in value.items())
    if isinstance(value, (list, tuple)):
        base = getattr(field, "base_field", None)
        return ", ".join(_shown(base, item, names) for item in value)
    words = dict(field.flatchoices) if field is not None and field.choices else {}
    return str(words[value]) if value in words else _day(value)


def _day(value: Any) -> str:
    """A date or a moment as French people write them, from what JSON kept of it."""
    if isinstance(value, str) and value[:4].isdigit():
        try:
            value = parse_date(value) or parse_datetime(value) or value
        except ValueError:
            return str(value)
    if isinstance(value, dt.datetime):
        return f"{timezone.localtime(value) if timezone.is_aware(value) else value:%d/%m/%Y à %H:%M}"
    return f"{value:%d/%m/%Y}" if isinstance(value, dt.date) else str(value)


def _week(value: dict[str, Any]) -> str:
    """« lundi 09:00-12:00, 14:00-17:00 ; mardi … » for opening hours as data; empty for any other dict."""
    if not value or not set(value) <= set("1234567"):
        return ""
    try:
        days = {day: ", ".join(f"{start}-{end}" for start, end in ranges) for day, ranges in sorted(value.items())}
    except (TypeError, ValueError):
        return json.dumps(value, ensure_ascii=False)
    return "\u00a0; ".join(f"{_DAYS[int(day) - 1]} {ranges}" for day, ranges in days.items())
