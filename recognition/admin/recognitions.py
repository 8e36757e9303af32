"""Recognitions at the desk: the live state of each, and what an officer decides of it (R8-R11, R13, R14)."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.admin_filters import due_filter
from accounts.admin_rules import actor
from recognition import due_life
from recognition.admin.acts import ActsAdmin, address_of
from recognition.forms.life import GiveUpForm, NoticeForm, PlanVisitForm, SatForm, SuspendForm
from recognition.models import Recognition
from recognition.recognition_sheet import sheet_of
from recognition.services import ending, visiting
from recognition.standing import standing, until_words


@admin.register(Recognition)
class RecognitionAdmin(ActsAdmin):
    """Granted by a decision, never typed: its page tells everything and opens what comes next."""

    list_display = ("shown_organisation", "shown_standing", "starts_on", "shown_until", "term_on", "plan")
    list_filter = (
        due_filter(
            en_vigueur=("Qui valent aujourd’hui", due_life.in_force),
            bientot=("Terme dans l’année", due_life.ending_soon),
            maintenues=("Maintenues jusqu’à la décision", due_life.kept),
            suspendues=("Suspendues", due_life.suspended),
            finies=("Finies", due_life.over),
        ),
        "plan", "end_reason", "starts_on",
    )  # fmt: skip
    list_select_related = ("organisation", "plan")
    search_fields = ("organisation__name", "organisation__current_name", "organisation__slug", "candidature__siret")
    ordering = ("organisation__sort_key", "-starts_on")
    export_fields = ("public_id", "kept_until_decision", "suspended_since", "end_reason", "ends_on")
    named = ("organisation", "candidature__campaign", "plan", "granted_by")
    acts: ClassVar[dict[str, tuple[str, str]]] = {
        "suspend": ("suspendre/", "suspend_view"),
        "resume": ("reprendre/", "resume_view"),
        "notice": ("procedure/", "notice_view"),
        "give_up": ("fin/", "give_up_view"),
        "visit": ("visite/", "visit_view"),
    }

    def suspend_view(self, request: HttpRequest, key: int) -> HttpResponse:
        row = self.theirs(request, key)
        form = SuspendForm(request.POST, key="suspension")
        return self.do(
            request, row, form,
            lambda: ending.suspend(
                recognition=row, grounds=form.cleaned_data["grounds"], urgency=form.cleaned_data["urgency"],
                at=timezone.now(), actor=actor(request), **form.signed(),
            ),
            name="suspension", done="La reconnaissance est suspendue\u00a0: ses lieux ont quitté l’annuaire.",
        )  # fmt: skip

    def resume_view(self, request: HttpRequest, key: int) -> HttpResponse:
        row = self.theirs(request, key)
        form = SatForm(request.POST, key="suspension")
        return self.do(
            request, row, form,
            lambda: ending.resume(recognition=row, at=timezone.now(), actor=actor(request), **form.signed()),
            name="suspension", done="La suspension prend fin\u00a0: ses lieux sont de nouveau dans l’annuaire.",
        )  # fmt: skip

    def notice_view(self, request: HttpRequest, key: int) -> HttpResponse:
        row = self.theirs(request, key)
        form = NoticeForm(request.POST, key="procedure")
        return self.do(
            request, row, form,
            lambda: ending.give_notice(
                recognition=row, at=timezone.now(), actor=actor(request), **form.told()
            ),
            name="procedure", to=address_of,
            done="La procédure est ouverte\u00a0: la lettre qui dit les motifs et le délai pour répondre est écrite.",
        )  # fmt: skip

    def give_up_view(self, request: HttpRequest, key: int) -> HttpResponse:
        row = self.theirs(request, key)
        form = GiveUpForm(request.POST, key="fin")
        return self.do(
            request, row, form,
            lambda: ending.give_up(
                recognition=row, reason=form.cleaned_data["reason"], at=timezone.now(), actor=actor(request)
            ),
            name="fin", done="La reconnaissance prend fin ce soir, à la demande de l’organisme.",
        )  # fmt: skip

    def visit_view(self, request: HttpRequest, key: int) -> HttpResponse:
        row = self.theirs(request, key)
        form = PlanVisitForm(request.POST, dossier=row.candidature, key="visite")
        return self.do(
            request, row, form,
            lambda: visiting.plan_visit(
                recognition=row, at=timezone.now(), actor=actor(request), **form.cleaned_data
            ),
            name="visite", to=address_of, done="La visite est prévue.",
        )  # fmt: skip

    def sheet(self, row: Recognition, today: dt.date, typed: tuple[str, Any] | None) -> dict[str, Any]:
        return {"title": str(row.organisation)} | sheet_of(row, today, typed)

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        return obj.get_absolute_url() if obj is not None else None

    @admin.display(description="organisme", ordering="organisation__sort_key")
    def shown_organisation(self, row: Recognition) -> str:
        return str(row.organisation)

    @admin.display(description="état")
    def shown_standing(self, row: Recognition) -> str:
        return standing(row, timezone.localdate()).label

    @admin.display(description="jusqu’au", ordering="ends_on")
    def shown_until(self, row: Recognition) -> str:
        return until_words(row)
