"""What is asked of both sides: the same places, statuses and needs, spread over the region."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import quote_plus

from core.geo import mercator

SIZES = (300, 30_000, 300_000)  # places
AGENDA_SIZES = (10_000, 100_000, 1_000_000)  # sessions
RADIUS = 30
PAGE = 20
API_PAGE = 50
FEED = 1_000  # sessions of a calendar: the most that ours gives
# Dense and empty places, from one end of the region to the other.
COMMUNES = ("88160", "57463", "08363", "52448", "67482", "10387", "51108", "55029", "68224", "54395")
AGENCIES = ("troyes-chaumont", "epinal", "metz", "strasbourg")
# Common, rare, two common together, one that no text holds with another.
WORDS = ("métiers", "alternance", "parcoursup", "métiers numérique", "compétences", "apprentissage restauration")
ROUTED = (("lyceen", "choisir-formation"), ("cadre", "cep"), ("decrocheur", "raccrocher"), ("handicap", "emploi"))


@dataclass(frozen=True)
class Case:
    """One line of the report: what we serve, what the floor serves, and how many times the floor it may cost."""

    name: str
    target: float
    ours: tuple[str, ...]
    floor: tuple[str, ...]
    sizes: tuple[int, ...] = SIZES


def cases(slugs: list[str]) -> list[Case]:
    """The cases; `slugs` spreads the pages of the API over the alphabet."""
    near = [f"commune={insee}&rayon={RADIUS}" for insee in COMMUNES]
    routed = [f"{words}&statut={s}&besoin={n}" for words in near for s, n in ROUTED]
    pages = [""] + [f"?cursor={slug}" for slug in slugs]
    around = [f"commune={insee}&radius={RADIUS}&page_size={API_PAGE}" for insee in COMMUNES]
    return [
        Case("directory.html.near", 8, _at("/lieux/?", near), _at("/near?", near)),
        Case("directory.html.near.routed", 8, _at("/lieux/?", routed), _at("/near?", routed)),
        Case("api.json.sites", 6, _at("/api/v1/sites/", pages), _at("/json", pages)),
        Case("api.json.sites.near", 6, _at("/api/v1/sites/?", around), _at("/json-near?", near)),
        *_agenda(),
    ]


def _agenda() -> list[Case]:
    """What comes by type and agency, by words, near a town in ninety days; pages of sessions; a calendar."""
    today = date.today()  # noqa: DTZ011 (a day of the machine that measures)
    until = today + timedelta(days=90)
    kinds = ("atelier", "reunion-information", "portes-ouvertes", "webinaire")
    coming = [f"type={kind}&agence={agency}" for kind in kinds[:3] for agency in AGENCIES]
    words = [f"q={quote_plus(words)}" for words in WORDS]
    near = [f"commune={insee}&rayon={RADIUS}&du={today}&au={until}" for insee in COMMUNES]
    pages = [f"from={today + timedelta(days=days)}&page_size={API_PAGE}" for days in range(0, 120, 15)]
    feeds = [f"type={kind}&du={today + timedelta(days=days)}" for kind in kinds for days in (0, 20)]

    def case(name: str, target: float, ours: tuple[str, ...], floor: tuple[str, ...]) -> Case:
        return Case(name, target, ours, floor, AGENDA_SIZES)

    return [
        case("agenda.html.coming", 8, _at("/agenda/?", coming), _at("/agenda-coming?", coming)),
        case("agenda.html.words", 8, _at("/agenda/?", words), _at("/agenda-words?", words)),
        case("agenda.html.near", 8, _at("/agenda/?", near), _at("/agenda-near?", near)),
        case("api.json.sessions", 6, _at("/api/v1/sessions/?", pages), _at("/agenda-json?", pages)),
        case("feed.ics", 2, _at("/agenda.ics?", feeds), _at("/agenda-feed?", feeds)),
    ]


def _at(path: str, queries: list[str]) -> tuple[str, ...]:
    return tuple(path + query for query in queries)


def point(lat: float, lon: float) -> str:
    """A projected point as PostgreSQL writes it."""
    x, y = mercator(lat, lon)
    return f"({x!r},{y!r})"
