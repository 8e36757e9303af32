"""`/donnees/`: the page that says what can be downloaded, the files, the catalogue (O3).

A file depends on nobody: no session is read, any site may read it, and an unchanged one is answered 304 before anything
is written. Fair use is counted as for the API, lower: a file is a thousand pages of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from functools import wraps

import orjson
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.csrf import csrf_exempt

from core.api.throttle import FairUse
from core.datasets import Dataset
from core.http import PUBLIC_SECONDS, public_page
from core.links import absolute
from spro.open_data import data_inclusion
from spro.open_data.catalogue import catalogue, catalogue_version
from spro.open_data.cells import RULE
from spro.open_data.files import FORMATS, csv_metadata, flat_columns, formats
from spro.open_data.tables import OUTLINES, TABLES, found, settled
from spro.open_data.terms import Terms, terms
from spro.open_data.versions import Version, version, version_of
from territories.exports import directory_sources

NOTHING = "Aucun fichier ne se trouve à cette adresse."
READ_ONLY = "Ces fichiers se lisent seulement : utilisez GET."
View = Callable[..., HttpResponseBase]


class FileUse(FairUse):
    """Sixty files a minute from one address: every file in every format, twice over."""

    scope = "files"
    rate = "60/min"


def open_file(view: View) -> View:
    """A file that anyone may read, a fair number of times; refusals in JSON, as the API's."""

    @csrf_exempt
    @login_not_required
    @wraps(view)
    def wrapper(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponseBase:
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers={"Allow": "GET, HEAD, OPTIONS"})
        if request.method not in ("GET", "HEAD"):
            return _refusal(405, READ_ONLY, Allow="GET, HEAD, OPTIONS")
        use = FileUse()
        if not use.allow_request(request, view):  # type: ignore[arg-type]  # it reads `method` and `META` only
            seconds = str(max(1, round(use.wait())))
            reason = f"Trop de fichiers à la fois\u00a0: réessayez dans {seconds}\u00a0s."
            return _refusal(429, reason, **{"Retry-After": seconds})
        return view(request, *args, **kwargs)

    return wrapper


@public_page
def page(request: HttpRequest) -> HttpResponse:
    """What can be downloaded, what each column means, under which terms."""
    said = terms()
    context = {
        "tables": [_shown(table, said) for table in (*TABLES.values(), *settled())],
        "national": {"title": data_inclusion.TITLE, "text": data_inclusion.TEXT, "slug": data_inclusion.SLUG},
        "licence": said.licence,
        "licence_url": said.licence_url,
        "attributions": [text for text in (*said.attributions.values(), *directory_sources()) if text],
        "publisher": said.publisher,
        "contact": settings.PUBLISHER["contact"],
        "since": dt.date.fromisoformat(said.since) if said.since else None,
        "rule": RULE,
        "places": absolute(reverse("open_data_file", args=["lieux", "json"])),
    }
    return render(request, "open_data/page.html", context)


@open_file
def file(request: HttpRequest, slug: str, form: str) -> HttpResponseBase:
    """One table in one format; 404 when there is no such file."""
    table = found(slug)
    if table is None or form not in formats(table):
        return _refusal(404, NOTHING)
    content_type, writer = FORMATS[form]
    return _answer(
        request, version_of(table), f"{slug}.{form}", content_type,
        lambda said, now: writer(table, said, now),
        described_by=absolute(reverse("open_data_metadata", args=[slug])) if form == "csv" else "",
    )  # fmt: skip


@open_file
def metadata(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What the CSV of a table holds, for programs."""
    table = found(slug)
    if table is None:
        return _refusal(404, NOTHING)
    return _answer(
        request, version_of(table), f"{slug}.csv-metadata.json", "application/csvm+json",
        lambda said, now: iter([orjson.dumps(csv_metadata(table, said, now))]),
    )  # fmt: skip


@open_file
def national(request: HttpRequest) -> HttpResponseBase:
    """Places and services in the national schema data·inclusion."""
    return _answer(
        request, version(data_inclusion.MODELS), f"{data_inclusion.SLUG}.json", "application/json", data_inclusion.whole
    )


@open_file
def machine_catalogue(request: HttpRequest) -> HttpResponseBase:
    """The catalogue, DCAT-AP in JSON-LD."""
    return _answer(
        request, catalogue_version(), "catalogue.jsonld", "application/ld+json",
        lambda said, _: iter([orjson.dumps(catalogue(said), option=orjson.OPT_INDENT_2)]), download=False,
    )  # fmt: skip


def _answer(
    request: HttpRequest,
    now: Version,
    name: str,
    content_type: str,
    write: Callable[[Terms, Version], Iterator[bytes]],
    *,
    described_by: str = "",
    download: bool = True,
) -> HttpResponseBase:
    """The file, or 304 when the reader has it already; HEAD says all of it but its words."""
    etag, since = now.etag(name), now.since.timestamp()
    known = get_conditional_response(request, etag=etag, last_modified=int(since))
    if known is not None:
        answer: HttpResponseBase = known
    else:
        said = terms()
        body: Iterable[bytes] = write(said, now) if request.method == "GET" else ()
        answer = StreamingHttpResponse(body, content_type=content_type)
        if download:
            answer["Content-Disposition"] = f'attachment; filename="{name}"'
        answer["Link"] = _links(said, described_by)
    answer["ETag"] = etag
    answer["Last-Modified"] = http_date(since)
    answer["Cache-Control"] = f"public, max-age={PUBLIC_SECONDS}"
    return answer


def _links(said: Terms, described_by: str) -> str:
    """What a program that holds only the file may follow: its licence, where it comes from, what its columns mean."""
    links = [f'<{said.licence_url}>; rel="license"'] if said.licence_url else []
    links.append(f'<{absolute(reverse("open_data"))}>; rel="collection"')
    if described_by:
        links.append(f'<{described_by}>; rel="describedby"; type="application/csvm+json"')
    return ", ".join(links)


def _shown(table: Dataset, said: Terms) -> dict[str, object]:
    return {
        "slug": table.slug,
        "title": table.title,
        "text": table.text,
        "columns": table.described(),
        "flat": {column.name for column in flat_columns(table)} - {column.name for column in table.described()},
        "files": [(form, reverse("open_data_file", args=[table.slug, form])) for form in formats(table)],
        "outline": reverse("contours", args=[OUTLINES[table.slug]]) if table.slug in OUTLINES else "",
        "cited": said.cited(table.origin),
    }


def _refusal(status: int, reason: str, **headers: str) -> HttpResponse:
    body = orjson.dumps({"detail": reason})
    told = {"Cache-Control": "no-store"} | headers
    return HttpResponse(body, status=status, content_type="application/json", headers=told)
