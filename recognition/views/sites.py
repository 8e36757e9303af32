"""`/candidature/<uuid>/sites/`: the sites of the dossier, each characterised as R3 asks."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from core.reference import Access, Channel, Service, Status
from recognition.forms.parts import SiteForm, SiteNameForm
from recognition.models import OWED, CandidateSite
from recognition.services.checking import Gap
from recognition.services.saving import Saved, add_site, remove_site, save_site
from recognition.views.access import Desk, by_autosave, reads_dossier, refuse
from recognition.views.saving import Attempt, answer_script, attempt, show_mine, tell
from territories import openings
from territories.hours_grid import HoursGrid


@reads_dossier()
def listed(desk: Desk) -> HttpResponse:
    """Every site, the three services owed on each, and how many things it lacks."""
    lacks: dict[int, list[Gap]] = {}
    for gap in desk.missing:
        if gap.site is not None:
            lacks.setdefault(gap.site.pk, []).append(gap)
    rows = desk.dossier.sites.select_related("commune").order_by("order", "pk")
    lines = [
        {"site": site, "owed": [(service.label, service in site.services) for service in OWED],
         "lacks": len(lacks.get(site.pk, []))}
        for site in rows
    ]  # fmt: skip
    context = desk.page("sites", lines=lines, owed=[service.label for service in OWED])
    return render(desk.request, "recognition/sites.html", context)


@reads_dossier("POST")
def add(desk: Desk) -> HttpResponse:
    """A name makes a site of the dossier; the rest is written on its own page, where it is saved as one types."""
    if not desk.dossier.editable:
        return redirect(desk.url("candidature_sites"))
    form = SiteNameForm(desk.request.POST if desk.request.method == "POST" else None)
    if form.is_valid():
        try:
            made = add_site(candidature=desk.dossier, values=form.cleaned_data, user=desk.user, at=desk.at)
        except ValidationError as error:
            refuse(desk.request, error)
        else:
            messages.success(
                desk.request, f"Le site «\u00a0{made.name}\u00a0» est dans le dossier. Décrivez-le maintenant."
            )
            return redirect(desk.url("candidature_site", made.pk))
    return render(desk.request, "recognition/site_add.html", desk.page("sites", form=form))


@reads_dossier("POST")
def edit(desk: Desk, number: int) -> HttpResponse:
    """A form while the dossier is written, a page to read afterwards."""
    site = _site(desk, number)
    if not desk.dossier.editable:
        return render(desk.request, "recognition/site_read.html", desk.page("sites", **_read(site)))
    if desk.request.method != "POST":
        return _form(desk, site, SiteForm(site=site), HoursGrid(hours=site.hours))
    form, grid = SiteForm(desk.request.POST, site=site), HoursGrid(desk.request.POST, hours=site.hours)
    also = {"hours": grid.hours} if grid.is_valid() else {}
    done = attempt(form, partial(_save, desk, site, form), also=also)
    if by_autosave(desk.request):
        return answer_script(desk, done, **_of_week(grid))
    if done.whole and not grid.errors:
        tell(desk, done)
        if "suite" in desk.request.POST:
            return redirect(desk.url("candidature_sites"))
        return redirect(desk.url("candidature_site", site.pk))
    show_mine(done)
    return _form(desk, site, form, grid, done)


@reads_dossier("POST")
def remove(desk: Desk, number: int) -> HttpResponse:
    """Asked once more before a site goes with what was typed of it."""
    site = _site(desk, number)
    if not desk.dossier.editable:
        return redirect(desk.url("candidature_sites"))
    if desk.request.method == "POST":
        try:
            remove_site(site=site, user=desk.user, at=desk.at)
            messages.success(desk.request, f"Le site «\u00a0{site.name}\u00a0» est retiré du dossier.")
        except ValidationError as error:
            refuse(desk.request, error)
        return redirect(desk.url("candidature_sites"))
    return render(desk.request, "recognition/site_remove.html", desk.page("sites", site=site))


def _site(desk: Desk, number: int) -> CandidateSite:
    rows = desk.dossier.sites.select_related("commune", "kind", "saved_by", "candidature")
    site = rows.filter(pk=number).first()
    if site is None:
        raise Http404
    return site


def _save(desk: Desk, site: CandidateSite, form: SiteForm, values: dict[str, Any]) -> Saved:
    return save_site(site=site, values=values, version=form.version, base=form.seen, user=desk.user, at=desk.at)


def _of_week(grid: HoursGrid) -> dict[str, Any]:
    """What is wrong in the week, each field under the name of its day."""
    fields = [(day, bound) for day in grid.days for pair in day.ranges for bound in pair]
    return {
        "wrong": {bound.html_name: [str(text) for text in bound.errors] for _, bound in fields if bound.errors},
        "labels": {bound.html_name: day.name.capitalize() for day, bound in fields},
    }


def _form(
    desk: Desk, site: CandidateSite, form: SiteForm, grid: HoursGrid, done: Attempt | None = None
) -> HttpResponse:
    lacks = [gap for gap in desk.missing if gap.site is not None and gap.site.pk == site.pk]
    context = {
        "site": site,
        "form": form,
        "grid": grid,
        "attempt": done,
        "lacks": lacks,
        "place_open": bool(form["point"].errors or form["point"].value()),
        "publics_open": bool(form["publics"].value()),
    }
    status = 409 if done is not None and done.met else 200
    return render(desk.request, "recognition/site.html", desk.page("sites", **context), status=status)


def _read(site: CandidateSite) -> dict[str, Any]:
    return {
        "site": site,
        "week": openings.week(site.hours),
        "services": [Service(value).label for value in Service.values if value in site.services],
        "channels": [Channel(value).label for value in Channel.values if value in site.channels],
        "publics": [Status(value).label for value in Status.values if value in site.publics],
        "access": [Access(value).label for value in Access.values if value in site.access],
        "premises": [
            (CandidateSite._meta.get_field(name).verbose_name, getattr(site, name))  # type: ignore[union-attr]
            for name in ("has_reception", "has_confidential", "has_internet", "has_telephone")
        ],
    }
