"""The queue of dossiers and the page of each, for who has never read the code (R5, S3)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from accounts.admin_filters import due_filter
from accounts.admin_rules import actor
from accounts.rules import runs_region
from core.spreadsheets import csv_file, xlsx_file
from recognition import figures, queue
from recognition.admin.candidature_compare import CandidatureCompare
from recognition.dossier_sheet import is_read, sheet_of
from recognition.forms.instructing import colleagues
from recognition.models import Candidature
from recognition.rules import may_examine
from recognition.services.consulting import opened
from territories.admin import ServedFilter
from territories.due import served

_FILES: dict[str, Callable[..., HttpResponse]] = {"csv": partial(csv_file, comma=True), "xlsx": xlsx_file}
State = Candidature.State


class FollowedFilter(admin.SimpleListFilter):
    """Who follows the dossier: oneself, nobody, or a colleague."""

    title, parameter_name = "suivi par", "suivi"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        others = [(str(user.pk), str(user)) for user in colleagues() if user.pk != request.user.pk]
        return [("moi", "Moi"), ("personne", "Personne"), *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen == "moi":
            return queryset.filter(assigned_to=request.user)
        if chosen == "personne":
            return queryset.filter(assigned_to=None)
        known = {key for key, _ in self.lookup_choices}
        return queryset.filter(assigned_to=chosen) if chosen in known else queryset


class Queue(ChangeList):
    """Sorted as the queue is, here only: a list of dossiers in another form does not know the rank."""

    def _get_default_ordering(self) -> list[str]:
        return ["rank", "since"]


@admin.register(Candidature)
class CandidatureAdmin(CandidatureCompare):
    list_display = (
        "shown_organisation", "shown_turn", "shown_days", "state", "shown_campaign", "shown_sites", "agency",
        "assigned_to",
    )  # fmt: skip
    list_filter = (
        due_filter(
            region=("Attend la Région", queue.ours),
            a_verifier=("À vérifier (complet ou non)", queue.to_check),
            a_examiner=("À examiner", queue.to_assess),
            en_retard=("Réponse en retard", queue.overdue),
            messages=("Avec un message non lu", queue.unread),
            sans_suivi=("Que personne ne suit", queue.unassigned),
        ),
        "state", "campaign", ("agency", ServedFilter), FollowedFilter, "kind",
    )  # fmt: skip
    list_select_related = ("organisation", "campaign", "agency", "assigned_to")
    search_fields = ("organisation__name", "organisation__current_name", "siret", "receipt_number")
    search_help_text = "Nom de l’organisme, SIRET ou numéro d’accusé de réception"
    export_fields = ("kind", "siret", "receipt_number", "deposited_at", "completed_at", "ready_at", "ended_at")
    fields = ()

    def get_urls(self) -> list[Any]:
        view, name = self.admin_site.admin_view, "recognition_candidature"
        return [
            path("statistiques/", view(self.figures_view), name=f"{name}_figures"),
            path("statistiques/<slug:table>.<slug:form>", view(self.figures_file), name=f"{name}_figures_file"),
            *super().get_urls(),
        ]

    def scope(self, user: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """An officer of an agency reads what was deposited there; the Region sees, besides, that drafts exist."""
        if runs_region.test(user):
            return queryset
        return served(user, queryset).filter(deposited_at__isnull=False)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Candidature]:
        rows: QuerySet[Candidature] = super().get_queryset(request)
        return queue.queued(rows.select_related("organisation", "campaign", "charter", "agency", "assigned_to"))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Queue

    # --- the list

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        context: dict[str, Any] = {"may_examine": may_examine.test(request.user)}
        if request.method == "GET" and self.has_view_permission(request):
            context["waiting"] = self._waiting(request)
        return super().changelist_view(request, context | (extra_context or {}))

    def _waiting(self, request: HttpRequest) -> list[dict[str, Any]]:
        """What the list holds for the Region today, each line with its filter."""
        rows = self.scope(request.user, Candidature.objects.all())
        lines = (
            ("a-verifier", "à vérifier", queue.to_check), ("a-examiner", "à examiner", queue.to_assess),
            ("en-retard", "dont la réponse est en retard", queue.overdue),
            ("messages", "avec un message non lu", queue.unread),
        )  # fmt: skip
        found = [{"due": due, "label": label, "count": narrow(rows).count()} for due, label, narrow in lines]
        return [line for line in found if line["count"]]

    @admin.display(description="organisme", ordering="organisation__sort_key")
    def shown_organisation(self, dossier: Candidature) -> str:
        return dossier.organisation.display_name

    @admin.display(description="ce qui attend", ordering="rank")
    def shown_turn(self, dossier: Any) -> str:
        said = queue.turn(dossier, timezone.localdate())
        return format_html("<b>{}</b>", said) if said and dossier.rank == queue.OURS else said or "–"

    @admin.display(description="depuis", ordering="since")
    def shown_days(self, dossier: Any) -> str:
        days = queue.days_waiting(dossier, timezone.localdate())
        if days is None:
            return "–"
        return "aujourd’hui" if days == 0 else f"{days}\u00a0jour{'s' if days > 1 else ''}"

    @admin.display(description="campagne", ordering="campaign__year")
    def shown_campaign(self, dossier: Candidature) -> int:
        return dossier.campaign.year

    @admin.display(description="sites", ordering="site_count")
    def shown_sites(self, dossier: Any) -> int | str:
        """Those of a draft are its organisation's own until the deposit (O2)."""
        return int(dossier.site_count) if is_read(dossier) else "–"

    # --- the page of one

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        dossier = self.get_object(request, object_id)
        more = dict(extra_context or {})
        context: dict[str, Any] = {"title": "Dossier"}
        if dossier is not None and self.has_view_permission(request, dossier):
            if is_read(dossier):
                opened(candidature=dossier, actor=actor(request))
            title = f"{dossier.organisation.display_name}, campagne {dossier.campaign.year}"
            context = {"title": title, "subtitle": None}
            context |= sheet_of(
                dossier, at=timezone.now(), today=timezone.localdate(), writes=bool(may_examine.test(request.user)),
                typed=more.pop("typed", None),
            )  # fmt: skip
        return super().change_view(request, object_id, form_url, context | more)

    # --- figures

    @method_decorator(require_safe)
    def figures_view(self, request: HttpRequest) -> HttpResponse:
        self._for_region(request)
        year = _year(request)
        context = {
            **self.admin_site.each_context(request), "title": "Statistiques de la reconnaissance", "opts": self.opts,
            "tables": figures.tables(year), "years": figures.years(), "year": year,
            "query": f"?annee={year}" if year else "",
        }  # fmt: skip
        return TemplateResponse(request, "admin/recognition/candidature/figures.html", context)

    @method_decorator(require_safe)
    def figures_file(self, request: HttpRequest, table: str, form: str) -> HttpResponse:
        self._for_region(request)
        found = next((made for made in figures.tables(_year(request)) if made.key == table), None)
        if found is None or form not in _FILES:
            raise Http404
        return _FILES[form](f"reconnaissance-{found.key}-{timezone.localdate():%Y-%m-%d}", found.header, found.rows)

    def _for_region(self, request: HttpRequest) -> None:
        if not may_examine.test(request.user):
            raise PermissionDenied


def _year(request: HttpRequest) -> int | None:
    """The campaign chosen. Raises `Http404` for one that does not exist."""
    said = request.GET.get("annee", "")
    if not said:
        return None
    known = {str(year): year for year in figures.years()}
    if said not in known:
        raise Http404
    return known[said]


def queue_url(due: str = "") -> str:
    """The list, filtered by one of its « ce qui est à faire »."""
    url = reverse("admin:recognition_candidature_changelist")
    return f"{url}?due={due}" if due else url
