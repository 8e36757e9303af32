"""What a yearly account asks of the members: who belongs, and what their sheets say, as they stand now."""

from __future__ import annotations

from decimal import Decimal

from members.models import Organisation


def belonging() -> dict[int, Decimal | None]:
    """The organisations that belong, each with the full-time equivalents of its sheet. One query."""
    return dict(Organisation.objects.public().order_by("pk").values_list("pk", "fte"))
