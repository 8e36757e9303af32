"""Which structure of the directory is which place we already know."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from core.text import fold
from territories.importers.structure_rows import Structure
from territories.models import Site

# Words that tell nothing of which place of its kind it is.
_WORDS = "cio centre information orientation mission locale jeunesse info jeunes point"
_NOISE = {*_WORDS.split(), *["d", "et", "de", "du", "des", "la", "le", "les", "l", "en", "pour", "a"]}


@dataclass
class Match:
    structure: Structure
    site: Site | None


@dataclass
class Matches:
    """`found`: each structure with its place, or none; `replaced`: places several structures could have been;
    `alone`: places of these kinds without a structure nor an identifier.
    """

    found: list[Match] = field(default_factory=list)
    replaced: list[Site] = field(default_factory=list)
    alone: list[Site] = field(default_factory=list)


def match(structures: list[Structure], sites: list[Site]) -> Matches:
    """By identifier first; then, among what is left, by kind, commune and name, one to one."""
    matches = Matches()
    by_key = {site.external_id: site for site in sites if site.external_id}
    left: dict[tuple[str, str], list[Structure]] = defaultdict(list)
    for structure in structures:
        if structure.key in by_key:
            matches.found.append(Match(structure, by_key[structure.key]))
        else:
            left[structure.kind, structure.commune.pk].append(structure)
    free: dict[tuple[str, str], list[Site]] = defaultdict(list)
    for site in sites:
        if not site.external_id:
            free[site.kind.slug, site.commune_id].append(site)
    for place in sorted({*left, *free}):
        _match_place(left.get(place, []), [s for s in free.get(place, []) if s.listed], matches)
    return matches


def _match_place(structures: list[Structure], sites: list[Site], matches: Matches) -> None:
    pairs = _pairs(structures, sites)
    matches.found += [Match(structure, pairs.get(structure)) for structure in structures]
    taken = set(pairs.values())
    for site in sites:
        if site in taken:
            continue
        if len(structures) > len(pairs) and site.provisional:
            matches.replaced.append(site)
        else:
            matches.alone.append(site)


def _pairs(structures: list[Structure], sites: list[Site]) -> dict[Structure, Site]:
    """One structure and one place are each other's; more are paired by name, while one pair alone is the best."""
    if len(structures) == 1 and len(sites) == 1:
        return {structures[0]: sites[0]}
    pairs: dict[Structure, Site] = {}
    while True:
        scores = [
            (likeness(structure.name, site.name, site.commune.name), structure, site)
            for structure in structures
            for site in sites
            if structure not in pairs and site not in pairs.values()
        ]
        best = max((score for score, _, _ in scores), default=0.0)
        candidates = [(structure, site) for score, structure, site in scores if score == best]
        if best <= 0 or len(candidates) != 1:
            return pairs
        pairs[candidates[0][0]] = candidates[0][1]


def likeness(one: str, other: str, town: str) -> float:
    """From 0 to 1: how much two names say the same, the town and the words of every such place left out."""
    a, b = tokens(one, town), tokens(other, town)
    return 1.0 if a == b else len(a & b) / len(a | b)


def tokens(name: str, town: str = "") -> set[str]:
    return set(fold(name).split()) - set(fold(town).split()) - _NOISE
