"""A sitting at the desk, on one page: what remains to be done, the agenda, each opinion, the minutes (R6, T4)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from accounts.admin_filters import due_filter
from accounts.admin_rules import actor
from core.values import day_in_words
from recognition import due
from recognition.admin.sitting_papers import SittingPapers
from recognition.forms.sittings import PlanForm
from recognition.models import Campaign, GoverningBody, Sitting
from recognition.services.sitting import plan_sitting
from recognition.sitting_sheet import sheet_of, stage_of

_STEPS = {GoverningBody.Kind.DECISION: "commission_on"}
_OPINION_STEPS = ("council_on", "crefop_on")


@admin.register(Sitting)
class SittingAdmin(SittingPapers):
    form = PlanForm
    list_display = ("shown_name", "campaign", "shown_said", "shown_stage")
    list_filter = (
        due_filter(
            a_venir=("À venir", due.to_come),
            bientot=("Dans les 30 jours", due.soon),
            sans_compte_rendu=("Passées, sans compte rendu arrêté", due.unclosed),
            a_decider=("Avec des décisions à saisir", due.undecided),
        ),
        "body", "campaign",
    )  # fmt: skip
    list_select_related = ("body", "campaign")
    export_fields = ("body", "held_on", "place", "closed_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Sitting]:
        rows: QuerySet[Sitting] = super().get_queryset(request)
        return rows.annotate(
            dossiers=Count("items", distinct=True), said=Count("opinions", distinct=True),
            decided=Count("decisions", distinct=True),
        )  # fmt: skip

    # --- planning one

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj else ("body", "held_on", "reason", "starts_at", "place")

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        """Made by the service; if a colleague made it at the same instant, theirs is shown."""
        try:
            made = plan_sitting(
                body=obj.body, held_on=obj.held_on, starts_at=obj.starts_at, place=obj.place,
                reason=form.cleaned_data["reason"], at=timezone.now(), actor=actor(request),
            )  # fmt: skip
        except ValidationError as error:
            messages.warning(request, " ".join(error.messages))
            made = Sitting.objects.get(body=obj.body, held_on=obj.held_on)
        obj.pk, obj._state.adding = made.pk, False

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        messages.success(request, "La séance est prévue\u00a0: il reste à bâtir son ordre du jour.")
        return self.sheet(obj)

    # --- its page, its list

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        sitting = self.get_object(request, object_id)
        more = dict(extra_context or {})
        context: dict[str, Any] = {"title": "Séance"}
        if sitting is not None:
            context = {"title": _title(sitting), "subtitle": None}
            context |= sheet_of(sitting, timezone.localdate(), more.pop("typed", None))
        return super().change_view(request, object_id, form_url, context | more)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        context = {"without_sitting": _to_plan()}
        return super().changelist_view(request, context | (extra_context or {}))

    @admin.display(description="séance", ordering="held_on")
    def shown_name(self, sitting: Sitting) -> str:
        return _title(sitting)

    @admin.display(description="ce qui est dit", ordering="dossiers")
    def shown_said(self, sitting: Any) -> str:
        if not sitting.dossiers:
            return "ordre du jour à bâtir" if sitting.closed_at is None else "aucun dossier"
        decides = sitting.body.kind == GoverningBody.Kind.DECISION
        done, what = (sitting.decided, "décision") if decides else (sitting.said, "avis")
        ends = "s" if done > 1 and decides else ""
        return f"{done} {what}{ends} sur {sitting.dossiers} dossier{'s' if sitting.dossiers > 1 else ''}"

    @admin.display(description="où elle en est", ordering="closed_at")
    def shown_stage(self, sitting: Sitting) -> str:
        return stage_of(sitting, timezone.localdate()).label


def _title(sitting: Sitting) -> str:
    return f"{sitting.body}, {day_in_words(sitting.held_on)}"


def _to_plan() -> list[dict[str, Any]]:
    """For each body that dossiers wait for: how many, and the form that plans its sitting on the campaign's day."""
    found = due.without_sitting()
    if not found:
        return []
    today = timezone.localdate()
    campaign = Campaign.objects.filter(year=today.year).first()
    opinions = list(GoverningBody.objects.filter(kind=GoverningBody.Kind.OPINION).values_list("pk", flat=True))
    lines = []
    for body, count in found:
        known = {"body": body.pk}
        step = _STEPS.get(GoverningBody.Kind(body.kind)) or dict(zip(opinions, _OPINION_STEPS, strict=False)).get(
            body.pk
        )
        day = getattr(campaign, step) if campaign and step else None
        if day and day >= today:
            known["held_on"] = day.isoformat()
        coming = Sitting.objects.filter(body=body, held_on__gte=today, closed_at=None).order_by("held_on").first()
        lines.append({
            "body": body, "count": count, "coming": coming,
            "url": f"{reverse('admin:recognition_sitting_add')}?{urlencode(known)}",
        })  # fmt: skip
    return lines
