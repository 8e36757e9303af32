"""What two people may change at once and that is no case: an offer, a meeting, a tool, the settings (D1, D5, D6, D10).

Whoever opened the page is asked again when somebody else has changed it since: nothing is lost silently.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

from psad import reading
from psad.models import KitItem, Meeting, Partner, Platform, Solution

CHANGED = (
    "Quelqu’un d’autre vient d’enregistrer un changement ici\u00a0: relisez, puis enregistrez à nouveau."
    " Ce que vous avez écrit est gardé."
)
FEWER = "{taken}\u00a0places sont déjà prises\u00a0: gardez-en au moins autant."


class Changed(ValidationError):  # noqa: N818 (it is what happened)
    def __init__(self) -> None:
        super().__init__(CHANGED, code="changed")


def seen(row: Model, fields: Sequence[str]) -> str:
    """What the page showed of `row`, in sixteen signs."""
    words = "\x1f".join(str(getattr(row, row._meta.get_field(name).attname)) for name in fields)  # type: ignore[union-attr]
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def change(*, row: Any, values: dict[str, Any], shown: str) -> Any:
    """Write `values`, if `row` still is as it was `shown`. Its row is held.

    Raises `Changed`, `ValidationError` by field (fewer places than those taken).
    """
    held = type(row).objects.select_for_update(of=("self",)).get(pk=row.pk)
    if seen(held, list(values)) != shown:
        raise Changed
    if isinstance(held, Solution) and values.get("places") is not None and values["places"] < held.taken:
        raise ValidationError({"places": FEWER.format(taken=held.taken)})
    for name, value in values.items():
        setattr(held, name, value)
    # The named columns only: places taken meanwhile stay taken.
    held.save(update_fields=[*values, *(["updated_at"] if isinstance(held, Solution) else [])])
    return held


def offer(*, platform: Platform, partner: Partner | None, values: dict[str, Any], by: Any, role: str) -> Solution:
    """A new line of the catalogue, by circle 1 or in the name of a partner."""
    name = partner.organisation_name if partner is not None else values.pop("organisation_name")
    row = Solution(
        platform=platform, partner=partner, organisation_id=partner.organisation_id if partner else None,
        organisation_name=name, **values,
    )  # fmt: skip
    row.save(force_insert=True)
    reading.log(platform.pk, role=role, verb="solution.offered")
    return row


def withdraw(*, row: Solution, at: dt.datetime | None, role: str) -> None:
    """Close an offer (it is proposed no more; who was proposed it keeps their place), or open it again (`at` none)."""
    Solution.objects.filter(pk=row.pk).update(withdrawn_at=at)
    reading.log(row.platform_id, role=role, verb="solution.closed" if at else "solution.reopened")


def meet(*, platform: Platform, values: dict[str, Any], by: Any) -> Meeting:
    return Meeting.objects.create(platform=platform, created_by=by, **values)


def share_tool(*, platform: Platform, values: dict[str, Any]) -> KitItem:
    return KitItem.objects.create(platform=platform, **values)


def settle(*, platform: Platform, values: dict[str, Any], shown: str, role: str) -> Platform:
    """What the two heads set for their platform. Raises `Changed`."""
    held: Platform = change(row=platform, values=values, shown=shown)
    reading.log(platform.pk, role=role, verb="platform.settled")
    return held
