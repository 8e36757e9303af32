"""The papers of a sitting: the one-page sheet of a dossier, all of them in one file, the minutes (R6)."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from recognition.admin_decisions import DecidedSittings
from recognition.documents import minutes_pdf, sheet_pdf
from recognition.models import Candidature, Sitting
from recognition.services.agenda import named


class SittingPapers(DecidedSittings):
    """`/admin/recognition/sitting/<key>/<paper>.pdf`, paper among « fiches », « fiche », « compte-rendu »."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.paper_view)
        return [path("<int:key>/<slug:paper>.pdf", view, name="recognition_sitting_paper"), *super().get_urls()]

    @method_decorator(require_safe)
    def paper_view(self, request: HttpRequest, key: int, paper: str) -> HttpResponse:
        sitting = self.theirs(request, key)
        makers = {"fiches": _sheets, "fiche": lambda one: _sheets(one, request.GET.get("dossier", "")),
                  "compte-rendu": _minutes}  # fmt: skip
        if paper not in makers:
            raise Http404
        answer = HttpResponse(makers[paper](sitting), content_type="application/pdf")
        answer["Content-Disposition"] = f'inline; filename="{paper}-{sitting.held_on:%Y-%m-%d}.pdf"'
        return answer


def _sheets(sitting: Sitting, only: str = "") -> bytes:
    """The sheets of its agenda in their order, or that of one of its dossiers."""
    rows = Candidature.objects.filter(agenda_items__sitting=sitting).order_by("agenda_items__order")
    if only:
        rows = rows.filter(pk=int(only)) if only.isdecimal() else rows.none()
    dossiers = list(rows.select_related("organisation", "campaign"))
    if not dossiers:
        raise Http404
    return sheet_pdf(dossiers, title=named(sitting))


def _minutes(sitting: Sitting) -> bytes:
    return minutes_pdf(sitting)
