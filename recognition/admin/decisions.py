"""Decisions at the desk: recorded from the sitting that took them, read for good, followed by another (R7, R8, R13)."""

from __future__ import annotations

from copy import copy
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods, require_POST

from accounts.admin_filters import due_filter
from accounts.admin_rules import ReadOnlyAdmin, actor
from recognition import due
from recognition.admin.sitting_acts import NOTHING, SittingActs
from recognition.forms.sittings import DecisionForm, FollowForm, SignedForm, tell
from recognition.models import Decision, GoverningBody, Letter, Sitting
from recognition.services.deciding import Choice, NoPlan, Refused, decide_all, follow, plan_for
from recognition.services.notifying import notify_now
from recognition.sitting_sheet import dossier_url, sheet_of


class DecidedSittings(SittingActs):
    """The page that records what a sitting decided: several dossiers, one deliberation."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.decisions_view)
        return [path("<int:key>/decisions/", view, name="recognition_sitting_decisions"), *super().get_urls()]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def decisions_view(self, request: HttpRequest, key: int) -> HttpResponse:
        sitting = self.theirs(request, key)
        if sitting.body.kind != GoverningBody.Kind.DECISION:
            raise Http404
        data = request.POST if request.method == "POST" else None
        lines = _lines(sitting, data)
        signed = SignedForm(data, key="deliberation") if data is not None else SignedForm.blank()
        if data is not None and self._record(request, sitting, lines, signed):
            return self.sheet(sitting)
        choice = plan_for(sitting.held_on)
        context = {
            **self.admin_site.each_context(request), "title": "Décisions de la séance", "opts": self.opts,
            "sitting": sitting, "lines": lines, "signed": signed,
            "open": [line for line in lines if line["form"] is not None],
            "coming": sitting.held_on > timezone.localdate(),
            "no_plan": choice.reason if isinstance(choice, NoPlan) else "",
            "plan": None if isinstance(choice, NoPlan) else choice,
        }  # fmt: skip
        return TemplateResponse(request, "admin/recognition/sitting/decisions.html", context)

    def _record(self, request: HttpRequest, sitting: Sitting, lines: list[dict[str, Any]], signed: SignedForm) -> bool:
        """Whether everything that was chosen is decided; otherwise nothing is, and each form says why."""
        forms = {line["dossier"].pk: line["form"] for line in lines if line["form"] is not None}
        valid = [form.is_valid() for form in [signed, *forms.values()]]
        choices = [
            Choice(line["dossier"], line["form"].cleaned_data["kind"], line["form"].cleaned_data["grounds"])
            for line in lines if line["form"] is not None and line["form"].cleaned_data.get("kind")
        ]  # fmt: skip
        if all(valid) and not choices:
            signed.add_error(None, "Choisissez la décision d’un dossier au moins.")
        if all(valid) and choices:
            try:
                made = decide_all(
                    choices=choices, sitting=sitting, at=timezone.now(), actor=actor(request), **signed.signed()
                )
            except Refused as refused:
                for dossier, error in refused.errors.items():
                    tell(forms[dossier], error)
            else:
                messages.success(request, f"Décisions enregistrées\u00a0: {len(made)}. Il reste à les notifier.")
                return True
        messages.error(request, NOTHING)
        return False


def _lines(sitting: Sitting, data: Any) -> list[dict[str, Any]]:
    """The agenda, each dossier that can be decided with its form; what keeps another from it is said."""
    lines = sheet_of(sitting, timezone.localdate())["lines"]
    bodies = list(GoverningBody.objects.filter(kind=GoverningBody.Kind.OPINION))
    for line in lines:
        line["missing"] = _missing(line["others"], bodies) if line["ready"] else []
        may = line["ready"] and not line["missing"] and sitting.held_on <= timezone.localdate()
        line["form"] = DecisionForm(data, dossier=line["dossier"]) if may else None
    return list(lines)


def _missing(said: list[Any], bodies: list[GoverningBody]) -> list[str]:
    """As `deciding.lacks`, from what the page has already read."""
    given = {opinion.body_id: opinion for opinion in said}
    absent = [f"il manque l’avis de\u00a0: {body}" for body in bodies if body.pk not in given]
    open_ones = [
        f"le compte rendu n’est pas arrêté\u00a0: {opinion.sitting}"
        for opinion in given.values() if opinion.sitting.closed_at is None
    ]  # fmt: skip
    return absent + open_ones


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    """Read for good; what corrects one is another, beside it."""

    list_display = ("deliberation_number", "shown_of", "kind", "decided_on", "plan", "shown_notified", "shown_after")
    list_filter = (
        due_filter(a_notifier=("À notifier", due.unnotified)), "kind", "decided_on", "plan",
    )  # fmt: skip
    list_select_related = (
        "candidature__organisation", "candidature__campaign", "recognition__organisation", "plan",
    )  # fmt: skip
    search_fields = (
        "deliberation_number", "candidature__organisation__name", "recognition__organisation__name",
    )  # fmt: skip
    export_fields = ("grounds", "signatory", "signatory_title", "recorded_at")
    fields = (
        "kind", "deliberation_number", "decided_on", "sitting", "candidature", "recognition", "notice", "plan",
        "grounds", "signatory", "signatory_title", "recorded_at", "actor_label",
    )  # fmt: skip

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What this decision says, without what it leaves empty."""
        return [name for name in self.fields if obj is None or getattr(obj, name) not in (None, "")]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Decision]:
        rows: QuerySet[Decision] = super().get_queryset(request)
        after = Decision.objects.filter(follows=OuterRef("pk"))
        return rows.annotate(letters_count=Count("letters"), is_followed=Exists(after))

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        own = [
            path("<int:key>/suite/", view(self.follow_view), name="recognition_decision_follow"),
            path("<int:key>/notifier/", view(self.notify_view), name="recognition_decision_notify"),
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        decision, more = self.get_object(request, object_id), dict(extra_context or {})
        context: dict[str, Any] = {"title": "Décision"}
        if decision is not None:
            last = not decision.is_followed and decision.kind in Decision.OF_CANDIDATURE
            typed = more.pop("typed", None)
            context |= {
                "title": str(decision), "subtitle": None, "chain": chain_of(decision), "may_follow": last,
                "letters": Letter.objects.filter(decision=decision),
                "suite": (typed or _blank(decision)) if last else None, "opens": typed is not None,
                "dossier_url": dossier_url(decision.candidature_id),
                "to_notify": due.unnotified(Decision.objects.filter(pk=decision.pk)).exists(),
            }  # fmt: skip
        return super().change_view(request, object_id, form_url, context | more)

    def theirs(self, request: HttpRequest, key: int) -> Decision:
        """The decision of this address, for who may read it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        decision: Decision | None = self.get_queryset(request).filter(pk=key).first()
        if decision is None:
            raise Http404
        return decision

    @method_decorator(require_POST)
    def notify_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """What the calendar does by itself the next morning, now, the directory included; or why it cannot."""
        decision = self.theirs(request, key)
        try:
            letter = notify_now(decision=decision, at=timezone.now(), actor=actor(request))
        except ValidationError as error:
            messages.warning(request, f"{NOTHING} {' '.join(error.messages)}")
        else:
            messages.success(
                request, f"La lettre n°\u00a0{letter.number} est écrite\u00a0: elle part dès qu’elle est produite."
            )
        return HttpResponseRedirect(reverse("admin:recognition_decision_change", args=[decision.pk]))

    @method_decorator(require_POST)
    def follow_view(self, request: HttpRequest, key: int) -> HttpResponse:
        first = self.theirs(request, key)
        form = FollowForm(request.POST, rows=_sittings(first))
        if form.is_valid():
            try:
                made = follow(
                    decision=first, kind=form.cleaned_data["kind"], sitting=form.cleaned_data["sitting"],
                    grounds=form.cleaned_data["grounds"], at=timezone.now(), actor=actor(request), **form.signed(),
                )  # fmt: skip
            except ValidationError as error:
                tell(form, error)
            else:
                messages.success(request, "La nouvelle décision est enregistrée\u00a0; la première reste telle quelle.")
                return HttpResponseRedirect(reverse("admin:recognition_decision_change", args=[made.pk]))
        messages.error(request, NOTHING)
        shown = copy(request)
        shown.method = "GET"
        return self.change_view(shown, str(first.pk), "", {"typed": form})

    @admin.display(description="organisme")
    def shown_of(self, decision: Decision) -> str:
        subject = decision.candidature or decision.recognition
        return str(subject.organisation) if subject else "—"

    @admin.display(description="notification")
    def shown_notified(self, decision: Any) -> str:
        if decision.letters_count:
            return "lettre écrite"
        return "à notifier" if decision.kind in Decision.OF_CANDIDATURE and not decision.is_followed else "—"

    @admin.display(description="suite", boolean=False)
    def shown_after(self, decision: Any) -> str:
        return "remplacée par une autre" if decision.is_followed else "en vigueur"


def chain_of(decision: Decision) -> list[Decision]:
    """Every decision on the same dossier, then on the recognition it gave, in the order they were taken (R13)."""
    dossier = decision.candidature or (decision.recognition.candidature if decision.recognition else None)
    if dossier is None:
        return [decision]
    rows = Decision.objects.filter(candidature=dossier) | Decision.objects.filter(recognition__candidature=dossier)
    return list(rows.select_related("sitting__body", "plan").order_by("decided_on", "pk"))


def _sittings(decision: Decision) -> QuerySet[Sitting]:
    """Where what follows may be taken: sittings already held of a body that decides, not before the first decision."""
    return (
        Sitting.objects.filter(
            body__kind=GoverningBody.Kind.DECISION, held_on__gte=decision.decided_on,
            held_on__lte=timezone.localdate(),
        ).select_related("body").order_by("held_on")
    )  # fmt: skip


def _blank(decision: Decision) -> FollowForm:
    names = ("grounds", "signatory", "signatory_title", "kind")
    initial = {name: getattr(decision, name) for name in names} | {"sitting": decision.sitting_id}
    return FollowForm(rows=_sittings(decision), initial=initial)
