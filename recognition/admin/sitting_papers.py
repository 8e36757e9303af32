"""The papers of a sitting: the one-page sheet of a dossier, all of them in one file, the minutes (R6)."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from accounts.admin_rules import actor
from recognition.admin.decisions import DecidedSittings
from recognition.documents import minutes_pdf, sheet_pdf
from recognition.models import Candidature, Sitting
from recognition.services.agenda import named
from recognition.services.consulting import took_minutes, took_sheets

_PAPERS = ("fiches", "fiche", "compte-rendu")


class SittingPapers(DecidedSittings):
    """`/admin/recognition/sitting/<key>/<paper>.pdf`, paper among « fiches », « fiche », « compte-rendu »."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.paper_view)
        return [path("<int:key>/<slug:paper>.pdf", view, name="recognition_sitting_paper"), *super().get_urls()]

    @method_decorator(require_safe)
    def paper_view(self, request: HttpRequest, key: int, paper: str) -> HttpResponse:
        sitting = self.theirs(request, key)
        if paper not in _PAPERS:
            raise Http404
        if paper == "compte-rendu":
            data = minutes_pdf(sitting)
            took_minutes(sitting=sitting, actor=actor(request))
        else:
            dossiers = _chosen(sitting, request.GET.get("dossier", "") if paper == "fiche" else "")
            data = sheet_pdf(dossiers, title=named(sitting))
            took_sheets(sitting=sitting, candidatures=dossiers, actor=actor(request))
        answer = HttpResponse(data, content_type="application/pdf")
        answer["Content-Disposition"] = f'inline; filename="{paper}-{sitting.held_on:%Y-%m-%d}.pdf"'
        answer["Cache-Control"] = "private, no-store"
        return answer


def _chosen(sitting: Sitting, only: str = "") -> list[Candidature]:
    """The dossiers of its agenda in their order, or one of them. Raises `Http404` when there is none."""
    rows = Candidature.objects.filter(agenda_items__sitting=sitting).order_by("agenda_items__order")
    if only:
        rows = rows.filter(pk=int(only)) if only.isdecimal() else rows.none()
    dossiers = list(rows.select_related("organisation", "campaign"))
    if not dossiers:
        raise Http404
    return dossiers
