"""The Region’s desk for the recognition: each part has its module (S3)."""

from __future__ import annotations

from recognition.admin_bodies import GoverningBodyAdmin
from recognition.admin_decisions import DecisionAdmin
from recognition.admin_sittings import SittingAdmin

__all__ = ["DecisionAdmin", "GoverningBodyAdmin", "SittingAdmin"]

from recognition import admin_campaigns, admin_rulebook

__all__ = ["admin_campaigns", "admin_rulebook"]
