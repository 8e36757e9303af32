"""Whom a sheet of annexe 2 names as its legal representatives: names and titles, several to a cell."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest


@dataclass(frozen=True)
class Representative:
    """A person and the title the charter gave, either may be empty."""

    name: str
    title: str


def representatives(names: str, titles: str) -> list[Representative]:
    """Each name with its title: `A | B` and `Président | Présidente adjointe` are two people.

    Several names under one title share it; a title alone is nobody.
    """
    people, roles = _parts(names), _parts(titles)
    if len(roles) == 1:
        roles *= len(people)
    pairs = zip_longest(people, roles[: len(people)], fillvalue="")
    return [Representative(name, title) for name, title in pairs]


def _parts(cell: str) -> list[str]:
    return [part.strip() for part in cell.split("|") if part.strip()]
