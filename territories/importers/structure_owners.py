"""Under which organisation a new place of the directory stands, and what it offers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from core.geo import distance_km
from core.packs.report import Report
from core.packs.threeway import Wanted
from core.text import fold
from members.models import Organisation
from territories.importers.pack_places import Offers
from territories.importers.structure_matching import Match, Matches, tokens
from territories.importers.structure_rows import Structure
from territories.models import Site, SiteKind


class Owners:
    """Finds the organisation of a structure: the pack's rule for its kind and department when there is one
    (`[structures.<kind>]`), else the organisation of the same kind that a clue names, else the nearest.
    """

    def __init__(self, facts: dict[str, Any], sites: list[Site], matches: Matches) -> None:
        self._rules: dict[str, dict[str, str]] = facts.get("structures", {})
        self._offers = Offers(**facts["offers"])
        self._organisations = {o.slug: o for o in Organisation.objects.select_related("network")}
        self._kinds = {kind.slug: kind for kind in SiteKind.objects.all()}
        self._seats = [site for site in sites if site.kind.slug not in self._rules]
        self._clues = _clues(matches, self._seats)
        self._new: list[tuple[Structure, Organisation]] = []
        self._sure = self._named_by_clues(matches)

    def holds_all(self, site: Site) -> bool:
        """Whether every new place of the site's kind and commune went to the site's own organisation or its group."""
        same = [
            owner for place, owner in self._new if place.kind == site.kind.slug and place.commune.pk == site.commune_id
        ]
        return bool(same) and all(site.organisation_id in {o.pk, o.parent_id} for o in same)

    def new_site(self, found: Match, slugs: Callable[[str, str], str], report: Report) -> Wanted | None:
        """A place to create; None, and reported, when no organisation can hold it."""
        structure = found.structure
        organisation, why = self._organisation(structure)
        if organisation is None:
            report.remark(f"{structure.row.file}, ligne {structure.row.line}\u00a0: écartée (aucun organisme)")
            return None
        self._new.append((structure, organisation))
        network = organisation.network.slug if organisation.network else ""
        offer = self._offers.of(kind=structure.kind, organisation=organisation.slug, network=network)
        slug = slugs(structure.name, structure.key)
        values = {
            "slug": slug,
            "name": structure.name,
            "organisation_id": organisation.pk,
            "kind_id": self._kinds[structure.kind].pk,
            "commune_id": structure.commune.pk,
            "services": offer.services,
            "channels": offer.channels,
            "publics": offer.publics,
            "not_for": offer.not_for,
            "listed": offer.receives_public,
            "note": why,
            **structure.columns(),
        }
        return Wanted(slug, values, structure.row, {"hours_text": "opening_hours", "external_id": "id"})

    def _named_by_clues(self, matches: Matches) -> dict[Structure, Organisation]:
        """The structures without a place whose organisation is known without guessing."""
        sure = {}
        for structure in (found.structure for found in matches.found if found.site is None):
            if owner := self._by_rule(structure) or self._by_clue(structure):
                sure[structure] = owner
        return sure

    def _organisation(self, structure: Structure) -> tuple[Organisation | None, str]:
        if structure in self._sure or structure.kind in self._rules:
            return self._sure.get(structure), ""
        places = [
            (site.commune.department_id, site.lat, site.lon, site.organisation)
            for site in self._seats
            if site.kind.slug == structure.kind
        ]
        places += [
            (other.commune.department_id, other.lat, other.lon, owner)
            for other, owner in self._sure.items()
            if other.kind == structure.kind
        ]
        if not places:
            return None, ""
        owner = min(places, key=lambda place: _remoteness(structure, place))[3]
        return owner, f"Rattaché à «\u00a0{owner}\u00a0» par proximité\u00a0: à confirmer."

    def _by_rule(self, structure: Structure) -> Organisation | None:
        slug = self._rules.get(structure.kind, {}).get(structure.commune.department_id, "")
        return self._organisations.get(slug)

    def _by_clue(self, structure: Structure) -> Organisation | None:
        if structure.kind in self._rules:
            return None
        for clue in _clues_of(structure):
            if len(owners := self._clues.get(clue, set())) == 1:
                return self._organisations[next(iter(owners))]
        return _named(structure, [site for site in self._seats if site.kind.slug == structure.kind])


def _remoteness(structure: Structure, place: tuple[str, float, float, Organisation]) -> tuple[bool, float, int]:
    """Places of the same department first, then the nearest."""
    department, lat, lon, owner = place
    other_department = department != structure.commune.department_id
    return other_department, distance_km(structure.lat, structure.lon, lat, lon), owner.pk


def _clues_of(structure: Structure) -> list[str]:
    """What two places of one organisation share, the surest first: the commune where it is alone, the telephone, the
    web host.
    """
    host = (urlsplit(structure.website).hostname or "").removeprefix("www.")
    return [f"{structure.kind} {clue}" for clue in (structure.commune.pk, structure.phone, host) if clue]


def _clues(matches: Matches, seats: list[Site]) -> dict[str, set[str]]:
    """Clue to the organisations it may name; one that names two is worth nothing."""
    clues: dict[str, set[str]] = defaultdict(set)
    slugs = {site.pk: site.organisation.slug for site in seats}
    towns: dict[str, set[str]] = defaultdict(set)
    for site in seats:
        towns[f"{site.kind.slug} {site.commune_id}"].add(site.organisation.slug)
    for found in matches.found:
        known = {slugs[found.site.pk]} if found.site and found.site.pk in slugs else set()
        known = known or towns.get(f"{found.structure.kind} {found.structure.commune.pk}", set())
        for clue in _clues_of(found.structure) if len(known) == 1 else ():
            clues[clue] |= known
    for clue, owners in towns.items():
        clues[clue] |= owners
    return clues


def _named(structure: Structure, seats: list[Site]) -> Organisation | None:
    """The organisation whose whole name stands in the web address, when it is the only one."""
    words = set(fold(urlsplit(structure.website).path).split())
    scores = Counter(
        {site.organisation: len(name) for site in seats if (name := tokens(site.organisation.name)) and name <= words}
    )
    best = scores.most_common(2)
    return best[0][0] if best and (len(best) == 1 or best[0][1] > best[1][1]) else None
