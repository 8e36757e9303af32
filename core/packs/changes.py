"""What a load changes, object by object, for whoever wants to see it before it is done (previews of the desk)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Model

from core.values import Names, field_of, label_of, shown

if TYPE_CHECKING:
    from core.packs.threeway import Kind, Wanted

MAX_LINES = 20_000
UNSAID = "valeur personnelle, non montrée"


@dataclass(frozen=True)
class Change:
    """One field of one object (or an object made or removed), in words; `line` is where the file says it."""

    act: str  # "create", "update", "remove"
    kind: str
    key: str
    name: str
    field: str = ""
    before: str = ""
    after: str = ""
    file: str = ""
    line: int | None = None


@dataclass
class Changes:
    """Every change of a load: the first `MAX_LINES` in words, all of them counted and held by `digest`.

    Two loads that would write the same have the same digest; personal values weigh in it and are never shown.
    """

    lines: list[Change] = field(default_factory=list)
    count: int = 0
    _names: Names = field(default_factory=Names, repr=False)

    def __post_init__(self) -> None:
        # Keyed: a digest in the database must not let anybody guess a telephone number.
        self._hash = hashlib.blake2b(key=hashlib.sha256(settings.SECRET_KEY.encode()).digest(), digest_size=32)

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def created(self, kind: Kind[Any], item: Wanted, obj: Model) -> None:
        """A line each thing that the file says of it; one alone for what nobody reads field by field."""
        facts = {name: _fact(value) for name, value in item.values.items()}
        title = "" if kind.private else str(obj)
        said = [name for name in sorted(facts) if item.values[name] not in (None, "", [], {})] if kind.told else []
        for name in said or [""]:
            change = Change(
                "create", _words(kind), item.key, title, label_of(kind.model, name) if name else "", "",
                self._after(kind, obj, name), **_place(item),
            )  # fmt: skip
            self._add(change, facts)
            facts = {}  # held once by the digest

    def updated(self, kind: Kind[Any], item: Wanted, obj: Model, before: dict[str, Any], names: Iterable[str]) -> None:
        """`names` are the columns written; those that follow from others (computed) are left out."""
        title = "" if kind.private else str(obj)
        for name in sorted(set(names) & before.keys()):
            column = field_of(kind.model, name)
            old, new = before[name], item.values[name]
            secret = name in kind.private
            change = Change(
                "update", _words(kind), item.key, title, label_of(kind.model, name),
                UNSAID if secret else shown(column, old, self._names),
                UNSAID if secret else shown(column, getattr(obj, name), self._names),
                **_place(item),
            )  # fmt: skip
            self._add(change, {name: [_fact(old), _fact(new)]})

    def _after(self, kind: Kind[Any], obj: Model, name: str) -> str:
        if not name:
            return ""
        return UNSAID if name in kind.private else shown(field_of(kind.model, name), getattr(obj, name), self._names)

    def removed(self, kind: Kind[Any], key: str, obj: Model) -> None:
        self._add(Change("remove", _words(kind), key, "" if kind.private else str(obj)), {})

    def _add(self, change: Change, facts: dict[str, Any]) -> None:
        self.count += 1
        said = [change.act, change.kind, change.key, facts]
        self._hash.update(json.dumps(said, sort_keys=True, default=str, ensure_ascii=False).encode() + b"\0")
        if len(self.lines) < MAX_LINES:
            self.lines.append(change)


def _words(kind: Kind[Any]) -> str:
    return str(kind.model._meta.verbose_name)


def _place(item: Wanted) -> dict[str, Any]:
    return {"file": item.row.file, "line": item.row.line} if item.row else {}


def _fact(value: Any) -> Any:
    """A value that two computations agree on: an object not written yet has no number of its own."""
    from core.packs.threeway import Ref

    return f"{value.kind}/{value.key}" if isinstance(value, Ref) else value
