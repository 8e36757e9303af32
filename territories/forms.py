"""The form of the directory, drawn as text: it is on every list, and a hundred options cost too much as widgets."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from core.reference import NEED_PHRASES, STATUS_PHRASES, Access, Need, Service, Status
from core.templatetags.typography import french
from territories.filters import DEFAULT_RADIUS, Search
from territories.routing import Choice, Table

RADII = (10, 20, 30, 50, 100)
Options = tuple[tuple[str, str], ...]


def selects(search: Search, table: Table) -> dict[str, SafeString]:
    """The options of each list of the form, with what the search says already chosen."""
    return {
        "statut": _grouped_statuses(search.status),
        "besoin": _options(_needs(), search.need),
        "rayon": _options(_radii(search.radius), str(search.radius or DEFAULT_RADIUS)),
        "service": _options(_services(), search.services[0] if search.services else ""),
        "reseau": _options(_of(table.networks), search.network.value if search.network else ""),
        "agence": _options(_of(table.agencies), search.agency.value if search.agency else ""),
        "bassin": _options(_of(table.basins), search.basin.value if search.basin else ""),
    }


def access(chosen: Iterable[str]) -> list[tuple[str, str, bool]]:
    """Each form of accessibility: its value, its label, whether it is asked."""
    return [(item.value, french(item.label), item.value in chosen) for item in Access]


def statuses(chosen: str = "") -> SafeString:
    """The options of a list of situations, by heading."""
    return _grouped_statuses(chosen)


def needs(chosen: str = "") -> SafeString:
    """The options of a list of needs."""
    return _options(_needs(), chosen)


def _options(options: Options, chosen: str) -> SafeString:
    html = _plain(options)
    if chosen:
        value = f'<option value="{escape(chosen)}"'
        html = html.replace(value + ">", value + " selected>", 1)
    return mark_safe(html)


@lru_cache(maxsize=64)
def _plain(options: Options) -> str:
    return "".join(f'<option value="{escape(value)}">{escape(french(label))}</option>' for value, label in options)


def _grouped_statuses(chosen: str) -> SafeString:
    html = _statuses_html()
    if chosen:
        html = html.replace(f'<option value="{chosen}">', f'<option value="{chosen}" selected>', 1)
    return mark_safe(html)


@lru_cache(maxsize=1)
def _statuses_html() -> str:
    groups: dict[str, list[tuple[str, str]]] = {}
    for status in Status:
        phrase = STATUS_PHRASES[status]
        groups.setdefault(phrase.group, []).append((status.value, phrase.sentence))
    return "".join(
        f'<optgroup label="{escape(french(group))}">{_plain(tuple(options))}</optgroup>'
        for group, options in groups.items()
    )


@lru_cache(maxsize=1)
def _needs() -> Options:
    return tuple((need.value, NEED_PHRASES[need].sentence) for need in Need)


@lru_cache(maxsize=1)
def _services() -> Options:
    return tuple((service.value, service.label) for service in Service)


@lru_cache(maxsize=128)
def _radii(given: int | None) -> Options:
    values = sorted({*RADII, DEFAULT_RADIUS, *([given] if given else [])})
    return tuple((str(km), f"Moins de {km} km") for km in values)


@lru_cache(maxsize=16)
def _of(choices: tuple[Choice, ...]) -> Options:
    return tuple((choice.value, choice.label) for choice in choices)
