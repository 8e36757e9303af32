"""Two people, or two tabs, write the same sheet: what each of them touched is kept, what both touched is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_ABSENT = object()


@dataclass(frozen=True)
class Merged:
    """`values` to keep, field by field; `conflicts` are the fields both changed, differently, where `values` has mine.

    `brought` are the fields whose saved value replaces the one that was read and left as it was.
    """

    values: dict[str, Any]
    conflicts: list[str]
    brought: list[str]


def three_way(base: Mapping[str, Any], theirs: Mapping[str, Any], mine: Mapping[str, Any]) -> Merged:
    """Merge `mine` (what is typed) into `theirs` (what is saved now), from `base` (what the form was opened with).

    The fields are those of `mine`, in its order. A field that `base` lacks was never read: it is asked whenever the
    two differ. Values are compared with `==`.
    """
    values: dict[str, Any] = {}
    conflicts: list[str] = []
    brought: list[str] = []
    for name, typed in mine.items():
        read, saved = base.get(name, _ABSENT), theirs.get(name, typed)
        if typed == read and saved != read:
            values[name] = saved
            brought.append(name)
            continue
        values[name] = typed
        if saved not in (read, typed):
            conflicts.append(name)
    return Merged(values, conflicts, brought)
