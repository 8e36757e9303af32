"""What follows a load: a row in the journal, the cards of places, the search."""

from __future__ import annotations

from core import search
from core.journal import record
from core.models import PackLoad
from core.packs.report import Report
from territories import search_entries, services


def remember(load: PackLoad, verb: str, report: Report) -> None:
    """Write in the journal that `load` was made or completed: figures only, never a value."""
    record(
        verb=verb,
        target=load,
        actor=report.actor,
        key=f"{load.pack}/{load.pk}",
        changes={
            label: [None, {"created": t.created, "updated": t.updated, "removed": t.removed, "kept": t.kept}]
            for label, t in report.tallies.items()
            if t.writes
        },
    )


def refresh_all() -> int:
    """Write every card and every search entry again, of every room; returns how many places."""
    count = services.refresh_everything()
    search.rebuild([kind for kind in search.kinds() if kind not in search_entries.KINDS])
    return count
