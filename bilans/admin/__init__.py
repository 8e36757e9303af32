"""The Region's desk for the bilans: each part has its module (S3)."""

from __future__ import annotations

from bilans.admin import bilans, campaigns, indicators, productions

__all__ = ["bilans", "campaigns", "indicators", "productions"]
