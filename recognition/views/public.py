"""`/reconnaissances/`: who is recognised, since when, until when; one recognition as it stands today (QR target)."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from core.http import public_page
from core.links import absolute
from core.spreadsheets import csv_file
from core.text import siret_words
from recognition import listing
from recognition.clock import day_of
from recognition.models import CandidateSite, Recognition
from recognition.standing import standing, until_words
from territories.models import Agency, Department, Site

PAGE = 50
MOST = 5_000  # lines of a file


@public_page
def recognitions(request: HttpRequest) -> HttpResponse:
    """The list; `q`, `departement`, `agence`, `etat=toutes`, `page`. Bad values are forgiven, with a word."""
    today = day_of(timezone.now())
    search = listing.read(request.GET.dict())
    page = Paginator(listing.rows(search, today), PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "search": search,
        "lines": listing.lines(list(page.object_list), today),
        "page": page,
        "previous": _page(query, page.previous_page_number()) if page.has_previous() else "",
        "next": _page(query, page.next_page_number()) if page.has_next() else "",
        "summary": f"Page {page.number} sur {page.paginator.num_pages}",
        "departments": list(Department.objects.only("code", "name")),
        "agencies": list(Agency.objects.only("slug", "name").order_by("order")),
        "csv": f"{reverse('recognitions_csv')}{'?' if query else ''}{query.urlencode()}",
        "today": today,
    }
    return render(request, "recognition/public/list.html", context)


@public_page
def recognitions_csv(request: HttpRequest) -> HttpResponse:
    """The same rows, whole, for a spreadsheet."""
    today = day_of(timezone.now())
    found = listing.lines(list(listing.rows(listing.read(request.GET.dict()), today)[:MOST]), today)
    return csv_file("reconnaissances", listing.HEADER, [_cells(line) for line in found])


@public_page
def recognition(request: HttpRequest, key: UUID) -> HttpResponse:
    """One recognition: what it is worth today, for who scans a certificate."""
    rows = Recognition.objects.select_related("organisation", "plan", "granted_by", "candidature__charter")
    row = get_object_or_404(rows, public_id=key)
    today = day_of(timezone.now())
    now = standing(row, today)
    mine = CandidateSite.objects.filter(candidature=row.candidature_id, site__isnull=False).values("site")
    places = Site.objects.public().filter(pk__in=mine, organisation=row.organisation_id)
    places = places.select_related("commune").only("slug", "name", "address", "commune__name")
    context = {
        "recognition": row,
        "siret": siret_words(row.candidature.siret),
        "standing": now,
        "until": until_words(row),
        "organisation": row.organisation,
        "places": list(places.order_by("sort_key", "pk")) if now.holds else [],
        "other": _other(row, today),
        "now": timezone.now(),
        "address": absolute(row.get_absolute_url()),
    }
    return render(request, "recognition/public/one.html", context)


def _other(row: Recognition, today: dt.date) -> Recognition | None:
    """The recognition that holds today for the same organisation, when this one is over."""
    held = Q(starts_on__lte=today, ends_on__gte=today)
    over = {Recognition.End.WITHDRAWN, Recognition.End.REPEALED}
    rows = Recognition.objects.filter(held, organisation=row.organisation_id).exclude(pk=row.pk)
    return rows.exclude(end_reason__in=over).first()


def _page(query: QueryDict, number: int) -> str:
    asked = query.copy()
    asked["page"] = str(number)
    return f"?{asked.urlencode()}"


def _cells(line: listing.Line) -> list[object]:
    row = line.recognition
    return [
        row.organisation.display_name, str(row.public_id), line.standing.label, row.starts_on,
        "" if row.kept_until_decision and not row.end_reason else row.ends_on, row.term_on, row.plan.name,
        row.granted_by.deliberation_number, line.places, line.departments, absolute(row.get_absolute_url()),
    ]  # fmt: skip
