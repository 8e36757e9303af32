"""Organisations as a list says them: two signatories of 2018 that are one body today stand on one line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from members.models import Organisation


@dataclass
class Line:
    """One name of today, and the organisations that signed under it (nearly always one)."""

    name: str
    organisations: list[Organisation] = field(default_factory=list)

    @property
    def first(self) -> Organisation:
        return self.organisations[0]

    @property
    def merged(self) -> bool:
        return len(self.organisations) > 1


def lines(organisations: Iterable[Organisation]) -> list[Line]:
    """The organisations in their order; those that share their name of today are gathered where the first stands."""
    found: dict[str, Line] = {}
    for organisation in organisations:
        key = organisation.current_name or f"#{organisation.pk}"
        found.setdefault(key, Line(organisation.display_name)).organisations.append(organisation)
    return list(found.values())
