"""`/lorfolio/projet/`: where one wants to go, what one can do already, what is left to do (L6)."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lorfolio import nearby
from lorfolio.comparing import compare
from lorfolio.forms.project import NoteForm, TargetForm
from lorfolio.http import mine, owner
from lorfolio.models import Portfolio, Step, Target
from lorfolio.services import projecting, skills
from metiers.models import JobInterest, RomeLoad
from metiers.models import Skill as ReferenceSkill

SOON = dt.timedelta(days=7)


@owner
@require_safe
def project(request: HttpRequest, portfolio: Portfolio) -> HttpResponse:
    """The targets, the steps, and who could help."""
    targets = list(Target.objects.filter(portfolio=portfolio).select_related("job", "family"))
    followed = [target for target in targets if target.dropped_at is None]
    compared = compare(portfolio, followed)
    steps = list(Step.objects.filter(portfolio=portfolio).select_related("target", "place", "event"))
    now = timezone.now()
    return render(request, "lorfolio/project/project.html", {
        "followed": [(target, compared[target.pk]) for target in followed],
        "dropped": [target for target in targets if target.dropped_at is not None],
        "groups": _grouped([step for step in steps if step.done_at is None], timezone.localdate(now)),
        "done": sorted((step for step in steps if step.done_at), key=lambda row: str(row.done_at), reverse=True),
        "helpers": nearby.helpers(portfolio, any_target=bool(followed)),
        "events": nearby.events(portfolio, followed, now), "portfolio": portfolio,
    })  # fmt: skip


@owner
@require_http_methods(["GET", "HEAD", "POST"])
def add_target(request: HttpRequest, portfolio: Portfolio) -> HttpResponse:
    """A target job; without a script, « which of these? » is asked once."""
    form = TargetForm(request.POST or None)
    asked = False
    if request.method == "POST" and form.is_valid():
        asked = form.to_choose
        if not asked and (made := _added(form, portfolio)):
            messages.success(request, "C’est noté. Voici ce que vous savez déjà faire pour ce métier.")
            return redirect("lorfolio_target", made.pk)
    return render(request, "lorfolio/project/target_add.html", {"form": form, "asked": asked})


@owner
@require_http_methods(["GET", "HEAD", "POST"])
def target(request: HttpRequest, portfolio: Portfolio, key: UUID) -> HttpResponse:
    """One target job: what it is, the skills held and missing, one's notes and steps."""
    row = mine(Target, portfolio, key, "job__domain", "family", "portfolio")
    form = NoteForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "C’est enregistré.")
        return redirect("lorfolio_target", row.pk)
    steps = list(Step.objects.filter(portfolio=portfolio, target=row).select_related("place", "event"))
    return render(request, "lorfolio/project/target.html", {
        "target": row, "form": form, "compared": compare(portfolio, [row])[row.pk], "steps": steps,
        "goals": {step.title for step in steps},
        "interests": _interests(row), "rome": RomeLoad.objects.first() if row.job_id else None,
    })  # fmt: skip


@owner
@require_POST
def act_on_target(request: HttpRequest, portfolio: Portfolio, key: UUID) -> HttpResponse:
    """Put aside, take up again, put first, erase. 404 for another act."""
    row = mine(Target, portfolio, key, "portfolio")
    match request.POST.get("acte"):
        case "ecarter":
            projecting.drop_target(target=row, at=timezone.now())
            messages.success(request, "Mis de côté. Vous pouvez le reprendre quand vous voulez.")
        case "reprendre":
            projecting.bring_back(target=row)
            messages.success(request, "Vous suivez de nouveau ce métier.")
        case "premier":
            projecting.move_first(target=row)
        case "supprimer":
            projecting.forget_target(target=row)
            messages.success(request, "Ce métier visé est effacé. Vos étapes restent.")
        case _:
            raise Http404
    return redirect("lorfolio_project")


@owner
@require_POST
def add_goal(request: HttpRequest, portfolio: Portfolio, key: UUID) -> HttpResponse:
    """A missing skill made a step of this target, or held already (`acte=sais`)."""
    row = mine(Target, portfolio, key)
    skill = ReferenceSkill.objects.filter(slug=request.POST.get("competence", "")[:120]).first()
    if skill is None:
        raise Http404
    try:
        if request.POST.get("acte") == "sais":
            skills.hold(portfolio=portfolio, reference=skill)
            messages.success(request, f"«\u00a0{skill.label}\u00a0» est dans vos compétences.")
        else:
            projecting.add_goal(portfolio=portfolio, target=row, skill=skill)
            messages.success(request, f"«\u00a0{skill.label}\u00a0» est dans vos étapes.")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("lorfolio_target", row.pk)


def _added(form: TargetForm, portfolio: Portfolio) -> Target | None:
    try:
        return projecting.add_target(
            portfolio=portfolio, title=form.cleaned_data["title"], job=form.job, family=form.family
        )
    except ValidationError as error:
        form.add_error(None, error.messages)  # type: ignore[arg-type]
        return None


def _interests(row: Target) -> list[str]:
    if row.job_id is None:
        return []
    links = JobInterest.objects.filter(job=row.job_id).select_related("interest").order_by("-main", "interest__label")
    return [link.interest.label for link in links[:4]]


def _grouped(steps: list[Step], today: dt.date) -> list[dict[str, Any]]:
    """What is to do, by how near its day is; groups without a step are left out."""
    late = [step for step in steps if step.due_on and step.due_on < today]
    soon = [step for step in steps if step.due_on and today <= step.due_on <= today + SOON]
    later = [step for step in steps if step.due_on and step.due_on > today + SOON]
    free = [step for step in steps if step.due_on is None]
    named = (("La date est passée", late), ("Cette semaine", soon), ("Plus tard", later), ("Sans date", free))
    return [{"name": name, "steps": rows, "late": rows is late} for name, rows in named if rows]
