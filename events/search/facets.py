# ruff: noqa: S608 - statements are put together here from our own names; what visitors say is always a parameter
"""How many events each choice of a filter would leave, in one statement and one pass (A2).

The dates that answer the search without its types, sectors, publics, accessibility and way to attend are read as
numbers (`traits.py`), a thousand at most, fewer where each costs more: beyond, counts are « 120 ou plus ». A group is
counted with the choices of the other groups applied, so that a figure is what a click gives.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from events.search.asked import Search
from events.search.conditions import Walk, ongoing
from events.search.traits import BITS, GROUPS, HOLDS, mask

MOST = 1_000  # dates looked at, when an index holds all that is read of them
FEW = 250  # when each must be opened
FEWER = 100  # when words are looked for in each: a word of one text in thirty is looked for in three thousand
_ASKED: Mapping[str, str] = {"type": "types", "secteur": "sectors", "public": "publics", "acces": "access"}
_ONLINE = BITS["participation", "online"]


@dataclass(frozen=True, slots=True)
class Facets:
    """`counts[group][value]`: events that this choice would leave, with what is asked of the other groups; values that
    leave none are absent. `total`: events that the search itself leaves, coming or under way; `ongoing`: those under
    way; `online`: those to follow from anywhere (`online_capped`: at least).

    `capped`: there are more dates than were looked at, each figure is a least.
    """

    counts: Mapping[str, Mapping[str, int]]
    total: int
    online: int
    capped: bool
    ongoing: int = 0
    online_capped: bool = False


def count(search: Search) -> Facets:
    """The facets of `search`, from its first `MOST` coming dates and those under way."""
    start, end = search.window()
    bare = search.but(types=(), sectors=(), publics=(), access=(), online=False)
    most = _most(bare)
    columns = "l.event_id, l.traits, l.starts_at, l.session_id"
    near, values = Walk(bare, start, end, most + 1, columns=columns).sql()
    parts = [f"SELECT 0, f.event_id, f.traits FROM ({near}) f"]
    from_anywhere = bare.but(online=True, town=None, point=None, commune="", radius=None)
    if bare.town or bare.point:  # who follows from afar is not near: counted apart
        afar, more = Walk(from_anywhere, start, end, most + 1, columns=columns).sql()
        parts.append(f"SELECT 1, f.event_id, f.traits FROM ({afar}) f")
        values += more
    for rank, one in enumerate((bare, from_anywhere)[: len(parts)], start=2):
        begun, more = ongoing(one, start, most + 1, columns=f"{columns}, l.ends_at")
        parts.append(f"SELECT {rank}, f.event_id, f.traits FROM ({begun}) f")
        values += more
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        rows = cursor.fetchall()
    read: list[list[Any]] = [[row[1:] for row in rows if row[0] == part] for part in range(4)]
    here, afar_too = (read[0], read[2]), (read[1], read[3])
    here_too = _online(here[0]), _online(here[1])
    if len(parts) == 2:
        afar_too = here_too
    asked = here if not search.online else here_too if search.within else afar_too
    return _counted(search, *asked, afar_too, most)


def _online(rows: list[Any]) -> list[Any]:
    return [row for row in rows if row[1] & _ONLINE]


def _most(bare: Search) -> int:
    """How many dates of a search without its filters are looked at: as many as cost a millisecond or two."""
    if bare.q:
        return FEWER
    opened = bare.agency or bare.basin or bare.network or bare.organisation_key or bare.start or bare.within
    return FEW if opened else MOST


def _counted(
    search: Search, coming: list[Any], begun: list[Any], online: tuple[list[Any], list[Any]], most: int
) -> Facets:
    capped = max(len(coming), len(begun)) > most
    asked = _masks(search)
    # Each event once for each set of facts: most have one.
    dates = {(event, traits & ~HOLDS) for event, traits in (*coming[:most], *begun[:most])}
    several = {event for event, many in Counter(event for event, _ in dates).items() if many > 1}
    alone = Counter(traits for event, traits in dates if event not in several)
    apart = [(event, traits) for event, traits in dates if event in several]
    counts = {}
    for group in _ASKED:
        others = [(bits, every) for name, bits, every in asked if name != group]
        counts[group] = _group(group, alone, apart, others)
    everything = [(bits, every) for _, bits, every in asked]
    total = sum(many for traits, many in alone.items() if _passes(traits, everything))
    total += len({event for event, traits in apart if _passes(traits, everything)})
    from_afar = {event for event, traits in {*online[0], *online[1]} if _passes(traits, everything)}
    under_way = {event for event, traits in set(begun[:most]) if _passes(traits, everything)}
    return Facets(counts, total, len(from_afar), capped, len(under_way), max(map(len, online)) > most)


def _masks(search: Search) -> list[tuple[str, int, bool]]:
    """What is asked of each group: its bits, and whether each must be there."""
    return [
        (group, mask(group, values), group == "acces")
        for group, name in _ASKED.items()
        if (values := getattr(search, name))
    ]


def _passes(traits: int, asked: list[tuple[int, bool]]) -> bool:
    return all((traits & bits == bits) if every else (traits & bits) for bits, every in asked)


def _group(
    group: str, alone: Counter[int], apart: list[tuple[int, int]], others: list[tuple[int, bool]]
) -> dict[str, int]:
    """The events of each value of a group; its bits are few: they are counted together, then told apart."""
    whole = mask(group, GROUPS[group])
    found: Counter[int] = Counter()
    for traits, many in alone.items():
        if not others or _passes(traits, others):
            found[traits & whole] += many
    counted = {}
    for value in GROUPS[group]:
        bit = BITS[group, value]
        number = sum(many for bits, many in found.items() if bits & bit)
        number += len({event for event, traits in apart if traits & bit and _passes(traits, others)})
        if number:
            counted[value] = number
    return counted
