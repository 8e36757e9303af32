"""From the parameters of an address to a `Search`, each refusal said in French under the parameter's own name (S4)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date

from django.http import QueryDict

from core.reference import Access, EventType, Sector, Status
from events.search import days
from events.search.asked import MAX_RADIUS, VIEWS, Search
from members.models import Organisation
from territories import communes
from territories.near import Start
from territories.routing import Choice, Table

LONGEST_WORDS = 200
LONGEST_SAID = 80
NBSP = "\u00a0"
_CHOOSE = f"{NBSP}: choisissez dans la liste."
_TYPES, _SECTORS = tuple(EventType.values), tuple(Sector.values)
_PUBLICS, _ACCESS = tuple(Status.values), tuple(Access.values)
_NO = frozenset({"", "0", "non", "false"})


class Reading:
    """One reading of `query`, whose parameters are called as `names` says."""

    def __init__(self, query: QueryDict, names: Mapping[str, tuple[str, ...]], table: Table) -> None:
        self.query, self.names, self.table = query, names, table
        self.found = Search()

    def search(self, *, typed: bool = False) -> Search:
        """What is asked. `typed`: a person typed the commune, five figures are a postcode first."""
        search = self.found
        search.q = _clean(self._text("q"))[:LONGEST_WORDS].strip()
        self._dates()
        search.types = self._several("type", _TYPES, "Nous ne connaissons pas ce type d’évènement")
        search.sectors = self._several("sector", _SECTORS, "Nous ne connaissons pas ce secteur")
        search.publics = self._several("public", _PUBLICS, "Nous ne connaissons pas ce public")
        search.access = self._several("accessibility", _ACCESS, "Nous ne connaissons pas cette forme d’accessibilité")
        search.agency = self._choice("agency", self.table.agencies, "Cette agence n’existe pas")
        search.basin = self._choice("basin", self.table.basins, "Ce bassin d’emploi n’existe pas")
        search.network = self._choice("network", self.table.networks, "Ce réseau n’existe pas")
        search.online = self._text("online").lower() not in _NO
        search.typed = typed
        self._radius()
        self._place()
        self._organisation()
        self._view()
        return search

    def _text(self, name: str) -> str:
        """What the parameters of this name say first, without doubled spaces."""
        said = (value for parameter in self.names.get(name, ()) for value in self.query.getlist(parameter))
        return next(filter(None, map(_clean, said)), "")

    def _refuse(self, name: str, value: str, sentence: str) -> None:
        parameter = next((p for p in self.names[name] if value in map(_clean, self.query.getlist(p))), name)
        self.found.said[parameter] = value[:LONGEST_SAID]
        self.found.errors[parameter] = sentence

    def _several(self, name: str, known: Iterable[str], sentence: str) -> tuple[str, ...]:
        """The values of a parameter that may be repeated, each once, in the order of the closed list."""
        values = {_clean(value) for parameter in self.names[name] for value in self.query.getlist(parameter)} - {""}
        chosen = tuple(value for value in known if value in values)
        if unknown := sorted(values.difference(chosen)):
            self._refuse(name, unknown[0], sentence + _CHOOSE)
        return chosen

    def _choice(self, name: str, choices: Iterable[Choice], sentence: str) -> Choice | None:
        value = self._text(name)
        found = next((choice for choice in choices if choice.value == value), None) if value else None
        if value and not found:
            self._refuse(name, value, sentence + _CHOOSE)
        return found

    def _dates(self) -> None:
        search = self.found
        search.starts, search.ends = self._day("from"), self._day("to")
        if search.ends and search.starts and search.ends < search.starts:
            self._refuse("to", self._text("to"), "La date de fin vient avant la date de début.")
            search.ends = None
        elif search.ends and not search.starts and search.ends < days.today() and not self._text("from"):
            self._refuse("to", self._text("to"), "Cette date est passée : donnez aussi une date de début.")
            search.errors = {name: said.replace(" :", f"{NBSP}:") for name, said in search.errors.items()}
            search.ends = None

    def _day(self, name: str) -> date | None:
        value = self._text(name)
        day = days.parse(value) if value else None
        if value and not day:
            years = f"{days.FIRST.year} à {days.LAST.year}"
            self._refuse(name, value, f"Écrivez la date comme 16/03/2027, de {years}.")
        return day

    def _radius(self) -> None:
        value = self._text("radius")
        digits = value.lower().removesuffix("km").strip()
        if not value:
            return
        if digits.isascii() and digits.isdigit() and len(digits) < 6 and int(digits) <= MAX_RADIUS:
            self.found.radius = int(digits)
            return
        self._refuse("radius", value, f"La distance va de 0 (la commune seule) à {MAX_RADIUS}{NBSP}km.")

    def _place(self) -> None:
        """A commune however it is written; for the API, a position too."""
        search = self.found
        search.commune = self._text("commune")[: communes.LONGEST]
        if search.commune:
            search.answer = communes.find(search.commune, typed=search.typed)
            search.town = search.answer.town
            if not search.town:
                self._refuse("commune", search.commune, communes.question(search.commune, search.answer))
        if position := self._text("near"):
            search.point = point_of(position)
            if not search.point:
                self._refuse("near", position, "Écrivez une latitude et une longitude, comme 48.58,7.75.")
            elif search.radius == 0 and not search.town:
                self._refuse("radius", "0", "Une distance de 0 veut une commune, pas une position.")

    def _organisation(self) -> None:
        slug = self._text("organisation")
        if not slug:
            return
        found = Organisation.objects.filter(slug=slug[:200]).first()
        if found is None:
            self._refuse("organisation", slug, "Cet organisme n’est pas dans l’annuaire.")
            return
        search = self.found
        search.organisation, search.organisation_key = found.slug, found.pk
        search.organisation_name = found.display_name

    def _view(self) -> None:
        value = self._text("view") if "view" in self.names else ""
        if value and value not in VIEWS:
            self._refuse("view", value, f"Cette présentation n’existe pas{NBSP}: voici la liste.")
        self.found.view = value if value in VIEWS else "liste"


def _clean(text: str) -> str:
    return " ".join(text.replace("\x00", " ").split())


def point_of(text: str) -> Start | None:
    """« 48.58,7.75 »: latitude and longitude in degrees."""
    parts = text.split(",")
    try:
        lat, lon = (float(part) for part in parts)
    except ValueError:
        return None
    ok = math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 85 and abs(lon) <= 180
    return Start(lat, lon) if ok else None
