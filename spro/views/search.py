"""`/recherche/`: everything the portal holds, with the visitor's own words. What is typed is never kept (S2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from core.find import CANDIDATES, LONGEST, PAGE, Found, find
from core.http import public_page

SHORTEST = 2


@dataclass(frozen=True)
class Kind:
    """A kind of page that can be found: `slug` in the address, `label` for a facet, `one` beside a result."""

    kind: str
    slug: str
    label: str
    one: str


KINDS = (
    Kind("need", "besoins", "Besoins", "Besoin"),
    Kind("status", "situations", "Situations", "Situation"),
    Kind("site", "lieux", "Lieux", "Lieu"),
    Kind("commune", "communes", "Communes", "Commune"),
    Kind("event", "evenements", "Évènements", "Évènement"),
    Kind("agency", "territoires", "Territoires", "Territoire"),
    Kind("basin", "bassins", "Bassins d’emploi", "Bassin d’emploi"),
    Kind("network", "reseaux", "Réseaux", "Réseau"),
    Kind("organisation", "organismes", "Organismes", "Organisme"),
    Kind("service", "services", "Services", "Service"),
    Kind("charter", "charte", "Charte", "Charte"),
    Kind("bilan", "bilans", "Bilans", "Bilan"),
    Kind("page", "pages", "Pages", "Page"),
)
BY_KIND = {kind.kind: kind for kind in KINDS}
BY_SLUG = {kind.slug: kind for kind in KINDS}
LAST_PAGE = CANDIDATES // PAGE


@public_page
def search(request: HttpRequest) -> HttpResponse:
    """`q` the words, `dans` a kind, `page` a number. Bad values are forgiven, with a word of explanation."""
    query = " ".join(request.GET.get("q", "").replace("\x00", " ").split())
    chosen = BY_SLUG.get(request.GET.get("dans", ""))
    page = _page(request.GET.get("page", ""))
    readable = len(query) >= SHORTEST
    found = find(query, kind=chosen.kind if chosen else "", page=page) if readable else Found()
    context = {
        "q": query[:LONGEST],
        "found": found,
        "results": [{"hit": hit, "kind": _named(hit.kind)} for hit in found.hits],
        "facets": _facets(query, found, chosen),
        "chosen": chosen,
        "message": _message(query, found),
        "longest": LONGEST,
        "suggestion_url": _url(found.suggestion) if found.suggestion else "",
        **_pages(query, found, chosen, page),
    }
    return render(request, "spro/search.html", context)


def _message(query: str, found: Found) -> str:
    """What the page must say of an odd query; empty for an ordinary one."""
    if query and len(query) < SHORTEST:
        return "Écrivez au moins deux lettres : une seule en dirait trop peu."
    if found.too_common:
        return "Ces mots sont trop courants pour chercher avec. Ajoutez une ville, un métier, une structure."
    if len(query) > LONGEST:
        return f"Votre recherche est longue : nous en avons lu les {LONGEST} premiers caractères."
    return ""


def _facets(query: str, found: Found, chosen: Kind | None) -> list[dict[str, Any]]:
    """A link for each kind that holds something, « Tout » first."""
    if not found.counts:
        return []
    facets = [{"label": "Tout", "count": found.total, "url": _url(query), "current": chosen is None}]
    for kind, count in sorted(found.counts.items(), key=lambda item: _order(item[0])):
        named = _named(kind)
        url = _url(query, dans=named.slug)
        facets.append({"label": named.label, "count": count, "url": url, "current": chosen == named})
    return facets


def _pages(query: str, found: Found, chosen: Kind | None, page: int) -> dict[str, Any]:
    """Where the neighbouring pages are, and which results this one shows."""
    total = found.counts.get(chosen.kind, 0) if chosen else found.total
    first, last = (page - 1) * PAGE + 1, min(page * PAGE, total)
    more = {"dans": chosen.slug} if chosen else {}
    whole = f"plus de {CANDIDATES}" if total >= CANDIDATES else str(total)
    return {
        "total": total,
        "whole": whole,
        "summary": f"{first} à {last} sur {whole}" if total > PAGE and found.hits else "",
        "previous": _url(query, **more, page=str(page - 1)) if page > 1 and total else "",
        "next": _url(query, **more, page=str(page + 1)) if page * PAGE < total and page < LAST_PAGE else "",
    }


def _page(text: str) -> int:
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _url(query: str, **more: str) -> str:
    return f"{reverse('search')}?{urlencode({'q': query[:LONGEST], **more})}"


def _named(kind: str) -> Kind:
    return BY_KIND.get(kind) or Kind(kind, kind, kind.capitalize(), kind.capitalize())


def _order(kind: str) -> int:
    return KINDS.index(BY_KIND[kind]) if kind in BY_KIND else len(KINDS)
