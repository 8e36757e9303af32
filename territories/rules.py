"""Who may what in the territories (S3, T3)."""

from __future__ import annotations

from typing import Any

import rules

from accounts.models import User
from accounts.rules import is_region_staff, runs_region
from members.rules import is_professional, works_somewhere
from territories.models import Agency, OfficerMandate


@rules.predicate
def is_any_officer(user: Any) -> bool:
    """Works for the Region in an agency today, whichever it is."""
    return bool(agencies_of(user))


@rules.predicate
def is_officer(user: Any, obj: Any = None) -> bool:
    """Serves the territory of `obj` today: an agency, or what stands in one. Without an object: any agency."""
    served = agencies_of(user)
    if obj is None:
        return bool(served)
    agency = obj.pk if isinstance(obj, Agency) else getattr(obj, "agency_id", None)
    return agency in served


# Works today for an organisation of the network, for an agency or for the Region (T3).
may_read_contacts = is_professional | is_any_officer | is_region_staff

# Whoever works in the SPRO has a desk in the espace pro (E1, E4).
may_enter_pro = works_somewhere | is_any_officer | runs_region


def agencies_of(user: Any) -> frozenset[int]:
    """The agencies that `user` serves today, by primary key. Asked once for each request's user."""
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    if not hasattr(user, "_agencies_served"):
        served = OfficerMandate.objects.in_force().filter(user=user).values_list("agency_id", flat=True)
        user._agencies_served = frozenset(served)  # type: ignore[attr-defined]
    return user._agencies_served  # type: ignore[attr-defined, no-any-return]


def agencies_named(user: Any) -> list[Agency]:
    """The agencies that `user` serves today, in order."""
    return list(Agency.objects.filter(pk__in=agencies_of(user)).order_by("order"))
