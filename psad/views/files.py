"""The files and the letters of a case: given, opened as files to keep, taken out (D12, S5)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from core.uploads import in_memory
from psad import letters
from psad.case_page import open_case
from psad.forms.work import Piece
from psad.http import circle1
from psad.models import Case, File, Grant, Letter, Platform
from psad.services import filing
from psad.views.cases import case_of, explain, shown


@in_memory
@circle1
@require_POST
def add(request: HttpRequest, case: UUID, *, platform: Platform, grant: Grant) -> HttpResponse:
    """Keep a file; what is refused is said beside its field."""
    found = case_of(platform, case)
    form = Piece(request.POST, request.FILES, auto_id="pieces-%s")
    if form.is_valid():
        try:
            with transaction.atomic():
                filing.add(
                    case=found.pk, upload=form.cleaned_data["file"], by=grant.user, role=grant.role, at=timezone.now()
                )
        except ValidationError as error:
            explain(form, error)
        else:
            messages.success(request, "La pièce est jointe au dossier.")
            return _back(platform, found)
    page = open_case(found, grant, timezone.localdate(), act="pieces", typed=form)
    return shown(request, page, platform, form=form)


@circle1
@require_safe
def download(request: HttpRequest, case: UUID, file: UUID, *, platform: Platform, grant: Grant) -> HttpResponse:
    """The bytes, as a file to keep: a browser never opens them as a page of ours."""
    found = case_of(platform, case)
    row = File.objects.filter(pk=file, case=found).first()
    if row is None:
        raise Http404
    try:
        name, data = filing.read(row, found, role=grant.role)
    except FileNotFoundError as error:
        raise Http404 from error
    return _kept(data, row.media_type, name)


@circle1
@require_POST
def remove(request: HttpRequest, case: UUID, file: UUID, *, platform: Platform, grant: Grant) -> HttpResponse:
    found = case_of(platform, case)
    if not File.objects.filter(pk=file, case=found).exists():
        raise Http404
    filing.remove(case=found.pk, file=file, by=grant.user, role=grant.role, at=timezone.now())
    messages.success(request, "La pièce est retirée\u00a0; l’historique le dit.")
    return _back(platform, found)


@circle1
@require_safe
def letter(request: HttpRequest, case: UUID, letter: UUID, *, platform: Platform, grant: Grant) -> HttpResponse:
    """The PDF of a letter, drawn from its settled words."""
    found = case_of(platform, case)
    row = Letter.objects.filter(pk=letter, case=found).first()
    if row is None:
        raise Http404
    return _kept(letters.pdf(row, found, role=grant.role), "application/pdf", letters.file_name(row))


def _kept(data: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(data, content_type=kind)
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _back(platform: Platform, case: Case) -> HttpResponse:
    return redirect(reverse("psad_case", args=[platform.slug, case.pk]) + "#pieces-titre")
