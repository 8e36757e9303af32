"""The agenda in the pages of others (A4): a frame, a web component, and the page that composes both.

What they show depends on the address alone: no cookie is read or set, nobody is recognised, nothing is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any

import orjson
from csp.constants import SELF
from csp.decorators import csp_replace, csp_update
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import get_conditional_response, set_response_etag
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from core.fair_use import fair_use
from core.http import PERSONAL, TELLING, public_page
from core.links import absolute
from events.embedding import THEMES, Embed, codes, read, titled, told
from events.render import brief, times
from events.search import filters, finding, grid

SECONDS, SCRIPT_SECONDS = 300, 3_600
RUNNING = 2  # of what has begun already, so that long events leave room to those that come
View = Callable[..., HttpResponse]


def framed_by_anyone(view: View) -> View:
    """`view`, which any page may put in a frame; a 304 says so too."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        set_response_etag(response)
        answer = get_conditional_response(request, etag=response["ETag"], response=response)
        return answer or response

    open_to_all: View = csp_replace({"frame-ancestors": ["*"]})(xframe_options_exempt(wrapper))  # type: ignore[assignment]
    return open_to_all


@login_not_required
@require_safe
@fair_use
@framed_by_anyone
def embed(request: HttpRequest) -> HttpResponse:
    """A few coming events of a search, in a page light enough for a frame."""
    search, asked = filters.read(request.GET), read(request.GET)
    html = render_to_string("events/embed.html", _shown(search, asked))
    response = HttpResponse(html)
    # What tells of a person is kept by no cache (S2), though it was written by a site and not by its reader.
    response["Cache-Control"] = f"public, max-age={SECONDS}" if TELLING.isdisjoint(request.GET) else PERSONAL
    return response


def _shown(search: filters.Search, asked: Embed) -> dict[str, Any]:
    page = finding.page(search, limit=asked.number)
    found = [*page.ongoing[:RUNNING], *page.found][: asked.number]
    lines = grid.shown(item.session for item in found)
    return {
        "title": asked.title or titled(search),
        "theme": asked.theme,
        "portal": settings.PORTAL_NAME,
        "all_url": absolute(search.url(vue="")),
        "dates": [
            {
                "url": absolute(reverse("event", args=[what.slug])),
                "title": what.title,
                "when": times.when(what.starts_at, what.ends_at, all_day=what.all_day),
                "iso": times.local(what.starts_at).isoformat(),
                "where": brief.where(what.attendance, what.town),
                "state": brief.state(what.status, full=what.full),
                "look": brief.look(what.status, full=what.full),
                "later": item.later,
                "skipped": brief.skipped(item.skipped),
            }
            for item in found
            if (what := lines.get(item.session))
        ],
    }


@login_not_required
@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """The web component, at an address that never changes; its style is inside: a page needs one file."""
    response = HttpResponse(_script(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = f"public, max-age={SCRIPT_SECONDS}"
    return response


@lru_cache(maxsize=1)
def _script() -> bytes:
    code, style = (_source(path) for path in ("js/agenda-embed.js", "css/pages/agenda_embed.css"))
    return code.replace('"/* agenda_embed.css */"', orjson.dumps(style).decode()).encode()


def _source(path: str) -> str:
    found = finders.find(path)
    if not isinstance(found, str):
        raise FileNotFoundError(path)
    return Path(found).read_text(encoding="utf-8")


@public_page  # type: ignore[arg-type]  # django-csp says less of the answer than it is
@csp_update({"frame-src": [SELF]})
def compose(request: HttpRequest) -> HttpResponse:
    """The present search as a frame and as a component: a preview, and both codes to copy."""
    search, asked = filters.read(request.GET), read(request.GET)
    sentence = titled(search)
    context = {
        "title": "Intégrer l’agenda à votre site",
        "search": search,
        "sentence": sentence,
        "asked": asked,
        "themes": THEMES.items(),
        "site": absolute(""),
        "numbers": (3, 5, 10, 15, 20) if asked.number in {3, 5, 10, 15, 20} else (asked.number, 3, 5, 10, 15, 20),
        "kept": [
            (name, value)
            for name, values in search.parameters().items()
            for value in ([values] if isinstance(values, str) else values)
        ],
        "told": told(search),
        "dated": bool(search.starts or search.ends),
        "back": search.url(),
        "preview": asked.url(search),
        "height": asked.height,
        **codes(search, asked, sentence),
    }
    return render(request, "events/compose.html", context)
