"""`/pro/organisme/<slug>/lieux/`: the places of my organisation, read by its team, written by who manages it (M1)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.reference import Access, Channel, Service, Status
from members.models import Organisation
from members.rules import is_manager_of, is_member_of
from territories import openings, reports, services_sites, sheets
from territories.closures import sentence
from territories.forms_pro import ClosureForm, NewSheetForm, SheetForm, WithdrawForm, initial_of
from territories.hours_field import hours_as_text
from territories.hours_grid import HoursGrid
from territories.models import Closure, SheetReport, Site

LISTED = 500
MERGED = "Quelqu’un l’avait enregistrée pendant que vous l’écriviez : ses changements sont gardés avec les vôtres."
_BOTH = ["GET", "HEAD", "POST"]


@never_cache
@require_safe
def sites(request: HttpRequest, slug: str) -> HttpResponse:
    """The places of one organisation with the state of their sheets; 404 for who does not work there."""
    organisation = _organisation(request, slug)
    rows = Site.objects.filter(organisation=organisation).select_related("commune", "kind")
    rows = rows.defer("card", "words", "description").prefetch_related("closures")
    found = [_line(site) for site in rows.order_by("sort_key", "id")[:LISTED]]
    context = _context(request, organisation) | {
        "groups": [
            ("Dans l’annuaire", [line for line in found if line["site"].listed]),
            ("Proposés à la Région", [line for line in found if line["site"].proposed_at]),
            ("Hors de l’annuaire", [line for line in found if _is_out(line["site"])]),
        ],
        "count": len(found),
    }
    return render(request, "territories/pro/sites.html", context)


@never_cache
@require_http_methods(_BOTH)
def site(request: HttpRequest, slug: str, site_slug: str) -> HttpResponse:
    """The sheet of a place: a form for who manages, a page to read for the rest of the team."""
    organisation = _organisation(request, slug)
    chosen = _site(organisation, site_slug)
    if not is_manager_of(request.user, organisation):
        if request.method == "POST":
            raise PermissionDenied
        return render(request, "territories/pro/site_read.html", _context(request, organisation) | _read(chosen))
    data = request.POST if request.method == "POST" else None
    form, grid = SheetForm(data, site=chosen), HoursGrid(data, hours=chosen.hours)
    conflict: list[dict[str, str]] = []
    valid = all([form.is_valid(), grid.is_valid()])
    if valid:
        try:
            _save(request, chosen, form, grid)
            return redirect("pro_site", organisation.slug, chosen.slug)
        except services_sites.StaleSheetError as stale:
            conflict = _conflict(form, stale)
            form.reread(stale.site, stale.asked)
            if "hours" not in stale.asked and form.site and grid.hours == form.site.hours:
                grid = HoursGrid(hours=stale.site.hours)
        except ValidationError as error:
            form.add_error(None, error)
    context = _context(request, organisation) | _shown(chosen) | _open_folds(form)
    context |= {"form": form, "grid": grid, "conflict": conflict, "told": _told(request, chosen)}
    return render(request, "territories/pro/site.html", context, status=409 if conflict else 200)


@never_cache
@require_http_methods(_BOTH)
def add(request: HttpRequest, slug: str) -> HttpResponse:
    """A place that the organisation proposes; the Region or its agency lists it."""
    organisation = _managed(request, slug)
    data = request.POST if request.method == "POST" else None
    form, grid = NewSheetForm(data, organisation=organisation), HoursGrid(data)
    if all([form.is_valid(), grid.is_valid()]):
        values = form.values | {"hours": grid.hours}
        try:
            made = services_sites.propose_site(
                organisation=organisation, kind=form.cleaned_data["kind"], values=values, actor=_actor(request)
            )
            messages.success(request, "Le lieu est proposé à la Région : il entrera dans l’annuaire après sa réponse.")
            _say_unplaced(request, made)
            return redirect("pro_site", organisation.slug, made.slug)
        except ValidationError as error:
            form.add_error(None, error)
    context = _context(request, organisation) | {"form": form, "grid": grid}
    context |= _open_folds(form)
    return render(request, "territories/pro/site_add.html", context)


@never_cache
@require_POST
def confirm(request: HttpRequest, slug: str, site_slug: str) -> HttpResponse:
    """« Tout est encore juste »."""
    organisation = _managed(request, slug)
    chosen = _site(organisation, site_slug)
    services_sites.confirm_site(site=chosen, actor=_actor(request))
    messages.success(request, "Merci : la fiche est confirmée aujourd’hui.")
    return redirect("pro_site", organisation.slug, chosen.slug)


@never_cache
@require_http_methods(_BOTH)
def closures(request: HttpRequest, slug: str, site_slug: str) -> HttpResponse:
    """The coming closures of a place, and one more; those that are over are no longer shown."""
    organisation = _managed(request, slug)
    chosen = _site(organisation, site_slug)
    form = ClosureForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            services_sites.add_closure(site=chosen, actor=_actor(request), **form.cleaned_data)
            messages.success(request, "La fermeture est annoncée.")
            return redirect("pro_site_closures", organisation.slug, chosen.slug)
        except ValidationError as error:
            form.add_error(None, error)
    coming = chosen.closures.filter(ends_on__gte=timezone.localdate())
    context = _context(request, organisation) | {"site": chosen, "form": form, "closures": coming}
    return render(request, "territories/pro/closures.html", context)


@never_cache
@require_POST
def remove_closure(request: HttpRequest, slug: str, site_slug: str, number: int) -> HttpResponse:
    organisation = _managed(request, slug)
    chosen = _site(organisation, site_slug)
    closure = Closure.objects.filter(site=chosen, pk=number).select_related("site").first()
    if closure is not None:  # a second click finds it gone: it is what was wanted
        services_sites.remove_closure(closure=closure, actor=_actor(request))
    messages.success(request, "La fermeture est retirée.")
    return redirect("pro_site_closures", organisation.slug, chosen.slug)


@never_cache
@require_http_methods(_BOTH)
def withdraw(request: HttpRequest, slug: str, site_slug: str) -> HttpResponse:
    """Take a place out of the directory, with a reason; it may come back."""
    organisation = _managed(request, slug)
    chosen = _site(organisation, site_slug)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            services_sites.withdraw_site(site=chosen, reason=form.cleaned_data["reason"], actor=_actor(request))
            messages.success(request, "Le lieu n’est plus dans l’annuaire. Vous pouvez le remettre quand vous voulez.")
        except ValidationError as error:
            messages.warning(request, " ".join(error.messages))
        return redirect("pro_sites", organisation.slug)
    context = _context(request, organisation) | {"site": chosen, "form": form, "out": _is_out(chosen)}
    return render(request, "territories/pro/withdraw.html", context)


@never_cache
@require_POST
def bring_back(request: HttpRequest, slug: str, site_slug: str) -> HttpResponse:
    organisation = _managed(request, slug)
    chosen = _site(organisation, site_slug)
    try:
        back = services_sites.bring_back_site(site=chosen, actor=_actor(request))
        said = "Le lieu est de nouveau dans l’annuaire." if back.listed else "Le lieu est proposé à la Région."
        messages.success(request, said)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    return redirect("pro_site", organisation.slug, chosen.slug)


# --- who, and what


def _organisation(request: HttpRequest, slug: str) -> Organisation:
    """The organisation, for whoever works there today; 404 otherwise."""
    found = get_object_or_404(Organisation.objects.exclude(status=Organisation.Status.FORMER), slug=slug)
    if not is_member_of(request.user, found):
        raise Http404
    return found


def _managed(request: HttpRequest, slug: str) -> Organisation:
    """The same for whoever manages it; 403 for the rest of its team."""
    found = _organisation(request, slug)
    if not is_manager_of(request.user, found):
        raise PermissionDenied
    return found


def _site(organisation: Organisation, slug: str) -> Site:
    rows = Site.objects.select_related("commune", "kind", "agency").defer("card", "words")
    return get_object_or_404(rows, organisation=organisation, slug=slug)


def _actor(request: HttpRequest) -> Any:
    return request.user


def _context(request: HttpRequest, organisation: Organisation) -> dict[str, Any]:
    return {"organisation": organisation, "manages": is_manager_of(request.user, organisation)}


def _is_out(site: Site) -> bool:
    return not site.listed and site.proposed_at is None


def _line(site: Site) -> dict[str, Any]:
    """A place and the state of its sheet today."""
    closed = [(closure.starts_on, closure.ends_on) for closure in site.closures.all()]
    return {
        "site": site,
        "missing": sheets.missing(site),
        "stale": sheets.is_stale(site.confirmed_on),
        "state": openings.state(site.hours, closed=closed),
        "out": _is_out(site),
    }


def _shown(site: Site) -> dict[str, Any]:
    line = _line(site)
    today = timezone.localdate()
    coming = [
        {"said": sentence((closure.starts_on, closure.ends_on), today), "reason": closure.reason}
        for closure in site.closures.all()
        if closure.ends_on >= today
    ]
    return line | {"view_line": line, "coming": coming}


def _told(request: HttpRequest, site: Site) -> list[SheetReport]:
    """The errors told of this place that wait; the one the person comes from (`?signalement=`) first."""
    rows = reports.visible_to(request.user).filter(
        kind=SheetReport.Kind.SITE, key=site.slug, state=SheetReport.State.WAITING
    )
    asked = request.GET.get("signalement", "")
    return sorted(rows.order_by("created_at")[:5], key=lambda report: str(report.public_id) != asked)


def _open_folds(form: SheetForm) -> dict[str, bool]:
    """What is filled, wrong, or missing is never folded away."""
    site = form.site
    place = form["point"].errors or form["point"].value() or (site and site.address and site.provisional)
    return {"place_open": bool(place), "publics_open": bool(form["publics"].value())}


def _read(site: Site) -> dict[str, Any]:
    return _shown(site) | {
        "week": openings.week(site.hours),
        "services": [Service(value).label for value in Service.values if value in site.services],
        "channels": [Channel(value).label for value in Channel.values if value in site.channels],
        "publics": [Status(value).label for value in Status.values if value in site.publics],
        "access": [Access(value).label for value in Access.values if value in site.access],
    }


def _save(request: HttpRequest, chosen: Site, form: SheetForm, grid: HoursGrid) -> None:
    values = form.values | {"hours": grid.hours}
    apart = form.site is not None and services_sites.said_by(form.site) != services_sites.said_by(chosen)
    changes = services_sites.edit_site(
        site=chosen, values=values, version=form.cleaned_data["version"], actor=_actor(request)
    )
    if changes:
        messages.success(request, "La fiche est enregistrée, et confirmée aujourd’hui.")
    else:
        messages.info(request, "Rien n’a changé : la fiche est confirmée aujourd’hui.")
    if apart:
        messages.info(request, MERGED)
    chosen.refresh_from_db(fields=["address", "provisional"])
    _say_unplaced(request, chosen)


def _say_unplaced(request: HttpRequest, site: Site) -> None:
    if site.address and site.provisional:
        link = '{} <a href="#id_point">{}</a>.'
        said = ("Le lieu reste placé au centre de la commune sur la carte.", "Placez-le à son adresse")
        messages.warning(request, format_html(link, *said))


def _conflict(form: SheetForm, stale: services_sites.StaleSheetError) -> list[dict[str, str]]:
    """What the sheet says now of the fields that both changed: `{label, saved}` each, in the order of the form."""
    now, asked = stale.site, stale.asked
    saved = initial_of(now) | {"commune": now.commune.name, "hours": hours_as_text(now.hours)}
    saved["point"] = saved["point"] or "au centre de la commune"
    names = {"commune", "point"} if "place" in asked else set()
    labels = {name: str(field.label) for name, field in form.fields.items()} | {"hours": "Horaires"}
    return [
        {"label": label, "saved": _said(saved[name])} for name, label in labels.items() if name in names | set(asked)
    ]


def _said(value: Any) -> str:
    if isinstance(value, list):
        labels = {item.value: item.label for choices in (Service, Channel, Status, Access) for item in choices}
        return ", ".join(str(labels.get(item, item)) for item in value) or "(rien)"
    return str(value) or "(vide)"
