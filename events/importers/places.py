"""From the place that a source says to a commune and a place of the directory; never a silent guess (A6, T1)."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from core.text import fold
from events.importers import plain
from events.importers.incoming import Attendance, Date, Place
from territories import communes
from territories.models import Commune, Site

KEPT = 4_000  # answers kept at once
_TOWN = re.compile(r"\b(\d{2} ?\d{3})\s+([^\d,;\n|]{2,60})")
_CEDEX = re.compile(r"\s+cedex\b.*$", re.IGNORECASE)
_COUNTRY = re.compile(r"^(?:france|deutschland|allemagne|belgique|luxembourg|suisse)$")
_CODES = {"france": "FR", "deutschland": "DE", "allemagne": "DE", "belgique": "BE", "luxembourg": "LU", "suisse": "CH"}
_INSEE = re.compile(r"(?:\d\d|2[AB])\d{3}", re.IGNORECASE)


@dataclass(slots=True)
class Spot:
    """Where a date takes place: the values of its session by column, and the objects they point at."""

    values: dict[str, Any]
    site: Site | None = None
    commune: Commune | None = None
    city: str = ""  # as the source says it, without its CEDEX
    digest: str = ""  # of the values: worked out by whoever compares them


class Places:
    """Finds places for one reading; remembers the last few thousand answers."""

    def __init__(self) -> None:
        self._towns = _Kept()
        self._sites = _Kept()
        self._spots = _Kept()

    def spot(self, date: Date) -> Spot:
        """Where and how `date` is attended; the same answer for the same words."""
        place = date.place
        key = (
            date.attendance, date.online_url, place.name, place.address, place.postal_code, place.city, place.insee,
            place.country, place.text, place.lat, place.lon,
        )  # fmt: skip
        found: Spot = self._spots.of(key, lambda: self._spot(date))
        place.city = found.city
        return found

    def _spot(self, date: Date) -> Spot:
        values: dict[str, Any] = {
            "attendance": date.attendance, "online_url": date.online_url, "site_id": None, "commune_id": None,
            "place_name": "", "address": "", "postal_code": "", "town": "", "country": "FR", "lat": None, "lon": None,
        }  # fmt: skip
        if date.attendance == Attendance.ONLINE:
            return Spot(values, city=date.place.city)
        place = _told_apart(date.place)
        found = Spot(values, city=date.place.city)
        values["place_name"], values["address"] = plain.cut(place.name, 200), plain.cut(place.address, 300)
        values["postal_code"], values["town"] = place.postal_code[:10], plain.cut(place.city, 120)
        values["country"] = place.country if len(place.country) == 2 else "FR"
        values["lat"], values["lon"] = place.lat, place.lon
        commune = self._commune(place) if values["country"] == "FR" else None
        if commune is None:
            return found
        found.commune = commune
        values["commune_id"], values["town"] = commune.pk, commune.name
        if _same(commune.name, values["address"]):
            values["address"] = ""
        site = found.site = self._site(commune, place)
        if site is not None:
            values |= {
                "site_id": site.pk, "place_name": site.name, "address": site.address, "postal_code": site.postal_code,
                "lat": site.lat, "lon": site.lon,
            }  # fmt: skip
        elif place.lat is None:
            values["lat"], values["lon"] = commune.lat, commune.lon
        return found

    def _commune(self, place: Place) -> Commune | None:
        key = f"{place.insee}|{place.postal_code}|{place.city}|{fold(place.text)}"
        found: Commune | None = self._towns.of(key, lambda: _find(place))
        return found

    def _site(self, commune: Commune, place: Place) -> Site | None:
        """The one place of the directory at this very address, or of this very name, in the commune."""
        known: dict[tuple[str, str], list[Site]] = self._sites.of(commune.pk, lambda: _sites_of(commune))
        for asked in (("name", fold(place.name)), ("address", fold(place.address))):
            if len(asked[1]) >= 6 and len(same := known.get(asked, [])) == 1:
                return same[0]
        return None


def _sites_of(commune: Commune) -> dict[tuple[str, str], list[Site]]:
    """The places of the directory in a commune, by their folded name and by their folded address."""
    known: dict[tuple[str, str], list[Site]] = {}
    for site in Site.objects.filter(commune=commune, listed=True).select_related("commune__department", "kind"):
        known.setdefault(("name", fold(site.name)), []).append(site)
        known.setdefault(("address", fold(site.address)), []).append(site)
    return known


def _find(place: Place) -> Commune | None:
    if _INSEE.fullmatch(place.insee) and (town := communes.find(place.insee).town):
        return _commune(town.insee)
    city = _CEDEX.sub("", place.city)
    if place.postal_code and city and (town := communes.find(f"{place.postal_code} {city}").town):
        # A name that only begins alike would be a guess, unless the postcode agrees.
        if place.postal_code in town.postal_codes or fold(town.name) == fold(city):
            return _commune(town.insee)
        return None
    if city and not place.postal_code and (town := communes.find(city).town) and _same(town.name, city):
        return _commune(town.insee)
    for part in reversed([part.strip() for part in re.split(r"[,;\n|]", place.text)]):
        # « Mission locale, Troyes »: a whole part of the line is the name of one commune.
        if 3 <= len(part) <= 60 and not any(c.isdigit() for c in part):
            town = communes.find(part).town
            if town and _same(town.name, part):
                return _commune(town.insee)
    return None


def _same(name: str, said: str) -> bool:
    return communes.folded(name) == communes.folded(said)


def _commune(insee: str) -> Commune | None:
    return Commune.objects.select_related("department", "agency", "basin").filter(pk=insee).first()


def _told_apart(place: Place) -> Place:
    """`place` with the parts that its line tells: name, street, postcode and town."""
    if place.text and not (place.address or place.city or place.insee):
        parts = [part.strip() for part in re.split(r"[,;\n|]", place.text) if part.strip()]
        country = next((_CODES[fold(part)] for part in parts if _COUNTRY.match(fold(part))), "")
        parts = [part for part in parts if not _COUNTRY.match(fold(part))]
        place = Place(place.name, "", "", "", "", country or place.country, place.text, place.lat, place.lon)
        rest = []
        for part in parts:
            if (match := _TOWN.search(part)) and not place.city:
                place.postal_code, place.city = match[1].replace(" ", ""), match[2].strip(" -–")
                if before := part[: match.start()].strip(" -–"):
                    rest.append(before)
            else:
                rest.append(part)
        named = rest and not re.match(r"\d", rest[0])
        place.name = place.name or (rest.pop(0) if named else "")
        place.address = ", ".join(rest)
    elif place.address and not place.postal_code and (match := _TOWN.search(place.address)):
        place = Place(
            place.name, place.address[: match.start()].strip(" ,-–"), match[1].replace(" ", ""),
            place.city or match[2].strip(" -–"), place.insee, place.country, place.text, place.lat, place.lon,
        )  # fmt: skip
    if place.city:
        place.city = _CEDEX.sub("", place.city)
    return place


class _Kept(OrderedDict[Hashable, Any]):
    """The last answers, so that a place said a thousand times is looked for once."""

    def of(self, key: Hashable, find: Callable[[], Any]) -> Any:
        if key in self:
            self.move_to_end(key)
            return self[key]
        found = self[key] = find()
        if len(self) > KEPT:
            self.popitem(last=False)
        return found
