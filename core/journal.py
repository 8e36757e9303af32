"""The one way to write in the journal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from core.models import JournalEntry

# Stands for a value that the journal does not keep: it keeps for good.
UNSAID = "[non conservé]"


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


def record_all(
    acts: Iterable[tuple[str, str, dict[str, Any]]], *, target_type: str, actor: Actor | None = None
) -> None:
    """Write many acts on objects of one kind at once: `(verb, key, changes)` each, as `record` has them."""
    JournalEntry.objects.bulk_create(
        [
            JournalEntry(
                actor_key=actor.journal_key if actor else "",
                actor_label=actor.journal_label if actor else "système",
                verb=verb, target_type=target_type, target_key=key, changes=changes,
            )
            for verb, key, changes in acts
        ],
        batch_size=2_000,
    )  # fmt: skip
