"""`/agenda/`: the search of events, as a list, a map, a week or a month; its state is all in its address (A2, A9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core.geo import distance_km
from core.http import public_page
from events.render import times
from events.render.card import fill, joined
from events.search import facets as facetting
from events.search import finding, ways
from events.search.filters import DEFAULT_RADIUS, Search, read
from events.search.finding import Found, Page
from events.search.reading import point_of
from events.views import agenda_form as form
from territories import cards, communes, routing
from territories.toponyms import at, of

RESULTS = "#resultats"  # a page of results opens on its results, not on the form
TABS = (
    ("liste", "Liste", "list"), ("carte", "Carte", "map"), ("semaine", "Semaine", "calendar"),
    ("mois", "Mois", "calendar"),
)  # fmt: skip
_KEPT = ("q", "du", "au", "type", "secteur", "public", "statut", "rayon", "agence", "bassin", "reseau", "organisme",
         "acces", "vue")  # fmt: skip


@dataclass(slots=True)
class Results:
    """What a list found. `search` is what was really looked for: `meant` says that its words are not those typed."""

    search: Search
    page: Page = field(default_factory=Page)
    facets: facetting.Facets | None = None
    meant: ways.Meant | None = None
    typed_q: str = ""
    ways: list[ways.Way] = field(default_factory=list)


@public_page
def agenda(request: HttpRequest) -> HttpResponse:
    """The agenda. A list costs two statements (three with a place); two more when nothing is found."""
    table = routing.table()
    search = read(request.GET, table)
    if _as_submitted(request, search):
        return HttpResponseRedirect(search.url())
    only_ongoing = request.GET.get("en-cours", "") not in {"", "0"} and search.view == "liste"
    if search.unknown_place:
        context = _frame(search, table) | {"groups": form.groups(search, None), "unknown_place": True}
    elif search.view == "liste":
        results = _results(request, search, only_ongoing=only_ongoing)
        context = _frame(results.search, table) | _listed(request, results, only_ongoing=only_ongoing)
    else:
        context = _drawn(request, search, table)
    context["outside"] = request.GET.get("position") == "hors-region"
    return render(request, "events/agenda.html", context)


def _as_submitted(request: HttpRequest, search: Search) -> bool:
    """Whether the address is what a form sends, empty fields and all: the canonical one is shorter to share. What was
    not understood stays, to be said."""
    asked = request.GET
    noisy = "saisie" in asked or not all(value for values in asked.lists() for value in values[1])
    return noisy and not search.errors and not search.answer.also and not {"apres", "avant", "en-cours"} & asked.keys()


def _drawn(request: HttpRequest, search: Search, table: routing.Table) -> dict[str, Any]:
    """A map, a week or a month. Words that find nothing are read as they were probably meant, as in the list."""
    counted, typed = facetting.count(search), ""
    if not counted.total and search.q and (meant := ways.meant(search.q)).words:
        other = search.but(q=meant.words)
        if (again := facetting.count(other)).total:
            search, counted, typed = other, again, search.q
    context = _frame(search, table) | {"groups": form.groups(search, counted), "typed_q": typed}
    if search.view == "carte":
        context |= {"heading": form.heading(search, counted), "afar": form.afar(counted)}
    return context | _view(search.view)(request, search)


def _view(name: str) -> Callable[[HttpRequest, Search], dict[str, Any]]:
    from events.views.calendar import month, week
    from events.views.map import agenda_map

    return {"carte": agenda_map, "semaine": week, "mois": month}[name]


def _results(request: HttpRequest, search: Search, *, only_ongoing: bool) -> Results:
    look = finding.running if only_ongoing else finding.page
    results = Results(search, look(search, after=request.GET.get("apres", ""), before=request.GET.get("avant", "")))
    if not _anything(results.page) and search.q:
        results.meant = ways.meant(search.q)
        if results.meant.words:
            other = search.but(q=results.meant.words)
            found = look(other)
            if _anything(found):
                results.search, results.page, results.typed_q = other, found, search.q
    if _anything(results.page):
        results.facets = facetting.count(results.search)
    else:
        results.ways = ways.ways_on(search)
    return results


def _anything(page: Page) -> bool:
    return bool(page.found or page.ongoing)


def _frame(search: Search, table: routing.Table) -> dict[str, Any]:
    """What every view of the agenda shows around its results."""
    selects = form.selects(search, table)
    answer = search.answer
    town = search.town
    return {
        "asked": search,
        "title": _title(search),
        "placed": town and not search.online,
        "afar_url": form.from_afar(search) + RESULTS,
        "selects": selects,
        "shortcuts": form.shortcuts(search),
        "chips": form.chips(search),
        "nothing_asked": search.url(q="", du="", au="", type="", secteur="", public="", commune="", rayon="", agence="",
                                    bassin="", reseau="", organisme="", en_ligne="", acces=""),
        "filters_label": form.summary(search),
        "when_open": _when_open(search),
        "filters_open": any(name in search.errors for name in _FILTERS),
        "choice_lists": [
            (name, label, empty, selects[name], search.errors.get(name, ""))
            for name, label, empty in _LISTS
        ],
        "du_text": search.said.get("du") or (search.starts.isoformat() if search.starts else ""),
        "au_text": search.said.get("au") or (search.ends.isoformat() if search.ends else ""),
        "town_text": town.label if town else search.commune,
        "commune_error": search.errors.get("commune", ""),
        "choices": [(choice, search.url(commune=choice.insee) + RESULTS) for choice in answer.several or answer.close],
        "also": [(choice, search.url(commune=choice.insee)) for choice in answer.also if search.typed],
        "outside_url": search.url(commune="", rayon="", en_ligne="1") if answer.outside else "",
        "tabs": [
            {"label": label, "url": search.url(vue="" if name == "liste" else name) + RESULTS,
             "current": search.view == name, "icon": icon}
            for name, label, icon in TABS
        ],
        "kept": [(name, value) for name, values in _pairs(search) for value in values],
        "subscribe": _address("agenda_subscribe", search.query_string(vue="")),
        "propose": _address("propose_event"),
        "atom": _address("agenda_atom", search.query_string(vue="")),
        "own_css": {"semaine": "calendar", "mois": "calendar", "carte": "calendar"}.get(search.view, ""),
    }  # fmt: skip


_LISTS = (
    ("agence", "Territoire", "Tous"), ("bassin", "Bassin d’emploi", "Tous"), ("reseau", "Réseau organisateur", "Tous"),
)  # fmt: skip
_FILTERS = ("type", "secteur", "public", "statut", "acces", "agence", "bassin", "reseau", "organisme")


def _when_open(search: Search) -> bool:
    """Whether a phone shows when, how far and how: something of it is asked, or was not understood."""
    far = search.radius not in {None, DEFAULT_RADIUS}
    return bool(search.starts or search.ends or search.online or far or {"du", "au", "rayon"} & search.errors.keys())


def _title(search: Search) -> str:
    if not search.town:
        return "Agenda de l’orientation"
    around = at(search.town.name) if search.within else f"autour {of(search.town.name)}"
    return f"L’agenda de l’orientation {around}"


def _pairs(search: Search) -> list[tuple[str, list[str]]]:
    """The parameters that a position keeps, as hidden fields."""
    given = search.parameters()
    return [(name, [v] if isinstance(v := given[name], str) else v) for name in _KEPT if name in given]


def _address(name: str, query: str = "") -> str:
    """The address of another part of the agenda; empty where it is not installed."""
    try:
        address = reverse(name)
    except NoReverseMatch:
        return ""
    return f"{address}?{query}" if query else address


def _listed(request: HttpRequest, results: Results, *, only_ongoing: bool) -> dict[str, Any]:
    search, page, found = results.search, results.page, results.facets
    now = timezone.now()
    later = {"en_cours": "1"} if only_ongoing else {}
    first = not (request.GET.get("apres") or request.GET.get("avant"))
    return {
        "results": results,
        "groups": form.groups(results.search if found else search, found),
        "heading": _heading(results, only_ongoing=only_ongoing),
        "days": _days(search, page.found, now, by_start=not only_ongoing),
        "ongoing": _cards(search, page.ongoing, now),
        "all_ongoing": search.url(en_cours="1") + RESULTS if page.more_ongoing else "",
        "only_ongoing": only_ongoing,
        "back_to_all": search.url() + RESULTS,
        "next": search.url(apres=page.next, **later) + RESULTS if page.next else "",
        "previous": search.url(avant=page.previous, **later) + RESULTS if page.previous else "",
        "empty_page": not _anything(page) and not first,
        "afar": form.afar(found) if found and results.search.town and not search.online else "",
        "typed_q": results.typed_q,
    }


def _heading(results: Results, *, only_ongoing: bool) -> str:
    if only_ongoing:
        return "En ce moment"
    if results.facets is None:
        return "Aucun évènement trouvé"
    return form.heading(results.search, results.facets)


def _days(search: Search, found: list[Found], now: datetime, *, by_start: bool) -> list[tuple[str, SafeString]]:
    """The cards of a page by day; one nameless group when they are not in the order of their start."""
    if not by_start:
        return [("", _cards(search, found, now))] if found else []
    this_year = times.local(now).year
    groups: list[tuple[str, SafeString]] = []
    for day, dates in groupby(found, key=lambda date: times.local(date.starts_at).date()):
        groups.append((_day(day, this_year), _cards(search, list(dates), now)))
    return groups


def _day(day: date, this_year: int) -> str:
    said = times.day(day, year=day.year != this_year)
    return said[:1].upper() + said[1:]


def _cards(search: Search, dates: list[Found], now: datetime) -> SafeString:
    """The stored cards of these dates as the items of a list, with what depends on the day and on the visitor."""
    town, start = search.town, search.start
    items = []
    for date_ in dates:
        plate = ""
        if town and start and date_.lat is not None and date_.lon is not None:
            km = distance_km(start.lat, start.lon, date_.lat, date_.lon)
            plate = cards.plate(km, same_town=date_.commune == town.insee, town=town.name)
        card = fill(
            date_.card,
            starts_at=date_.starts_at,
            ends_at=date_.ends_at,
            now=now,
            others=date_.later,
            skipped=date_.skipped,
            distance=plate,
        )
        items.append(f"<li>{card}</li>")
    return joined(items)


@login_not_required
@csrf_exempt  # nothing is written and nobody is recognised: a forged request only leads its victim to a public page
@require_POST
def position(request: HttpRequest) -> HttpResponse:
    """The same search around the commune nearest to the position posted, which is kept nowhere (A9, ADR 0006)."""
    search = read(request.POST)
    point = point_of(f"{request.POST.get('lat', '')},{request.POST.get('lon', '')}")
    town = communes.at_position(point.lat, point.lon) if point else None
    to = search.url(commune=town.insee, en_ligne="") if town else search.url(commune="", position="hors-region")
    response = HttpResponseRedirect(to + RESULTS)
    response.status_code = 303  # see other: the page is read with a GET
    response["Cache-Control"] = "private, no-store"
    return response
