"""The Region's desk for the agenda: an officer sees what their agency reads, the Region everything (S3)."""

from __future__ import annotations

from events.admin_events import EventAdmin
from events.admin_merges import MergeAdmin
from events.admin_revisions import RevisionAdmin
from events.admin_sources import ImportRunAdmin, SourceAdmin
from events.admin_trust import TrustAdmin

__all__ = ["EventAdmin", "ImportRunAdmin", "MergeAdmin", "RevisionAdmin", "SourceAdmin", "TrustAdmin"]
