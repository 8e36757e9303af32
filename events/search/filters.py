"""What a search of the agenda says, read from the address and only from it (A2, interfaces.md).

The page, its feeds, its embeds and its alerts take the same parameters (`read`); the API has its own names for them
(`read_api`). Reading costs one statement for a place, one for an organisation, none otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.http import QueryDict
from rest_framework.exceptions import ValidationError

from events.search.asked import DEFAULT_RADIUS, MAX_RADIUS, VIEWS, Search
from events.search.reading import Reading
from territories import routing

__all__ = ["DEFAULT_RADIUS", "MAX_RADIUS", "VIEWS", "Search", "read", "read_api"]

PAGE_NAMES: Mapping[str, tuple[str, ...]] = {
    "q": ("q",), "from": ("du",), "to": ("au",), "type": ("type",), "sector": ("secteur",),
    "public": ("public", "statut"), "commune": ("commune",), "radius": ("rayon",), "agency": ("agence",),
    "basin": ("bassin",), "network": ("reseau",), "organisation": ("organisme",), "online": ("en-ligne",),
    "accessibility": ("acces",), "view": ("vue",),
}  # fmt: skip
API_NAMES: Mapping[str, tuple[str, ...]] = {
    **{name: (name,) for name in PAGE_NAMES if name != "view"}, "public": ("public", "status"), "near": ("near",),
}  # fmt: skip


def read(query: QueryDict, table: routing.Table | None = None) -> Search:
    """The search that the page's parameters ask. Never raises: what cannot be read is left out, and `errors` says so.

    `statut` is another name of `public`. `saisie` says that a person typed the commune. `table`: that of `routing`, of
    who has read it already.
    """
    return Reading(query, PAGE_NAMES, table or routing.table()).search(typed="saisie" in query)


def read_api(query: QueryDict) -> Search:
    """The search that the API's parameters ask. Raises DRF's `ValidationError` `{parameter: [French]}`."""
    search = Reading(query, API_NAMES, routing.table()).search()
    if search.errors:
        raise ValidationError({name: [sentence] for name, sentence in search.errors.items()})
    return search
