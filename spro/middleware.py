"""What every request goes through, besides Django's own."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from django.middleware.http import ConditionalGetMiddleware
from django.shortcuts import render
from django.utils.cache import set_response_etag

from spro.logs import query_in_hand

log = structlog.get_logger("spro.request")
MAX_QUERY = 4_096  # characters; the longest search a page can compose is under 1,000


class RequestLogMiddleware:
    """One line a request: method, route (never the query), status, milliseconds. No address, no person."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        start = time.perf_counter()
        token = query_in_hand.set(request.META.get("QUERY_STRING", ""))
        try:
            response = self.get_response(request)
        finally:
            query_in_hand.reset(token)
        match = request.resolver_match
        log.info(
            "request",
            method=request.method,
            route=f"/{match.route}" if match else "(inconnue)",
            status=response.status_code,
            ms=round((time.perf_counter() - start) * 1000, 1),
        )
        return response


OPEN_DATA = ("/api/", "/donnees/", "/territoires/contours", "/agenda/embed", "/agenda.")


class OpenDataMiddleware:
    """The public API and the files of open data may be read from the pages of any site.

    Nothing in them depends on who asks: no cookie is read. « * » therefore gives away nothing even where the address
    tells of a person (`private, no-store`): the page that asks wrote that address itself, and learns what anybody
    learns with it; a browser sends no credentials to « * ».
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith(OPEN_DATA):
            response["Access-Control-Allow-Origin"] = "*"
            # A 304 has no content type of its own; the pages that explain the data greet who signed in.
            if response.status_code == 304 or not response.get("Content-Type", "").startswith("text/html"):
                response["Vary"] = "Accept-Encoding"
            if request.method == "HEAD" and not response.streaming:  # what it says of itself, without the body
                response["Content-Length"] = str(len(response.content))
                response.content = b""
            response["Access-Control-Expose-Headers"] = "ETag, Link, Retry-After"
            if request.method == "OPTIONS":
                response["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
                response["Access-Control-Allow-Headers"] = "Accept, If-None-Match"
                response["Access-Control-Max-Age"] = "86400"
            # Read by programs of other sites: the policy of our pages would refuse them.
            response["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response


class ConditionalMiddleware(ConditionalGetMiddleware):
    """As Django's, and HEAD gives the ETag that GET would give."""

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        if request.method == "HEAD" and response.status_code == 200 and not response.streaming:
            if self.needs_etag(response) and not response.has_header("ETag"):
                set_response_etag(response)
            return response
        return super().process_response(request, response)


SILENT = ("/psad/", "/mon-accompagnement/", "/admin/psad/", "/lorfolio/", "/pro/lorfolio/", "/partage/")
OPEN = ("/lorfolio/decouvrir/",)


class SilentMiddleware:
    """Where young people are accompanied, and in a Lorfolio, every answer, a refusal or an incident included, is kept
    by no cache and found by no engine: what a page says of itself (`psad.http`), said of those that no view wrote."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith(SILENT) and not request.path.startswith(OPEN):
            if "no-store" not in response.get("Cache-Control", ""):
                response["Cache-Control"] = "private, no-store, max-age=0"
            response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
            response.setdefault("Referrer-Policy", "same-origin")
        return response


class RefuseOddQueriesMiddleware:
    """A query of 10 kB or with a NUL byte is nobody's search: 414 or 400 with a reason, before anything reads it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if len(query) > MAX_QUERY:
            return refusal(request, 414, "Cette adresse est trop longue : raccourcissez votre recherche.")
        if "%00" in query or "\x00" in query or "%00" in request.path or "\x00" in request.path:
            return refusal(request, 400, "Cette adresse contient un caractère interdit.")
        return self.get_response(request)


def refusal(request: HttpRequest, status: int, reason: str) -> HttpResponse:
    """A page (or, under /api/, a JSON object) that says in French why the request is refused."""
    if request.path.startswith("/api/"):
        from django.http import JsonResponse

        return JsonResponse({"detail": reason}, status=status, json_dumps_params={"ensure_ascii": False})
    return render(request, "400.html", {"reason": reason}, status=status)
