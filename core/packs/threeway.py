"""Writes what a file says, field by field, unless somebody edited the field here.

Three values meet: what the file last said (kept in `pack_values`), what stands in the database, what the file says
now. A field that differs from what the file last said was edited here, and stays.

Several sources may speak of one object: the region pack, then a national directory above it. Each upper source is a
*layer*, kept under `@<layer>` in `pack_values`; a field that a layer has written belongs to it, and the source below
only remembers its own word.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from core.models import PackManaged
from core.packs.memory import Memory
from core.packs.report import Report
from core.packs.tables import Row, quoted

M = TypeVar("M", bound=models.Model)
BATCH = 2000


@dataclass(frozen=True)
class Ref:
    """The object of `kind` (a label) whose key is `key`, which may not be written yet."""

    kind: str
    key: str


@dataclass(frozen=True)
class Kind(Generic[M]):
    """What the engine must know of a model.

    `key_of` answers an object's natural key; `derive` the columns computed from others; `private` fields are
    remembered as a digest only, and never shown; `prune`: what the file no longer says is removed unless edited;
    `stamp` is the column that tells when the object last changed.
    """

    label: str
    model: type[M]
    key_of: Callable[[M], str]
    related: tuple[str, ...] = ()
    derive: Callable[[M], dict[str, Any]] | None = None
    private: frozenset[str] = frozenset()
    prune: bool = False
    stamp: str = ""
    told: bool = True  # whether the journal says that one was added; that one changed is always said

    @property
    def title(self) -> str:
        """What one is called, in French."""
        return str(self.model._meta.verbose_name)

    @property
    def managed(self) -> bool:
        return issubclass(self.model, PackManaged)


@dataclass
class Wanted:
    """An object as the file says it: its key, its values by column (`network_id`, not `network`), where it was read."""

    key: str
    values: dict[str, Any]
    row: Row | None = None
    columns: dict[str, str] = field(default_factory=dict)


def check(kind: Kind[Any], wanted: Iterable[Wanted]) -> None:
    """Hold each value against its model field (length, closed list, address…); what is wrong goes to its row."""
    fields = {f.attname: f for f in kind.model._meta.concrete_fields}
    for item in wanted:
        for name, value in item.values.items():
            model_field = fields[name]
            if item.row is None or isinstance(value, Ref) or model_field.is_relation:
                continue
            if value is None and not model_field.null:
                continue  # already said when the cell was read
            try:
                if value not in model_field.empty_values:
                    model_field.clean(value, None)  # type: ignore[arg-type]
            except ValidationError as error:
                item.row.wrong(item.columns.get(name, name), " ".join(error.messages))


class Writer:
    """Applies kinds one after the other in a transaction that is already open; resolves references between them.

    `known` maps a label to keys brought before: an object of these that is gone was deleted here and stays gone.
    """

    def __init__(self, report: Report, *, known: dict[str, list[str]], layer: str = "", absent: bool = True) -> None:
        self.report = report
        self.layer = layer
        self.keys: dict[str, set[str]] = {label: set(keys) for label, keys in known.items()}
        self.touched: dict[str, list[Any]] = {}
        self._pks: dict[str, dict[str, Any]] = {}
        self._met: dict[str, set[str]] = {}
        self._count_absent = absent

    def apply(self, kind: Kind[M], wanted: list[Wanted], *, last: bool = True) -> None:
        """Write `wanted`; with `last` false, more of the same kind follows (parents first)."""
        existing = self._existing(kind)
        pks = self._pks.setdefault(kind.label, {})
        pks.update({key: obj.pk for key, obj in existing.items()})
        new: list[M] = []
        changed: dict[tuple[str, ...], list[M]] = {}
        tally, changes = self.report.tally(kind.label), self.report.changes
        memory = Memory(kind, self.report)
        self.report.titles[kind.label] = str(kind.model._meta.verbose_name_plural)
        for item in wanted:
            values = self._resolved(kind, item)
            if values is None:
                continue
            obj = existing.get(item.key)
            if obj is None:
                if created := self._create(kind, item.key, values):
                    new.append(created)
                    memory.added(created, item)
                    if changes:
                        changes.created(kind, item, created)
                continue
            before = {name: getattr(obj, name) for name in values}
            names = self._update(kind, item.key, obj, values)
            memory.changed(obj, item, before, names)
            if changes:
                changes.updated(kind, item, obj, before, names)
            if names:
                changed.setdefault(tuple(sorted(names)), []).append(obj)
            if names - {"pack_values"}:
                tally.updated += 1
            else:
                tally.unchanged += 1
                tally.noted += len(names)
        self._write(kind, new, changed)
        memory.write()
        tally.created += len(new)
        pks.update({kind.key_of(obj): obj.pk for obj in self._reloaded(kind, new)})
        known = self.keys.setdefault(kind.label, set())
        known.update(item.key for item in wanted)
        self._seen(kind, existing, wanted, last=last)

    # --- Reading

    def _existing(self, kind: Kind[M]) -> dict[str, M]:
        objects = kind.model._default_manager.order_by("pk")
        if not self.report.rehearsal:  # a preview holds nobody up
            objects = objects.select_for_update(of=("self",), no_key=True)
        if kind.related:
            objects = objects.select_related(*kind.related)
        return {kind.key_of(obj): obj for obj in objects}

    def _reloaded(self, kind: Kind[M], objects: list[M]) -> Iterable[M]:
        if not kind.related:
            return objects
        pks = [obj.pk for obj in objects]
        return kind.model._default_manager.filter(pk__in=pks).select_related(*kind.related)

    def _resolved(self, kind: Kind[Any], item: Wanted) -> dict[str, Any] | None:
        """The values with references made keys; None if one points at something deleted here."""
        values = dict(item.values)
        for name, value in values.items():
            if not isinstance(value, Ref):
                continue
            pk = self._pks.get(value.kind, {}).get(value.key)
            if pk is None and not kind.model._meta.get_field(name).null:  # type: ignore[union-attr]
                self.report.tally(kind.label).deleted_here += 1
                self.report.remark(
                    f"non créé\u00a0: {kind.title} {item.key} ({value.kind} {value.key} n’existe plus ici)"
                )
                return None
            values[name] = pk
        return values

    # --- Deciding

    def _create(self, kind: Kind[M], key: str, values: dict[str, Any]) -> M | None:
        tally = self.report.tally(kind.label)
        if key in self.keys.get(kind.label, ()):
            tally.deleted_here += 1
            self.report.remark(f"supprimé ici, non recréé\u00a0: {kind.title} {key}")
            return None
        obj = kind.model(**values)
        if isinstance(obj, PackManaged):
            said = {name: self._encoded(kind, key, name, value) for name, value in values.items()}
            obj.pack_values = {f"@{self.layer}": said} if self.layer else said
        for name, value in (kind.derive(obj) if kind.derive else {}).items():
            setattr(obj, name, value)
        return obj

    def _update(self, kind: Kind[M], key: str, obj: M, values: dict[str, Any]) -> set[str]:
        """Set on `obj` what must change; the names of the columns to write."""
        names: set[str] = set()
        if isinstance(obj, PackManaged):
            names |= self._merge(kind, key, obj, values)
        else:
            names |= {name for name, value in values.items() if getattr(obj, name) != value}
            for name in names:
                setattr(obj, name, values[name])
        for name, value in (kind.derive(obj) if kind.derive else {}).items():
            if getattr(obj, name) != value:
                setattr(obj, name, value)
                names.add(name)
        if kind.stamp and names - {"pack_values"}:
            setattr(obj, kind.stamp, timezone.now())
            names.add(kind.stamp)
        return names

    def _merge(self, kind: Kind[Any], key: str, obj: PackManaged, values: dict[str, Any]) -> set[str]:
        memory = obj.pack_values
        below = {name: value for name, value in memory.items() if not name.startswith("@")}
        above = {name for layer, said in memory.items() if layer.startswith("@") for name in said}
        said = dict(memory.get(f"@{self.layer}", {})) if self.layer else dict(below)
        before, names = dict(said), set()
        for name, value in values.items():
            new = self._encoded(kind, key, name, value)
            present = self._encoded(kind, key, name, getattr(obj, name))
            last = said.get(name, below.get(name, self._encoded(kind, key, name, _default(obj, name))))
            said[name] = new
            if present == new or (not self.layer and name in above):
                continue
            if present != last:
                self._keep(kind, key, obj, name, value)
                continue
            setattr(obj, name, value)
            names.add(name)
        if said != before:
            upper = {name: value for name, value in memory.items() if name.startswith("@")}
            obj.pack_values = {**below, **upper, f"@{self.layer}": said} if self.layer else {**said, **upper}
            names.add("pack_values")
        return names

    def _keep(self, kind: Kind[Any], key: str, obj: models.Model, name: str, value: Any) -> None:
        self.report.tally(kind.label).kept += 1
        label = str(obj._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        if name in kind.private:
            self.report.remark(f"gardé\u00a0: {kind.title} {key}, {label} (valeurs non montrées)")
            return
        source = "fichier" if self.layer else "pack"
        here, there = (_shown(obj, name, v) for v in (getattr(obj, name), value))
        self.report.remark(f"gardé\u00a0: {kind.title} {key}, {label}\u00a0: {here} ({source}\u00a0: {there})")

    def _encoded(self, kind: Kind[Any], key: str, name: str, value: Any) -> Any:
        """`value` as JSON keeps it; a digest for a private one, so that erasing the column erases the value."""
        if name in kind.private and value:
            return hashlib.blake2b(f"{name}\0{value}".encode(), key=key.encode()[:64], digest_size=16).hexdigest()
        if isinstance(value, dt.date):
            return value.isoformat()
        if isinstance(value, Decimal):
            return str(value)
        return value

    # --- Writing

    def _write(self, kind: Kind[M], new: list[M], changed: dict[tuple[str, ...], list[M]]) -> None:
        manager = kind.model._default_manager
        manager.bulk_create(new, batch_size=BATCH)
        touched = self.touched.setdefault(kind.label, [])
        touched.extend(new)
        for names, objects in changed.items():
            # One INSERT … ON CONFLICT for many rows: the rows are locked, so each is there.
            manager.bulk_create(
                objects, batch_size=BATCH, update_conflicts=True, update_fields=list(names), unique_fields=["pk"]
            )
            if names != ("pack_values",):
                touched.extend(objects)

    def _seen(self, kind: Kind[M], existing: dict[str, M], wanted: list[Wanted], *, last: bool) -> None:
        """Say which objects of the file's last version it no longer holds."""
        seen = self._met.setdefault(kind.label, set())
        seen.update(item.key for item in wanted)
        if not last or not self._count_absent:
            return
        tally, memory = self.report.tally(kind.label), Memory(kind, self.report)
        brought = self.keys.get(kind.label, set())
        for key in sorted(existing.keys() & brought - seen):
            if kind.prune and self._untouched(kind, key, existing[key]):
                if self.report.changes:
                    self.report.changes.removed(kind, key, existing[key])
                memory.removed(existing[key])
                existing[key].delete()
                self.keys[kind.label].discard(key)
                tally.removed += 1
                continue
            tally.absent += 1
            self.report.remark(f"absent du pack, gardé\u00a0: {kind.title} {key}")
        memory.write()

    def _untouched(self, kind: Kind[Any], key: str, obj: models.Model) -> bool:
        said = getattr(obj, "pack_values", {})
        return all(self._encoded(kind, key, name, getattr(obj, name)) == value for name, value in said.items())


def _default(obj: models.Model, name: str) -> Any:
    """What a field holds when nobody has written it."""
    model_field = obj._meta.get_field(name)
    return model_field.get_default()  # type: ignore[union-attr]


def _shown(obj: models.Model, name: str, value: Any) -> str:
    """A value as a person reads it: the name of what a key points at, a long text cut."""
    model_field = obj._meta.get_field(name)
    if model_field.is_relation and value is not None and model_field.related_model:
        value = model_field.related_model._default_manager.filter(pk=value).first() or value  # type: ignore[union-attr]
    text = ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return quoted(text if len(text) <= 80 else text[:79] + "…")
