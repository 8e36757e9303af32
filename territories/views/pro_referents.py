"""`/pro/referents/`: the directory of referents with their contacts, for those who work in the SPRO (E3, T3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.journal import record
from core.spreadsheets import csv_file, xlsx_file
from core.text import fold
from members.models import Mandate, Network, Organisation
from members.rules import is_manager_of
from territories import contact_files, directory, grid
from territories.confirmed import is_stale
from territories.directory import Asked
from territories.models import Agency, Referent, Site
from territories.rules import agencies_of, may_read_contacts

View = Callable[..., HttpResponse]
FILES = ("vcf", "csv", "xlsx")
MOST_OWN = 3


def for_professionals(view: View) -> View:
    """A page with contacts of people: read by professionals, officers and the Region (T3), kept by no cache."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_read_contacts(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return never_cache(require_safe(wrapper))


@for_professionals
def referents(request: HttpRequest) -> HttpResponse:
    """The list, or the grid (`?vue=grille`); every state is an address."""
    if request.GET.get("vue") == "grille":
        return _grid(request)
    asked = Asked.of(request.GET)
    found = directory.rows(asked)
    shown = directory.page(found, after=request.GET.get("apres", ""), before=request.GET.get("avant", ""))
    context = {
        "asked": asked,
        "count": found.count(),
        "filtered": bool(asked.query),
        "people": [person(referent) for referent in shown.rows],
        "previous_url": _page_url(asked, "avant", shown.previous),
        "next_url": _page_url(asked, "apres", shown.next),
        "files": [{"kind": kind, "url": _file_url(asked, kind)} for kind in FILES],
        "tabs": _tabs("annuaire"),
        "networks": [(n.slug, n.display_name) for n in Network.objects.order_by("number")],
        "agencies": _agencies(request),
        "organisations": _told_apart(_naming()),
        "states": directory.STATES,
    }
    return render(request, "territories/pro/referents.html", context)


def _grid(request: HttpRequest) -> HttpResponse:
    open_slug = request.GET.get("deplier", "")
    chosen = request.GET.get("agence", "")
    columns = [(slug, name) for slug, name in grid.columns() if chosen in ("", slug)]
    lines = grid.lines(timezone.localdate(), open_slug=open_slug, place=chosen)
    context = {
        "lines": lines,
        "columns": [{"slug": slug, "name": name} for slug, name in columns],
        "agencies": _agencies(request),
        "chosen": chosen,
        "kept": f"&agence={chosen}" if chosen and columns else "",
        "open_slug": open_slug,
        "day": timezone.localdate(),
        "named": sum(line.total.named for line in lines),
        "vacant": sum(line.total.vacant for line in lines),
        "stale": sum(line.total.stale for line in lines),
        "tabs": _tabs("grille"),
    }
    return render(request, "territories/pro/referents_grid.html", context)


@for_professionals
def referent(request: HttpRequest, public_id: str) -> HttpResponse:
    """One sheet; the posts of an organisation that left are no longer there."""
    post = get_object_or_404(directory.with_names(Referent.objects.public()), public_id=public_id)
    keeper = post.structure or post.organisation
    context = {"person": person(post), "keeper": keeper, "manages": is_manager_of(request.user, keeper)}
    return render(request, "territories/pro/referent.html", context)


@for_professionals
def vcard(request: HttpRequest, public_id: str) -> HttpResponse:
    """The card of one person; a vacant post has none."""
    post = get_object_or_404(directory.with_names(Referent.objects.public()), public_id=public_id)
    if not post.public_name:
        raise Http404
    _journal(request, "vcf", 1, {"referent": str(post.public_id)})
    return _download(contact_files.vcards([post]), f"referent-{post.public_id}.vcf")


@for_professionals
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """The filtered list as a file; the journal keeps who took how many contacts, never whose."""
    if kind not in FILES:
        raise Http404
    asked = Asked.of(request.GET)
    found = list(directory.with_names(directory.rows(asked)))
    if kind == "vcf":
        found = [post for post in found if post.public_name]
    _journal(request, kind, len(found), asked.for_journal)
    if kind == "vcf":
        return _download(contact_files.vcards(found), f"{_file_name(asked)}.vcf")
    header, lines = contact_files.HEADER, contact_files.table(found)
    if kind == "csv":
        return csv_file(_file_name(asked), header, lines)
    return xlsx_file(_file_name(asked), header, lines, sheet_name="Référent·es")


def _file_name(asked: Asked) -> str:
    """« referents-vosges-2026-11-22 »: what was asked (of words, that there were some), and the day."""
    scope = [value for name, value in asked.for_journal.items() if value is not True]
    words = "selection" if len(scope) < len(asked.for_journal) else ""
    return "-".join(filter(None, ("referents", *scope, words, f"{timezone.localdate()}")))


def person(post: Referent) -> dict[str, Any]:
    """A sheet as these pages show it; of a name withdrawn nothing is left to show."""
    shown = post.withdrawn_at is None
    return {
        "post": post,
        "public_id": post.public_id,
        "name": post.public_name,
        "withdrawn": not shown,
        "state": contact_files.state(post),
        "stale": is_stale(post),
        "function": post.function,
        "organisation": post.organisation,
        "structure": post.structure,
        "network": post.organisation.network,
        "agency": post.agency,
        "where": _where(post),
        "email": post.email if shown else "",
        "phones": [number.strip() for number in post.phone.split("/") if number.strip()] if shown else [],
    }


def _where(post: Referent) -> str:
    """The town and the area, but for what the territory beside says already."""
    said = [post.agency.name] if post.agency else []
    for words in (post.town, post.area):
        if words and fold(words) not in map(fold, said):
            said.append(words)
    return ", ".join(said[1:] if post.agency else said)


def _journal(request: HttpRequest, kind: str, count: int, asked: dict[str, Any]) -> None:
    if request.method == "GET":
        user: Any = request.user
        changes = {"contacts": [None, count], "fichier": [None, kind], "filtres": [None, asked]}
        record(verb="referent.export", target=user, actor=user, changes=changes)


def _download(text: str, filename: str) -> HttpResponse:
    response = HttpResponse(text.encode(), content_type="text/vcard; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def _naming() -> QuerySet[Organisation]:
    """The organisations that name somebody, for the list of the form."""
    found = Organisation.objects.public().filter(pk__in=Referent.objects.order_by().values("organisation"))
    return found.select_related("network").order_by("sort_key", "pk")


def _agencies(request: HttpRequest) -> list[tuple[str, str]]:
    """The territories of the lists, those of the person first: where they serve, or where what they run receives."""
    served = set(agencies_of(request.user))
    if not served:
        held = Mandate.objects.in_force().filter(user_id=request.user.pk).values("organisation")
        served = set(Site.objects.public().filter(organisation__in=held).order_by().values_list("agency_id", flat=True))
    own = served if len(served) <= MOST_OWN else set()  # who works everywhere has no territory of their own
    first = {agency.slug for agency in Agency.objects.filter(pk__in=own)} if own else set()
    named = [(slug, "Toute la région" if slug == directory.REGION else name) for slug, name in grid.columns()]
    mine = [(slug, f"Mon territoire\u00a0: {name}") for slug, name in named if slug in first]
    return mine + [column for column in named if column[0] not in first]


def _told_apart(found: Iterable[Organisation]) -> list[tuple[str, str]]:
    """Identifier and name; of two that share a name, the one in a network says which."""
    houses = list(found)
    names = Counter(house.display_name for house in houses)
    return [
        (house.slug, _full_name(house) if names[house.display_name] > 1 else house.display_name) for house in houses
    ]


def _full_name(house: Organisation) -> str:
    return f"{house.display_name} ({house.network.display_name if house.network else 'sans réseau'})"


def _page_url(asked: Asked, way: str, key: str) -> str:
    return "?" + "&".join(filter(None, (asked.query, f"{way}={key}"))) if key else ""


def _file_url(asked: Asked, kind: str) -> str:
    url = reverse("pro_referents_file", args=[kind])
    return f"{url}?{asked.query}" if asked.query else url


def _tabs(current: str) -> list[dict[str, Any]]:
    url = reverse("pro_referents")
    return [
        {"label": "Annuaire", "url": url, "current": current == "annuaire", "icon": "list"},
        {"label": "Grille", "url": f"{url}?vue=grille", "current": current == "grille", "icon": "people"},
    ]
