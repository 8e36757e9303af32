"""What the espace pro says of places and of errors told: a panel, what waits, a line of the menu (E4)."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from core.desk import Entry, Task, Waiting, register, register_entry
from core.panels import Panel
from core.panels import register as register_panel
from members.models import Mandate, Organisation
from territories import reports, sheets
from territories.confirmed import stale
from territories.models import Site


def connect() -> None:
    """Tell the desks and the menu; called once, when the application is ready."""
    register(Task("pro", "reports", 10, "[Erreur|Erreurs] [signalée|signalées] à traiter", _reports))
    register(Task("pro", "sites-incomplete", 20, "[Lieu|Lieux] à compléter", _incomplete))
    register(Task("pro", "sites-stale", 25, "[Lieu|Lieux] à confirmer", _stale))
    register_entry(Entry(40, "Erreurs signalées", "pro_reports", "alert", reports.may_moderate))
    register_panel(Panel("pro", 20, "Vos lieux", "territories/pro/sites_panel.html", _panel))


def _houses(user: Any, **role: Any) -> Any:
    """The organisations where `user` works today, by name: those that have places in the directory."""
    held = Mandate.objects.in_force().filter(user=user, **role)
    rows = Organisation.objects.filter(pk__in=held.values("organisation"))
    out = (Organisation.Status.FORMER, Organisation.Status.CANDIDATE)
    return rows.exclude(status__in=out).order_by("sort_key")


def _reports(user: Any) -> Waiting | None:
    due = list(reports.due(user)[:100])
    if not due:
        return None
    late = any(map(reports.is_late, due))
    oldest = timezone.localdate(due[0].created_at)
    return Waiting(len(due), reverse("pro_reports"), f"La plus ancienne date du {oldest:%d/%m/%Y}.", late=late)


def _incomplete(user: Any) -> Waiting | None:
    return _places(
        user,
        sheets.incomplete(),
        "Il y manque l’adresse, sa place exacte, un contact, les horaires ou l’accessibilité.",
    )


def _stale(user: Any) -> Waiting | None:
    return _places(user, stale(timezone.localdate()), "Sans confirmation depuis un an.")


def _places(user: Any, narrow: Q, detail: str) -> Waiting | None:
    """The places of the organisations that `user` manages, at the first of them that has some."""
    rows = Site.objects.filter(
        narrow, listed=True, organisation__in=_houses(user, role=Mandate.Role.MANAGER).values("pk")
    )
    counts = list(rows.order_by("organisation__sort_key").values_list("organisation__slug").annotate(Count("pk")))
    if not counts:
        return None
    return Waiting(sum(count for _, count in counts), reverse("pro_sites", args=[counts[0][0]]), detail)


def _panel(request: HttpRequest, user: Any) -> dict[str, Any] | None:
    """How many places each of one's organisations has, and in what state."""
    today = timezone.localdate()
    here = Q(sites__listed=True)
    closed = here & Q(sites__closures__starts_on__lte=today, sites__closures__ends_on__gte=today)
    houses = _houses(user).annotate(
        listed=Count("sites", filter=here, distinct=True),
        proposed=Count("sites", filter=Q(sites__proposed_at__isnull=False), distinct=True),
        closed_today=Count("sites", filter=closed, distinct=True),
    )
    found = list(houses)
    return {"houses": found} if found else None
