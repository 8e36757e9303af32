"""The Region’s desk for the recognition: each part has its module (S3)."""

from __future__ import annotations

from recognition import (
    admin_bodies,
    admin_campaigns,
    admin_candidatures,
    admin_decisions,
    admin_letters,
    admin_notices,
    admin_recognitions,
    admin_rulebook,
    admin_sirens,
    admin_sittings,
    admin_visits,
)

__all__ = [
    "admin_bodies", "admin_campaigns", "admin_candidatures", "admin_decisions", "admin_letters", "admin_notices",
    "admin_recognitions", "admin_rulebook", "admin_sirens", "admin_sittings", "admin_visits",
]  # fmt: skip
