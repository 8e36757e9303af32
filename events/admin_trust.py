"""Who publishes without being read before: given and taken back by the Region, with what follows said first (A5)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from accounts.admin_filters import due_filter
from accounts.admin_rules import RulesAdmin, actor
from accounts.rules import runs_region
from events import due
from events.models import Event, Trust
from events.services import trusting
from members.models import Organisation


class TrustForm(forms.ModelForm):
    """Only those that can be given it: organisations of the SPRO whose events are still read."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label="Organisme", empty_label="Choisissez",
        help_text="Un organisme du SPRO dont les évènements sont relus aujourd’hui.",
        error_messages={
            "required": "Choisissez un organisme.",
            "invalid_choice": "Choisissez un organisme du SPRO qui ne publie pas déjà sans relecture.",
        },
    )  # fmt: skip
    publish_waiting = forms.BooleanField(
        label="Publier tout de suite ceux de ses évènements qui attendent d’être relus", required=False,
        help_text="Sinon, ils restent dans la file de l’agence, qui les relit comme les autres.",
    )  # fmt: skip

    class Meta:
        model = Trust
        fields = ("organisation",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "organisation" in self.fields:
            trusted = Trust.objects.filter(ended_at=None).values("organisation")
            rows = Organisation.objects.filter(status__in=Organisation.BELONGING).exclude(pk__in=trusted)
            self.fields["organisation"].queryset = rows.order_by("sort_key", "pk")  # type: ignore[attr-defined]


@admin.register(Trust)
class TrustAdmin(RulesAdmin):
    """Given by the form that adds one, ended by the button of its sheet; never changed in place."""

    form = TrustForm
    change_rule = runs_region
    list_display = ("organisation", "since", "granted_label", "ended_at")
    list_filter = (due_filter("état", "etat", en_cours=("En cours", lambda rows: rows.filter(ended_at=None)),
                              terminee=("Terminées", lambda rows: rows.exclude(ended_at=None))),)  # fmt: skip
    list_select_related = ("organisation",)
    search_fields = ("organisation__name", "organisation__current_name")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.end_view)
        return [path("<int:key>/fin/", view, name="events_trust_end"), *super().get_urls()]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["organisation", "since", "granted_label", "ended_at"] if obj else ["organisation", "publish_waiting"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj) if obj else []

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        trust = context.get("original")
        if trust is not None:  # nothing to save on it: it ends by its button
            context |= dict.fromkeys(("show_save", "show_save_and_continue", "show_save_and_add_another"), False)
            context |= {"title": str(trust.organisation), "waiting": _waiting(trust.organisation).count(),
                        "waiting_url": _waiting_url(trust.organisation)}  # fmt: skip
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        if change:
            return
        granted = trusting.grant(organisation=obj.organisation, actor=actor(request))
        obj.pk, obj._state.adding = granted.pk, False
        if form.cleaned_data.get("publish_waiting"):
            done, left = trusting.publish_waiting(organisation=obj.organisation, actor=actor(request))
            messages.success(request, f"Évènements publiés\u00a0: {done}.")
            if left:
                messages.warning(request, f"Laissés tels quels\u00a0: {', '.join(left)}.")
        elif _waiting(obj.organisation).exists():
            messages.info(request, format_html(
                "Des évènements de cet organisme attendent encore\u00a0: <a href=\"{}\">les relire</a>.",
                _waiting_url(obj.organisation),
            ))  # fmt: skip

    @method_decorator(require_POST)
    def end_view(self, request: HttpRequest, key: int) -> HttpResponse:
        trust: Trust | None = self.get_queryset(request).filter(pk=key).first()
        if trust is None or not self.has_change_permission(request, trust):
            raise Http404
        trusting.end(trust=trust, actor=actor(request))
        messages.success(request, f"Les prochains évènements de {trust.organisation} seront relus.")
        return HttpResponseRedirect(reverse("admin:events_trust_change", args=[trust.pk]))


def _waiting(organisation: Organisation) -> QuerySet[Event]:
    return due.proposed(Event.objects.filter(organisation=organisation))


def _waiting_url(organisation: Organisation) -> str:
    return f"{reverse('admin:events_event_changelist')}?due=a-relire&q={organisation.slug}"
