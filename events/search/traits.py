"""What a session is, in one number: a bit for each type, sector, public, accessibility fact and way to attend, and
whether it holds.

Facets of a thousand sessions are counted in one pass over these numbers, without reading the rest of the rows. The
order of the bits is that of the closed lists (`core/reference.py`): adding a value at the end of a list moves the
groups after it, so `manage.py refresh_agenda` must then be run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import Final

from core.reference import Access, EventType, Sector, Status

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "type": tuple(EventType.values),
    "secteur": tuple(Sector.values),
    "public": tuple(Status.values),
    "acces": tuple(Access.values),
    "participation": ("online", "place"),
    "tenue": ("held", "free"),  # held at its date; and has seats: compared as numbers, the greater is better news
}
_STARTS = dict(zip(GROUPS, (0, *accumulate(len(values) for values in GROUPS.values())), strict=False))
BITS: Final[Mapping[tuple[str, str], int]] = {
    (group, value): 1 << (_STARTS[group] + rank)
    for group, values in GROUPS.items()
    for rank, value in enumerate(values)
}


def mask(group: str, values: Iterable[str]) -> int:
    """The bits of these values of a group. Raises `KeyError` for a value that is not in the list."""
    found = 0
    for value in values:
        found |= BITS[group, value]
    return found


HOLDS: Final = mask("tenue", GROUPS["tenue"])  # both bits: held, with seats
EVERY_SECTOR, EVERY_PUBLIC = mask("secteur", GROUPS["secteur"]), mask("public", GROUPS["public"])


def traits(
    *,
    kind: str,
    sectors: Iterable[str],
    publics: Iterable[str],
    access: Iterable[str],
    online: bool,
    on_site: bool,
    held: bool = True,
    full: bool = False,
) -> int:
    """The number of one session. No sector, or `tous`, is every sector; no public is every public."""
    sectors = list(sectors)
    number = BITS["type", kind] | mask("acces", access)
    number |= EVERY_SECTOR if not sectors or Sector.TOUS in sectors else mask("secteur", sectors)
    number |= mask("public", publics) or EVERY_PUBLIC
    if online:
        number |= BITS["participation", "online"]
    if on_site:
        number |= BITS["participation", "place"]
    if held:
        number |= BITS["tenue", "held"] if full else HOLDS
    return number
