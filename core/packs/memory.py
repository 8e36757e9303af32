"""What a load did to each object, for the object's own history: it lasts when the import is forgotten (S3)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model

from core.journal import UNSAID, record_all
from core.values import field_of

if TYPE_CHECKING:
    from core.packs.report import Report
    from core.packs.threeway import Kind, Wanted

LONGEST = 8_000  # characters of a value that the journal keeps; of a longer one it says that it changed
FILE = "imported_file"


class Memory:
    """Gathers a line of the journal an object of `kind`, then writes them at once; nothing for a rehearsal.

    Who acts is whom the report names: the person who decided, or the system.
    """

    def __init__(self, kind: Kind[Any], report: Report) -> None:
        self._kind, self._report = kind, report
        self._acts: list[tuple[str, Model | str, dict[str, Any]]] = []

    def added(self, obj: Model, item: Wanted) -> None:
        """`obj` may have no number yet: it is asked when the lines are written."""
        if self._kind.told:
            self._acts.append(("import.add", obj, _file(item)))

    def changed(self, obj: Model, item: Wanted, before: dict[str, Any], names: Iterable[str]) -> None:
        """`names` are the columns written; those that follow from others are left out."""
        changes: dict[str, Any] = {}
        for name in sorted(set(names) & before.keys()):
            changes |= self._said(name, before[name], getattr(obj, name))
        if changes:
            self._acts.append(("import.change", obj, changes | _file(item)))

    def removed(self, obj: Model) -> None:
        """What is gone is known by the journal alone: its values go there."""
        changes: dict[str, Any] = {}
        for field in obj._meta.concrete_fields:
            value = getattr(obj, field.attname)
            if field.editable and not field.primary_key and value not in (None, "", [], {}):
                changes |= self._said(field.attname, value, None)
        self._acts.append(("import.remove", str(obj.pk), changes))

    def write(self) -> None:
        if not self._report.rehearsal and self._acts:
            lines = [(verb, obj if isinstance(obj, str) else str(obj.pk), said) for verb, obj, said in self._acts]
            record_all(lines, target_type=self._kind.model._meta.label_lower, actor=self._report.actor)
        self._acts = []

    def _said(self, name: str, old: Any, new: Any) -> dict[str, Any]:
        column = field_of(self._kind.model, name)
        key = column.name if column is not None else name
        if name in self._kind.private:
            return {key: [UNSAID, UNSAID]}
        text = json.dumps([old, new], cls=DjangoJSONEncoder, ensure_ascii=False)
        return {key: json.loads(text) if len(text) <= LONGEST else True}


def _file(item: Wanted) -> dict[str, Any]:
    return {FILE: [None, item.row.file]} if item.row else {}
