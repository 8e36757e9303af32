"""The editor of a CV: a form that holds everything, beside the page it makes; without script too (L4)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from csp.constants import SELF
from csp.decorators import csp_replace, csp_update
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lorfolio import content, editing, selecting
from lorfolio.drawing import content_of, html_of
from lorfolio.forms.cvs import IN_GERMAN, CvForm
from lorfolio.http import View, mine, owner
from lorfolio.lists import Accent, CvModel
from lorfolio.models import Cv, Portfolio, Selection
from lorfolio.sample import sample
from lorfolio.selecting import Key
from lorfolio.services import cvs
from lorfolio.views.cvs import HINTS, model_or_404

AUTOSAVE = "application/json"
_LINK = re.compile(r"<a\b[^>]*>(.*?)</a>", re.DOTALL)


def framed(view: View) -> View:
    """A page that our own pages alone may show in a frame."""
    held: View = csp_replace({"frame-ancestors": [SELF]})(xframe_options_sameorigin(view))  # type: ignore[assignment]
    return held


@require_http_methods(["GET", "HEAD", "POST"])
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]
@owner
def editor(request: HttpRequest, key: UUID, *, portfolio: Portfolio) -> HttpResponse:
    cv = mine(Cv, portfolio, key, "selection")
    cv.portfolio = portfolio
    if request.method != "POST":
        return _page(request, cv, CvForm(instance=cv))
    was = CvModel(cv.model)
    form = CvForm(request.POST, instance=cv)
    silent = request.headers.get("Accept") == AUTOSAVE
    if not form.is_valid():
        if silent:
            return JsonResponse({"errors": form.errors}, status=422)
        return _page(request, cv, form, status=422)
    try:
        cvs.save(cv=form.save(), keys=_keys(request), sections=_sections(request, was, cv), after=_moved(request, cv))
    except ObjectDoesNotExist:
        raise Http404 from None
    if silent:
        return JsonResponse({"saved": f"{timezone.localtime():%H:%M}"})
    if "move" in request.POST or "move_section" in request.POST:
        return redirect(f"{request.path}#contenu-du-cv")
    cvs.look(cv=cv, whole=_whole(portfolio), at=timezone.now())
    messages.success(request, "C’est enregistré. L’aperçu est à jour.")
    return redirect("lorfolio_cv", cv.pk)


@require_POST
@owner
def seen(request: HttpRequest, key: UUID, *, portfolio: Portfolio) -> HttpResponse:
    """« C’est vu »: what changed since is told from now on."""
    cv = mine(Cv, portfolio, key, "selection")
    cv.portfolio = portfolio
    cvs.look(cv=cv, whole=_whole(portfolio), at=timezone.now())
    return redirect("lorfolio_cv", cv.pk)


@require_safe
@framed
@owner
def preview(request: HttpRequest, key: UUID, *, portfolio: Portfolio) -> HttpResponse:
    """The page that the PDF is made of."""
    cv = mine(Cv, portfolio, key, "selection")
    cv.portfolio = portfolio
    return HttpResponse(html_of(cv, content_of(cv, at=timezone.now()), screen=True, today=timezone.localdate()))


@require_safe
@framed
@owner
def model(request: HttpRequest, model: str, *, portfolio: Portfolio) -> HttpResponse:
    """The CV that this model would make of the person's path; of an invented one while theirs is empty."""
    chosen = model_or_404(model)
    whole = _whole(portfolio)
    shown = cvs.sketched(whole if whole.experiences else sample(), chosen)
    accents = dict(zip(CvModel, Accent, strict=True))
    cv = Cv(model=chosen, accent=accents[chosen], portfolio=portfolio)
    return HttpResponse(_without_links(html_of(cv, shown, screen=True, today=timezone.localdate())))


@require_safe
@framed
@owner
def sketch(request: HttpRequest, key: UUID, *, portfolio: Portfolio) -> HttpResponse:
    """The CV as a small drawing of the list: nothing in it takes the focus."""
    cv = mine(Cv, portfolio, key, "selection")
    cv.portfolio = portfolio
    html = html_of(cv, content_of(cv, at=timezone.now()), screen=True, today=timezone.localdate())
    return HttpResponse(_without_links(html))


def _without_links(html: str) -> str:
    return _LINK.sub(r"<span>\1</span>", html)


def _page(request: HttpRequest, cv: Cv, form: CvForm, status: int = 200) -> HttpResponse:
    whole = _whole(cv.portfolio)
    choices = list(cv.selection.choices.all())
    found = cvs.differences(cv, whole, choices)
    chosen, sections = selecting.keys_of(cv.selection, choices), cv.selection.sections
    if form.is_bound:  # what was ticked is kept
        chosen, sections = _keys(request) or [], request.POST.getlist("section") or sections
    changes = editing.said(whole, found)
    if cvs.lines_changed(cv):
        changes.append("Votre nom, vos coordonnées, votre photo ou votre présentation ont changé")
    context: dict[str, Any] = {
        "cv": cv, "form": form, "parts": editing.parts(whole, chosen, sections, found), "changes": changes,
        "models": [{"value": m.value, "label": m.label, "hint": HINTS[m]} for m in CvModel],
        "accents": [{"value": a.value, "label": a.label} for a in Accent],
        "german": cv.model in IN_GERMAN, "portfolio": cv.portfolio,
    }  # fmt: skip
    return render(request, "lorfolio/cv/edit.html", context, status=status)


def _whole(portfolio: Portfolio) -> content.Content:
    return content.whole(portfolio, content.person_of(portfolio))


def _keys(request: HttpRequest) -> list[Key] | None:
    """The ticked items in the order of the page; None when the form did not hold them."""
    return selecting.read_keys(request.POST.getlist("item")) if "with_items" in request.POST else None


def _sections(request: HttpRequest, was: CvModel, cv: Cv) -> list[str] | None:
    """The parts as the page had them; those of the new model when they were the old one's."""
    asked = request.POST.getlist("section")
    if not asked:
        return None
    untouched = selecting.in_full(asked) == list(cvs.RECIPES[was].sections)
    return list(cvs.RECIPES[CvModel(cv.model)].sections) if untouched and cv.model != was else asked


def _moved(request: HttpRequest, cv: Cv) -> Callable[[Selection], None] | None:
    """What the button « Monter » or « Descendre » asks for: « skill/<uuid>:-1 », « langues:1 »."""
    name, _, way = request.POST.get("move", request.POST.get("move_section", "")).rpartition(":")
    if way not in {"-1", "1"}:
        return None
    if "move_section" in request.POST:
        return lambda selection: _move_section(selection, name, int(way))
    keys = selecting.read_keys([name])
    rows: Any = selecting.MODELS[keys[0][0]]._default_manager.filter(portfolio=cv.portfolio_id) if keys else None
    found = rows.filter(pk=keys[0][1]).first() if keys else None
    return (lambda selection: _move(selection, found, int(way))) if found else None


def _move(selection: Selection, item: Any, by: int) -> None:
    selecting.move(selection=selection, item=item, by=by)


def _move_section(selection: Selection, name: str, by: int) -> None:
    order = selecting.in_full(selection.sections)
    if name in order:
        place = order.index(name)
        order.insert(max(place + by, 0), order.pop(place))
        selecting.order_sections(selection=selection, sections=order)
