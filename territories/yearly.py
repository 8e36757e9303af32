"""What a yearly account asks of the directory and of the référent·es, as they stand now: no past state is kept."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from core.reference import REMOTE_CHANNELS, Access
from territories.models import Referent, Site


@dataclass(frozen=True)
class Place:
    """A place of the directory; `hours` in a week, none when its sheet gives no times."""

    organisation: int
    agency: int
    agency_slug: str
    basin: int
    accessible: bool
    remote: bool
    hours: float | None

    @property
    def agencies(self) -> frozenset[int]:
        return frozenset({self.agency})


def places() -> list[Place]:
    """Every place that the public finds. One query."""
    rows = Site.objects.public().order_by("pk").values_list(
        "organisation", "agency", "agency__slug", "commune__basin", "access", "channels", "hours"
    )  # fmt: skip
    remote = {str(channel) for channel in REMOTE_CHANNELS}
    return [
        Place(organisation, agency, slug, basin, Access.PMR in access, bool(remote & set(channels)), weekly(hours))
        for organisation, agency, slug, basin, access, channels, hours in rows
    ]


def weekly(hours: dict[str, Any]) -> float | None:
    """How long a place is open in a week, in hours."""
    ranges = [pair for day in hours.values() for pair in day]
    if not ranges:
        return None
    return sum(_minutes(ends) - _minutes(starts) for starts, ends in ranges) / 60


def _minutes(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


@dataclass(frozen=True)
class Post:
    """A référent·e, or the vacancy where one is expected; no agency for the whole region."""

    organisation: int
    agency: int | None
    agency_slug: str
    vacant: bool
    confirmed_on: dt.date | None

    @property
    def agencies(self) -> frozenset[int]:
        return frozenset({self.agency} if self.agency else ())


def posts() -> list[Post]:
    """Every post of référent·e of the organisations that belong. One query; no name is read but to know it is there."""
    rows = Referent.objects.public().order_by("pk").values_list(
        "organisation", "agency", "agency__slug", "name", "confirmed_on"
    )  # fmt: skip
    return [
        Post(organisation, agency, slug or "", not name, confirmed)
        for organisation, agency, slug, name, confirmed in rows
    ]
