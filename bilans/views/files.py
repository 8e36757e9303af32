"""`/pro/bilans/<uuid>/document.*`: a document and its figures in open formats, all of the same content (B3, B4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import structlog
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from bilans.documents import disposition, readable_by, version_for
from bilans.models import Bilan, Document
from bilans.rules import visible_to

log = structlog.get_logger("bilans.documents")
ODS = "application/vnd.oasis.opendocument.spreadsheet"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


# What draws and what writes spreadsheets is loaded by who takes one, not by each process of the web.


@require_safe
def pdf(request: HttpRequest, key: UUID) -> HttpResponse:
    from bilans.services.producing import pdf_of

    document = _document(request, key)
    try:
        return _answer(document, pdf_of(document), "pdf", "application/pdf")
    except FileNotFoundError as error:
        log.error("document_lost", document=document.pk, error=type(error).__name__)
        raise Http404 from error


@require_safe
def csv(request: HttpRequest, key: UUID) -> HttpResponse:
    from bilans.files import csv_of

    return _table(request, key, csv_of, "csv", "text/csv; charset=utf-8")


@require_safe
def xlsx(request: HttpRequest, key: UUID) -> HttpResponse:
    from bilans.files import xlsx_of

    return _table(request, key, xlsx_of, "xlsx", XLSX)


@require_safe
def ods(request: HttpRequest, key: UUID) -> HttpResponse:
    from bilans.files import ods_of

    return _table(request, key, ods_of, "ods", ODS)


@require_POST
def make(request: HttpRequest, key: UUID) -> HttpResponse:
    """Make the document of one bilan now, by who may open it; nothing is drawn when nothing changed."""
    from bilans.services.producing import produce

    bilan = get_object_or_404(visible_to(request.user).select_related("campaign"), public_id=key)
    document, drawn = produce(bilan, at=timezone.now())
    said = "est produite" if drawn else "est à jour\u00a0: rien n’a changé depuis"
    messages.success(request, f"La version\u00a0{document.number} du document {said}.")
    return redirect(_back(request, bilan))


def _back(request: HttpRequest, bilan: Bilan) -> str:
    """The page that asked, one of ours."""
    asked = request.POST.get("retour", "")
    safe = url_has_allowed_host_and_scheme(asked, allowed_hosts=None) and asked.startswith("/")
    return asked if safe else f"/pro/bilans/{bilan.public_id}/"


def _table(
    request: HttpRequest, key: UUID, write: Callable[[Any], bytes], suffix: str, mime: str
) -> HttpResponse:  # fmt: skip
    document = _document(request, key)
    return _answer(document, write(document.content), suffix, mime)


def _document(request: HttpRequest, key: UUID) -> Document:
    """The version asked of a bilan that this person may read."""
    bilan = get_object_or_404(readable_by(request.user).select_related("campaign"), public_id=key)
    asked = request.GET.get("version", "")
    if asked and not (asked.isascii() and asked.isdecimal() and len(asked) <= 4):
        raise Http404
    found = version_for(request.user, bilan, int(asked) if asked else None)
    if found is None:
        raise Http404
    found.bilan = bilan
    return found


def _answer(document: Document, data: bytes, suffix: str, mime: str) -> HttpResponse:
    response = HttpResponse(data, content_type=mime)
    response["Content-Disposition"] = disposition(document, document.bilan.campaign, suffix)
    response["Content-Length"] = str(len(data))
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
