"""Campaigns at the desk: prepared from the rules, their dates moved with a reason that the organisations read (R12)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.admin_rules import RulesAdmin, actor
from core.links import absolute
from core.values import day_in_words
from recognition.forms.sittings import day_input
from recognition.models import Campaign, Candidature, PassDay
from recognition.services import campaigns
from recognition.views.calendars import secret_of

MOVES_SHOWN = 50
ACTS_SHOWN = 100


class AddForm(forms.ModelForm):
    """A year: its dates come from the rules, and are moved afterwards."""

    class Meta:
        model = Campaign
        fields = ("year",)
        help_texts = {"year": "Ses dates viennent des règles de la reconnaissance\u00a0; vous pourrez les déplacer."}

    def clean_year(self) -> int:
        year = int(self.cleaned_data["year"])
        today = timezone.localdate()
        if not today.year <= year <= today.year + 10:
            raise ValidationError(f"Donnez une année de {today.year} à {today.year + 10}.")
        return year

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "year" in cleaned:
            try:
                campaigns.prepared(cleaned["year"])
            except ValidationError as error:
                self.add_error(None, error.messages)
        return cleaned

    def _post_clean(self) -> None:
        """Checked above with its dates; the service writes it."""
        self.instance.year = self.cleaned_data.get("year")


class MoveForm(forms.ModelForm):
    """The dates of a campaign; a reason, once one of them changes."""

    reason = forms.CharField(
        label="Pourquoi ces dates changent", required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Écrit dans l’historique, et dans le courriel aux organismes qui préparent un dossier.",
    )  # fmt: skip

    class Meta:
        model = Campaign
        fields = Campaign.STEPS
        widgets = {step: day_input() for step in Campaign.STEPS}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before = {step: getattr(self.instance, step) for step in Campaign.STEPS}
        for step in Campaign.STEPS:
            if step in self.fields and campaigns.done(self.instance, step):
                self.fields[step].disabled = True
                self.fields[step].help_text = campaigns.DONE

    def moved(self) -> dict[str, dt.date]:
        given = {step: self.cleaned_data.get(step) for step in Campaign.STEPS}
        return {step: day for step, day in given.items() if day and day != self.before[step]}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        moved = self.moved()
        if moved and not cleaned.get("reason", "").strip():
            self.add_error("reason", campaigns.NO_REASON)
        if moved and not self.errors:
            held = Campaign.objects.get(pk=self.instance.pk)
            try:
                campaigns.check_moves(held, moved, at=timezone.now())
            except ValidationError as error:
                self.add_error(None, error)
        return cleaned

    def _post_clean(self) -> None:
        """The service writes: the object at hand stays as it was until then."""


@admin.register(Campaign)
class CampaignAdmin(RulesAdmin):
    list_display = (
        "year", "shown_state", "shown_drafts", "shown_deposited", "shown_decided", "shown_window", "shown_council",
        "shown_crefop", "shown_commission",
    )  # fmt: skip
    ordering = ("-year",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        rows: QuerySet[Campaign] = super().get_queryset(request)
        state = Candidature.State
        return rows.select_related("charter").annotate(
            drafts=Count("candidatures", filter=Q(candidatures__state=state.DRAFT)),
            deposited=Count("candidatures", filter=Q(candidatures__deposited_at__isnull=False)),
            decided=Count("candidatures", filter=Q(candidatures__state__in=Candidature.DECIDED)),
        )

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, form=MoveForm if obj else AddForm, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ((None, {"fields": ("year",)}),)
        said = {"fields": ("shown_state", "shown_charter", "shown_pass")}
        if not self.has_change_permission(request, obj):
            return ((None, said), ("Les étapes", {"fields": Campaign.STEPS}))
        return ((None, said), ("Déplacer des dates", {"fields": (*Campaign.STEPS, "reason")}))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("shown_state", "shown_charter", "shown_pass") if obj else ()

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj else ()

    # --- columns

    @admin.display(description="où elle en est")
    def shown_state(self, campaign: Campaign) -> str:
        if campaign.closed_at:
            return f"close depuis le {day_in_words(timezone.localdate(campaign.closed_at))}"
        if campaign.opened_at:
            return f"ouverte depuis le {day_in_words(timezone.localdate(campaign.opened_at))}"
        return "à venir"

    @admin.display(description="cahier des charges")
    def shown_charter(self, campaign: Campaign) -> str:
        return str(campaign.charter)

    @admin.display(description="dernier passage du calendrier")
    def shown_pass(self, campaign: Campaign) -> str:
        last = PassDay.objects.first()
        return day_in_words(last.on) if last else "aucun"

    @admin.display(description="en préparation", ordering="drafts")
    def shown_drafts(self, campaign: Campaign) -> int:
        return int(campaign.drafts)  # type: ignore[attr-defined]

    @admin.display(description="déposés", ordering="deposited")
    def shown_deposited(self, campaign: Campaign) -> int:
        return int(campaign.deposited)  # type: ignore[attr-defined]

    @admin.display(description="décidés", ordering="decided")
    def shown_decided(self, campaign: Campaign) -> int:
        return int(campaign.decided)  # type: ignore[attr-defined]

    # --- its days, said shortly: the year is that of the campaign

    @admin.display(description="dossiers", ordering="opens_on")
    def shown_window(self, campaign: Campaign) -> str:
        return f"du {_short(campaign, campaign.opens_on)} au {_short(campaign, campaign.deadline_on)}"

    @admin.display(description="Conseil", ordering="council_on")
    def shown_council(self, campaign: Campaign) -> str:
        return _short(campaign, campaign.council_on)

    @admin.display(description="CREFOP", ordering="crefop_on")
    def shown_crefop(self, campaign: Campaign) -> str:
        return _short(campaign, campaign.crefop_on)

    @admin.display(description="Commission", ordering="commission_on")
    def shown_commission(self, campaign: Campaign) -> str:
        return _short(campaign, campaign.commission_on)

    # --- what is written

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            self._move(request, obj, form)
            return
        made = campaigns.create(year=obj.year, at=timezone.now(), actor=actor(request))
        obj.pk, obj._state.adding = made.pk, False

    def _move(self, request: HttpRequest, obj: Any, form: Any) -> None:
        held = Campaign.objects.get(pk=obj.pk)
        campaigns.move_steps(
            campaign=held, days=form.moved(), reason=form.cleaned_data.get("reason", ""), at=timezone.now(),
            actor=actor(request),
        )  # fmt: skip

    # --- pages

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        links = {"public_calendar": absolute(reverse("candidature_calendar"))}
        if self.has_view_permission(request):
            links["region_calendar"] = absolute(reverse("region_calendar", args=[secret_of(actor(request))]))
        return super().changelist_view(request, links | (extra_context or {}))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        found = Campaign.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        shown: dict[str, Any] = {"show_save_and_add_another": False}
        if found is not None:
            shown |= {
                "timeline": campaigns.timeline(found, on=timezone.localdate()),
                "acts": list(found.acts.filter(candidature=None).order_by("-at", "-pk")[:ACTS_SHOWN]),
            }
        return super().change_view(request, object_id, form_url, shown | (extra_context or {}))


def _short(campaign: Campaign, day: dt.date) -> str:
    """« 1er juin »."""
    return day_in_words(day).removesuffix(f" {campaign.year}")
