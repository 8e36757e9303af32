"""Who is written to about a bilan: whoever may fill it, and the Region's service."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from accounts.models import RegionMandate, User
from bilans.models import Bilan, Kind
from members.models import Mandate
from psad.context import task
from psad.lists import Role
from psad.models import Grant
from recognition.addressees import of_region
from territories.models import OfficerMandate

__all__ = ["fillers", "of_region", "people_of"]


def fillers(bilans: Collection[Bilan]) -> dict[int, list[User]]:
    """The people who may fill each of `bilans` today, by its key: a query a kind, whatever their number."""
    found: dict[int, set[Any]] = {bilan.pk: set() for bilan in bilans}
    for kind, pairs in (
        (Kind.ORGANISATION, _held(Mandate.objects.in_force(), "organisation", bilans)),
        (Kind.TERRITORY, _held(OfficerMandate.objects.in_force(), "agency", bilans)),
        (Kind.PSAD, _heads(bilans)),
    ):
        for bilan in bilans:
            if bilan.kind == kind:
                subject = bilan.organisation_id or bilan.agency_id or bilan.platform_id
                found[bilan.pk] |= pairs.get(subject, set())
    if any(bilan.kind == Kind.REGION for bilan in bilans):
        staff = set(RegionMandate.objects.in_force().values_list("user", flat=True))
        for bilan in bilans:
            if bilan.kind == Kind.REGION:
                found[bilan.pk] |= staff
    keys = set().union(*found.values()) if found else set()
    people = list(User.objects.filter(pk__in=keys, is_active=True).order_by("email"))
    return {key: [user for user in people if user.pk in wanted] for key, wanted in found.items()}


def people_of(bilans: Collection[Bilan]) -> dict[User, list[Bilan]]:
    """Each person who fills some of `bilans`, with those, in their order: one mail says all of them."""
    whose = fillers(bilans)
    found: dict[User, list[Bilan]] = {}
    for bilan in bilans:
        for user in whose[bilan.pk]:
            found.setdefault(user, []).append(bilan)
    return dict(sorted(found.items(), key=lambda line: line[0].email))


def _held(rows: Any, column: str, bilans: Collection[Bilan]) -> dict[Any, set[Any]]:
    wanted = {getattr(bilan, f"{column}_id") for bilan in bilans} - {None}
    if not wanted:
        return {}
    return _pairs(rows.filter(**{f"{column}__in": wanted}).values_list(column, "user"))


def _heads(bilans: Collection[Bilan]) -> dict[Any, set[Any]]:
    """Those who head or coordinate each platform; grants are read in the name of the task that names heads (D13)."""
    wanted = {bilan.platform_id for bilan in bilans} - {None}
    if not wanted:
        return {}
    with task("grants"):
        rows = Grant.objects.in_force().filter(platform__in=wanted, role__in=[Role.HEAD, Role.COORDINATION])
        return _pairs(rows.values_list("platform", "user"))


def _pairs(rows: Any) -> dict[Any, set[Any]]:
    found: dict[Any, set[Any]] = {}
    for subject, user in rows:
        found.setdefault(subject, set()).add(user)
    return found
