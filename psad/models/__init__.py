"""Platforms, cases and all that is done for a person (D1-D14). Every table has policies: `psad/policies.py`."""

from psad.models.case import Case, CaseGrant, Import, Line, Report, ReportLink
from psad.models.figures import Figure, FigureCount, Publication
from psad.models.platform import Grant, KitItem, Meeting, Partner, Platform, PlatformCommune
from psad.models.sharing import Share, ShareAnswer, ShareItem, Wish, YoungLink
from psad.models.trail import Access, LogClosure, PastCase, Witness
from psad.models.work import (
    Attempt,
    Check,
    File,
    Guardian,
    Interview,
    Letter,
    Move,
    Note,
    Obligation,
    Proposal,
    Solution,
    Transfer,
)

__all__ = [
    "Access", "Attempt", "Case", "CaseGrant", "Check", "Figure", "FigureCount", "File", "Grant", "Guardian", "Import",
    "Interview", "KitItem", "Letter", "Line", "LogClosure", "Meeting", "Move", "Note", "Obligation", "Partner",
    "PastCase", "Platform", "PlatformCommune", "Proposal", "Publication", "Report", "ReportLink", "Share",
    "ShareAnswer", "ShareItem", "Solution", "Transfer", "Wish", "Witness", "YoungLink",
]  # fmt: skip
