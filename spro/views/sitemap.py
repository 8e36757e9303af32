"""What machines read first: `robots.txt`, `sitemap.xml`, the manifest, the icon at its old address."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.templatetags.static import static
from django.urls import reverse

from core.http import public_page
from core.models import SearchDocument
from lorfolio.services.site import found_by_engines
from spro.models import Page
from spro.pages import existing

MOST_FILES = 50_000  # files of an index; the protocol takes no more
URLS = 40_000  # addresses in a file; the protocol takes 50,000
# Pages of their own: needs, communes and the like are states of the directory. Events: those that are coming or recent.
KINDS = ("network", "organisation", "agency", "site", "event", "bilan")
CLOSED = ("/comptes/", "/admin/", "/recherche/", "/sante/", "/*?*")
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


@public_page
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED)]
    lines.append(f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@public_page
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every public page; an index of files when one would be too long."""
    count = _documents().count()
    if count <= URLS:
        return _urlset(request, [*_own_pages(), *_urls(0)])
    files = (reverse("sitemap_file", args=[number]) for number in range(count // URLS + 1))
    items = "".join(f"<sitemap><loc>{_absolute(request, url)}</loc></sitemap>" for url in files)
    return _xml(f'<sitemapindex xmlns="{_NAMESPACE}">{items}</sitemapindex>')


@public_page
def sitemap_file(request: HttpRequest, number: int) -> HttpResponse:
    """One file of the index; the fixed pages stand in the first."""
    urls = _urls(number) if number <= MOST_FILES else []
    if not urls:
        raise Http404
    return _urlset(request, [*_own_pages(), *urls] if number == 0 else urls)


@public_page
def manifest(request: HttpRequest) -> HttpResponse:
    facts = {
        "name": settings.PORTAL_NAME,
        "short_name": settings.PORTAL_NAME[:12].strip(),
        "lang": "fr",
        "start_url": "/",
        "display": "browser",
        "background_color": "#0e4a36",
        "theme_color": "#0e4a36",
        "icons": [{"src": static("svg/logo.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }
    return JsonResponse(facts, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})


@public_page
def favicon(request: HttpRequest) -> HttpResponse:
    return HttpResponsePermanentRedirect(static("svg/logo.svg"))


def _own_pages() -> list[str]:
    """The fixed pages, those of the Region that are online now, the sites that people asked to be found."""
    written = Page.objects.visible().only("slug").order_by("pk")
    own = (page.url for page in existing())
    return [*own, *(page.get_absolute_url() for page in written), *found_by_engines()]


def _documents() -> QuerySet[SearchDocument]:
    return SearchDocument.objects.filter(kind__in=KINDS)


def _urls(number: int) -> list[str]:
    start = number * URLS
    return list(_documents().order_by("id").values_list("url", flat=True)[start : start + URLS])


def _urlset(request: HttpRequest, urls: Iterable[str]) -> HttpResponse:
    items = "".join(f"<url><loc>{_absolute(request, url)}</loc></url>" for url in urls)
    return _xml(f'<urlset xmlns="{_NAMESPACE}">{items}</urlset>')


def _absolute(request: HttpRequest, url: str) -> str:
    return escape(request.build_absolute_uri(url))


def _xml(body: str) -> HttpResponse:
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'
    return HttpResponse(text, content_type="application/xml; charset=utf-8")
