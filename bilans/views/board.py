"""`/pro/bilans/<year>/suivi/`: where the bilans of a year are, for the Region and for officers (issue 8, 2; S3)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import is_region_staff
from bilans import board as boards
from bilans import kinds
from bilans.board import Asked
from bilans.models import Bilan, Campaign, Kind
from bilans.rules import may_follow
from bilans.services.reminding import remind_again
from core.spreadsheets import csv_file, xlsx_file
from recognition.clock import day_of

View = Callable[..., HttpResponse]
PAGE = 25  # lines of the list at once; its files and its reminder take it whole
FILES: dict[str, Callable[..., HttpResponse]] = {"csv": csv_file, "xlsx": xlsx_file}


def of_year(view: View) -> View:
    """A page of an open campaign, for who follows it: others are refused, a year without a campaign does not exist."""

    @wraps(view)
    def wrapper(request: HttpRequest, year: int, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_follow(request.user):
            raise PermissionDenied
        campaign = Campaign.objects.filter(year=year, opened_at__isnull=False).first()
        if campaign is None:
            raise Http404
        return view(request, campaign, *args, **kwargs)

    return never_cache(wrapper)


@of_year
@require_safe
def board(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    """The counts, and the list that the address asks for."""
    asked, whole = Asked.of(request.GET), bool(is_region_staff(request.user))
    found = boards.board(request.user, campaign, asked)
    years = Campaign.objects.filter(opened_at__isnull=False).order_by("-year").values_list("year", flat=True)
    today = day_of(timezone.now())
    page = Paginator(found.lines, PAGE).get_page(request.GET.get("page"))
    context = {
        "campaign": campaign, "asked": asked, "board": found, "whole": whole, "steps": boards.STEPS,
        "page": page, "pages": _pages(asked, page),
        "years": [{"label": str(year), "url": f"{reverse('bilans_board', args=[year])}{asked.query()}".rstrip("?"),
                   "current": year == campaign.year} for year in years],
        "groups": _groups(asked, found),
        "states": [(key, label, asked.query(etat=key)) for key, label in boards.STATES.items()],
        "files": [(form.upper(), reverse("bilans_board_file", args=[campaign.year, form]) + asked.query())
                  for form in FILES],
        "days": (campaign.due_on - today).days,
        "remindable": whole and campaign.running and any(
            line.bilan.state in Bilan.WRITABLE and line.bilan.kind != Kind.REGION and not (line.left or line.orphan)
            for line in found.lines
        ),
        "kept": asked.words(), "title": _title(asked, found),
    }  # fmt: skip
    return render(request, "bilans/board.html", context)


@of_year
@require_safe
def board_file(request: HttpRequest, campaign: Campaign, form: str) -> HttpResponse:
    """The list that the address asks for, to take away."""
    if form not in FILES:
        raise Http404
    found = boards.board(request.user, campaign, Asked.of(request.GET))
    return FILES[form](f"suivi-des-bilans-{campaign.year}", boards.HEADER, boards.table(found.lines))


@of_year
@require_POST
def remind(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    """A mail to whoever has not submitted those of the list; the Region's alone."""
    if not is_region_staff(request.user):
        raise PermissionDenied
    asked = Asked.of(request.POST)
    found = boards.board(request.user, campaign, asked)
    wanted = [line.bilan for line in found.lines if not line.orphan]
    count = remind_again(campaign, wanted, user=request.user, at=timezone.now())  # type: ignore[arg-type]
    if not count:
        messages.info(request, "Personne n’est à relancer\u00a0: un courriel est déjà parti aujourd’hui.")
    elif count == 1:
        messages.success(request, "Un bilan est relancé\u00a0: le courriel part à l’instant.")
    else:
        messages.success(request, f"{count} bilans sont relancés\u00a0: les courriels partent à l’instant.")
    return redirect(reverse("bilans_board", args=[campaign.year]) + asked.query().rstrip("?"))


def _pages(asked: Asked, page: Any) -> dict[str, str]:
    """The pages before and after this one of the list, and which of its lines it shows."""

    def url(number: int) -> str:
        words = asked.words() | ({"page": str(number)} if number > 1 else {})
        return f"?{urlencode(words)}#liste"

    return {
        "previous": url(page.number - 1) if page.has_previous() else "",
        "next": url(page.number + 1) if page.has_next() else "",
        "summary": f"{page.start_index()} à {page.end_index()} sur {page.paginator.count}",
    }


def _groups(asked: Asked, found: boards.Board) -> list[dict[str, Any]]:
    """The three tables of bars; each line is a link that narrows the list, or widens it again."""
    shown = (
        ("sorte", "Par sorte de bilan", found.kinds, asked.sorte),
        ("territoire", "Par territoire", found.places, found.place.slug if found.place else ""),
        ("reseau", "Par réseau", found.networks, found.network.slug if found.network else ""),
    )
    return [
        {
            "key": key, "title": title,
            "rows": [
                {"row": row, "current": row.key == chosen,
                 "url": asked.query(**{key: "" if row.key == chosen else row.key}) + "#liste"}
                for row in rows
            ],
        }
        for key, title, rows, chosen in shown
        if rows
    ]  # fmt: skip


def _inside(words: str) -> str:
    """As they are inside a sentence: « organismes », « PSAD »."""
    return words if words.isupper() else words.lower()


def _title(asked: Asked, found: boards.Board) -> str:
    """« Pas encore déposés : organismes, Troyes-Chaumont »."""
    narrowed = [
        _inside(kinds.get(asked.sorte).plural) if asked.sorte else "",
        found.place.name if found.place else "", found.network.display_name if found.network else "",
    ]  # fmt: skip
    said = ", ".join(word for word in narrowed if word)
    label = boards.STATES[asked.etat]
    return f"{label}\u00a0: {said}" if said else label
