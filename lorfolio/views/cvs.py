"""One's CVs: the list, a new one, a copy, the end of one (L4)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lorfolio import content, editing
from lorfolio.http import mine, owner
from lorfolio.lists import CvModel
from lorfolio.models import Cv, Portfolio
from lorfolio.services import cvs

HINTS = {
    CvModel.CHRONOLOGICAL: "Votre parcours, du plus récent au plus ancien. Le plus demandé.",
    CvModel.SKILLS: "D’abord ce que vous savez faire. Utile pour changer de métier, ou après une pause.",
    CvModel.FIRST_JOB: "Peu ou pas d’emploi encore\u00a0: vos études, vos engagements et vos passions comptent.",
    CvModel.LEBENSLAUF: "En allemand, comme on l’attend en Allemagne, en Suisse et au Luxembourg.",
    CvModel.BILINGUAL: "Les deux langues côte à côte, pour travailler de part et d’autre de la frontière.",
}


@dataclass(frozen=True)
class Row:
    """A CV of the list: what changed since it was looked at, in a few words."""

    cv: Cv
    changes: list[str]
    shown: int


@require_safe
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]
@owner
def all_of_mine(request: HttpRequest, *, portfolio: Portfolio) -> HttpResponse:
    mine_all = Cv.objects.filter(portfolio=portfolio).select_related("selection")
    rows = list(mine_all.prefetch_related("selection__choices"))
    whole = content.whole(portfolio, content.person_of(portfolio)) if rows else None
    listed = [_row(cv, whole, portfolio) for cv in reversed(rows)] if whole else []
    return render(request, "lorfolio/cv/list.html", {"rows": listed, "portfolio": portfolio, "click": uuid4()})


@require_http_methods(["GET", "HEAD", "POST"])
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]
@owner
def new(request: HttpRequest, *, portfolio: Portfolio) -> HttpResponse:
    """Each model drawn with the person's own path: one click makes the CV."""
    error = ""
    if request.method == "POST":
        model = request.POST.get("model", "")
        if model not in CvModel.values:
            error = "Choisissez un modèle."
        else:
            try:
                made = cvs.make(portfolio=portfolio, model=CvModel(model), at=timezone.now(), key=_click(request))
                return redirect("lorfolio_cv", made.pk)
            except ValidationError as refused:
                error = refused.messages[0]
    models = [{"value": model.value, "label": model.label, "hint": HINTS[model]} for model in CvModel]
    context = {"models": models, "error": error, "click": uuid4(), "poor": _is_poor(portfolio)}
    return render(request, "lorfolio/cv/new.html", context, status=422 if error else 200)


@require_POST
@owner
def copied(request: HttpRequest, key: UUID, *, portfolio: Portfolio) -> HttpResponse:
    cv = mine(Cv, portfolio, key, "selection", "portfolio")
    try:
        made = cvs.copy(cv=cv, at=timezone.now(), key=_click(request))
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
        return redirect("lorfolio_cvs")
    messages.success(request, "Voici la copie\u00a0: changez-la sans crainte, l’autre CV reste comme il est.")
    return redirect("lorfolio_cv", made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@owner
def deleted(request: HttpRequest, key: UUID, *, portfolio: Portfolio) -> HttpResponse:
    cv = mine(Cv, portfolio, key)
    if request.method != "POST":
        return render(request, "lorfolio/cv/delete.html", {"cv": cv})
    cvs.delete(cv=cv)
    messages.success(request, "Ce CV est supprimé. Votre parcours et vos compétences sont toujours là.")
    return redirect("lorfolio_cvs")


def _row(cv: Cv, whole: content.Content, portfolio: Portfolio) -> Row:
    cv.portfolio = portfolio
    choices = list(cv.selection.choices.all())
    changes = editing.said(whole, cvs.differences(cv, whole, choices))
    if cvs.lines_changed(cv):
        changes.append("Votre nom, vos coordonnées, votre photo ou votre présentation ont changé")
    return Row(cv, changes, len(choices))


def _click(request: HttpRequest) -> UUID | None:
    """The key that the form was given: the same click twice makes one thing."""
    try:
        return UUID(request.POST.get("click", ""))
    except ValueError:
        return None


def _is_poor(portfolio: Portfolio) -> bool:
    return not portfolio.experiences.exists() and not portfolio.skills.exists()


def model_or_404(value: str) -> CvModel:
    if value not in CvModel.values:
        raise Http404
    return CvModel(value)
