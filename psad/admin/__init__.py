"""The Region's desk: platforms, perimeters, heads, shared tools, published figures. No case is registered (D8)."""

from __future__ import annotations

from psad.admin.figures import PublicationAdmin
from psad.admin.platforms import HeadAdmin, KitAdmin, PlatformAdmin, PlatformCommuneAdmin

__all__ = ["HeadAdmin", "KitAdmin", "PlatformAdmin", "PlatformCommuneAdmin", "PublicationAdmin"]
