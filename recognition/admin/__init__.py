"""The Region’s desk for the recognition: each part has its module (S3)."""

from __future__ import annotations

from recognition.admin import (
    bodies,
    campaigns,
    candidatures,
    decisions,
    letters,
    notices,
    recognitions,
    rulebook,
    sirens,
    sittings,
    visits,
)

__all__ = [
    "bodies", "campaigns", "candidatures", "decisions", "letters", "notices",
    "recognitions", "rulebook", "sirens", "sittings", "visits",
]  # fmt: skip
