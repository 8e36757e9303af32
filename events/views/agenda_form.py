"""The form of the agenda and its filters, drawn as text: they are on every list, where widgets would cost too much."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from core.reference import Access, EventType, Sector, Status
from core.templatetags.typography import french
from events.search import days
from events.search.facets import MOST, Facets
from events.search.filters import DEFAULT_RADIUS, Search
from events.search.sentence import NBSP, listed, when
from territories.forms import RADII
from territories.routing import Choice, Table
from territories.toponyms import at, of

FORM = "recherche"  # the filters stand beside the results and belong to the form above


@dataclass(frozen=True, slots=True)
class Group:
    """One filter of several boxes, folded unless something of it is chosen or refused."""

    name: str
    legend: str
    boxes: SafeString
    chosen: int
    error: str


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing asked, and the address of the search without it."""

    label: str
    url: str


_GROUPS: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    ("type", "Type d’évènement", tuple(EventType.choices)),
    ("secteur", "Secteur", tuple((value, label) for value, label in Sector.choices if value != Sector.TOUS)),
    ("public", "Public", tuple(Status.choices)),
    ("acces", "Accessibilité", tuple(Access.choices)),
)


def groups(search: Search, facets: Facets | None) -> list[Group]:
    """The filters with boxes; each box says how many events it would leave."""
    chosen: Mapping[str, tuple[str, ...]] = {
        "type": search.types, "secteur": search.sectors, "public": search.publics, "acces": search.access,
    }  # fmt: skip
    return [
        Group(name, legend, _boxes(name, choices, chosen[name], facets), len(chosen[name]), search.errors.get(name, ""))
        for name, legend, choices in _GROUPS
    ]


def _boxes(name: str, choices: Iterable[tuple[str, str]], chosen: tuple[str, ...], facets: Facets | None) -> SafeString:
    counts = facets.counts.get(name, {}) if facets else {}
    html = []
    for value, label in choices:
        checked = " checked" if value in chosen else ""
        count, empty = "", ""
        if facets:
            number = counts.get(value, 0)
            # None among those looked at is not none at all.
            unknown = facets.capped and not number
            count = "" if unknown else f' <span class="count">({said(number, capped=facets.capped)})</span>'
            empty = " none" if not number and not unknown and not checked else ""
        html.append(
            f'<label class="check{empty}"><input type="checkbox" name="{name}" value="{value}" form="{FORM}"{checked}>'
            f"<span>{_written(label)}{count}</span></label>"
        )
    return mark_safe("".join(html))


def said(number: int, *, capped: bool) -> str:
    """« 12 », or « 12+ » when there may be more than was looked at."""
    return f"{number}+" if capped and number else str(number)


@lru_cache(maxsize=128)
def _written(label: str) -> str:
    return escape(french(label))


def selects(search: Search, table: Table) -> dict[str, SafeString]:
    """The options of the lists, with what the search says already chosen."""
    return {
        "rayon": _options(_radii(search.radius), "" if "rayon" in search.errors else str(search.reach)),
        "agence": _options(_of(table.agencies), search.agency.value if search.agency else ""),
        "bassin": _options(_of(table.basins), search.basin.value if search.basin else ""),
        "reseau": _options(_of(table.networks), search.network.value if search.network else ""),
    }


def _options(options: tuple[tuple[str, str], ...], chosen: str) -> SafeString:
    html = _plain(options)
    if chosen:
        value = f'<option value="{escape(chosen)}"'
        html = html.replace(value + ">", value + " selected>", 1)
    return mark_safe(html)


@lru_cache(maxsize=64)
def _plain(options: tuple[tuple[str, str], ...]) -> str:
    return "".join(f'<option value="{escape(value)}">{_written(label)}</option>' for value, label in options)


@lru_cache(maxsize=128)
def _radii(given: int | None) -> tuple[tuple[str, str], ...]:
    values = sorted({*RADII, DEFAULT_RADIUS, *([given] if given else [])})
    return (("0", "La commune seule"), *((str(km), f"Moins de {km} km") for km in values))


@lru_cache(maxsize=16)
def _of(choices: tuple[Choice, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((choice.value, choice.label) for choice in choices)


def shortcuts(search: Search) -> list[dict[str, object]]:
    """Links to the spans of days that people ask for."""
    return [
        {
            "label": span.label,
            "url": search.url(du=span.starts.isoformat(), au=span.ends.isoformat()),
            "current": (search.starts, search.ends) == (span.starts, span.ends),
        }
        for span in days.shortcuts()
    ]


def chips(search: Search) -> list[Chip]:
    """Everything asked, each with the search without it."""
    asked: list[tuple[str, str, str]] = [
        (f"«{NBSP}{search.q}{NBSP}»" if search.q else "", "q", ""),
        (when(search).capitalize() if search.starts or search.ends else "", "dates", ""),
        (_where(search), "place", ""),
        ("En ligne" if search.online else "", "en-ligne", ""),
        *((EventType(value).label, "type", value) for value in search.types),
        *((Sector(value).label, "secteur", value) for value in search.sectors),
        *((Status(value).label, "public", value) for value in search.publics),
        *((Access(value).label, "acces", value) for value in search.access),
        (f"Territoire {search.agency.label}" if search.agency else "", "agence", ""),
        (f"Bassin {search.basin.label}" if search.basin else "", "bassin", ""),
        (search.network.label if search.network else "", "reseau", ""),
        (search.organisation_name, "organisme", ""),
    ]  # fmt: skip
    return [Chip(french(label), _without(search, name, value)) for label, name, value in asked if label]


def _where(search: Search) -> str:
    if search.within and search.town:
        return _capital(at(search.town.name))
    return f"{search.reach}{NBSP}km autour {of(search.town.name)}" if search.town and not search.online else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _without(search: Search, name: str, value: str) -> str:
    if name == "dates":
        return search.url(du="", au="")
    if name == "place":
        return search.url(commune="", rayon="")
    if not value:
        return search.url(**{name: ""})
    kept = search.parameters()[name]
    return search.url(**{name: [other for other in kept if other != value]})


def heading(search: Search, facets: Facets) -> str:
    """« 23 évènements en cours ou à venir à moins de 30 km d’Épinal »; « plus de » when not all were looked at."""
    number = facets.total
    if facets.capped and number:
        count = f"Plus de {number} évènements" if number < MOST else f"Plus de {MOST // 1000}{NBSP}000 évènements"
    else:
        count = {0: "Aucun évènement", 1: "Un évènement"}.get(number, f"{number} évènements")
    words = [count]
    if not search.ends and not search.starts:
        coming = "en cours" if number and facets.ongoing == number else "en cours ou à venir"
        words.append(coming if facets.ongoing else "à venir")
    words += _area(search)
    if search.starts or search.ends:
        words.append(when(search))
    return french(" ".join(words))


def _area(search: Search) -> list[str]:
    online = ["en ligne"] if search.online else []
    if search.within and search.town:
        return [*online, at(search.town.name)]
    if online:
        return online
    if search.town:
        return [f"à moins de {search.reach}{NBSP}km {of(search.town.name)}"]
    if search.agency:
        return [f"dans le territoire {search.agency.label}"]
    return [f"dans le bassin {search.basin.label}"] if search.basin else []


def afar(facets: Facets) -> str:
    """« 12 évènements en ligne », for the way from a place, or from a map, to what has none; empty without any. The
    list it leads to, `from_afar`, holds those that also take place somewhere, and finds the same number."""
    number = facets.online
    if not number:
        return ""
    return f"{'plus de ' if facets.online_capped else ''}{number} évènement{'s' if number > 1 else ''} en ligne"


def from_afar(search: Search) -> str:
    """The address of the list of what is followed from anywhere, whatever the place asked."""
    return search.url(commune="", rayon="", en_ligne="1", vue="")


def summary(search: Search) -> str:
    """How many filters are on, for the button that opens them on a telephone."""
    number = len(search.types) + len(search.sectors) + len(search.publics) + len(search.access)
    number += sum(bool(choice) for choice in (search.agency, search.basin, search.network, search.organisation))
    return f"Filtrer ({listed([str(number)])})" if number else "Filtrer"
