"""Another wording of a published event, read beside the present one, accepted or refused (A5)."""

from __future__ import annotations

from copy import copy
from typing import Any

import rules as rules_engine
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from accounts.admin_filters import due_filter
from accounts.admin_rules import ReadOnlyAdmin, actor
from accounts.rules import runs_region
from events import due
from events.admin_moderation import ReasonForm
from events.models import Revision
from events.rules import serves_agency_of
from events.services import revising
from events.services.telling import account_of, addressees
from territories.admin import ServedFilter
from territories.due import served
from territories.rules import is_any_officer

_HELP = "Envoyé par courriel à qui a proposé la modification."
_TOLD = "\u00a0; le motif part par courriel à qui l’a proposée."
_UNTOLD = ". Aucun courriel ne part\u00a0: nous ne connaissons l’adresse de personne."


@rules_engine.predicate
def reads(user: Any, obj: Any = None) -> bool:
    """An officer: of any agency for the list, of the event's for one row."""
    return bool(is_any_officer(user)) if obj is None else bool(serves_agency_of(user, obj))


@admin.register(Revision)
class RevisionAdmin(ReadOnlyAdmin):
    view_rule = runs_region | reads
    list_display = ("event", "agency", "author_label", "created_at", "state", "decided_at")
    list_filter = (
        due_filter(a_relire=("À relire", due.waiting)),
        "state",
        ("event__agency", ServedFilter),
        "created_at",
    )
    list_select_related = ("event__agency",)
    search_fields = ("event__title",)
    fields = ("event", "author_label", "created_at", "state", "reason", "decided_at", "decided_label")

    def scope(self, user: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return served(user, queryset, "event__agency_id")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("<int:key>/accepter/", view(self.accept_view), name="events_revision_accept"),
            path("<int:key>/refuser/", view(self.refuse_view), name="events_revision_refuse"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        revision = self.get_object(request, object_id)
        context: dict[str, Any] = {}
        if revision is not None:
            waits = revision.state == Revision.State.WAITING
            context = {
                "title": "Modification proposée",
                "diff": revising.diff(revision),
                "waits": waits,
                "refusal": ReasonForm(help_text=_HELP),
                "author": account_of(revision.author_key),
            }
        more = dict(extra_context or {})
        if more.get("typed") is not None and context.get("waits"):
            context["refusal"], more["typed"], more["answering"] = more["typed"], None, True
        return super().change_view(request, object_id, form_url, context | more)

    @method_decorator(require_POST)
    def accept_view(self, request: HttpRequest, key: int) -> HttpResponse:
        revision = self._theirs(request, key)
        return self._decide(
            request, revision, lambda: revising.accept(revision, actor(request)), "Cette modification est publiée."
        )

    @method_decorator(require_POST)
    def refuse_view(self, request: HttpRequest, key: int) -> HttpResponse:
        revision, form = self._theirs(request, key), ReasonForm(request.POST, help_text=_HELP)
        if not form.is_valid():
            messages.error(request, f"Rien n’a été fait. {' '.join(map(str, form.errors['reason']))}")
            return self._again(request, revision, form)
        reason, told = form.cleaned_data["reason"], addressees(revision.event, revision.author_key)
        return self._decide(
            request, revision, lambda: revising.refuse(revision, reason, actor(request)),
            f"Cette modification est refusée{_TOLD if told else _UNTOLD}", form,
        )  # fmt: skip

    def _again(self, request: HttpRequest, revision: Revision, form: ReasonForm) -> HttpResponse:
        """The sheet as it stands now, with what was typed."""
        shown = copy(request)
        shown.method = "GET"
        return self.change_view(shown, str(revision.pk), "", {"typed": form})

    def _decide(
        self, request: HttpRequest, revision: Revision, act: Any, done: str, form: ReasonForm | None = None
    ) -> HttpResponse:
        try:
            act()
        except ValidationError as error:
            revision.refresh_from_db()
            by = (
                f" ({revision.get_state_display().lower()} par {revision.decided_label})"
                if revision.decided_label
                else ""
            )
            messages.warning(request, f"Rien n’a été fait. {' '.join(error.messages)}{by}")
            if form is not None:
                return self._again(request, revision, form)
        else:
            messages.success(request, done)
        return self._sheet(revision)

    def _theirs(self, request: HttpRequest, key: int) -> Revision:
        revision: Revision | None = self.get_queryset(request).select_related("event").filter(pk=key).first()
        if revision is None or not self.has_view_permission(request, revision):
            raise Http404
        return revision

    def _sheet(self, revision: Revision) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:events_revision_change", args=[revision.pk]))

    @admin.display(description="agence", ordering="event__agency__order")
    def agency(self, revision: Revision) -> str:
        return str(revision.event.agency or "La Région")
