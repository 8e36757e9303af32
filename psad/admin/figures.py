"""The figures of the PSAD at the Region's desk: those that are published, and nothing that can be chosen (D8, D9)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from accounts.admin_rules import ReadOnlyAdmin
from core.spreadsheets import csv_file, xlsx_file
from psad.models import Publication
from psad.statistics import tables as figure_tables
from psad.statistics.figures import DELAY

ALL = "tout"
FILES: dict[str, Callable[..., HttpResponse]] = {"csv": csv_file, "xlsx": xlsx_file}


@admin.register(Publication)
class PublicationAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "kind", "published_at")
    list_filter = ("kind",)
    change_list_template = "admin/psad/publication/change_list.html"

    def get_urls(self) -> list[Any]:
        file = path(
            "<int:key>/<slug:table>.<slug:form>", self.admin_site.admin_view(self.file_view),
            name="psad_publication_file",
        )  # fmt: skip
        return [file, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return super().changelist_view(request, {"days": DELAY.days} | (extra_context or {}))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The tables of a period, those of one measure at a time (« ?mesure= »: what is shown, not what is counted)."""
        publication = self._publication(request, object_id)
        groups = figure_tables.groups(figure_tables.tables_of(publication))
        wanted = request.GET.get("mesure", "")
        shown = next((group for group in groups if group[0] == wanted), None)
        if shown is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request), "title": f"Chiffres des PSAD\u00a0: {publication}",
            "opts": self.opts, "publication": publication, "groups": groups, "shown": shown,
            "hidden": figure_tables.HIDDEN, "all": ALL,
        }  # fmt: skip
        return TemplateResponse(request, "admin/psad/publication/figures.html", context)

    @method_decorator(require_safe)
    def file_view(self, request: HttpRequest, key: int, table: str, form: str) -> HttpResponse:
        publication = self._publication(request, str(key))
        if form not in FILES:
            raise Http404
        tables = figure_tables.tables_of(publication)
        name = f"psad-{publication.kind}-{publication.starts_on}-{table}"
        if table == ALL:
            return FILES[form](name, *figure_tables.whole(tables))
        found = next((one for one in tables if one.key == table), None)
        if found is None:
            raise Http404
        return FILES[form](name, found.file_header, found.rows)

    def _publication(self, request: HttpRequest, key: str) -> Publication:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self.get_object(request, key)
        if not isinstance(found, Publication):
            raise Http404
        return found
