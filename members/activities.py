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
    """The items in order, those under an introduction nested in it.

    An introduction holds up to the next one, or to an item of several sentences: no enumeration has such items.
    """
    activities: list[Activity] = []
    introduced = False
    for item in items:
        text = item.strip()
        introduction = text.endswith(":")
        introduced = introduced and not introduction and ". " not in text
        if introduced:
            activities[-1].parts.append(text)
        else:
            activities.append(Activity(text))
        introduced = introduced or introduction
    return activities
