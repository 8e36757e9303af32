"""What is due at the Region's desk among members: the same rows for a line of the first page and for its list (S3)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.rules import runs_region
from core import desk
from core.desk import Task, Waiting
from core.values import day_in_words
from members.models import Invitation, Mandate, Organisation


def without_manager(organisations: QuerySet[Any]) -> QuerySet[Any]:
    """Those that belong and that nobody manages today."""
    managers = Mandate.objects.in_force().filter(role=Mandate.Role.MANAGER, organisation=OuterRef("pk"))
    return organisations.filter(~Exists(managers), status__in=Organisation.BELONGING)


def unconfirmed(organisations: QuerySet[Any]) -> QuerySet[Any]:
    """Those that belong and that nobody said in a year to be right."""
    year_ago = timezone.localdate() - timedelta(days=365)
    old = Q(confirmed_on=None) | Q(confirmed_on__lt=year_ago)
    return organisations.filter(old, status__in=Organisation.BELONGING)


def expired(invitations: QuerySet[Any]) -> QuerySet[Any]:
    """Never answered, and too late now."""
    return invitations.filter(accepted_at=None, revoked_at=None, expires_at__lte=timezone.now())


def still_open(invitations: QuerySet[Any]) -> QuerySet[Any]:
    return invitations.filter(accepted_at=None, revoked_at=None, expires_at__gt=timezone.now())


def _organisations(user: Any, narrow: Any, due: str) -> Waiting | None:
    if not runs_region.test(user):
        return None
    return Waiting(
        narrow(Organisation.objects.all()).count(), f"{reverse('admin:members_organisation_changelist')}?due={due}"
    )


def _invitations(user: Any) -> Waiting | None:
    if not runs_region.test(user):
        return None
    ends = list(expired(Invitation.objects.all()).order_by("expires_at").values_list("expires_at", flat=True))
    detail = f"depuis le {day_in_words(timezone.localdate(ends[0]))}" if ends else ""
    return Waiting(len(ends), f"{reverse('admin:members_invitation_changelist')}?due=expirees", detail)


def register_tasks() -> None:
    """Members are the Region's business: an officer has no list of them."""
    lines: list[tuple[str, int, str, Any]] = [
        ("invitations", 20, "[Invitation|Invitations] [restée|restées] sans réponse", _invitations),
        ("no-manager", 33, "[Organisme|Organismes] sans gestionnaire",
         lambda user: _organisations(user, without_manager, "orphelins")),
        ("organisations-unconfirmed", 43, "[Organisme|Organismes] dont la fiche n’est pas confirmée depuis un an",
         lambda user: _organisations(user, unconfirmed, "a-confirmer")),
    ]  # fmt: skip
    for key, order, title, query in lines:
        desk.register(Task("region", key, order, title, query))
