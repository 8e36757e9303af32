"""What is due at the Region's desk in the territories: the same rows for a line of the first page and for its list.

Each function narrows a queryset; `served` keeps what stands where a person works.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.rules import runs_region
from core import desk
from core.desk import Task, Waiting
from core.values import day_in_words
from territories.confirmed import stale
from territories.models import Agency, Referent, SheetReport, Site
from territories.reports import LATE_AFTER
from territories.rules import agencies_of


def served(user: Any, queryset: QuerySet[Any], path: str = "agency_id") -> QuerySet[Any]:
    """The rows of `queryset` in the territories that `user` serves; all of them for the Region."""
    return queryset if runs_region.test(user) else queryset.filter(**{f"{path}__in": agencies_of(user)})


# --- Places


def proposed(sites: QuerySet[Any]) -> QuerySet[Any]:
    """Added by their organisation, not listed yet."""
    return sites.filter(proposed_at__isnull=False, listed=False)


def without_address(sites: QuerySet[Any]) -> QuerySet[Any]:
    """In the directory, and nobody can go there: no address, or placed at the commune's centre."""
    return sites.filter(Q(address="") | Q(provisional=True), listed=True)


def without_hours(sites: QuerySet[Any]) -> QuerySet[Any]:
    return sites.filter(listed=True, hours={}, hours_text="")


def unconfirmed(sites: QuerySet[Any]) -> QuerySet[Any]:
    """In the directory, and nobody of the organisation said in a year that the sheet is right."""
    return sites.filter(stale(timezone.localdate()), listed=True)


# --- Referents


def vacant(referents: QuerySet[Any]) -> QuerySet[Any]:
    """Posts with nobody in them (T2)."""
    return referents.filter(name="")


def never_confirmed(referents: QuerySet[Any]) -> QuerySet[Any]:
    return referents.exclude(name="").filter(confirmed_on=None)


def confirmed_long_ago(referents: QuerySet[Any]) -> QuerySet[Any]:
    return referents.exclude(name="").filter(stale(timezone.localdate()), confirmed_on__isnull=False)


# --- Errors told


def told(reports: QuerySet[Any]) -> QuerySet[Any]:
    return reports.filter(state=SheetReport.State.WAITING)


def told_long_ago(reports: QuerySet[Any]) -> QuerySet[Any]:
    return told(reports).filter(created_at__lt=timezone.now() - LATE_AFTER)


# --- The first page


def vacancies_by_territory(user: Any) -> list[dict[str, Any]]:
    """`{agency, count, url}` for each territory that `user` serves and that has a post to fill."""
    url = reverse("admin:territories_referent_changelist")
    rows = vacant(served(user, Referent.objects.all())).order_by().values("agency").annotate(count=Count("pk"))
    counts = {row["agency"]: row["count"] for row in rows}
    found = [
        {"agency": agency, "count": counts[agency.pk], "url": f"{url}?due=vacant&agency__id__exact={agency.pk}"}
        for agency in Agency.objects.filter(pk__in=[key for key in counts if key]).order_by("order")
    ]
    if None in counts:
        found.append(
            {"agency": "Toute la région", "count": counts[None], "url": f"{url}?due=vacant&agency__isnull=True"}
        )
    return found


def _line(user: Any, rows: QuerySet[Any], name: str, due: str, *, since: str = "", late: bool = False) -> Waiting:
    """The rows that `user` serves, with the list that holds exactly these; `since` is the column of their age."""
    found = served(user, rows).aggregate(count=Count("pk"), **({"oldest": Min(since)} if since else {}))
    oldest = found.get("oldest")
    day = timezone.localdate(oldest) if isinstance(oldest, dt.datetime) else oldest
    detail = f"la plus ancienne date du {day_in_words(day)}" if day else ""
    return Waiting(found["count"], f"{reverse(f'admin:territories_{name}_changelist')}?due={due}", detail, late)


def _sites(user: Any, narrow: Any, due: str, since: str = "", late: bool = False) -> Waiting:
    return _line(user, narrow(Site.objects.all()), "site", due, since=since, late=late)


def _referents(user: Any, narrow: Any, due: str, since: str = "") -> Waiting:
    return _line(user, narrow(Referent.objects.all()), "referent", due, since=since)


def _reports(user: Any, narrow: Any, due: str, late: bool = False) -> Waiting:
    return _line(user, narrow(SheetReport.objects.all()), "sheetreport", due, since="created_at", late=late)


def register_tasks() -> None:
    """What waits for the Region, and for each officer in the territories they serve."""
    lines: list[tuple[str, int, str, Any]] = [
        ("reports-late", 10, f"[Erreur|Erreurs] [signalée|signalées] depuis plus de {LATE_AFTER.days} jours",
         lambda user: _reports(user, told_long_ago, "en-retard", late=True)),
        ("reports", 11, "[Erreur|Erreurs] [signalée|signalées] à traiter",
         lambda user: _reports(user, told, "a-traiter")),
        ("proposed", 12, "[Lieu|Lieux] [proposé|proposés] par [son|leur] organisme, à lister",
         lambda user: _sites(user, proposed, "proposes", "proposed_at")),
        ("vacant", 30, "[Poste|Postes] de référent·e [vacant|vacants]",
         lambda user: _referents(user, vacant, "vacant")),
        ("referents-old", 31, "[Référent·e|Référent·es] dont la fiche n’a pas été confirmée depuis un an",
         lambda user: _referents(user, confirmed_long_ago, "a-confirmer", "confirmed_on")),
        ("referents-never", 32, "[Référent·e|Référent·es] dont la fiche n’a jamais été confirmée",
         lambda user: _referents(user, never_confirmed, "jamais", "published_on")),
        ("address", 40, "[Lieu|Lieux] de l’annuaire sans adresse exacte",
         lambda user: _sites(user, without_address, "adresse")),
        ("hours", 41, "[Lieu|Lieux] de l’annuaire sans horaires", lambda user: _sites(user, without_hours, "horaires")),
        ("unconfirmed", 42, "[Lieu|Lieux] de l’annuaire que personne n’a [confirmé|confirmés] depuis un an",
         lambda user: _sites(user, unconfirmed, "a-confirmer")),
    ]  # fmt: skip
    for key, order, title, query in lines:
        desk.register(Task("region", key, order, title, query))
