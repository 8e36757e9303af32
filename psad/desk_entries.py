"""What the room says in the espace pro, to who holds a grant: a line of the menu, what is due today (E4)."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.rules import runs_region
from core import panels
from core.desk import Entry, Task, Waiting, register, register_entry
from psad.context import acting, task
from psad.lists import Role, Side, Step
from psad.models import Case, Grant, Partner, Platform
from psad.rules import seen_to_work_in_psad
from psad.services.retention import ending


def connect() -> None:
    """Declare the room’s entries."""
    register_entry(Entry(60, "Accompagnement (PSAD)", "psad_home", "chemin", holds_grant))
    panels.register(panels.Panel("account", 15, "Accompagnement (PSAD)", "psad/panels/mine.html", _mine))
    register(
        Task("region", "psad-heads", 60, "[Plateforme PSAD|Plateformes PSAD] sans ses deux responsables", _headless)
    )
    register(Task("pro", "psad-ending", 6, "[Dossier|Dossiers] dont la conservation s’achève", _ending))
    register(Task("pro", "psad-due", 5, "[Accompagnement|Accompagnements] à faire avancer", _due))


def holds_grant(user: Any) -> bool:
    """Works in circle 1 of a platform today. One query for everybody else."""
    if not seen_to_work_in_psad(user):
        return False
    with acting(user):
        return Grant.objects.in_force().filter(user=user.pk, platform__active=True).exists()


def _mine(request: HttpRequest, _: Any) -> dict[str, Any] | None:
    """The platforms of the person, in either circle: some of them work nowhere else on the portal."""
    if not seen_to_work_in_psad(request.user):
        return None
    with acting(request.user):
        rows = Grant.objects.in_force().filter(user=request.user.pk, platform__active=True)
        grants = list(rows.select_related("platform").order_by("platform__name"))
        partner = Partner.objects.in_force().filter(user=request.user.pk, platform__active=True).exists()
    return {"grants": grants, "partner": partner} if grants or partner else None


def _due(user: Any) -> Waiting | None:
    """The cases that the person follows and that are due; nobody is named here."""
    if not seen_to_work_in_psad(user):
        return None
    today = timezone.localdate()
    with acting(user):
        rows = Case.objects.filter(follower=user.pk, due_on__lte=today, anonymised_at=None).exclude(step=Step.CLOSED)
        days = list(rows.order_by("due_on").values_list("due_on", flat=True)[:200])
    late = sum(day is not None and day < today for day in days)
    detail = f"Dont {late} en retard." if late else ""
    return Waiting(len(days), reverse("psad_home"), detail, late=bool(late)) if days else None


def _ending(user: Any) -> Waiting | None:
    """Cases whose two years are nearly over: to be met again, or let go (D13)."""
    if not seen_to_work_in_psad(user):
        return None
    with acting(user):
        places = list(ending(timezone.localdate(), Case.objects.all()).values_list("platform__slug", flat=True))
    address = reverse("psad_ending", args=[places[0]]) if len(set(places)) == 1 else reverse("psad_home")
    return Waiting(len(places), address) if places else None


def _headless(user: Any) -> Waiting | None:
    """Platforms in service that lack a head, the CIO's or the mission locale's: the Region names them (D1)."""
    if not runs_region.test(user):
        return None
    heads = Grant.objects.in_force().filter(role=Role.HEAD, platform=OuterRef("pk")).order_by()
    sides = heads.values("platform").annotate(sides=Count("side", distinct=True)).values("sides")
    with task("grants"):
        active = Platform.objects.filter(active=True)
        count = active.annotate(sides=Coalesce(Subquery(sides), 0)).filter(sides__lt=len(Side)).count()
    return Waiting(count, reverse("admin:psad_platform_changelist"))
