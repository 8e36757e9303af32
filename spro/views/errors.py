"""Error pages in French, with ways on; under `/api/`, the same said in JSON."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader

_WORDS = re.compile(r"[^\W_]+")

_SILENT = ("/psad/", "/mon-accompagnement/", "/lorfolio/", "/pro/lorfolio/", "/partage/", "/p/")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):  # core/uploads.py: refused before it was read
        limit = (settings.UPLOAD_MAX_BYTES - 1) // 1_000_000
        reason = f"Ce fichier est trop lourd\u00a0: {limit}\u00a0Mo au plus. Rien n’a été enregistré ni perdu."
        # The page of its form: each form that takes a file is shown at the address it is sent to.
        context = {"reason": reason, "title": "Ce fichier est trop lourd", "back": request.path}
        return _answer(request, 400, "400.html", reason, **context)
    return _answer(request, 400, "400.html", "Cette demande n’a pas été comprise.")


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that stayed open too long, or that came from elsewhere; nothing was written."""
    return _answer(request, 403, "spro/csrf.html", "Le formulaire a expiré : rechargez la page et recommencez.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 403, "403.html", "Cette page est réservée.")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404; the words of the address are offered to the search: a page that moved is found again."""
    return _answer(request, 404, "404.html", "Cette adresse n’existe pas.", search_words=words_of(request.path))


def server_error(request: HttpRequest) -> HttpResponse:
    """500: leans on nothing that may be the cause; no query, no context."""
    if _wants_json(request):
        return _json(500, "Le portail n’a pas su répondre : l’erreur est de notre côté.")
    return HttpResponse(loader.render_to_string("500.html"), status=500)


def words_of(path: str) -> str:
    """The words of the last part of an address (« cio-epinal » gives « cio epinal »), without bare numbers.

    None of an address that is a person's or a secret: it would enter the address of a search (S2).
    """
    if path.startswith(_SILENT):
        return ""
    last = path.rstrip("/").rpartition("/")[2]
    return " ".join(word for word in _WORDS.findall(last) if not word.isdigit())[:60]


def _answer(request: HttpRequest, status: int, template: str, detail: str, **context: Any) -> HttpResponse:
    if _wants_json(request):
        return _json(status, detail)
    return render(request, template, context, status=status)


def _wants_json(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _json(status: int, detail: str) -> HttpResponse:
    return JsonResponse({"detail": detail}, status=status, json_dumps_params={"ensure_ascii": False})
