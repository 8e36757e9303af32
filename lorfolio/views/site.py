"""`/lorfolio/site/`: one's own site: its words, what it shows, who sees it (L5)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.links import absolute
from lorfolio import content, selecting
from lorfolio.forms.site import OpenForm, SiteForm
from lorfolio.http import is_minor, owner
from lorfolio.lists import SiteState
from lorfolio.models import PersonalSite, Portfolio
from lorfolio.services import site as sites
from lorfolio.site_choices import parts_of
from lorfolio.site_page import page_of, structured
from lorfolio.views.site_public import WEBP, photo_of

HOME = "lorfolio_site"


@require_http_methods(["GET", "HEAD", "POST"])
@owner
def home(request: HttpRequest, portfolio: Portfolio) -> HttpResponse:
    """The editor; before there is a site, what it would be."""
    if is_minor(portfolio):
        return render(request, "lorfolio/site/minor.html", {"until": portfolio.minor_until})
    site = _site(portfolio)
    if site is None:
        return render(request, "lorfolio/site/none.html")
    if request.method == "POST":
        return _save(request, site)
    return _editor(request, site, SiteForm(site=site))


@require_POST
@owner
def new(request: HttpRequest, portfolio: Portfolio) -> HttpResponse:
    if not is_minor(portfolio):
        sites.make(portfolio=portfolio)
    return redirect(HOME)


@require_http_methods(["GET", "HEAD", "POST"])
@owner
def show(request: HttpRequest, portfolio: Portfolio) -> HttpResponse:
    """Who sees it, and at what address."""
    site = _site_or_404(portfolio)
    first = site.slug if site.state == SiteState.PUBLIC else sites.suggested(portfolio)
    state = SiteState.PUBLIC if site.state == SiteState.PUBLIC else SiteState.LINK
    form = OpenForm(request.POST or None, initial={"state": state, "slug": first, "indexable": site.indexable})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            if said["state"] == SiteState.PUBLIC:
                sites.show_to_all(
                    site=site, slug=said["slug"], indexable=said["indexable"], at=timezone.now()
                )  # fmt: skip
            else:
                sites.show_by_link(site=site, at=timezone.now(), renew="renouveler" in request.POST)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "Votre site est ouvert.")
            return redirect(HOME)
    shown = page_of(site)
    context = {"site": site, "form": form, "page": shown, "origin": absolute("/p/")}
    return render(request, "lorfolio/site/open.html", context)


@require_POST
@owner
def close(request: HttpRequest, portfolio: Portfolio) -> HttpResponse:
    """One button."""
    sites.take_down(site=_site_or_404(portfolio), at=timezone.now())
    messages.success(request, "Votre site est fermé\u00a0: plus personne ne le voit, sauf vous.")
    return redirect(HOME)


@require_safe
@owner
def preview(request: HttpRequest, portfolio: Portfolio) -> HttpResponse:
    """The very page that visitors see, under a line that says so."""
    site = _site_or_404(portfolio)
    shown = page_of(site, photo="/lorfolio/site/photo.webp")
    context = {"page": shown, "structured": structured(shown), "preview": True, "site": site}
    return render(request, f"lorfolio/site/visit/{site.model}.html", context)


@require_safe
@owner
def photo(request: HttpRequest, portfolio: Portfolio) -> HttpResponse:
    return HttpResponse(photo_of(_site_or_404(portfolio)), content_type=WEBP)


def _save(request: HttpRequest, site: PersonalSite) -> HttpResponse:
    """Everything of the page at once, whichever button was pressed: nothing typed is lost."""
    form = SiteForm(request.POST, site=site)
    keys = selecting.read_keys(request.POST.getlist("item"))
    sections = selecting.in_full(request.POST.getlist("section"))
    if not form.is_valid():
        return _editor(request, site, form, keys=keys, sections=sections)
    part, _, way = request.POST.get("partie", "").partition("/")
    if part in sections and way in ("-1", "1"):
        _swap(sections, sections.index(part), int(way))
    site = sites.write(site=site, facts=form.cleaned_data, keys=keys, sections=sections, at=timezone.now())
    item, _, way = request.POST.get("deplacer", "").rpartition("/")
    if way in ("-1", "1"):
        _move(site, item, int(way))
    whole = content.whole(site.portfolio, content.person_of(site.portfolio))
    selecting.mark_seen(selection=site.selection, whole=whole)
    if part or way:
        return redirect(f"{request.path}#contenu-du-site")
    messages.success(request, "C’est enregistré.")
    return redirect("lorfolio_site_preview" if "voir" in request.POST else HOME)


def _move(site: PersonalSite, name: str, by: int) -> None:
    for kind, key in selecting.read_keys([name]):
        rows: Any = selecting.MODELS[kind]._default_manager
        item = rows.filter(portfolio=site.portfolio, pk=key).first()
        if item is not None:
            selecting.move(selection=site.selection, item=item, by=by)


def _swap(names: list[str], at: int, by: int) -> None:
    if 0 <= at + by < len(names):
        names[at], names[at + by] = names[at + by], names[at]


def _editor(
    request: HttpRequest, site: PersonalSite, form: SiteForm, *, keys: list[selecting.Key] | None = None,
    sections: list[str] | None = None,
) -> HttpResponse:  # fmt: skip
    """`keys` and `sections` as they were just typed, or those kept."""
    context = {
        "site": site, "form": form, "parts": parts_of(site, keys=keys, sections=sections),
        "address": absolute(f"/p/{site.slug}/"), "is_open": site.state != SiteState.PRIVATE,
    }  # fmt: skip
    return render(request, "lorfolio/site/editor.html", context)


def _site(portfolio: Portfolio) -> PersonalSite | None:
    rows = PersonalSite.objects.select_related("portfolio__commune", "portfolio__photo", "portfolio__user", "selection")
    return rows.filter(portfolio=portfolio).first()


def _site_or_404(portfolio: Portfolio) -> PersonalSite:
    found = None if is_minor(portfolio) else _site(portfolio)
    if found is None:
        raise Http404
    return found
