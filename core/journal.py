"""The one way to write in the journal."""

from __future__ import annotations

from typing import Any, Protocol

from core.models import JournalEntry


class Actor(Protocol):
    """Whoever acts: a person who is signed in, or the system."""

    @property
    def journal_key(self) -> str: ...

    @property
    def journal_label(self) -> str: ...


def record(
    *, verb: str, target: Any, actor: Actor | None = None, key: str = "", changes: dict[str, Any] | None = None
) -> JournalEntry:
    """Write that `actor` (the system when None) did `verb` to `target` (a model instance).

    `changes` maps a field to `[before, after]`. Call it in the transaction of the act itself.
    """
    return JournalEntry.objects.create(
        actor_key=actor.journal_key if actor else "",
        actor_label=actor.journal_label if actor else "système",
        verb=verb,
        target_type=target._meta.label_lower,
        target_key=key or str(target.pk),
        changes=changes or {},
    )
