"""What the bilans say in the espace pro: a line of the menu, a panel of the first page (E4)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from bilans import rules
from bilans.views.own import own_bilans, with_progress
from core import panels
from core.desk import Entry, register_entry

SHOWN = 4  # bilans told on the first page


def connect() -> None:
    register_entry(Entry(55, "Bilans", "pro_bilans", "livre", rules.writes_bilans))
    panels.register(panels.Panel("pro", 30, "Vos bilans", "bilans/panels/mine.html", _mine))


def _mine(request: HttpRequest, user: Any) -> dict[str, Any] | None:
    """The bilans being written or read by the Region; nothing once their campaigns are over."""
    if not rules.writes_bilans(user):
        return None
    rows = own_bilans(user).filter(campaign__closed_at=None)
    found = with_progress(rows)
    if not found:
        return None
    return {"bilans": found[:SHOWN], "more": max(0, len(found) - SHOWN), "today": timezone.localdate()}
