"""What a search of the directory says, read from the address and only from it (interfaces.md)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote_plus, urlencode

from django.http import QueryDict
from django.urls import reverse

from core.reference import Access, Need, Service, Status
from territories.near import Narrowing
from territories.routing import Choice, Table

MAX_RADIUS = 100
DEFAULT_RADIUS = 50  # km around a commune when nobody says: an hour of road, more is another town's search
MAX_PAGE = 10
PAGE_SIZE = 20
LONGEST_WORDS = 200
_STATUSES, _NEEDS, _SERVICES = frozenset(Status.values), frozenset(Need.values), frozenset(Service.values)
_ACCESS = frozenset(Access.values)
NBSP = "\u00a0"


@dataclass
class Search:
    """One state of the directory. `errors` says in French what could not be read, under the parameter's name;
    `said` keeps what was typed there."""

    q: str = ""
    commune: str = ""
    typed: bool = False
    status: str = ""
    need: str = ""
    radius: int | None = None
    services: tuple[str, ...] = ()
    network: Choice | None = None
    agency: Choice | None = None
    basin: Choice | None = None
    remote: bool = False
    access: tuple[str, ...] = ()
    view: str = "liste"
    page: int = 1
    outside: bool = False
    said: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    _parts: list[tuple[str, str]] | None = None

    @property
    def reach(self) -> int | None:
        """How far to look around the commune, in km; None: as far as it takes (who answers from afar is never far)."""
        return self.radius or (None if self.remote else DEFAULT_RADIUS)

    @property
    def narrowing(self) -> Narrowing:
        return Narrowing(
            words=self.q,
            services=self.services,
            network=self.network.key if self.network else None,
            agency=self.agency.key if self.agency else None,
            basin=self.basin.key if self.basin else None,
            remote=self.remote,
            access=self.access,
        )

    @property
    def offset(self) -> int:
        return (self.page - 1) * PAGE_SIZE

    def parameters(self) -> dict[str, str | list[str]]:
        """This state as the parameters of an address, page left out."""
        given: dict[str, str | list[str]] = {
            "q": self.q,
            "commune": self.commune,
            "rayon": str(self.radius) if self.radius else "",
            "statut": self.status,
            "besoin": self.need,
            "service": list(self.services),
            "reseau": self.network.value if self.network else "",
            "agence": self.agency.value if self.agency else "",
            "bassin": self.basin.value if self.basin else "",
            "a-distance": "1" if self.remote else "",
            "acces": list(self.access),
            "vue": self.view if self.view != "liste" else "",
        }
        return {name: value for name, value in given.items() if value}

    def url(self, **changes: str) -> str:
        """The address of this state with some parameters changed (`_` for `-`); an empty value takes one away."""
        changed = {name.replace("_", "-"): value for name, value in changes.items()}
        parts = [part for name, part in self._encoded() if name not in changed]
        parts += [f"{name}={quote_plus(value)}" for name, value in changed.items() if value]
        address = _address()
        return f"{address}?{'&'.join(parts)}" if parts else address

    def _encoded(self) -> list[tuple[str, str]]:
        """Each parameter as an address writes it, computed once a page: a page has a dozen links to its own states."""
        if self._parts is None:
            self._parts = [(name, urlencode({name: value}, doseq=True)) for name, value in self.parameters().items()]
        return self._parts


@lru_cache(maxsize=1)
def _address() -> str:
    return reverse("sites")


def read(query: QueryDict, table: Table) -> Search:
    """The search that `query` asks. Never raises: what cannot be read is left out, and `errors` says so."""
    search = Search(
        q=_clean(query.get("q", ""))[:LONGEST_WORDS],
        commune=_clean(query.get("commune", "")),
        typed="saisie" in query,
        remote=query.get("a-distance", "") not in {"", "0"},
        outside=query.get("position") == "hors-region",
    )
    search.status = _one_of(search, query, "statut", _STATUSES, "Nous ne connaissons pas cette situation")
    search.need = _one_of(search, query, "besoin", _NEEDS, "Nous ne connaissons pas ce besoin")
    search.view = _one_of(search, query, "vue", {"liste", "carte"}, "Cette présentation n’existe pas") or "liste"
    search.network = _choice(search, query, "reseau", table.networks, "Ce réseau n’existe pas")
    search.agency = _choice(search, query, "agence", table.agencies, "Cette agence n’existe pas")
    search.basin = _choice(search, query, "bassin", table.basins, "Ce bassin d’emploi n’existe pas")
    sentence = "Nous ne connaissons pas ce service"
    search.services = _several(search, query, "service", _SERVICES, sentence)
    sentence = "Nous ne connaissons pas cette forme d’accessibilité"
    search.access = _several(search, query, "acces", _ACCESS, sentence)
    too_far = f"La distance va de 1 à {MAX_RADIUS}{NBSP}km : nous n’en avons pas tenu compte."
    search.radius = _number(search, query, "rayon", MAX_RADIUS, too_far)
    no_page = f"Les pages vont de 1 à {MAX_PAGE} : voici la première."
    search.page = _number(search, query, "page", MAX_PAGE, no_page) or 1
    return search


def _clean(text: str) -> str:
    return " ".join(text.replace("\x00", " ").split())


def _one_of(search: Search, query: QueryDict, name: str, known: Iterable[str], sentence: str) -> str:
    value = _clean(query.get(name, ""))
    if not value or value in known:
        return value
    _refuse(search, name, value, f"{sentence} : choisissez dans la liste.")
    return ""


def _choice(search: Search, query: QueryDict, name: str, choices: Iterable[Choice], sentence: str) -> Choice | None:
    value = _clean(query.get(name, ""))
    found = next((choice for choice in choices if choice.value == value), None)
    if value and not found:
        _refuse(search, name, value, f"{sentence} : choisissez dans la liste.")
    return found


def _several(search: Search, query: QueryDict, name: str, known: frozenset[str], sentence: str) -> tuple[str, ...]:
    """The values of a parameter that may be repeated, each once, in the order of the address."""
    values = [value for value in map(_clean, query.getlist(name)) if value]
    if unknown := [value for value in values if value not in known]:
        _refuse(search, name, unknown[0], f"{sentence} : choisissez dans la liste.")
    return tuple(dict.fromkeys(value for value in values if value in known))


def _number(search: Search, query: QueryDict, name: str, highest: int, sentence: str) -> int | None:
    """A whole number from 1 to `highest`, None when not given or refused. « 30 km » is thirty."""
    value = _clean(query.get(name, ""))
    if not value:
        return None
    digits = value.lower().removesuffix("km").strip()
    if digits.isascii() and digits.isdigit() and len(digits) < 6 and 1 <= int(digits) <= highest:
        return int(digits)
    _refuse(search, name, value, sentence)
    return None


def _refuse(search: Search, name: str, value: str, sentence: str) -> None:
    search.said[name] = value[:80]
    search.errors[name] = sentence.replace(" :", f"{NBSP}:")
