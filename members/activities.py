"""Activities of annexe 2 as a list that people can read: an item that ends with « : » introduces those that follow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class Activity:
    """One activity, and those it introduces."""

    text: str
    parts: list[str] = field(default_factory=list)


def nested(items: Iterable[str]) -> list[Activity]:
    """The items in order, those under an introduction nested in it, up to the next introduction."""
    activities: list[Activity] = []
    introduced = False
    for item in items:
        text = item.strip()
        introduction = text.endswith(":")
        if introduced and not introduction:
            activities[-1].parts.append(text)
        else:
            activities.append(Activity(text))
        introduced = introduced or introduction
    return activities
