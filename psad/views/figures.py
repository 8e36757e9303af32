"""`/psad/<platform>/chiffres/`: the platform's own working counts, and what is published of it (D9, issue 6)."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.spreadsheets import csv_file, xlsx_file
from psad.http import circle1
from psad.lists import Role
from psad.models import Figure, Grant, Platform, Publication
from psad.statistics import live
from psad.statistics import tables as figure_tables

SHOWN = 12
"""Periods offered: three years of quarters, their years."""
FILES: dict[str, Callable[..., HttpResponse]] = {"csv": csv_file, "xlsx": xlsx_file}


@circle1
@require_safe
def figures(request: HttpRequest, *, platform: Platform, grant: Grant) -> HttpResponse:
    """Counts of this moment, of the whole platform: for who reads all its cases."""
    _whole(grant)
    context = {
        "platform": platform, "grant": grant, "here": "chiffres", "counts": live.counts(platform, timezone.localdate()),
        "periods": list(Publication.objects.all()[:SHOWN]),
    }  # fmt: skip
    return render(request, "psad/figures/live.html", context)


@circle1
@require_safe
def published(request: HttpRequest, *, platform: Platform, grant: Grant, period: int) -> HttpResponse:
    """The tables of a period: the platform's rows, its department's, the region's."""
    _whole(grant)
    publication = _publication(period)
    tables = figure_tables.tables_of(publication, _units(publication, platform))
    context = {
        "platform": platform, "grant": grant, "here": "chiffres", "period": publication, "tables": tables,
        "hidden": figure_tables.HIDDEN,
    }  # fmt: skip
    return render(request, "psad/figures/published.html", context)


@circle1
@require_safe
def published_file(
    request: HttpRequest, *, platform: Platform, grant: Grant, period: int, form: str
) -> HttpResponse:  # fmt: skip
    _whole(grant)
    publication = _publication(period)
    if form not in FILES:
        raise Http404
    header, rows = figure_tables.whole(figure_tables.tables_of(publication, _units(publication, platform)))
    return FILES[form](f"chiffres-{platform.slug}-{publication.kind}-{publication.starts_on}", header, rows)


def _whole(grant: Grant) -> None:
    if grant.role not in {Role.HEAD, Role.COORDINATION}:
        raise PermissionDenied


def _publication(period: int) -> Publication:
    found = Publication.objects.filter(pk=period).first()
    if found is None:
        raise Http404
    return found


def _units(publication: Publication, platform: Platform) -> set[tuple[str, str]]:
    own = Figure.objects.filter(publication=publication, level=Figure.Level.PLATFORM, unit=platform.slug).first()
    department = {("department", own.department)} if own is not None and own.department else set()
    return {("region", ""), ("platform", platform.slug), *department}
