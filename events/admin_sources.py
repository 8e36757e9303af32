"""Agendas of members that are read, how it went, and who publishes without being read before (A5, A6): the Region's."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from accounts.admin_filters import due_filter
from accounts.admin_rules import ReadOnlyAdmin, RulesAdmin, actor
from accounts.rules import runs_region
from events import due
from events.models import ImportRun, Source, Trust
from events.services import trusting
from members.models import Organisation

RUNS_SHOWN = 10


@admin.register(Source)
class SourceAdmin(ReadOnlyAdmin):
    """Written by its organisation in the espace pro, where its errors are also shown."""

    list_display = ("name", "organisation", "format", "active", "failures", "last_success_at", "next_run_at")
    list_filter = (due_filter(en_echec=("Que l’on n’arrive plus à lire", due.failing)), "active", "format")
    list_select_related = ("organisation",)
    search_fields = ("name", "url", "organisation__name", "organisation__current_name")
    fields = (
        "name", "slug", "organisation", "format", "url", "page_url", "active", "every_hours", "default_kind",
        "last_run_at", "last_success_at", "failures", "last_error", "next_run_at",
    )  # fmt: skip

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


class TrustForm(forms.ModelForm):
    class Meta:
        model = Trust
        fields = ("organisation",)

    def clean_organisation(self) -> Organisation:
        organisation: Organisation = self.cleaned_data["organisation"]
        if organisation.status not in Organisation.BELONGING:
            raise forms.ValidationError("Seul un organisme du SPRO peut publier sans relecture.")
        if Trust.objects.filter(organisation=organisation, ended_at=None).exists():
            raise forms.ValidationError(trusting.ALREADY)
        return organisation


@admin.register(Trust)
class TrustAdmin(RulesAdmin):
    """Given by the form that adds one, ended by the action of the list; never changed in place."""

    form = TrustForm
    change_rule = runs_region
    list_display = ("organisation", "since", "granted_label", "ended_at")
    list_filter = (due_filter("état", "etat", en_cours=("En cours", lambda rows: rows.filter(ended_at=None)),
                              terminee=("Terminées", lambda rows: rows.exclude(ended_at=None))),)  # fmt: skip
    list_select_related = ("organisation",)
    search_fields = ("organisation__name", "organisation__current_name")
    autocomplete_fields = ("organisation",)
    actions = ("put_an_end",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["organisation", "since", "granted_label", "ended_at"] if obj else ["organisation"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj) if obj else []

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        if context.get("original") is not None:  # nothing to save on it: it ends by the action of the list
            context |= dict.fromkeys(("show_save", "show_save_and_continue", "show_save_and_add_another"), False)
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        if change:
            return
        granted = trusting.grant(organisation=obj.organisation, actor=actor(request))
        obj.pk, obj._state.adding = granted.pk, False

    @admin.action(description="Relire de nouveau leurs évènements", permissions=["change"])
    def put_an_end(self, request: HttpRequest, queryset: QuerySet[Trust]) -> None:
        running = list(queryset.filter(ended_at=None))
        for trust in running:
            trusting.end(trust=trust, actor=actor(request))
        if running:
            messages.success(request, f"Organismes dont les évènements sont relus de nouveau\u00a0: {len(running)}.")
        else:
            messages.warning(request, "Aucun de ces organismes ne publiait sans relecture.")
