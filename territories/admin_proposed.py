"""A place that its organisation proposed, decided from its own sheet: listed, or refused with a reason."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from accounts.admin_rules import RulesAdmin, actor
from territories.models import Site
from territories.services_sites import list_site, refuse_site

DECIDED = "Ce lieu n’attend plus de réponse."


class RefusalForm(forms.Form):
    reason = forms.CharField(
        label="Motif du refus", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Envoyé par courriel aux gestionnaires de l’organisme\u00a0; le journal ne le garde pas.",
        error_messages={"required": "Dites pourquoi ce lieu est refusé\u00a0: l’organisme le lira."},
    )  # fmt: skip


class ProposedPlaces(RulesAdmin):
    """The two answers to a proposed place; whoever may not change its sheet does not know them (404)."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("<int:key>/lister/", view(self.list_view), name="territories_site_list"),
            path("<int:key>/refuser/", view(self.refuse_view), name="territories_site_refuse"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        site = self.get_object(request, object_id)
        waits = site is not None and site.proposed_at and not site.listed and self.has_change_permission(request, site)
        context = {"refusal": RefusalForm() if waits else None}
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    @method_decorator(require_POST)
    def list_view(self, request: HttpRequest, key: int) -> HttpResponse:
        site = self._place(request, key)
        try:
            list_site(site=site, actor=actor(request))
        except ValidationError as error:
            messages.warning(request, " ".join(error.messages))
        else:
            messages.success(request, "Ce lieu est dans l’annuaire.")
        return self._sheet(site)

    @method_decorator(require_POST)
    def refuse_view(self, request: HttpRequest, key: int) -> HttpResponse:
        site = self._place(request, key)
        form = RefusalForm(request.POST)
        if not form.is_valid():
            messages.error(request, f"Rien n’a été fait. {' '.join(map(str, form.errors['reason']))}")
        elif refuse_site(site=site, reason=form.cleaned_data["reason"], actor=actor(request)):
            messages.success(request, "Ce lieu est refusé\u00a0; ses gestionnaires l’apprennent par courriel.")
        else:
            messages.warning(request, DECIDED)
        return self._sheet(site)

    def _place(self, request: HttpRequest, key: int) -> Site:
        site: Site | None = self.get_queryset(request).filter(pk=key).first()
        if site is None or not self.has_change_permission(request, site):
            raise Http404
        return site

    def _sheet(self, site: Site) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:territories_site_change", args=[site.pk]))
