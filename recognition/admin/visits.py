"""Visits at the desk: planned, then told criterion by criterion, then followed until the gaps are mended (R10)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from accounts.admin_filters import due_filter
from accounts.admin_rules import actor
from accounts.rules import runs_region
from recognition import due_life
from recognition.admin.acts import NOTHING, ActsAdmin
from recognition.forms.life import (
    AddVisitForm,
    PlanVisitForm,
    ReasonForm,
    ReportForm,
    ResolveForm,
    SeenForm,
    visited_choices,
)
from recognition.forms.sittings import tell
from recognition.models import Finding, Visit
from recognition.recognition_sheet import visits_of
from recognition.services import visiting
from recognition.services.checking import criteria_of, short
from recognition.services.visiting import Seen, dossier_of


@admin.register(Visit)
class VisitAdmin(ActsAdmin):
    """Planned from here or from the page of a recognition; the rest is written on its page."""

    add_rule = runs_region
    form = AddVisitForm
    list_display = ("shown_organisation", "planned_on", "site_name", "state", "shown_gaps")
    list_filter = (
        due_filter(
            a_venir=("À venir", due_life.planned),
            bientot=("Dans les 30 jours", due_life.planned_soon),
            sans_compte_rendu=("Compte rendu à écrire", due_life.untold),
            ecarts=("Avec des écarts à corriger", due_life.with_gaps),
            ecarts_en_retard=("Avec des écarts en retard", due_life.with_late_gaps),
        ),
        "state", "planned_on",
    )  # fmt: skip
    list_select_related = ("recognition__organisation", "candidature__organisation")
    search_fields = ("recognition__organisation__name", "candidature__organisation__name", "site_name")
    export_fields = ("visitors", "done_on")
    acts: ClassVar[dict[str, tuple[str, str]]] = {
        "change_plan": ("deplacer/", "move_view"),
        "cancel": ("annuler/", "cancel_view"),
        "record": ("compte-rendu/", "record_view"),
        "find": ("constats/<int:criterion>/", "find_view"),
        "resolve": ("ecarts/<int:finding>/corriger/", "resolve_view"),
    }

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request).select_related(
            "recognition__organisation", "recognition__candidature__charter", "recognition__candidature__organisation",
            "candidature__organisation", "candidature__charter",
        )  # fmt: skip
        return visits_of(rows)

    # --- planning one

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj else ("recognition", "candidature", "planned_on", "site_name", "visitors")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("queryset", visited_choices().get(db_field.name))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        made = visiting.plan_visit(at=timezone.now(), actor=actor(request), **form.cleaned_data)
        obj.pk, obj._state.adding = made.pk, False

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        messages.success(request, "La visite est prévue.")
        return HttpResponseRedirect(self.address(obj))

    def move_view(self, request: HttpRequest, key: int) -> HttpResponse:
        row = self.theirs(request, key)
        form = PlanVisitForm(request.POST, dossier=dossier_of(row), key="deplacer")
        return self.do(
            request, row, form,
            lambda: visiting.change_visit(visit=row, at=timezone.now(), actor=actor(request), **form.cleaned_data),
            name="deplacer", done="La visite est modifiée.",
        )  # fmt: skip

    def cancel_view(self, request: HttpRequest, key: int) -> HttpResponse:
        row = self.theirs(request, key)
        form = ReasonForm(request.POST, key="annuler")
        return self.do(
            request, row, form,
            lambda: visiting.cancel_visit(
                visit=row, reason=form.cleaned_data["reason"], at=timezone.now(), actor=actor(request)
            ),
            name="annuler", done="La visite est annulée.",
        )  # fmt: skip

    # --- telling it

    def record_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """The report and every criterion at once: all of it is kept, or none."""
        row = self.theirs(request, key)
        form, lines = ReportForm(request.POST, key="compte-rendu"), _lines(row, request.POST)
        fine = [form.is_valid(), *(line["form"].is_valid() for line in lines)]
        if all(fine):
            seen = [_seen(line) for line in lines if line["form"].cleaned_data["severity"]]
            try:
                with transaction.atomic():
                    visiting.record_visit(
                        visit=row, at=timezone.now(), actor=actor(request), seen=seen, **form.cleaned_data
                    )
            except ValidationError as error:
                tell(form, error)
            else:
                messages.success(request, "Le compte rendu est enregistré.")
                return HttpResponseRedirect(self.address(row))
        messages.error(request, f"{NOTHING} Ce qui ne va pas est dit à côté de chaque champ.")
        return self.again(request, row, ("compte-rendu", (form, lines)))

    def find_view(self, request: HttpRequest, key: int, criterion: int) -> HttpResponse:
        row = self.theirs(request, key)
        found = criteria_of(dossier_of(row).charter).filter(pk=criterion).first()
        if found is None:
            raise Http404
        form = SeenForm(request.POST, criterion=criterion)
        if form.is_valid() and not form.cleaned_data["severity"]:
            form.add_error("severity", "Choisissez un constat.")
        return self.do(
            request, row, form,
            lambda: visiting.add_finding(
                visit=row, seen=_seen({"criterion": found, "form": form}), at=timezone.now(), actor=actor(request)
            ),
            name=f"critere-{criterion}", done="Le constat est enregistré.",
        )  # fmt: skip

    def resolve_view(self, request: HttpRequest, key: int, finding: int) -> HttpResponse:
        row = self.theirs(request, key)
        found = Finding.objects.filter(visit=row, pk=finding).first()
        if found is None:
            raise Http404
        form = ResolveForm(request.POST, key=f"ecart-{finding}")
        return self.do(
            request, row, form,
            lambda: visiting.resolve(finding=found, at=timezone.now(), actor=actor(request), **form.cleaned_data),
            name=f"ecart-{finding}", done="L’écart est noté comme corrigé.",
        )  # fmt: skip

    # --- its page, its list

    def sheet(self, row: Visit, today: dt.date, typed: tuple[str, Any] | None) -> dict[str, Any]:
        return {"title": f"{dossier_of(row).organisation}\u00a0: visite"} | visit_sheet(row, typed)

    @admin.display(description="organisme")
    def shown_organisation(self, row: Visit) -> str:
        subject = row.recognition or row.candidature
        return str(subject.organisation) if subject else "—"

    @admin.display(description="écarts")
    def shown_gaps(self, row: Any) -> str:
        if row.state != Visit.State.DONE:
            return "—"
        if not row.gaps:
            return "conforme"
        return f"{row.gaps}, dont {row.left} à corriger" if row.left else f"{row.gaps}, corrigé{'s' * (row.gaps > 1)}"


def visit_sheet(row: Any, typed: tuple[str, Any] | None) -> dict[str, Any]:
    """The context of its page; `typed` is what was refused, by its name."""
    name, given = typed or ("", None)
    today, planned = timezone.localdate(), row.state == Visit.State.PLANNED
    context: dict[str, Any] = {
        "dossier": dossier_of(row), "today": today, "typed": name, "planned": planned,
        "done": row.state == Visit.State.DONE, "late": planned and row.planned_on < today,
    }  # fmt: skip
    if planned:
        context |= _planned_forms(row, name, given)
    if context["done"]:
        context["lines"] = _done_lines(row, name, given)
        gaps = [line["finding"] for line in context["lines"] if line["gap"]]
        context |= {
            "gaps": gaps, "left": [gap for gap in gaps if gap.resolved_on is None],
            "major": any(gap.severity == Finding.Severity.MAJOR and gap.resolved_on is None for gap in gaps),
        }  # fmt: skip
    return context


def _planned_forms(row: Visit, name: str, given: Any) -> dict[str, Any]:
    names = ("planned_on", "site_name", "visitors")
    move = PlanVisitForm(dossier=dossier_of(row), key="deplacer", initial={n: getattr(row, n) for n in names})
    report = ReportForm(key="compte-rendu", initial={"done_on": min(row.planned_on, timezone.localdate())})
    report, lines = given if name == "compte-rendu" else (report, _lines(row, None))
    return {
        "move": given if name == "deplacer" else move,
        "cancel": given if name == "annuler" else ReasonForm(key="annuler"),
        "report": report,
        "lines": lines,
    }


def _lines(row: Visit, data: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """One line a criterion of the version of the dossier, with its form."""
    return [
        {"criterion": criterion, "label": short(criterion), "form": SeenForm(data, criterion=criterion.pk)}
        for criterion in criteria_of(dossier_of(row).charter)
    ]


def _done_lines(row: Visit, name: str, given: Any) -> list[dict[str, Any]]:
    """One line a criterion: what was found, the form to write it again, and the one that says how it was mended."""
    known = {finding.criterion_id: finding for finding in row.findings.select_related("criterion")}
    lines = []
    for criterion in criteria_of(dossier_of(row).charter):
        finding = known.get(criterion.pk)
        gap = finding is not None and finding.severity != Finding.Severity.MET
        line = {"criterion": criterion, "label": short(criterion), "finding": finding, "gap": gap, "form": None,
                "mend": None, "late": False}  # fmt: skip
        typed = name == f"critere-{criterion.pk}"
        line["form"] = given if typed else SeenForm(criterion=criterion.pk, finding=finding)
        line["opens"] = typed
        if finding is not None and gap and finding.resolved_on is None:
            mine = name == f"ecart-{finding.pk}"
            initial = {"on": timezone.localdate()}
            line["mend"] = given if mine else ResolveForm(key=f"ecart-{finding.pk}", initial=initial)
            line["mends"] = mine
            line["late"] = finding.due_on is not None and finding.due_on < timezone.localdate()
        lines.append(line)
    return lines


def _seen(line: dict[str, Any]) -> Seen:
    values = line["form"].cleaned_data
    return Seen(line["criterion"], values["severity"], values["text"], values["corrective"], values["due_on"])
