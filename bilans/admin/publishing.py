"""The synthesis at the desk, on the page of a campaign: what stands in its way, given to the public, taken back.

A worker publishes it: the page says that it is being made, and comes back by itself (`?suivre=1`) until it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from copy import copy
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from bilans.admin.productions import FOLLOWED_EVERY
from bilans.forms import SureForm
from bilans.models import Campaign, Document
from bilans.rules import may_decide
from bilans.services import asking, publishing
from bilans.services.bulk import QUIET_AFTER
from recognition.admin.acts import NOTHING
from recognition.forms.sittings import DeskForm, tell

SURE = "Je publie\u00a0: le bilan de la région est accepté, tout le monde lit la synthèse, son PDF et ses données."
ASKED = "La publication est demandée\u00a0: la synthèse paraît dès que son document est prêt."
ASKED_ALREADY = "La publication de cette synthèse est déjà en cours."
LONG = dt.timedelta(minutes=10)  # a worker that began it so long ago is not at it any more
CALLED_OFF = "La publication demandée est annulée\u00a0: rien ne paraîtra."
UNDONE = "La synthèse est retirée\u00a0: plus personne ne la lit."


class WithdrawForm(DeskForm):
    """Why the synthesis is taken back."""

    reason = forms.CharField(
        label="Pourquoi la retirer", max_length=250, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Gardé dans l’historique de la campagne, jamais montré au public.",
        error_messages={"required": publishing.NO_REASON},
    )  # fmt: skip


class PublishingMixin:
    """The acts of publication of a `CampaignAdmin`, for the Region's staff; `_publishing.html` shows them."""

    admin_site: Any

    def get_urls(self) -> list[Any]:
        acts = {"publier": self.publish_view, "annuler": self.call_off_view, "retirer": self.withdraw_view}
        return [
            *(
                path(f"<int:key>/{act}/", self.admin_site.admin_view(view), name=f"bilans_campaign_{act}")
                for act, view in acts.items()
            ),
            *super().get_urls(),  # type: ignore[misc]
        ]

    @method_decorator(require_POST)
    def publish_view(self, request: HttpRequest, key: int) -> HttpResponse:
        campaign = self._theirs(request, key)
        form = SureForm(request.POST, key="publier", label=SURE)
        if not form.is_valid():
            if sheet_of(campaign, {})["form"]:
                return self._refused(request, campaign, "publier", form)
            messages.error(request, "Rien n’a changé\u00a0: cette synthèse ne peut pas être publiée maintenant.")
            return _back(campaign)
        try:
            new = asking.ask(campaign, actor=request.user, at=timezone.now())  # type: ignore[arg-type]
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return _back(campaign)
        messages.add_message(request, *((messages.SUCCESS, ASKED) if new else (messages.INFO, ASKED_ALREADY)))
        return _back(campaign, "?suivre=1")

    @method_decorator(require_POST)
    def call_off_view(self, request: HttpRequest, key: int) -> HttpResponse:
        campaign = self._theirs(request, key)
        try:
            asking.call_off(campaign, actor=request.user, at=timezone.now())  # type: ignore[arg-type]
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, CALLED_OFF)
        return _back(campaign)

    @method_decorator(require_POST)
    def withdraw_view(self, request: HttpRequest, key: int) -> HttpResponse:
        campaign, form = self._theirs(request, key), WithdrawForm(request.POST, key="retirer")
        if form.is_valid():
            given = form.cleaned_data["reason"]
            try:
                publishing.withdraw(campaign, actor=request.user, at=timezone.now(), reason=given)  # type: ignore[arg-type]
            except ValidationError as error:
                tell(form, error)
        if not form.errors:
            messages.success(request, UNDONE)
            return _back(campaign)
        return self._refused(request, campaign, "retirer", form)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        found = Campaign.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        more = dict(extra_context or {})
        typed = more.pop("typed", {})
        if found is None or not may_decide(request.user):
            return super().change_view(request, object_id, form_url, more)  # type: ignore[misc]
        followed = found.publishing and request.method == "GET" and request.GET.get("suivre") == "1"
        shown = {"publication": sheet_of(found, typed) | {"followed": followed}}
        answer = super().change_view(request, object_id, form_url, shown | more)  # type: ignore[misc]
        if followed:
            answer["Refresh"] = str(FOLLOWED_EVERY)
        return answer

    def _refused(self, request: HttpRequest, campaign: Campaign, act: str, form: DeskForm) -> HttpResponse:
        """The page again, with what was typed and what is wrong beside it."""
        messages.error(request, format_html('{} <a href="#{}">Voir ce qui ne va pas</a>', NOTHING, act))
        shown = copy(request)
        shown.method, shown.GET = "GET", QueryDict()
        answer: HttpResponse = self.change_view(shown, str(campaign.pk), "", {"typed": {act: form}})
        return answer

    def _theirs(self, request: HttpRequest, key: int) -> Campaign:
        if not may_decide(request.user):
            raise PermissionDenied
        campaign = Campaign.objects.filter(pk=key).first()
        if campaign is None:
            raise Http404
        return campaign


def sheet_of(campaign: Campaign, typed: Mapping[str, DeskForm]) -> dict[str, Any]:
    """Where the publication stands: what the public reads, what is asked, what keeps it from appearing, its forms.

    `typed`: by act, the form that was refused, with what was written in it.
    """
    bilan = publishing.regional(campaign)
    problems = publishing.hindrances(campaign, bilan)
    asked_at = campaign.publication_asked_at
    patience = LONG if campaign.publication_attempts else QUIET_AFTER
    return {
        "document": Document.objects.defer("content").filter(pk=campaign.published_id).first(),  # type: ignore[misc]
        "since": campaign.published_at, "problems": problems, "bilan": bilan,
        "asked_at": asked_at, "asked_by": campaign.publication_asked_by, "error": campaign.publication_error,
        "going": campaign.publishing, "every": FOLLOWED_EVERY,
        "waiting": asked_at is not None and asked_at < timezone.now() - patience,
        "form": None if problems or campaign.publishing else typed.get("publier", SureForm(key="publier", label=SURE)),
        "withdrawing": typed.get("retirer", WithdrawForm(key="retirer")) if campaign.published_id else None,
    }  # fmt: skip


def _back(campaign: Campaign, query: str = "") -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('admin:bilans_campaign_change', args=[campaign.pk])}{query}#publication")
