"""The adversarial stage at the desk: told, answered or not, then decided or dropped (R10, R14)."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.admin_filters import due_filter
from accounts.admin_rules import actor
from core.values import day_in_words
from recognition import due_life
from recognition.admin.acts import ActsAdmin, address_of
from recognition.forms.life import AnnulForm, AnswerForm, ReasonForm, signatory
from recognition.letters import law
from recognition.models import Decision, Letter, Notice
from recognition.services import ending
from recognition.services.annulling import why_not_yet, withdrawal_limit
from recognition.standing import standing


@admin.register(Notice)
class NoticeAdmin(ActsAdmin):
    """Opened from the page of a recognition."""

    list_display = ("shown_organisation", "kind", "told_on", "answer_by", "shown_stage")
    list_filter = (
        due_filter(a_conclure=("À conclure", due_life.to_decide), ouvertes=("Ouvertes", due_life.open_)),
        "kind", "told_on",
    )  # fmt: skip
    list_select_related = ("recognition__organisation",)
    search_fields = ("recognition__organisation__name", "recognition__organisation__current_name")
    export_fields = ("answered_on", "dropped_on")
    named = ("recognition__organisation", "recognition__granted_by")
    acts: ClassVar[dict[str, tuple[str, str]]] = {
        "answer": ("reponse/", "answer_view"),
        "drop": ("abandonner/", "drop_view"),
        "annul": ("decider/", "annul_view"),
    }

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("decisions")

    def answer_view(self, request: HttpRequest, key: int) -> HttpResponse:
        row = self.theirs(request, key)
        form = AnswerForm(request.POST, key="reponse")
        return self.do(
            request, row, form,
            lambda: ending.record_answer(notice=row, at=timezone.now(), actor=actor(request), **form.cleaned_data),
            name="reponse", done="Les observations de l’organisme sont enregistrées.",
        )  # fmt: skip

    def drop_view(self, request: HttpRequest, key: int) -> HttpResponse:
        row = self.theirs(request, key)
        form = ReasonForm(request.POST, key="abandon")
        return self.do(
            request, row, form,
            lambda: ending.drop_notice(
                notice=row, reason=form.cleaned_data["reason"], at=timezone.now(), actor=actor(request)
            ),
            name="abandon", done="La procédure est abandonnée\u00a0: la reconnaissance reste ce qu’elle est.",
        )  # fmt: skip

    def annul_view(self, request: HttpRequest, key: int) -> HttpResponse:
        row = self.theirs(request, key)
        form = AnnulForm(request.POST, key="decision")
        return self.do(
            request, row, form,
            lambda: self._annul(request, row, form),
            name="decision", to=address_of,
            done="La décision est enregistrée et sa lettre écrite\u00a0: la reconnaissance prend fin ce jour.",
        )  # fmt: skip

    def _annul(self, request: HttpRequest, row: Notice, form: AnnulForm) -> Decision:
        said, signed = form.cleaned_data, form.signed()
        return ending.annul(
            notice=row, grounds=said["grounds"], reworded=said["reworded"], decided_on=said["decided_on"],
            at=timezone.now(), actor=actor(request), deliberation_number=signed["deliberation_number"],
            signatory=signed["signatory"], signatory_title=signed["signatory_title"], sitting=signed["sitting"],
        )  # fmt: skip

    def sheet(self, row: Notice, today: dt.date, typed: tuple[str, Any] | None) -> dict[str, Any]:
        title = f"{row.recognition.organisation}\u00a0: procédure contradictoire"
        return {"title": title} | notice_sheet(row, today, typed)

    @admin.display(description="organisme", ordering="recognition__organisation__sort_key")
    def shown_organisation(self, row: Notice) -> str:
        return str(row.recognition.organisation)

    @admin.display(description="où elle en est")
    def shown_stage(self, row: Notice) -> str:
        return stage_of(row, timezone.localdate())[1]


def stage_of(row: Notice, today: dt.date) -> tuple[str, str]:
    """Where the procedure stands: its key, its words."""
    decision = next(iter(row.decisions.all()), None)
    if decision is not None:
        ends = "" if decision.kind == Decision.Kind.WITHDRAWAL else "e"
        return "decided", f"{decision.get_kind_display().lower()} décidé{ends}"
    if row.dropped_on is not None:
        return "dropped", f"abandonnée le {day_in_words(row.dropped_on)}"
    if row.recognition.ends_on < today:
        return "over", "sans objet\u00a0: la reconnaissance a pris fin"
    if row.answered_on is not None:
        return "answered", "l’organisme a répondu\u00a0: à conclure"
    if today > row.answer_by:
        return "silent", "délai passé sans réponse\u00a0: à conclure"
    return "waiting", f"l’organisme peut répondre jusqu’au {day_in_words(row.answer_by)}"


def notice_sheet(row: Notice, today: dt.date, typed: tuple[str, Any] | None) -> dict[str, Any]:
    """The context of its page; `typed` is a form that was refused, by its name."""
    key, words = stage_of(row, today)
    open_ = key in {"answered", "silent", "waiting"}
    initial = signatory() | {"grounds": row.grounds, "decided_on": today}
    forms: dict[str, Any] = {}
    if open_:
        forms = {"abandon": ReasonForm(key="abandon"), "decision": AnnulForm(key="decision", initial=initial)}
        if row.answered_on is None:
            forms["reponse"] = AnswerForm(key="reponse", initial={"answered_on": today})
    if typed is not None and typed[0] in forms:
        forms[typed[0]] = typed[1]
    withdrawal = row.kind == Notice.Kind.WITHDRAWAL
    return {
        "stage": key, "stage_words": words, "open": open_, "forms": forms, "typed": typed[0] if typed else "",
        "not_yet": why_not_yet(row, today) if open_ else "", "letters": Letter.objects.filter(notice=row),
        "days_left": (row.answer_by - today).days, "standing": standing(row.recognition, today),
        "limit": withdrawal_limit(row.recognition) if withdrawal else None,
        "too_late": withdrawal and today > withdrawal_limit(row.recognition),
        "decision": next(iter(row.decisions.all()), None),
        "law": {"text": law.L242_1 if withdrawal else law.L242_2, "article": "L. 242-1" if withdrawal else "L. 242-2",
                "effect": law.L240_1_WITHDRAWAL if withdrawal else law.L240_1_REPEAL, "hearing": law.L122_1,
                "code": law.CRPA},
    }  # fmt: skip
