"""Campaigns of bilans at the desk: prepared, opened, moved with a reason, closed; where each year is (B2, S3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from accounts.admin_rules import RulesAdmin, actor
from bilans import kinds
from bilans.admin.publishing import PublishingMixin
from bilans.forms import AddForm, MoveForm, SureForm
from bilans.models import Bilan, Campaign
from bilans.rules import may_follow, may_read_whole, runs_bilans
from bilans.services import campaigns
from core.values import day_in_words

ACTS_SHOWN = 100
OPEN = "J’ouvre cette campagne\u00a0: tous les bilans sont créés, et celles et ceux qui les remplissent sont prévenus."
CLOSE = "Je clos cette campagne\u00a0: plus rien ne se dépose."
LABELS = (
    ("untouched", "À remplir"), ("begun", "Commencés"), ("submitted", "Déposés"), ("returned", "À reprendre"),
    ("accepted", "Acceptés"), ("total", "Total"),
)  # fmt: skip


@admin.register(Campaign)
class CampaignAdmin(PublishingMixin, RulesAdmin):
    view_rule = add_rule = change_rule = runs_bilans
    list_display = ("year", "shown_state", "shown_received", "shown_accepted", "opens_on", "due_on", "closes_on")
    ordering = ("-year",)

    def get_urls(self) -> list[Any]:
        acts = {"ouvrir": self.open_view, "clore": self.close_view}
        return [
            *(
                path(f"<int:key>/{act}/", self.admin_site.admin_view(view), name=f"bilans_campaign_{act}")
                for act, view in acts.items()
            ),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        rows: QuerySet[Campaign] = super().get_queryset(request)
        return rows.annotate(
            asked=Count("bilans"),
            received=Count("bilans", filter=Q(bilans__state__in=Bilan.COUNTED)),
            accepted=Count("bilans", filter=Q(bilans__state=Bilan.State.ACCEPTED)),
        )

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, form=MoveForm if obj else AddForm, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ((None, {"fields": ("year",)}),)
        return (
            ("Déplacer des dates", {"fields": (*campaigns.DATES, "reason")}),
            ("Relances et saisie", {"fields": campaigns.SETTLED}),
        )

    # --- columns

    @admin.display(description="où elle en est")
    def shown_state(self, campaign: Campaign) -> str:
        return state_of(campaign)

    @admin.display(description="déposés", ordering="received")
    def shown_received(self, campaign: Any) -> str:
        return f"{campaign.received} sur {campaign.asked}"

    @admin.display(description="acceptés", ordering="accepted")
    def shown_accepted(self, campaign: Any) -> int:
        return int(campaign.accepted)

    # --- what is written

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            held, now = Campaign.objects.get(pk=obj.pk), timezone.now()
            reason = form.cleaned_data.get("reason", "")
            campaigns.move(held, days=form.moved(), reason=reason, at=now, actor=actor(request))
            campaigns.settle(held, values=form.settled(), at=now, actor=actor(request))
            return
        made = campaigns.create_campaign(year=obj.year, actor=actor(request))
        obj.pk, obj._state.adding = made.pk, False

    @method_decorator(require_POST)
    def open_view(self, request: HttpRequest, key: int) -> HttpResponse:
        return self._do(request, key, "ouvrir", "La campagne est ouverte\u00a0: les bilans sont à remplir.")

    @method_decorator(require_POST)
    def close_view(self, request: HttpRequest, key: int) -> HttpResponse:
        return self._do(request, key, "clore", "La campagne est close\u00a0: plus rien ne se dépose.")

    def _do(self, request: HttpRequest, key: int, act: str, done: str) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        campaign = Campaign.objects.filter(pk=key).first()
        if campaign is None:
            raise Http404
        verb = campaigns.open_campaign if act == "ouvrir" else campaigns.close_campaign
        if not SureForm(request.POST).is_valid():
            messages.error(request, "Rien n’a changé\u00a0: cochez la case pour confirmer.")
        else:
            try:
                found = verb(campaign, at=timezone.now(), actor=actor(request))
            except ValidationError as error:
                messages.error(request, " ".join(error.messages))
            else:
                messages.success(request, done if found else "C’était déjà fait.")
        return HttpResponseRedirect(reverse("admin:bilans_campaign_change", args=[key]))

    # --- pages

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        found = Campaign.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        shown: dict[str, Any] = {"show_save_and_add_another": False}
        if found is not None:
            shown |= (
                {"title": str(found), "subtitle": None}
                | sheet_of(found)
                | {"reads": may_read_whole(request.user), "follows": may_follow(request.user)}
            )
        return super().change_view(request, object_id, form_url, shown | (extra_context or {}))


def sheet_of(campaign: Campaign) -> dict[str, Any]:
    """What the page of a campaign shows besides its form: where it is, its counts, what was done."""
    return {
        "said": state_of(campaign), "counts": counts_of(campaign), "labels": [label for _, label in LABELS],
        "acts": list(campaign.acts.all()[:ACTS_SHOWN]),
        "opening": SureForm(key="ouvrir", label=OPEN) if campaign.opened_at is None else None,
        "closing": SureForm(key="clore", label=CLOSE) if campaign.running else None,
    }  # fmt: skip


def counts_of(campaign: Campaign) -> list[tuple[str, list[int]]]:
    """By kind: untouched, begun, submitted, returned, accepted, all."""
    state, draft = Bilan.State, Q(state=Bilan.State.DRAFT)
    rows: Iterable[Any] = campaign.bilans.order_by().values("kind").annotate(
        untouched=Count("pk", filter=draft & Q(first_saved_at=None)),
        begun=Count("pk", filter=draft & Q(first_saved_at__isnull=False)),
        submitted=Count("pk", filter=Q(state=state.SUBMITTED)),
        returned=Count("pk", filter=Q(state=state.RETURNED)),
        accepted=Count("pk", filter=Q(state=state.ACCEPTED)),
        total=Count("pk"),
    )  # fmt: skip
    found = {row["kind"]: [row[name] for name, _ in LABELS] for row in rows}
    return [(kind.plural, found[kind.key]) for kind in kinds.every() if kind.key in found]


def state_of(campaign: Campaign) -> str:
    """« ouverte, à rendre le 31 mars 2026 »."""
    if campaign.closed_at:
        return f"close depuis le {day_in_words(timezone.localdate(campaign.closed_at))}"
    if campaign.opened_at:
        return f"ouverte, bilans à rendre le {day_in_words(campaign.due_on)}"
    return f"à venir, ouverture le {day_in_words(campaign.opens_on)}"
