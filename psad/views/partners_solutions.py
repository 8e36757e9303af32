"""`…/solutions/`: the catalogue of the territory, without anybody's data (D6)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from psad.forms.partners import CatalogueForm
from psad.http import circle1
from psad.lists import SolutionKind
from psad.models import Grant, Platform, Solution
from psad.services import keeping
from psad.views.partners import changed, closed, counted
from territories.models import Site

PAGE = 50
STATES = {"": "À proposer", "completes": "Complètes ou passées", "fermees": "Fermées"}


@circle1
@require_safe
def catalogue(request: HttpRequest, *, platform: Platform, grant: Grant) -> HttpResponse:
    """What can be proposed; filters are closed words, so that an address says nothing of anybody."""
    kind = request.GET.get("sorte", "")
    state = request.GET.get("etat", "")
    kind = kind if kind in SolutionKind.values else ""
    state = state if state in STATES else ""
    rows = Solution.objects.filter(platform=platform).filter(_of_state(state)).select_related("site")
    if kind:
        rows = rows.filter(kind=kind)
    pages = Paginator(rows.order_by("kind", "title", "pk"), PAGE)
    page = pages.get_page(request.GET.get("page"))
    context = _frame(platform, grant) | {
        "offers": [counted(row) for row in page], "page": page, "count": pages.count, "kind": kind, "state": state,
        "kinds": SolutionKind.choices,
        "states": [
            {"label": label, "current": value == state, "address": _address(sorte=kind, etat=value)}
            for value, label in STATES.items()
        ],
        "next": _address(sorte=kind, etat=state, page=page.next_page_number()) if page.has_next() else "",
        "previous": _address(sorte=kind, etat=state, page=page.previous_page_number()) if page.has_previous() else "",
    }  # fmt: skip
    return render(request, "psad/partners/catalogue.html", context)


@circle1
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, *, platform: Platform, grant: Grant) -> HttpResponse:
    form = CatalogueForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        made = keeping.offer(platform=platform, partner=None, values=form.values(), by=request.user, role=grant.role)
        messages.success(request, "La solution est au catalogue.")
        return redirect("psad_solution", platform.slug, made.pk)
    return render(request, "psad/partners/solution_form.html", _frame(platform, grant) | {"form": form, "offer": None})


@circle1
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, key: UUID, *, platform: Platform, grant: Grant) -> HttpResponse:
    """One offer, its places; a POST closes it or opens it again."""
    found = _solution(platform, key)
    if request.method == "POST":
        act = request.POST.get("acte", "")
        if act in {"fermer", "rouvrir"}:
            closed(request, found, act, role=grant.role)
        return redirect("psad_solution", platform.slug, found.pk)
    return render(request, "psad/partners/solution.html", _frame(platform, grant) | {"offer": counted(found)})


@circle1
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, key: UUID, *, platform: Platform, grant: Grant) -> HttpResponse:
    found = _solution(platform, key)
    house = found.organisation_id
    sites = Site.objects.filter(organisation=house).order_by("name") if house else None
    form = CatalogueForm(request.POST if request.method == "POST" else None, instance=found, sites=sites)
    if request.method == "POST" and form.is_valid() and changed(form):
        messages.success(request, "La solution est à jour.")
        return redirect("psad_solution", platform.slug, found.pk)
    context = _frame(platform, grant) | {"form": form, "offer": counted(_solution(platform, key))}
    return render(request, "psad/partners/solution_form.html", context)


def _of_state(state: str) -> Q:
    late, full = Q(apply_before__lte=timezone.localdate()), Q(places__isnull=False, taken__gte=F("places"))
    if state == "fermees":
        return Q(withdrawn_at__isnull=False)
    return Q(withdrawn_at=None) & ((late | full) if state else (~late | Q(apply_before=None)) & _free())


def _free() -> Q:
    return Q(places=None) | Q(taken__lt=F("places"))


def _solution(platform: Platform, key: UUID) -> Solution:
    found = Solution.objects.filter(platform=platform, pk=key).select_related("site", "partner").first()
    if found is None:
        raise Http404
    return found


def _frame(platform: Platform, grant: Grant) -> dict[str, Any]:
    return {"platform": platform, "grant": grant, "here": "solutions"}


def _address(**words: Any) -> str:
    """A relative address of the list, with these words and no empty one."""
    return "?" + "&".join(f"{name}={value}" for name, value in words.items() if value)
