"""What is read and taken of a dossier: its files, its PDF, its archive, the journal of who took them (S2, O2)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from accounts.admin_rules import actor
from recognition.admin.candidature_acts import CandidatureActs
from recognition.documents.archive import archive_name
from recognition.documents.dossier import dossier_pdf
from recognition.dossier_sheet import files_in_hand, is_read, last_snapshot
from recognition.models import Candidature
from recognition.services.instructing import take_archive, take_file
from recognition.views.files import as_file


class CandidaturePapers(CandidatureActs):
    def get_urls(self) -> list[Any]:
        view, name = self.admin_site.admin_view, "recognition_candidature"
        return [
            path("<int:key>/pieces/<uuid:file>/", view(self.file_view), name=f"{name}_file"),
            path("<int:key>/dossier.pdf", view(self.pdf_view), name=f"{name}_pdf"),
            path("<int:key>/dossier.zip", view(self.zip_view), name=f"{name}_zip"),
            *super().get_urls(),
        ]

    @method_decorator(require_safe)
    def file_view(self, request: HttpRequest, key: int, file: UUID) -> HttpResponseBase:
        """A file to keep, never opened as a page of ours; that it was read is journaled first."""
        dossier = self._in_hand(request, key)
        found = files_in_hand(dossier, last_snapshot(dossier)).filter(public_id=file).first()
        if found is None:
            raise Http404
        try:
            opened = found.file.open("rb")
        except FileNotFoundError as error:
            raise Http404 from error
        take_file(attachment=found, actor=actor(request))
        return as_file(opened, found.name, found.mime)

    @method_decorator(require_safe)
    def pdf_view(self, request: HttpRequest, key: int) -> HttpResponseBase:
        """The dossier as it was deposited or sent back last; `?etat=` one of its former states."""
        dossier = self._in_hand(request, key)
        snapshot, wanted = last_snapshot(dossier), request.GET.get("etat", "")
        if wanted:
            snapshot = dossier.snapshots.filter(pk=int(wanted)).first() if wanted.isdecimal() else None
            if snapshot is None:
                raise Http404
        data = dossier_pdf(dossier, snapshot)
        take_archive(candidature=dossier, form="PDF", actor=actor(request))
        return _taken(HttpResponse(data, content_type="application/pdf"), _pdf_name(dossier), attached=False)

    @method_decorator(require_safe)
    def zip_view(self, request: HttpRequest, key: int) -> HttpResponseBase:
        from recognition.documents import dossier_zip

        dossier = self._in_hand(request, key)
        try:
            pieces = dossier_zip(dossier)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return HttpResponseRedirect(self.address(dossier))
        take_archive(candidature=dossier, form="ZIP", actor=actor(request))
        answer = StreamingHttpResponse(pieces, content_type="application/zip")
        return _taken(answer, archive_name(dossier), attached=True)

    def _in_hand(self, request: HttpRequest, key: int) -> Candidature:
        """404 for a dossier that its organisation has not deposited: nobody of the Region reads it."""
        dossier = self.theirs(request, key)
        if not is_read(dossier):
            raise Http404
        return dossier


def _pdf_name(dossier: Candidature) -> str:
    return archive_name(dossier).removesuffix(".zip") + ".pdf"


def _taken(answer: HttpResponseBase, name: str, *, attached: bool) -> HttpResponseBase:
    answer["Content-Disposition"] = content_disposition_header(attached, name) or "attachment"
    answer["Cache-Control"] = "private, no-store"
    return answer
