"""What is asked of both sides: the same places, statuses and needs, spread over the region."""

from __future__ import annotations

from dataclasses import dataclass

from core.geo import mercator

SIZES = (300, 30_000, 300_000)
RADIUS = 30
PAGE = 20
API_PAGE = 50
# Dense and empty places, from one end of the region to the other.
COMMUNES = ("88160", "57463", "08363", "52448", "67482", "10387", "51108", "55029", "68224", "54395")
ROUTED = (("lyceen", "choisir-formation"), ("cadre", "cep"), ("decrocheur", "raccrocher"), ("handicap", "emploi"))


@dataclass(frozen=True)
class Case:
    """One line of the report: what we serve, what the floor serves, and how many times the floor it may cost."""

    name: str
    target: float
    ours: tuple[str, ...]
    floor: tuple[str, ...]


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
    ]


def _at(path: str, queries: list[str]) -> tuple[str, ...]:
    return tuple(path + query for query in queries)


def point(lat: float, lon: float) -> str:
    """A projected point as PostgreSQL writes it."""
    x, y = mercator(lat, lon)
    return f"({x!r},{y!r})"
