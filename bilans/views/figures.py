"""`/pro/bilans/<year>/chiffres/`: the year so far, for the Region's staff and the officers (B3, S3; issue 8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bilans import rules, year_page
from bilans.models import Bilan, Campaign, Indicator, Kind
from bilans.year_page import Level
from core.spreadsheets import csv_file, xlsx_file
from members.models import Network
from territories.models import Agency
from territories.rules import agencies_of

YEARS = 6
"""Years side by side, at most."""
FILES: dict[str, Callable[..., HttpResponse]] = {"csv": csv_file, "xlsx": xlsx_file}


@never_cache
@require_safe
def years(request: HttpRequest) -> HttpResponse:
    """The years, how many bilans came in of each, the key figures of the region side by side."""
    _follows(request)
    counted = Count("bilans", filter=Q(bilans__state__in=Bilan.COUNTED))
    campaigns = list(
        Campaign.objects.filter(opened_at__isnull=False)
        .annotate(expected=Count("bilans"), received=counted)
        .order_by("-year")[:YEARS]
    )
    now = timezone.localdate().year
    context = {
        "campaigns": campaigns, "over": year_page.over_years(campaigns, whole=_whole(request)),
        "under_way": None if any(one.year == now for one in campaigns) else now, "whole": _whole(request),
    }  # fmt: skip
    return render(request, "bilans/figures/years.html", context)


@never_cache
@require_safe
def year(request: HttpRequest, year: int) -> HttpResponse:
    """The figures of a year as they stand, over the region, a territory or a network."""
    _follows(request)
    campaign = Campaign.objects.filter(year=year).first()
    if campaign is None or campaign.opened_at is None:
        return _known(request, year)
    level = _level(request, campaign)
    context = {
        "level": level, "campaign": campaign, "sections": year_page.sections(level), "before": year - 1,
        "agencies": _agencies(request), "networks": _networks(campaign), "whole": level.whole,
    }  # fmt: skip
    return render(request, "bilans/figures/year.html", context)


@never_cache
@require_safe
def figure(request: HttpRequest, year: int, key: str) -> HttpResponse:
    """One figure: what it counts, its classes, and everything it is made of."""
    _follows(request)
    level = _level(request, _opened(year))
    found = _figure(level, key)
    context = {
        "level": level, "campaign": level.campaign, "indicator": found.indicator, "figure": found,
        "opened": year_page.opened(level, found), "before": year - 1, "whole": level.whole,
    }  # fmt: skip
    return render(request, "bilans/figures/figure.html", context)


@never_cache
@require_safe
def figure_file(request: HttpRequest, year: int, key: str, form: str) -> HttpResponse:
    """The parts of a figure, to take away."""
    _follows(request)
    if form not in FILES:
        raise Http404
    level = _level(request, _opened(year))
    header, rows = year_page.file_rows(level, _figure(level, key))
    where = level.agency or level.network
    return FILES[form](f"bilans-{year}-{key}" + (f"-{where.slug}" if where else ""), header, rows)


def _follows(request: HttpRequest) -> None:
    if not rules.may_follow(request.user):
        raise PermissionDenied


def _whole(request: HttpRequest) -> bool:
    return bool(rules.may_read_whole(request.user))


def _opened(year: int) -> Campaign:
    return get_object_or_404(Campaign, year=year, opened_at__isnull=False)


def _agencies(request: HttpRequest) -> list[Agency]:
    """The territories one may look at: one's own for an officer, all for the Region."""
    rows = Agency.objects.order_by("order")
    return list(rows if _whole(request) else rows.filter(pk__in=agencies_of(request.user)))


def _networks(campaign: Campaign) -> list[Network]:
    asked = Bilan.objects.filter(campaign=campaign, kind=Kind.ORGANISATION).values("organisation__network")
    return list(Network.objects.filter(pk__in=asked).order_by("number"))


def _level(request: HttpRequest, campaign: Campaign) -> Level:
    """The level that the address asks for; 404 for one that is not there, or not the reader's."""
    agency, network = _agency(request), None
    if slug := request.GET.get("reseau", ""):
        network = get_object_or_404(Network, slug=slug)
    if agency and network:
        raise Http404
    return Level(campaign, agency, network, _whole(request))


def _agency(request: HttpRequest) -> Agency | None:
    if not (slug := request.GET.get("agence", "")):
        return None
    agency = next((one for one in _agencies(request) if one.slug == slug), None)
    if agency is None:
        raise Http404
    return agency


def _figure(level: Level, key: str) -> Any:
    indicator = get_object_or_404(Indicator.objects.of_year(level.campaign.year), key=key)
    found = level.figures(indicator.filled_by, only=[key])
    if key not in found:
        raise Http404
    return found[key]


def _known(request: HttpRequest, year: int) -> HttpResponse:
    """Before a year is asked: what the portal works out by itself. 404 for a year that is neither this one nor last."""
    if not 0 <= timezone.localdate().year - year <= 1:
        raise Http404
    agency = _agency(request)
    context = {
        "year": year, "agency": agency, "agencies": _agencies(request),
        "themes": year_page.already_known(year, agency),
    }  # fmt: skip
    return render(request, "bilans/figures/known.html", context)
