"""`/agenda.ics`, `.atom`, `.json`, `.csv`: any search as a feed (A4, A7, A8).

A feed depends on its address alone: no session is read, any site may read it. A parameter that cannot be read is
refused: a calendar that shows another search than the one asked would lie for years.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import orjson
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.csrf import csrf_exempt

from core.api.throttle import FairUse
from core.fair_use import PageUse
from core.http import PERSONAL, TELLING
from core.links import absolute
from core.spreadsheets import csv_file
from events import feeding
from events.feeding import Version
from events.render import atom, calendar, table
from events.search.filters import Search, read
from events.search.sentence import sentence

SECONDS = 300  # how long a feed that tells of nobody may be kept
NBSP = "\u00a0"
PLAIN = "text/plain; charset=utf-8"
JSONLD = "application/ld+json"
EVERYTHING = "Agenda de l’orientation"
READ_ONLY = f"Ce flux se lit seulement{NBSP}: utilisez GET."
CAPPED = f"Les 1{NBSP}000 premières dates{NBSP}: précisez la recherche pour les avoir toutes."
# Says nothing of what a feed holds.
_ASIDE = frozenset({"vue"})
Writer = Callable[[Search, str], tuple[Version, HttpResponse]]


class FeedUse(FairUse):
    """Counted as the pages and the API are, on its own."""

    scope = "feeds"

    def get_rate(self) -> str | None:
        return PageUse().get_rate()


def feed(name: str) -> Callable[[Writer], Callable[[HttpRequest], HttpResponse]]:
    """The view of one format, called `name`: the search, or why it is refused; 304 before anything is written."""

    def decorated(write: Writer) -> Callable[[HttpRequest], HttpResponse]:
        @csrf_exempt
        @login_not_required
        @wraps(write)
        def view(request: HttpRequest) -> HttpResponse:
            refused = _refused(request)
            if refused is not None:
                return refused
            search = read(request.GET)
            errors = {key: said for key, said in search.errors.items() if key not in _ASIDE}
            if errors:
                return _refusal(400, "\n".join(_reasons(errors)))
            return _kept(request, _answer(request, search.but(view="liste"), name, write))

        return view

    return decorated


def _answer(request: HttpRequest, search: Search, name: str, write: Writer) -> HttpResponse:
    query = search.query_string()
    if {"HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"} & request.META.keys():
        version = feeding.version(search)
        known = get_conditional_response(
            request, etag=version.etag(name, query), last_modified=int(version.since.timestamp())
        )
        if known is not None and known.status_code == 304:
            return _dated(known, version, name, query)
    version, answer = write(search, absolute(f"{request.path}{'?' if query else ''}{query}"))
    return _dated(answer, version, name, query)


def _dated(answer: HttpResponse, version: Version, name: str, query: str) -> HttpResponse:
    answer["ETag"] = version.etag(name, query)
    answer["Last-Modified"] = http_date(version.since.timestamp())
    return answer


def _kept(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """The words, the town, the public of a search tell of somebody: then no cache may hold the answer (S2)."""
    telling = not TELLING.isdisjoint(request.GET)
    answer["Cache-Control"] = PERSONAL if telling else f"public, max-age={SECONDS}"
    return answer


def _refused(request: HttpRequest) -> HttpResponse | None:
    """What answers a request before its search is read."""
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": "GET, HEAD, OPTIONS"})
    if request.method not in ("GET", "HEAD"):
        return _refusal(405, READ_ONLY, Allow="GET, HEAD, OPTIONS")
    use = FeedUse()
    if use.allow_request(request, None):  # type: ignore[arg-type]  # it reads `method` and `META` only
        return None
    seconds = max(1, round(use.wait()))
    reason = f"Trop de demandes à la fois{NBSP}: réessayez dans {seconds}{NBSP}s."
    return _refusal(429, reason, **{"Retry-After": str(seconds)})


def _reasons(errors: dict[str, str]) -> list[str]:
    return [f"Ce flux n’est pas lisible{NBSP}:", *(f"- {name}{NBSP}: {said}" for name, said in sorted(errors.items()))]


def _refusal(status: int, reason: str, **headers: str) -> HttpResponse:
    return HttpResponse(
        f"{reason}\n", status=status, content_type=PLAIN, headers={"Cache-Control": "no-store"} | headers
    )


def title(search: Search) -> str:
    """What the feed of `search` is called."""
    return sentence(search) if search.narrowed else f"{EVERYTHING} – {settings.PORTAL_NAME}"


def _subtitle(version: Version) -> str:
    said = f"Service public régional de l’orientation, {settings.PORTAL_NAME}."
    return f"{said} {CAPPED}" if version.capped else said


@feed("ics")
def ics(search: Search, source: str) -> tuple[Version, HttpResponse]:
    version, texts = feeding.joined(search, "ics")
    body = calendar.calendar(
        [texts], name=title(search), source=source, page=absolute(search.url()), description=_subtitle(version)
    )
    answer = HttpResponse(body, content_type=calendar.CONTENT_TYPE)
    answer["Content-Disposition"] = f'inline; filename="{calendar.filename(title(search))}"'
    return version, answer


@feed("json")
def json(search: Search, source: str) -> tuple[Version, HttpResponse]:
    """schema.org, in JSON-LD."""
    version, texts = feeding.joined(search, "jsonld")
    head = orjson.dumps(
        {
            "@context": "https://schema.org",
            "@type": "ItemList",
            "name": title(search),
            "description": _subtitle(version),
            "url": absolute(search.url()),
            "numberOfItems": version.count,
        }
    )
    return version, HttpResponse(
        b"".join((head[:-1], b',"itemListElement":[\n', texts.encode(), b"\n]}\n")), content_type=JSONLD
    )


@feed("atom")
def atom_feed(search: Search, source: str) -> tuple[Version, HttpResponse]:
    version, sessions = feeding.sessions(search)
    body = atom.feed(
        sessions, title=title(search), subtitle=_subtitle(version), source=source, page=absolute(search.url()),
        author=settings.PORTAL_NAME,
    )  # fmt: skip
    return version, HttpResponse(body, content_type=atom.CONTENT_TYPE)


@feed("csv")
def csv(search: Search, source: str) -> tuple[Version, HttpResponse]:
    """For spreadsheets: UTF-8 with its mark, semicolons, no formula (as every table of the portal)."""
    version, sessions = feeding.sessions(search)
    name = calendar.filename(title(search)).removesuffix(".ics")
    return version, csv_file(name, list(table.COLUMNS), table.rows(sessions))
