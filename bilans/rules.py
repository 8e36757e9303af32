"""Who may what of the bilans (B2, S3, D8). Outsiders find nothing: 404, as elsewhere (habit 2)."""

from __future__ import annotations

from typing import Any

import rules
from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.rules import is_region_staff, is_technician
from bilans import kinds
from bilans.models import Bilan, Campaign, Kind
from territories.rules import agencies_of, is_any_officer


def own(user: Any) -> Q:
    """The bilans of the subjects in whose name `user` speaks: their organisations, agencies, platforms…"""
    return kinds.own(user)


def visible_to(user: Any) -> QuerySet[Bilan]:
    """What `user` may open: one's own once the campaign has opened; all of them for who runs the Region.

    An officer reads, besides, the organisations' bilans through figures alone (`/pro/bilans/<year>/chiffres/`).
    """
    opened = Bilan.objects.filter(campaign__opened_at__isnull=False)
    if not isinstance(user, User) or not user.is_active:
        return opened.none()
    return opened if is_region_staff(user) else opened.filter(own(user))


@rules.predicate
def speaks_for(user: Any, bilan: Any) -> bool:
    """Speaks in the name of the subject of the bilan; the Region, of its own."""
    if not isinstance(bilan, Bilan):
        return False
    if bilan.kind == Kind.REGION:
        return bool(is_region_staff(user))
    return Bilan.objects.filter(own(user), pk=bilan.pk).exists()


@rules.predicate
def may_write(user: Any, bilan: Any) -> bool:
    """Speaks in the name of the subject (the Region, of its own), while the bilan and its campaign are open."""
    return isinstance(bilan, Bilan) and bilan.writable and bool(speaks_for(user, bilan))


@rules.predicate
def may_decide(user: Any, bilan: Any = None) -> bool:
    """Accepts, returns, reopens: the Region's staff. Nobody decides of their own house's: the Region's own bilan is
    accepted by publishing it, and reopened to correct what was published."""
    return bool(is_region_staff(user))


# Campaigns, indicators, productions, publication.
runs_bilans = is_region_staff | is_technician
# The completion board and the year's figures: the Region everywhere, an officer for their territories.
may_follow = is_region_staff | is_any_officer
# Figures with their small counts, organisation by organisation: the Region's staff alone.
may_read_whole = is_region_staff


@rules.predicate
def writes_bilans(user: Any) -> bool:
    """Has, this year or another, a bilan to write or to read: the line of the menu."""
    return bool(may_follow(user)) or has_own(user)


def has_own(user: Any) -> bool:
    """Whether a bilan was ever asked of a subject of `user`. Asked once for each request's user: the menu, the panel
    and the task of the first page all stop there for most people."""
    if not isinstance(user, User) or not user.is_active:
        return False
    if not hasattr(user, "_has_bilans"):
        rows = Bilan.objects.filter(own(user), campaign__opened_at__isnull=False)
        user._has_bilans = rows.exists()  # type: ignore[attr-defined]
    return user._has_bilans  # type: ignore[attr-defined, no-any-return]


def followed(user: Any, campaign: Campaign) -> QuerySet[Bilan]:
    """The bilans of `campaign` on the board of `user`: all for the Region; for an officer those of their territories'
    agencies, of platforms and of organisations that receive the public there."""
    rows = Bilan.objects.filter(campaign=campaign)
    if is_region_staff(user):
        return rows
    served = agencies_of(user)
    if not served:
        return rows.none()
    return rows.filter(kinds.there(served)).distinct()
