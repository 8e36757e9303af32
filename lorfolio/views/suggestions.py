"""What a field proposes while one types: short lists, for people signed in alone (`static/js/lorfolio-suggest.js`)."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from core.fair_use import fair_use
from core.http import private
from lorfolio.places import places_named
from metiers import search


@require_safe
@fair_use
def skills(request: HttpRequest) -> HttpResponse:
    """Skills of the list: `{"results": [{"value": slug, "label", "hint": group, "text"}]}`."""
    return _answer(request, search.suggested_skills)


@require_safe
@fair_use
def jobs(request: HttpRequest) -> HttpResponse:
    """Métiers and families: `value` is « metier/<code> » or « famille/<slug> »."""
    return _answer(request, search.suggested_jobs)


@require_safe
@fair_use
def places(request: HttpRequest) -> HttpResponse:
    """Places of the directory: `value` is the slug."""
    return _answer(request, _places)


def _places(typed: str) -> list[search.Found]:
    return [search.Found(site.slug, site.name, str(site.commune)) for site in places_named(typed)]


def _answer(request: HttpRequest, find: Callable[[str], list[search.Found]]) -> HttpResponse:
    typed = request.GET.get("q", "")[: search.LONGEST].replace("\x00", "")
    return private(JsonResponse({"results": [found.as_json() for found in find(typed)]}))
