"""`/pro/`: the first page of the espace pro asks each room what waits and what it shows (E4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.rules import may_enter_admin, runs_region
from core import desk, panels
from members.invited import open_for
from members.rules import mandates_of
from territories.models import Agency
from territories.rules import agencies_of, may_enter_pro

AT_DESK = 5  # lines of the Region's desk that are told here; the desk itself has them all


@dataclass(frozen=True)
class Door:
    """One place where the person works, what they are there, and the page of that place."""

    label: str
    role: str
    url: str
    icon: str


@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What is due, late things first, then the panels of the rooms; 403 for whoever works nowhere in the SPRO."""
    if not may_enter_pro(request.user):
        if found := open_for(request.user):  # invited and not yet of the team: the way in is told
            return render(request, "403.html", {"invitations": found}, status=403)
        raise PermissionDenied
    waiting = desk.waiting("pro", request.user)
    # Those who also have a desk in the admin learn here that something waits there.
    at_desk = desk.waiting("region", request.user) if may_enter_admin(request.user) else []
    context = {
        "at_desk": at_desk[:AT_DESK],
        "at_desk_more": max(0, len(at_desk) - AT_DESK),
        "today": timezone.localdate(),
        "waiting": waiting,
        "total": sum(line["count"] for line in waiting),
        "late": sum(1 for line in waiting if line["late"]),
        "doors": doors(request.user),
        "panels": panels.collect("pro", request, request.user),
    }
    return render(request, "pro/home.html", context)


def doors(user: Any) -> list[Door]:
    """Where `user` works today: their organisations by name, their agencies, the Region."""
    found = [
        Door(
            mandate.organisation.display_name, mandate.get_role_display(),
            reverse("pro_organisation", args=[mandate.organisation.slug]), "mallette",
        )
        for mandate in mandates_of(user).select_related("organisation").order_by("organisation__sort_key")
    ]  # fmt: skip
    desk_url = reverse("admin:index")
    for agency in Agency.objects.filter(pk__in=agencies_of(user)).order_by("order"):
        found.append(Door(f"Agence {agency.name}", "Le bureau du territoire", desk_url, "bifurcation"))
    if runs_region(user):
        found.append(Door("La Région", "Le bureau de la Région", desk_url, "engrenage"))
    return found
