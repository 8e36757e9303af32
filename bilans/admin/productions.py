"""Bulk runs of documents at the desk: asked for, followed, stopped, what failed tried again (B4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import rules
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from accounts.admin_rules import RulesAdmin, actor
from bilans import kinds
from bilans.models import Campaign, Item, Production
from bilans.rules import may_read_whole, runs_bilans
from bilans.services import bulk

FOLLOWED_EVERY = 5  # seconds, when the person asks for it


def plurals() -> list[tuple[str, str]]:
    """Every kind of bilans, as a list of them is called."""
    return [(kind.key, kind.plural) for kind in kinds.every()]


class AskForm(forms.ModelForm):
    """A year and sorts of bilans."""

    sorts = forms.MultipleChoiceField(
        label="Sortes de bilans", choices=plurals, initial=kinds.names, widget=forms.CheckboxSelectMultiple,
        help_text="Un document dont les données n’ont pas changé n’est pas redessiné.",
        error_messages={"required": "Cochez au moins une sorte de bilans."},
    )  # fmt: skip

    class Meta:
        model = Production
        fields = ("campaign",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        opened = Campaign.objects.filter(opened_at__isnull=False)
        field = self.fields["campaign"]
        field.queryset = opened  # type: ignore[attr-defined]
        field.empty_label = None  # type: ignore[attr-defined]
        for may in ("can_add_related", "can_change_related", "can_view_related"):
            setattr(field.widget, may, False)  # a year is chosen here, and prepared elsewhere

    def clean_campaign(self) -> Campaign:
        campaign: Campaign = self.cleaned_data["campaign"]
        if bulk.current(campaign) is not None:
            raise ValidationError(bulk.BUSY)
        return campaign

    def _post_clean(self) -> None:
        """Checked above; the service writes it."""
        if campaign := self.cleaned_data.get("campaign"):
            self.instance.campaign = campaign


@admin.register(Production)
class ProductionAdmin(RulesAdmin):
    view_rule = add_rule = runs_bilans
    change_rule = delete_rule = rules.always_deny
    form = AskForm
    fields = ("campaign", "sorts")
    list_display = ("campaign", "shown_kinds", "asked_at", "shown_state", "shown_progress", "shown_failed")
    list_display_links = ("campaign", "shown_kinds")
    list_filter = ("campaign",)
    list_select_related = ("campaign",)

    def get_urls(self) -> list[Any]:
        acts = {"arreter": self.stop_view, "reprendre": self.resume_view, "echecs": self.retry_view}
        return [
            *(
                path(f"<int:key>/{act}/", self.admin_site.admin_view(view), name=f"bilans_production_{act}")
                for act, view in acts.items()
            ),
            *super().get_urls(),
        ]

    # --- columns

    def prepare_rows(self, rows: Iterable[Any]) -> Iterable[Any]:
        found = list(rows)
        known = bulk.progress_of(found)
        for row in found:
            row.progress = known[row.pk]
        return found

    @admin.display(description="sortes")
    def shown_kinds(self, production: Production) -> str:
        return ", ".join(kind.plural for kind in bulk.kinds_of(production)) if production.kinds else "Toutes"

    @admin.display(description="où elle en est")
    def shown_state(self, production: Production) -> str:
        return state_of(production)

    @admin.display(description="documents faits")
    def shown_progress(self, production: Production) -> str:
        done: bulk.Progress = production.progress  # type: ignore[attr-defined]
        return f"{done.done} sur {done.total}"

    @admin.display(description="en échec")
    def shown_failed(self, production: Production) -> int:
        return int(production.progress.failed)  # type: ignore[attr-defined]

    # --- asking

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        sorts = form.cleaned_data["sorts"]
        sorts = [] if set(sorts) == set(kinds.names()) else sorts  # all of them, those of a room to come too
        made = bulk.start(obj.campaign, sorts, actor(request), at=timezone.now())
        obj.pk, obj.asked_at, obj.kinds = made.pk, made.asked_at, made.kinds

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> Any:
        context = {
            "title": "Produire les documents d’une année",
            "show_save_and_add_another": False,
            "show_save_and_continue": False,
        }
        try:
            return super().add_view(request, form_url, context | (extra_context or {}))
        except ValidationError as error:  # asked by somebody else in the same second, or nothing to make
            messages.error(request, " ".join(error.messages))
            return HttpResponseRedirect(reverse("admin:bilans_production_changelist"))

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        messages.success(request, "La production est demandée.")
        return self._back(obj.pk)

    # --- following

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """How far it is and each document; `?suivre=1`: the page comes back by itself while it runs."""
        production = self._theirs(request, object_id)
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        items = list(production.items.select_related("bilan", "document").defer("document__content").order_by("order"))
        running = not production.finished_at and not production.stopped_at
        followed = running and request.GET.get("suivre") == "1"
        context = {
            **self.admin_site.each_context(request), "title": str(production), "opts": self.opts,
            "original": production, "has_view_permission": True, "kinds": self.shown_kinds(production),
            "state": state_of(production), "progress": bulk.progress(production), "running": running,
            "followed": followed, "every": FOLLOWED_EVERY, "reads": may_read_whole(request.user),
            "failures": [item for item in items if item.state == Item.State.FAILED],
            "items": items,
        }  # fmt: skip
        answer = TemplateResponse(request, "admin/bilans/production/follow.html", context)
        if followed:
            answer["Refresh"] = str(FOLLOWED_EVERY)
        return answer

    @method_decorator(require_POST)
    def stop_view(self, request: HttpRequest, key: int) -> HttpResponse:
        return self._act(
            request, key, lambda one, user: bulk.stop(one, user=user, at=timezone.now()),
            "La production est arrêtée\u00a0: ce qui est commencé se termine.",
        )  # fmt: skip

    @method_decorator(require_POST)
    def resume_view(self, request: HttpRequest, key: int) -> HttpResponse:
        return self._act(request, key, lambda one, user: bulk.resume(one, user=user), "La production reprend.")

    @method_decorator(require_POST)
    def retry_view(self, request: HttpRequest, key: int) -> HttpResponse:
        return self._act(
            request, key, lambda one, user: bulk.retry(one, user=user), "Les documents en échec sont retentés."
        )

    def _act(self, request: HttpRequest, key: int, act: Callable[[Production, Any], Any], said: str) -> HttpResponse:
        production = self._theirs(request, str(key))
        try:
            act(production, actor(request))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, said)
        return self._back(production.pk)

    def _theirs(self, request: HttpRequest, key: str) -> Production:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self.get_object(request, key)
        if not isinstance(found, Production):
            raise Http404
        return found

    def _back(self, key: Any) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:bilans_production_change", args=[key]))


def state_of(production: Production) -> str:
    """Where a run is, in words."""
    if production.finished_at:
        return "finie"
    return "arrêtée" if production.stopped_at else "en cours"
