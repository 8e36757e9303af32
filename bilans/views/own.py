"""`/pro/bilans/`: the bilans of the person, year by year, what is due of them (E4, B2)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.rules import is_region_staff
from bilans import rules
from bilans.models import Bilan, Campaign, Indicator, Kind
from territories.rules import may_enter_pro

_ANSWERED = Q(values__breakdown="") & (
    Q(values__amount__isnull=False) | Q(values__unavailable=True) | Q(values__hidden=True)
)


def own_bilans(user: Any) -> QuerySet[Bilan]:
    """Those in whose name `user` speaks, the Region's own for its staff; the last year first."""
    whose = rules.own(user) | Q(kind=Kind.REGION) if is_region_staff(user) else rules.own(user)
    rows = Bilan.objects.filter(whose, campaign__opened_at__isnull=False).select_related("campaign")
    return rows.order_by("-campaign__year", "kind", "name", "pk")


@dataclass(frozen=True)
class Own:
    """A bilan with how far it is."""

    bilan: Bilan
    answered: int
    asked: int


def with_progress(rows: QuerySet[Bilan]) -> list[Own]:
    """`rows`, each with what is answered. Two queries."""
    found = list(rows.annotate(told=Count("values", filter=_ANSWERED)))
    if not found:
        return []
    asked: Counter[tuple[int, str]] = Counter()
    agreed = list(Indicator.objects.order_by("pk").values_list("filled_by", "first_year", "last_year"))
    for year in {bilan.campaign.year for bilan in found}:
        for kind, first, last in agreed:
            asked[year, kind] += first <= year and (last is None or year <= last)
    return [Own(bilan, bilan.told, asked[bilan.campaign.year, bilan.kind]) for bilan in found]


@never_cache
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """What is to be filled, then the past years; 403 for whoever works nowhere in the SPRO.

    Who heads a platform may work in no house of ours: their bilan is asked of them all the same.
    """
    if not (may_enter_pro(request.user) or rules.has_own(request.user)):
        raise PermissionDenied
    rows = with_progress(own_bilans(request.user))
    years = [
        {"campaign": campaign, "bilans": list(bilans)}
        for campaign, bilans in groupby(rows, lambda row: row.bilan.campaign)
    ]
    follows = bool(rules.may_follow(request.user))
    context = {
        "years": years, "today": timezone.localdate(), "follows": follows,
        "doors": _doors() if follows else [],
    }  # fmt: skip
    return render(request, "bilans/writing/own.html", context)


def _doors() -> list[dict[str, Any]]:
    """The board and the figures of each year, for who follows them."""
    found = []
    for campaign in Campaign.objects.filter(opened_at__isnull=False).order_by("-year"):
        links = [
            {"label": label, "url": url}
            for label, name in (("Le suivi", "bilans_board"), ("Les chiffres", "bilans_figures"))
            if (url := _url(name, campaign.year))
        ]
        if links:
            found.append({"campaign": campaign, "links": links})
    return found


def _url(name: str, year: int) -> str:
    """Of another part of the room; empty when it is taken out."""
    try:
        return reverse(name, args=[year])
    except NoReverseMatch:
        return ""
