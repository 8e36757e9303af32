"""Agendas of members that are read, and how it went (A6): the Region's."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from accounts.admin_filters import due_filter
from accounts.admin_rules import ReadOnlyAdmin
from core.values import day_in_words
from events import due
from events.models import ImportRun, Source

RUNS_SHOWN = 10


@admin.register(Source)
class SourceAdmin(ReadOnlyAdmin):
    """Written by its organisation in the espace pro, where its errors are also shown."""

    list_display = ("name", "organisation", "format", "active", "shown_failing_since", "last_success_at", "next_run_at")
    list_filter = (due_filter(en_echec=("Que l’on n’arrive plus à lire", due.failing)), "active", "format")
    list_select_related = ("organisation",)
    search_fields = ("name", "url", "organisation__name", "organisation__current_name")
    fields = (
        "name", "slug", "organisation", "format", "url", "page_url", "active", "every_hours", "default_kind",
        "last_run_at", "last_success_at", "failures", "last_error", "next_run_at",
    )  # fmt: skip

    @admin.display(description="en panne depuis", ordering="failures")
    def shown_failing_since(self, source: Source) -> str:
        """The last time it could be read, once readings fail in a row."""
        if source.failures < due.FAILING:
            return "—"
        since = source.last_success_at
        return f"{day_in_words(timezone.localdate(since))} ({source.failures} échecs)" if since else "toujours"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        runs = ImportRun.objects.filter(source_id=object_id)[:RUNS_SHOWN] if object_id.isdecimal() else []
        return super().change_view(request, object_id, form_url, {"runs": runs} | (extra_context or {}))


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    list_display = (
        "shown_what",
        "organisation",
        "started_at",
        "outcome",
        "created",
        "updated",
        "withdrawn",
        "rejected",
    )
    list_filter = ("outcome", "started_at")
    list_select_related = ("organisation", "source")
    search_fields = ("source__name", "filename", "organisation__name", "organisation__current_name")
    fields = (
        "source", "organisation", "filename", "started_at", "finished_at", "outcome", "created", "updated",
        "unchanged", "withdrawn", "rejected", "error",
    )  # fmt: skip

    @admin.display(description="lecture", ordering="source__name")
    def shown_what(self, run: ImportRun) -> str:
        return run.source.name if run.source else run.filename or "Fichier"
